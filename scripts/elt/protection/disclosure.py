"""Disclosure control: nothing is published about fewer people than the minimum group.

Source of the practice: cell suppression as statistical offices apply it, primary and complementary (Hundepool et al.,
Statistical Disclosure Control, 2012, chapter 4).

Three kinds of groups are hidden. Sensitive ones: too few people, or one or two of them make up the sum. Fragile ones:
those that would be sensitive if one person were missing, so that a run without that person does not turn a published
figure into a hidden one that can be told from the difference. And companions, so that a total tells of no group alone:
the smallest group left and every one of at most one person more, because then two runs that differ by one person have
a companion in common.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

Group = TypeVar("Group")
Sums = Mapping[str, float]
ONE, TWO = 0.8, 0.9  # shares of a sum from which it tells what one or two people spent


def companions(people: Mapping[Group, int], left: Iterable[Group]) -> list[Group]:
    """Of the groups `left`, the one of fewest people and every one of at most one person more."""
    candidates = [group for group in left if people[group] > 0]
    fewest = min((people[group] for group in candidates), default=0)
    return [group for group in candidates if people[group] <= fewest + 1]


def publishable(people: Mapping[Group, int], minimum: int) -> dict[Group, bool]:
    """Which groups of one breakdown may be shown, given how many people each of them holds; nobody is in two groups.

    Hidden are groups of 1 to `minimum` people: under the minimum, or there without one of them. Unless two or more
    groups under the minimum hold more than `minimum` people together, companions are hidden as well.
    """
    shown = {group: count == 0 or count > minimum for group, count in people.items()}
    small = [count for count in people.values() if 0 < count < minimum]
    if not all(shown.values()) and not (len(small) > 1 and sum(small) > minimum):
        for group in companions(people, [group for group, is_shown in shown.items() if is_shown]):
            shown[group] = False
    return shown


def publishable_shares(some: Mapping[Group, int], people: Mapping[Group, int], minimum: int) -> dict[Group, float]:
    """The share of each group's people of whom something holds, where neither they nor the others are too few to be
    told, nor could be told from a total. Group -> people, in both."""
    those = publishable(some, minimum)
    others = publishable({group: people[group] - count for group, count in some.items()}, minimum)
    return {group: round(some[group] / people[group], 6) for group in some if those[group] and others[group]}


def count_text(count: int, minimum: int) -> int | str:
    """A count of people, or "<5" (with the minimum as number) where it is above zero and under the minimum."""
    return count if count == 0 or count >= minimum else f"<{minimum}"


def dominated(total: float, largest: float, largest_two: float) -> bool:
    """Whether one (over 80 %) or two people (over 90 %) make up a sum, so that it tells what they spent."""
    return total <= 0 or largest > ONE * total or largest_two > TWO * total


def people_of(entry: Sums) -> int:
    """People of a group; sums without a known customer are somebody's, so they count as one."""
    return max(int(entry["customers"]), int(entry["revenue"] != 0))


def sensitive(entry: Sums, minimum: int) -> bool:
    """Whether a group with people has too few of them, or a sum that one or two of them dominate."""
    heads = people_of(entry)
    return 0 < heads < minimum or (heads > 0 and dominated(entry["revenue"], entry["largest"], entry["largest_two"]))


def fragile(entry: Sums, minimum: int) -> bool:
    """Whether a group is sensitive, or would be if any one person were missing.

    Without `largest_three` the third is taken to be as large as the second.
    """
    if not people_of(entry) or sensitive(entry, minimum):
        return people_of(entry) > 0
    first, two, total = entry["largest"], entry["largest_two"], entry["revenue"]
    third = entry.get("largest_three", 2 * two - first) - two
    second = two - first
    without = ((total - first, second, second + third), (total - second, first, first + third))
    return people_of(entry) <= minimum or any(dominated(*sums) for sums in (*without, (total - third, first, two)))


def together(entries: Iterable[Sums]) -> dict[str, float]:
    """Several groups as one, to be on the safe side: their people may be the same, and so may the largest of them."""
    entries = [*entries]
    names = ("revenue", "largest", "largest_two")
    sums = {name: sum(entry[name] for entry in entries) for name in names}
    three = [e.get("largest_three", 2 * e["largest_two"] - e["largest"]) for e in entries]
    return {**sums, "largest_three": sum(three), "customers": max((people_of(e) for e in entries), default=0)}


def publishable_sums(groups: Mapping[Group, Sums], minimum: int, hidden: Collection[Group] = ()) -> dict[Group, bool]:
    """Which sums of one breakdown may be shown; a person may be in several groups.

    Each group has customers, revenue, largest, largest_two and, if it can, largest_three: what its customers with most
    revenue bring. Hidden are sensitive and fragile groups, and companions until all that is hidden would be neither as
    one group. Two or more sensitive groups that are neither together need no companions. `hidden` are groups that are
    hidden for another reason; they are kept from being told like sensitive ones.
    """
    shown = {group: group not in hidden and not fragile(entry, minimum) for group, entry in groups.items()}
    core = [entry for group, entry in groups.items() if group in hidden or sensitive(entry, minimum)]
    if all(shown.values()) or (len(core) > 1 and not fragile(together(core), minimum)):
        return shown
    people = {group: people_of(entry) for group, entry in groups.items()}
    while found := companions(people, [group for group, is_shown in shown.items() if is_shown]):
        shown |= dict.fromkeys(found, False)
        if not fragile(together(groups[group] for group, is_shown in shown.items() if not is_shown), minimum):
            break
    return shown


def publishable_in_order(groups: Mapping[Group, Sums], minimum: int) -> dict[Group, bool]:
    """Which sums of a series in order of time may be shown, entries as in `publishable_sums`.

    Totals of years are published too. So a hidden period takes its neighbours with it, on either side, until they
    would be neither sensitive nor fragile together: whichever year it falls into, that year hides a neighbour as well.
    """
    order = list(groups)
    hidden = {place for place, group in enumerate(order) if fragile(groups[group], minimum)}
    taken = set(hidden)
    for place in hidden:
        for step in (-1, 1):
            run, other = [groups[order[place]]], place + step
            while 0 <= other < len(order) and (len(run) == 1 or fragile(together(run), minimum)):
                run.append(groups[order[other]])
                taken.add(other)
                other += step
    return {group: place not in taken for place, group in enumerate(order)}
