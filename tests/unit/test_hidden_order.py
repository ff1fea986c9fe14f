"""Hidden groups stand in an order that tells nothing: whatever they hold, what is published stays the same."""

from itertools import permutations

import numpy as np
import pytest

from elt.expose.evidence import open_points
from elt.expose.number_ledger import NumberLedger
from elt.expose.products import category_rows, is_any_hidden
from elt.segmentation.evidence import Solution, records
from elt.segmentation.metadata import hidden_last, hidden_segments

MINIMUM = 5


def sums(customers: int, revenue: int) -> dict[str, int]:
    """A group of whom nobody dominates."""
    return {
        "customers": customers,
        "revenue": revenue,
        "largest": revenue // 20,
        "largest_two": revenue // 10,
        "largest_three": revenue // 7,
    }


@pytest.mark.parametrize("amounts", [*permutations((1_000, 50_000, 9_000_000))])
def test_categories_that_are_hidden_stand_last_by_name_whatever_they_bring(amounts):
    hidden = {name: sums(3, amount) for name, amount in zip(("Bikes", "Chains", "Tyres"), amounts, strict=True)}
    shown = {"Apparel": sums(80, 70_000), "Wheels": sums(90, 600_000), "Zips": sums(70, 40_000)}
    rows = category_rows(NumberLedger(), {"this": {**shown, **hidden}}, MINIMUM)
    assert [row["category"] for row in rows] == ["Wheels", "Apparel", "Bikes", "Chains", "Tyres", "Zips"]
    assert [row["this"] is None for row in rows] == [False] * 2 + [True] * 4, "Zips keeps the three company"


def test_a_category_that_is_hidden_for_last_year_takes_no_place_by_this_year():
    this = {"Wheels": sums(90, 600_000), "Tyres": sums(60, 900_000), "Apparel": sums(300, 100), "Zips": sums(200, 50)}
    years = {"this": this, "last": {**this, "Tyres": sums(3, 10)}}
    rows = category_rows(NumberLedger(), years, MINIMUM)
    hidden = [row["category"] for row in rows if row["this"] is None]
    assert "Tyres" in hidden and [row["category"] for row in rows][-len(hidden) :] == sorted(hidden)


def silver(*repairs: tuple[str, int, str]) -> dict:
    """The metadata of a table with repairs (why, records, effect)."""
    repaired = [
        {"why": {"en": why}, "records": records, "money": {"amount": effect}} for why, records, effect in repairs
    ]
    return {"sales": {"title": "Sales", "records": 100, "repairs": repaired}}


def said_of(tables: dict) -> list[str]:
    """Why of every open point, in the order in which they stand."""
    ledger = NumberLedger()
    ledger.enter("quality.sales.records", 100, "count", {"file": "silver"})
    return [point["texts"]["why"]["en"] for point in open_points(ledger, tables, MINIMUM)]


@pytest.mark.parametrize("effects", [*permutations(("1.00", "800.00", "-90000.00"))])
def test_points_whose_effect_is_not_told_stand_by_records_after_those_that_tell_theirs(effects):
    few = zip(("a", "b", "c"), (4, 3, 2), effects, strict=True)
    assert said_of(silver(*few, ("told", 40, "20.00"), ("more", 10, "-30.00"))) == ["more", "told", "a", "b", "c"]


def segmented(amounts_of_few: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Labels by falling revenue and amounts: two segments that may be shown and two of three customers each."""
    groups = [[amount] * 3 for amount in amounts_of_few] + [[100] * 40, [20] * 60]
    groups.sort(key=sum, reverse=True)
    sizes = [len(group) for group in groups]
    return np.repeat(range(4), sizes), np.concatenate([np.array(group) for group in groups])


@pytest.mark.parametrize("few", [(1, 2), (1, 900), (900, 50_000), (50_000, 1_000_000)])
def test_hidden_segments_have_the_last_numbers_whatever_they_bring(few):
    labels, amounts = segmented(few)
    hidden = hidden_segments(labels, amounts, MINIMUM)
    again, stability = hidden_last(labels, amounts, [0.9, 0.8, 0.7, 0.6], MINIMUM)
    shown = [int(amounts[again == label].sum()) for label in range(4 - len(hidden))]
    assert hidden and shown == sorted(shown, reverse=True)
    assert hidden_segments(again, amounts, MINIMUM) == set(range(4 - len(hidden), 4))
    assert {(int(amounts[again == s].sum()), stability[s]) for s in range(4)} == {
        (int(amounts[labels == s].sum()), [0.9, 0.8, 0.7, 0.6][s]) for s in range(4)
    }


def test_the_order_of_hidden_segments_does_not_follow_their_revenue():
    falls = rises = 0
    for seed in range(40):
        few = (100 + seed, 900 + 7 * seed)
        labels, amounts = segmented(few)
        again, _ = hidden_last(labels, amounts, [1.0] * 4, MINIMUM)
        hidden = sorted(hidden_segments(again, amounts, MINIMUM))
        small = [s for s in hidden if (again == s).sum() == 3]
        first, second = (int(amounts[again == s].sum()) for s in small)
        falls, rises = falls + (first > second), rises + (first < second)
    assert falls > 5 and rises > 5


def test_segments_keep_their_numbers_where_none_is_hidden():
    labels, amounts = np.repeat([0, 1], [30, 40]), np.repeat([10, 1], [30, 40])
    again, stability = hidden_last(labels, amounts, [0.8, 0.9], MINIMUM)
    assert again.tolist() == labels.tolist() and stability == [0.8, 0.9]
    assert hidden_last(labels[:0], amounts[:0], (), MINIMUM)[1] == []


def test_the_stability_of_clusters_is_listed_in_no_order_of_revenue():
    labels = np.repeat([0, 1, 2], 10)
    found = records([Solution(3, labels, np.full(2, 0.5), 1.0, [0.7, 0.99, 0.8])], 5, 30, MINIMUM)
    assert found[0]["jaccard"] == [0.7, 0.8, 0.99]


def test_nothing_is_said_of_the_place_of_a_hidden_product():
    products = {f"P{n}": sums(40, 10_000 - n) for n in range(6)}
    assert not is_any_hidden(products, MINIMUM)
    assert is_any_hidden({**products, "P9": sums(2, 1)}, MINIMUM)
    assert is_any_hidden({**products, "P9": sums(2, 90_000)}, MINIMUM)
