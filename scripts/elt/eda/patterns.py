"""What shows in the figures of eda_summary.json: seasons, uneven weekdays, measures that go together."""

from collections.abc import Mapping, Sequence
from typing import Any

AROUND = 12  # months of a year, over which a season is none
CHANCE = 22.46  # 99.9 % quantile of the chi-squared distribution with six degrees of freedom, one fewer than weekdays
UNEVEN = 0.1  # a month or weekday this far from an even share, by its size, is uneven

Groups = Sequence[Mapping[str, Any]]


def yearly_ratios(months: Groups) -> dict[int, list[float]]:
    """By calendar month how far its revenue stands from the mean of the twelve months around, a value a year, of at
    least two; growth is in both and falls out. months: complete ones, in order."""
    ratios: dict[int, list[float]] = {}
    for middle in range(AROUND // 2, len(months) - AROUND // 2 + 1):
        around = months[middle - AROUND // 2 : middle + AROUND // 2]
        mean = sum(entry["revenue"] for entry in around) / AROUND
        if is_in_a_row(around) and mean > 0:
            month = around[AROUND // 2]
            ratios.setdefault(int(month["month"][5:]), []).append(month["revenue"] / mean - 1)
    return {month: found for month, found in sorted(ratios.items()) if len(found) > 1}


def seasons(ratios: Mapping[int, Sequence[float]]) -> dict[str, list[int]]:
    """The calendar months that stand UNEVEN above the months around in every year (high), or as far below (low)."""
    high = [month for month, found in ratios.items() if min(found) >= UNEVEN]
    return {"high": high, "low": [month for month, found in ratios.items() if max(found) <= -UNEVEN]}


def season_key(ratios: Mapping[int, Sequence[float]]) -> str:
    """The wording of a season; empty where none is found and not all calendar months are known of two years."""
    found = [name for name, months in seasons(ratios).items() if months]
    if len(found) == 1:
        return found[0]
    return "both" if found else "neither" if len(ratios) == AROUND else ""


def is_in_a_row(months: Groups) -> bool:
    """Whether no month is missing between these."""
    first, last = (int(months[at]["month"][:4]) * AROUND + int(months[at]["month"][5:]) for at in (0, -1))
    return last - first == len(months) - 1


def is_beyond_chance(weekdays: Groups) -> bool:
    """Whether order lines are spread over the weekdays more unevenly than chance explains (chi-squared test).

    Lines of one customer on one day come together, so what counts are the customers of the weekdays, where they are
    known.
    """
    lines, people = (sum(entry.get(name, 0) for entry in weekdays) for name in ("order_lines", "customers"))
    expected = 1 / len(weekdays)
    spread = sum((entry["order_lines"] / lines - expected) ** 2 for entry in weekdays) / expected
    return spread * (min(lines, people) or lines) > CHANCE


def closest_pairs(found: Mapping[str, Any] | None) -> list[tuple[str, str, float]]:
    """All pairs of measures with Spearman's rho, the closest first; constant measures are left out."""
    if not found:
        return []
    names, rho = found["columns"], found["spearman"]
    pairs = [(names[b], names[a], rho[a][b]) for a in range(len(names)) for b in range(a)]
    return sorted((pair for pair in pairs if pair[2] is not None), key=lambda pair: (-abs(pair[2]), pair[:2]))
