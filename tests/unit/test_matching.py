"""Segments keep their numbers from run to run: by the customers they share, or by their centres where none are shared."""

import pandas as pd
import pytest

from elt.segmentation.matching import Earlier, matched, migration, renumbered


def people(*sizes, start=0):
    """A row a customer: (segment, customers) a group, by rising pseudonym."""
    segments = [segment for segment, size in sizes for _ in range(size)]
    return pd.DataFrame({"customer": [f"c{n:04}" for n in range(start, start + len(segments))], "segment": segments})


def segment(label, *, hidden=False, monetary=1.0):
    name = {"en": f"Group {label}", "de": f"Gruppe {label}"}
    centre = None if hidden else {"monetary": monetary}
    return {
        "label": label,
        "id": f"rule_{label}",
        "name": name,
        "is_suppressed": hidden,
        "centre": centre,
        "nearest": None,
    }


def clusters(*segments):
    feature = {"name": "monetary", "is_used": True, "is_logged": False, "mean": 0.0, "scale": 1.0}
    return {"segments": list(segments), "features": [feature], "minimum_group": 5}


def earlier(customers, *segments, **more):
    return Earlier("r1", clusters(*segments) | more, customers)


def test_a_segment_keeps_the_number_of_the_one_with_which_it_shares_most_customers():
    then = earlier(people((1, 50), (2, 30), (3, 20)), segment(1), segment(2), segment(3))
    now = people((2, 45), (1, 5), (1, 30), (3, 20))
    found = matched(clusters(segment(1), segment(2), segment(3)), now, then)
    assert found.numbers == {1: 2, 2: 1, 3: 3} and found.rules == {1: "rule_1", 2: "rule_2", 3: "rule_3"}


def test_a_new_segment_gets_a_number_that_no_run_before_has_given():
    """The earlier run has 1 and 2, and one before it has given 7."""
    then = earlier(people((1, 50), (2, 50)), segment(1), segment(2), migration={"highest": 7})
    found = matched(clusters(segment(1), segment(2), segment(3)), people((1, 50), (2, 10), (3, 40)), then)
    assert found.numbers == {1: 1, 2: 8, 3: 2}, "of segment 2 only a fifth has stayed"


@pytest.mark.parametrize("order", [1, -1])
def test_the_pairs_are_the_best_together_whatever_the_order_of_rows(order):
    then = earlier(people((1, 60), (2, 60))[::order], segment(1), segment(2))
    now = people((1, 60), (2, 60))[::order]
    assert matched(clusters(segment(1), segment(2)), now, then).numbers == {1: 1, 2: 2}


def test_without_customers_in_common_the_nearest_centres_are_taken():
    then = earlier(people((1, 50), (2, 50)), segment(1, monetary=1.0), segment(2, monetary=5.0))
    now = people((1, 60), (2, 60), (3, 60), start=500)
    found = matched(clusters(segment(1, monetary=4.0), segment(2, monetary=9.0), segment(3, monetary=1.1)), now, then)
    assert found.numbers == {1: 2, 2: 3, 3: 1}


def test_a_hidden_segment_is_matched_with_none_and_one_alone_keeps_its_number():
    then = earlier(people((1, 50), (2, 6)), segment(1), segment(2, hidden=True))
    found = matched(clusters(segment(1), segment(2, hidden=True)), people((1, 50), (2, 6)), then)
    assert found.numbers == {1: 1, 2: 3} and list(found.kept) == [1]
    assert matched(clusters(segment(1)), people((1, 56)), then).numbers == {1: 1}


def test_numbers_nearest_segments_and_what_was_kept_stand_in_the_records():
    then = earlier(people((1, 50), (2, 50)), segment(1), segment(2))
    found = clusters(segment(1) | {"nearest": 2}, segment(2))
    first, second = renumbered(found, matched(found, people((2, 50), (1, 50)), then))["segments"]
    assert (first["label"], first["cluster"], first["is_kept"], first["nearest"]) == (2, 1, True, 1)
    assert (second["label"], second["nearest"]) == (1, None)
    found["map"] = {"cells": [[0, 0, 1, 3]], "centres": {"1": [0.0, 1.0]}, "width": 0.5}
    again = renumbered(found, matched(found, people((2, 50), (1, 50)), then))["map"]
    assert again == {"cells": [[0, 0, 2, 3]], "centres": {"2": [0.0, 1.0]}, "width": 0.5}


def test_the_migration_counts_who_moved_who_is_new_and_who_is_gone():
    then = earlier(people((1, 50), (2, 60)), segment(1), segment(2))
    now = people((1, 30), (2, 80), (2, 10)).iloc[10:]
    found = migration([segment(1), segment(2)], now, then, 5)
    assert found["moves"]["1"] == {"1": 20, "2": 20, "gone": 10}
    assert found["moves"]["2"] == {"1": 0, "2": 60, "gone": 0} and found["moves"]["new"] == {"1": 0, "2": 10, "gone": 0}
    assert (found["run"], found["highest"], [one["label"] for one in found["segments"]]) == ("r1", 2, [1, 2])


def test_few_customers_who_moved_are_not_told_nor_can_they_be_counted_from_totals():
    then = earlier(people((1, 50), (2, 60)), segment(1), segment(2))
    found = migration([segment(1), segment(2)], people((1, 47), (2, 3), (2, 50), (1, 10)), then, 5)["moves"]
    assert found["1"] == {"1": None, "2": None, "gone": 0} and found["2"]["1"] is None


def test_one_segment_has_no_migration():
    assert migration([segment(1)], people((1, 9)), earlier(people((1, 9)), segment(1)), 5)["moves"] == {}
