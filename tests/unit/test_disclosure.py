"""Nothing is published about fewer people than the minimum, and no total gives a hidden group away."""

import pytest

from shared.disclosure import count_text, dominated, publishable, publishable_sums


def test_groups_that_are_large_enough_or_empty_are_shown():
    assert publishable({"a": 5, "b": 100, "c": 0}, 5) == {"a": True, "b": True, "c": True}


def test_one_small_group_takes_the_smallest_other_with_it_so_that_the_total_does_not_tell():
    assert publishable({"a": 4, "b": 100, "c": 7}, 5) == {"a": False, "b": True, "c": False}


def test_small_groups_that_are_few_together_take_another_with_them():
    assert publishable({"a": 1, "b": 2, "c": 50, "d": 9}, 5) == {"a": False, "b": False, "c": True, "d": False}


def test_small_groups_that_are_enough_together_stay_alone():
    assert publishable({"a": 3, "b": 4, "c": 50}, 5) == {"a": False, "b": False, "c": True}


def test_an_empty_group_hides_nobody():
    assert publishable({"a": 1, "b": 0, "c": 9}, 5) == {"a": False, "b": True, "c": False}


def test_of_groups_of_equal_size_the_first_by_name_is_hidden():
    assert publishable({"z": 1, "y": 9, "x": 9}, 5) == {"z": False, "y": True, "x": False}


def test_a_single_small_group_is_hidden_though_there_is_no_other():
    assert publishable({"a": 2}, 5) == {"a": False}


def test_nothing_at_all_is_fine():
    assert publishable({}, 5) == {}


@pytest.mark.parametrize(("count", "text"), [(0, 0), (1, "<5"), (4, "<5"), (5, 5), (6, 6)])
def test_small_counts_are_shown_as_less_than_the_minimum(count, text):
    assert count_text(count, 5) == text


@pytest.mark.parametrize(
    ("total", "largest", "two", "expected"),
    [(100, 80, 90, False), (100, 80.01, 85, True), (100, 60, 90.01, True), (0, 0, 0, True), (-5, 1, 1, True)],
)
def test_a_sum_is_dominated_above_eighty_and_ninety_per_cent(total, largest, two, expected):
    assert dominated(total, largest, two) is expected


def group(customers, revenue=100.0, largest=10.0, largest_two=20.0):
    """One group of a breakdown."""
    return {"customers": customers, "revenue": revenue, "largest": largest, "largest_two": largest_two}


def test_sums_of_large_groups_are_shown():
    assert publishable_sums({"a": group(10), "b": group(20)}, 5) == {"a": True, "b": True}


def test_a_dominated_sum_takes_the_group_with_the_fewest_people_with_it():
    groups = {"a": group(50, largest=85), "b": group(10), "c": group(20)}
    assert publishable_sums(groups, 5) == {"a": False, "b": False, "c": True}


def test_a_small_and_a_dominated_group_hide_each_other():
    groups = {"a": group(50, largest_two=95), "b": group(4), "c": group(20), "d": group(30)}
    assert publishable_sums(groups, 5)["d"] is True
    assert [name for name, shown in publishable_sums(groups, 5).items() if not shown] == ["a", "b", "c"]


def test_a_group_without_customers_is_shown():
    assert publishable_sums({"a": group(0, revenue=0, largest=0, largest_two=0), "b": group(9)}, 5)["a"] is True
