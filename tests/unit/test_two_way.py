"""Tables of two ways: what the totals would tell of few people is hidden with companions, and solved for again."""

import numpy as np
import pytest
from scipy.optimize import linprog

from elt.protection.two_way import bounds, publishable_cells


def ends_of(counts, hidden):
    """(row, column) of each hidden cell -> bounds by linear programming over the totals, as an attacker finds them."""
    places = [tuple(place) for place in np.argwhere(hidden).tolist()]
    marks = np.array([[r == i for r, _ in places] for i in range(len(counts))])
    marks = np.vstack([marks, [[c == j for _, c in places] for j in range(counts.shape[1])]]).astype(float)
    totals = [*(counts * hidden).sum(axis=1), *(counts * hidden).sum(axis=0)]
    found = {}
    for number, place in enumerate(places):
        wanted = np.eye(len(places))[number]
        found[place] = tuple(round(sign * linprog(sign * wanted, A_eq=marks, b_eq=totals).fun) for sign in (1, -1))
    return found


def told(counts, shown):
    """Hidden cells with people whose number the totals give away, or that it is no more than five."""
    ends = ends_of(counts, ~shown)
    assert ends == bounds(counts, ~shown)
    return [p for p, (low, high) in ends.items() if counts[p] and (high == low or high <= 5)]


def test_a_table_without_small_cells_is_shown_whole():
    counts = np.array([[100, 0, 20], [0, 80, 7]])
    assert publishable_cells(counts, 5).all()


def test_a_small_cell_takes_companions_in_its_row_and_column_with_it():
    counts = np.array([[100, 3, 20], [40, 80, 70], [30, 60, 50]])
    shown = publishable_cells(counts, 5)
    assert not shown[0, 1] and not shown[0, 2], "the smallest other one of its row"
    assert (~shown).sum(axis=0).tolist() in ([0, 2, 2], [2, 2, 2]) and shown[0, 0]
    assert told(counts, shown) == []


def test_nothing_is_shown_of_a_row_or_column_that_may_not_be_told_of():
    counts = np.array([[100, 3, 20], [40, 80, 70], [30, 60, 50]])
    shown = publishable_cells(counts, 5, rows=[2], columns=[0])
    assert not shown[2].any() and not shown[:, 0].any()
    assert told(counts, shown) == []


@pytest.mark.parametrize("seed", range(6))
def test_who_knows_all_totals_finds_no_small_group(seed):
    random = np.random.default_rng(seed)
    counts = random.integers(0, 40, (5, 6)) * random.integers(0, 2, (5, 6))
    counts[random.integers(5), random.integers(6)] = random.integers(1, 6)
    shown = publishable_cells(counts, 5)
    assert told(counts, shown) == [] or not shown.any()


def test_a_cell_that_joins_two_rings_of_hidden_ones_is_found_by_its_totals():
    """Each row and column has two hidden cells or more, and still the totals give one away: the audit finds it."""
    counts = np.full((5, 5), 90)
    rings = [(0, 0), (0, 1), (1, 0), (1, 1), (3, 3), (3, 4), (4, 3), (4, 4)]
    for place in rings:
        counts[place] = 4
    counts[1, 3] = 5
    hidden = counts <= 5
    low, high = bounds(counts, hidden)[1, 3]
    assert low == high == 5
    assert told(counts, publishable_cells(counts, 5)) == []
