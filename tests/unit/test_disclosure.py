"""Nothing is published about fewer people than the minimum, and no total gives a hidden group away."""

import pytest

from elt.protection.disclosure import (
    count_text,
    dominated,
    fragile,
    publishable,
    publishable_in_order,
    publishable_sums,
)


def test_groups_that_are_large_enough_or_empty_are_shown():
    assert publishable({"a": 6, "b": 100, "c": 0}, 5) == {"a": True, "b": True, "c": True}


def test_a_group_that_would_be_too_small_without_one_person_is_hidden_like_a_small_one():
    assert publishable({"a": 5, "b": 100, "c": 40}, 5) == {"a": False, "b": True, "c": False}


def test_one_small_group_takes_the_smallest_other_with_it_so_that_the_total_does_not_tell():
    assert publishable({"a": 4, "b": 100, "c": 7}, 5) == {"a": False, "b": True, "c": False}


def test_small_groups_that_are_few_together_take_another_with_them():
    assert publishable({"a": 1, "b": 2, "c": 50, "d": 9}, 5) == {"a": False, "b": False, "c": True, "d": False}


def test_small_groups_that_are_enough_together_stay_alone():
    assert publishable({"a": 3, "b": 4, "c": 50}, 5) == {"a": False, "b": False, "c": True}


def test_an_empty_group_hides_nobody():
    assert publishable({"a": 1, "b": 0, "c": 9}, 5) == {"a": False, "b": True, "c": False}


def test_groups_that_one_person_could_put_in_another_order_are_companions_together():
    assert publishable({"z": 1, "y": 9, "x": 10, "w": 11}, 5) == {"z": False, "y": False, "x": False, "w": True}


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


def test_sums_of_unknown_customers_alone_count_as_one_person():
    assert publishable_sums({"a": group(0), "b": group(9), "c": group(20)}, 5) == {"a": False, "b": False, "c": True}


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        ({"customers": 6, "revenue": 100, "largest": 20, "largest_two": 40, "largest_three": 60}, False),
        ({"customers": 5, "revenue": 100, "largest": 20, "largest_two": 40, "largest_three": 60}, True),
        # without the second, the first makes up 79 of 98
        ({"customers": 9, "revenue": 100, "largest": 79, "largest_two": 81, "largest_three": 82}, True),
        # without the first, the second and third make up 19 of 21
        ({"customers": 9, "revenue": 100, "largest": 79, "largest_two": 89, "largest_three": 98}, True),
        ({"customers": 9, "revenue": 100, "largest": 60, "largest_two": 70, "largest_three": 75}, False),
    ],
)
def test_a_group_is_fragile_if_one_person_less_makes_it_sensitive(sums, expected):
    assert fragile(sums, 5) is expected


def test_small_groups_whose_people_may_be_the_same_take_a_companion():
    groups = {"a": group(4), "b": group(4), "c": group(20), "d": group(30)}
    assert publishable_sums(groups, 5) == {"a": False, "b": False, "c": False, "d": True}


def test_companions_are_taken_until_all_that_is_hidden_is_not_dominated():
    groups = {
        "a": group(2, 1000, 900, 1000),
        "b": group(9, 100, 20, 40),
        "c": group(20, 2000, 150, 200),
        "d": group(90),
    }
    assert publishable_sums(groups, 5) == {"a": False, "b": False, "c": False, "d": True}


def test_a_group_hidden_for_another_reason_takes_a_companion():
    groups = {"a": group(30), "b": group(20), "c": group(40)}
    assert publishable_sums(groups, 5, {"a"}) == {"a": False, "b": False, "c": True}


def test_a_hidden_month_takes_its_neighbours_so_that_no_year_tells_of_it():
    months = {month: group(3 if month == 4 else 20) for month in range(1, 8)}
    assert [month for month, shown in publishable_in_order(months, 5).items() if not shown] == [3, 4, 5]


def test_a_hidden_last_month_takes_the_one_before():
    months = {month: group(3 if month == 7 else 20) for month in range(1, 8)}
    assert [month for month, shown in publishable_in_order(months, 5).items() if not shown] == [6, 7]


def test_a_neighbour_too_small_to_hide_behind_is_not_the_last():
    months = {month: group({3: 2, 4: 3}.get(month, 20)) for month in range(1, 8)}
    assert [month for month, shown in publishable_in_order(months, 5).items() if not shown] == [2, 3, 4, 5]
