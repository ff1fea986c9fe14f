"""The people behind published figures: every figure about people has its number, and what is claimed is their minimum."""

import json
from pathlib import Path

import polars as pl
import pytest
from small_run import SmallRun, lines

from elt.eda.correlations import correlations
from elt.expose.evidence import smallest_group
from elt.expose.number_ledger import NumberLedger
from elt.expose.situation import gap_messages
from elt.protection import people_behind
from elt.protection.people_behind import Behind
from elt.sales.periods import Gap

MINIMUM = 5
ABOUT_RECORDS = {"quality", "open", "amount", "assumption"}  # families of figures that count records
ABOUT_THE_RUN = {"policy", "model", "period", "risk", "data"}
COUNTS = {
    "abc",
    "action",
    "best",
    "bridge",
    "kpi",
    "month",
    "gap",
    "unknown",
}  # of products, months, lines and the like


def without_people(figures: dict) -> list[str]:
    """Figures about what people did that do not say how many stand behind them."""
    return [
        name
        for name, entry in figures.items()
        if not entry.get("people")
        and (family := name.split(".")[0]) not in ABOUT_RECORDS | ABOUT_THE_RUN
        and not (family in COUNTS and entry["unit"] in ("count", "month"))
        and not (family == "abc" and name.endswith("products_share"))
        and not (family == "pareto" and name.endswith("customers"))  # one tenth, two tenths …
        and entry["value"] is not None
    ]


def test_every_figure_of_the_expose_about_people_says_how_many(tmp_path):
    figures = SmallRun(tmp_path, lines()).numbers()["figures"]
    assert without_people(figures) == []
    assert min(entry["people"] for entry in figures.values() if entry.get("people")) >= MINIMUM


@pytest.mark.parametrize(("people", "claimed"), [(7, 7), (13, 9)])
def test_the_expose_claims_the_smallest_group_of_all_published_files(people, claimed):
    ledger = NumberLedger()
    ledger.enter("revenue.this", 10, "money", {"file": "x"}, people=9)
    said = smallest_group(ledger, MINIMUM, [Behind("eda_summary.json", "revenue_a_customer.1", people)])
    assert ledger.value(said["figures"]["smallest"]) == claimed
    method = ledger.figures["risk.smallest_group"]["method"]
    assert ("revenue_a_customer.1" in method) == (people < 9)


def test_the_people_of_all_parts_of_the_exploration_are_found():
    column = {"name": "c", "people": 30, "percentile_people": 8, "missing_people": 9}
    column |= {"counts": [{"value": "A", "people": 11}], "histogram": {"people": [12, 0, 13]}}
    summary = {
        "breakdowns": {"country": {"groups": [{"customers": 14}, {"customers": 0}]}, "category": None},
        "marts": [{"name": "m", "fewest_people": 15, "columns": [column]}],
        "customers": {"name": "customers", "columns": [{"name": "d", "people": 16}]},
        "revenue_a_customer": {"people": [17]},
        "correlations": {"customers": {"rows": 18}, "months": None},
    }
    found = sorted(one.people for one in people_behind.of_exploration(summary))
    assert found == [1, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 30], "lines of nobody known count as one person"


def test_correlations_of_too_few_people_are_not_computed():
    frame = pl.DataFrame({"a": range(12), "b": [n * n for n in range(12)]})
    assert correlations(frame, 12) is not None and correlations(frame, 13) is None


def gap(customers: int, people_of_day: int) -> Gap:
    from datetime import date

    top = {"largest": 100, "largest_two": 200, "largest_three": 300}
    sums = {"revenue": 10_000, "customers": customers, **top}
    return Gap("Bikes", date(2023, 5, 30), 11, 12, 0.25, (date(2023, 6, 1),), sums, people_of_day)


@pytest.mark.parametrize(
    ("customers", "people_of_day", "said"),
    [(80, 5, ["category_gap"]), (80, 4, ["category_gap_month"]), (5, 5, []), (2, 1, [])],
)
def test_a_category_that_ends_tells_its_last_day_and_share_only_of_enough_people(customers, people_of_day, said):
    ledger = NumberLedger()
    found = gap_messages(ledger, [gap(customers, people_of_day)], MINIMUM)
    assert [sentence["say"] for sentence in found] == said
    assert ("gap.1.last_order" in ledger.figures) == (said == ["category_gap"])


def test_a_difference_and_a_ratio_have_the_fewer_people_of_their_parts():
    ledger = NumberLedger()
    for name, people in (("a", 9), ("b", 7)):
        ledger.enter(name, 10, "money", {"file": "x"}, people=people)
    ledger.difference("c", "a", "b")
    ledger.ratio("d", "a", "b")
    assert (ledger.figures["c"]["people"], ledger.figures["d"]["people"]) == (7, 7)


def test_all_published_figures_of_the_sample_are_about_enough_people_and_the_claims_are_their_minimum(sample_run: Path):
    def content(name: str) -> dict:
        return json.loads((sample_run / name).read_text(encoding="utf-8"))

    summary, model, ledger = (
        content(f"{name}.json")
        for name in ("step1_eda/data/eda_summary", "step3_segmentation/_meta/model_metadata", "reports/number_ledger")
    )
    figures = ledger["figures"]
    own = [entry["people"] for entry in figures.values() if entry.get("people")]
    own += [segment["customers"] for segment in model["segments"] if segment["customers"]]
    own += [bin for bin in summary["revenue_a_customer"]["people"] if bin]
    for profile in [*summary["marts"], summary["customers"]]:
        for column in profile["columns"]:
            own += [entry["people"] for entry in column.get("counts", []) if "people" in entry]
            own += [people for people in (column.get("histogram") or {}).get("people", []) if people]
    listed = content("_meta/privacy/published_groups.json")
    measured = content("_meta/data_policy.json")["measured"]
    assert without_people(figures) == []
    assert min(entry["people"] for entry in listed) == measured["smallest_group"] >= MINIMUM
    assert measured["smallest_group"] <= min(own) and measured["figures"] == len(listed)
    assert figures["risk.smallest_group"]["value"] == measured["smallest_group"]
    for language in ("en", "de"):
        text = (sample_run / f"_meta/privacy/record_of_processing.{language}.md").read_text(encoding="utf-8")
        assert str(measured["smallest_group"]) in text
