"""Disclosure control: nothing is published about fewer people than the minimum group.

Source of the practice: cell suppression as statistical offices apply it, primary and complementary.
"""

from collections.abc import Mapping
from typing import TypeVar

Group = TypeVar("Group")


def publishable(people: Mapping[Group, int], minimum: int) -> dict[Group, bool]:
    """Which groups of one breakdown may be shown, given how many people each of them holds.

    A group under the minimum (and above zero) is hidden. If the hidden ones together are still under the minimum,
    or only one group is hidden, a total would give it away: then the smallest shown group is hidden as well.
    """
    shown = {group: count == 0 or count >= minimum for group, count in people.items()}
    hidden = [group for group, is_shown in shown.items() if not is_shown]
    while hidden and (len(hidden) == 1 or sum(people[g] for g in hidden) < minimum):
        candidates = [g for g, is_shown in shown.items() if is_shown and people[g] > 0]
        if not candidates:
            break
        smallest = min(candidates, key=lambda g: (people[g], str(g)))
        shown[smallest] = False
        hidden.append(smallest)
    return shown


def count_text(count: int, minimum: int) -> int | str:
    """A count of people, or "<5" (with the minimum as number) where it is above zero and under the minimum."""
    return count if count == 0 or count >= minimum else f"<{minimum}"


def dominated(total: float, largest: float, largest_two: float) -> bool:
    """Whether one (over 80 %) or two people (over 90 %) make up a sum, so that it tells what they spent."""
    return total <= 0 or largest > 0.8 * total or largest_two > 0.9 * total


def publishable_sums(groups: Mapping[Group, Mapping[str, float]], minimum: int) -> dict[Group, bool]:
    """Which sums of one breakdown may be shown; each group has customers, revenue, largest and largest_two.

    Hidden are groups of too few people and sums that one or two people dominate; if that hides one group only, the
    total would give it away, and the group with the fewest people among the others is hidden as well.
    """
    shown = publishable({group: int(entry["customers"]) for group, entry in groups.items()}, minimum)
    for group, entry in groups.items():
        if entry["customers"] and dominated(entry["revenue"], entry["largest"], entry["largest_two"]):
            shown[group] = False
    others = [group for group, is_shown in shown.items() if is_shown and groups[group]["customers"]]
    if list(shown.values()).count(False) == 1 and others:
        shown[min(others, key=lambda group: (groups[group]["customers"], str(group)))] = False
    return shown
