"""How many rows stand alone: equivalence classes of rows that are equal in some columns.

Source of the measures: Sweeney, k-anonymity, Int. J. Uncertainty, Fuzziness and Knowledge-Based Systems 10(5), 2002.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl

from elt.protection.disclosure import count_text, publishable

MOST_COLUMNS = 4  # of a combination, beside that of all columns: of five and more nearly everybody is alone
MOST_COMBINATIONS = 120  # of more, only pairs are taken: the report stays readable, the rule takes seconds


def combinations_of(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every column, every combination of up to four, and all columns together; only pairs where there are too many."""
    columns = sorted(columns)
    found = [c for size in range(1, MOST_COLUMNS + 1) for c in combinations(columns, size)]
    if len(found) > MOST_COMBINATIONS:
        found = [c for c in found if len(c) <= 2]
    yield from found
    if columns and tuple(columns) not in found:
        yield tuple(columns)


def class_sizes(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """Rows of every class of rows that are equal in the columns; a gap equals a gap."""
    return frame.group_by(columns).len()["len"].sort()


def measured(frame: pl.DataFrame, columns: Sequence[str], minimum: int) -> dict[str, Any]:
    """How alone one is with what the columns say of him; counts of too few people are hidden (None, or "<5").

    Gives columns, classes, smallest (people of the smallest class), unique (people alone in their class), unique_share,
    small (people in classes of 2 to minimum - 1) and protected (people in larger classes).
    """
    sizes, rows = class_sizes(frame, columns), frame.height
    return {
        "columns": list(columns),
        "classes": len(sizes),
        "smallest": count_text(int(sizes[0]), minimum) if rows else 0,
        **by_candidates(sizes, sizes, minimum),
    }


def by_candidates(candidates: pl.Series, people: pl.Series, minimum: int) -> dict[str, Any]:
    """unique, small and protected: people by the number of those who fit what is known of them; and unique_share.

    candidates: how many fit, and people: of how many people that is so, row by row. Too small counts are hidden.
    """
    found = {
        "unique": int(people.filter(candidates == 1).sum()),
        "small": int(people.filter((candidates > 1) & (candidates < minimum)).sum()),
        "protected": int(people.filter(candidates >= minimum).sum()),
    }
    shown, rows = publishable(found, minimum), sum(found.values())
    counts = {name: count if shown[name] else None for name, count in found.items()}
    share = round(found["unique"] / rows, 6) if rows and shown["unique"] else None
    return {**counts, "unique_share": share}


def all_measured(frame: pl.DataFrame, columns: Sequence[str], minimum: int) -> dict[str, dict[str, Any]]:
    """`measured` of every combination of the columns, by their names ("country, gender")."""
    return {", ".join(names): measured(frame, names, minimum) for names in combinations_of(columns)}


def worst(found: Iterable[Mapping[str, Any]], size: int) -> Mapping[str, Any] | None:
    """Of the combinations of so many columns, the one by which most people are alone; None if all counts are hidden."""
    shown = [entry for entry in found if len(entry["columns"]) == size and entry["unique"] is not None]
    return max(shown, key=lambda entry: (entry["unique"], entry["classes"]), default=None)
