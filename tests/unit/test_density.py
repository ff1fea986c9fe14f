"""The map of segments shows density: no cell with few customers, nothing of a hidden segment, no end that is a person."""

import numpy as np
import pytest

from elt.features.scaling import Scaled
from elt.segmentation.density import density, directions


def scaled(values):
    """Standard scores of features a, b, c, …"""
    names = list("abcdef"[: values.shape[1]])
    return Scaled(values, names, [], {}, dict.fromkeys(names, 0.0), dict.fromkeys(names, 1.0))


def heap(x, y, people):
    """So many customers at one place."""
    return np.tile([x, y], (people, 1))


def drawn(*heaps, hidden=(), minimum=5):
    """The map of heaps (x, y, customers, segment)."""
    values = np.vstack([heap(x, y, people) for x, y, people, _ in heaps])
    labels = np.repeat([segment for *_, segment in heaps], [people for _, _, people, _ in heaps])
    return density(scaled(values), labels, hidden, minimum)


FAR = (3.1, 0.1, 200, 0), (-3.1, 0.1, 90, 1), (0.1, 1.2, 20, 1), (0.1, -2.0, 6, 0)


def test_a_place_is_told_from_six_customers_on_and_by_level():
    found = drawn(*FAR)
    assert sorted((label, level) for _, _, label, level in found["cells"]) == [(1, 1), (1, 3), (2, 2), (2, 3)]
    fewer = drawn(*FAR[:3], (0.1, -2.0, 5, 0))
    assert len(fewer["cells"]) == 3 and fewer["levels"] == [6, 20, 80]


def test_a_place_of_a_hidden_segment_is_left_out_and_so_is_its_centre():
    found = drawn(*FAR, hidden=[1])
    assert {cell[2] for cell in found["cells"]} == {1} and list(found["centres"]) == ["1"]


def test_a_place_belongs_to_the_segment_of_most_customers_there():
    found = drawn((3.1, 0.1, 200, 0), (-3.1, 0.1, 4, 0), (-3.1, 0.1, 90, 1), (0.1, 2.1, 50, 1))
    assert sorted(cell[2] for cell in found["cells"]) == [1, 2, 2]


def test_few_customers_get_a_coarser_grid_and_too_few_none():
    spread = np.random.default_rng(1).normal(size=(60, 2))
    found = density(scaled(spread), np.zeros(60, dtype=int), (), 5)
    assert found["width"] == 1.0 and found["cells"]
    assert density(scaled(spread[:5]), np.zeros(5, dtype=int), (), 5) is None
    assert density(scaled(spread[:, :1]), np.zeros(60, dtype=int), (), 5) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_directions_are_those_of_most_difference_and_their_largest_weight_is_above_zero(sign):
    values = np.column_stack([np.linspace(-2, 2, 50) * sign, np.tile([1, -1], 25), np.zeros(50)])
    weights, shares = directions(values)
    assert weights.round(6).T.tolist() == pytest.approx(np.array([[1, 0, 0], [0, 1, 0]]), abs=0.15)
    assert shares.sum() == pytest.approx(1)
