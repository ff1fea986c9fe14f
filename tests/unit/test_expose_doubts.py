"""What rests on an assumption stands beside the key figures that use it, with its share, unless it tells of a few."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from recomputed import Recomputed
from small_run import CLASSES, COST, SmallRun, both, lines

from elt.expose.doubts import doubted_share
from elt.report.assumptions import entry as contradicted

WHO = {"customers": 30, "largest": 10, "largest_two": 20, "largest_three": 30}


def flagged(**more: Any) -> list[dict[str, Any]]:
    """Order lines of which those before October 2023 are flagged."""
    return [row | {"is_guessed": str(row["order_date"] < date(2023, 10, 1)).lower()} | more for row in lines()]


def test_the_share_of_both_years_stands_beside_the_key_figures_that_use_the_cost(tmp_path):
    ledger = SmallRun(tmp_path, flagged()).numbers([COST])
    (said,) = ledger["pages"]["situation"]["doubts"]
    assert (said["say"], said["kpis"]) == ("doubted", {"kpis": ["gross_margin"]})
    shares = {year: Decimal(ledger["figures"][f"doubt.is_guessed.{year}"]["value"]) for year in ("this", "last")}
    assert Decimal("0.2") < shares["this"] < Decimal("0.3") and Decimal("0.75") < shares["last"] < Decimal("0.85")
    assert Recomputed(tmp_path, 5, CLASSES).differences() == {}


def test_it_is_said_once_below_the_key_figures_and_the_method_refers_to_it_in_both_forms(tmp_path):
    run = SmallRun(tmp_path, flagged())
    pages = run.reports("en", [COST])
    for text in pages:
        assert len([line for line in text.splitlines() if "rest on an assumption: the cost is guessed." in line]) == 1
        assert "What rests on an assumption stands below the key figures on page one." in text


def test_what_page_one_says_is_not_said_again_among_what_the_data_contradict(tmp_path):
    run = SmallRun(tmp_path, flagged())
    told = [contradicted("assumed", f"fact_sales.{name}", 12, 100, why=both(name)) for name in ("is_guessed", "other")]
    told[0]["why"] = COST.why
    run.accounts["assumptions"] = told
    listed = run.numbers([COST])["pages"]["evidence"]["assumptions"]
    assert [said["texts"]["why"]["en"] for said in listed] == ["other"]


def test_lines_without_a_cost_rest_on_no_assumption(tmp_path):
    ledger = SmallRun(tmp_path, flagged(cost_amount="")).numbers([COST])
    assert ledger["pages"]["situation"]["doubts"] == []


def test_a_flag_that_is_true_nowhere_says_nothing(tmp_path):
    assert SmallRun(tmp_path, flagged(is_guessed="false")).numbers([COST])["pages"]["situation"]["doubts"] == []


def test_a_part_that_is_of_one_customer_is_not_told(tmp_path):
    rows = [row | {"is_guessed": str(row["customer_key"] == 7).lower()} for row in lines()]
    ledger = SmallRun(tmp_path, rows).numbers([COST])
    assert [said["say"] for said in ledger["pages"]["situation"]["doubts"]] == ["doubted_part"]
    assert not [name for name in ledger["figures"] if name.startswith("doubt.")]


@pytest.mark.parametrize(
    ("groups", "share"),
    [
        ({True: WHO | {"revenue": 40_000}, False: WHO | {"revenue": 60_000}}, Decimal("0.4")),
        ({False: WHO | {"revenue": 60_000}}, Decimal(0)),
        ({True: WHO | {"revenue": 60_000}}, Decimal(1)),
        ({True: WHO | {"revenue": 40_000}, False: WHO | {"revenue": 60_000, "customers": 3}}, None),
    ],
)
def test_the_share_is_of_all_revenue_and_hidden_where_the_rest_would_tell(groups, share):
    assert doubted_share(groups, 5) == share
