"""Disclosure control of a table of two ways whose totals of rows and columns are known.

Source of the practice: Hundepool et al., Statistical Disclosure Control, 2012, chapter 4: cells are hidden, companions
in their rows and columns with them, and then an audit asks what the totals still tell. Gusfield (1988), A graph
theoretic approach to statistical data security, for the bounds of a hidden cell.
"""

from collections.abc import Collection, Iterator

import numpy as np

from elt.protection.disclosure import companions


def publishable_cells(
    counts: np.ndarray, minimum: int, rows: Collection[int] = (), columns: Collection[int] = ()
) -> np.ndarray:
    """Which cells (people, one row and one column a group; nobody is in two cells) may be shown, as booleans.

    Hidden are cells of 1 to `minimum` people, as in `disclosure.publishable`, all cells of the `rows` and `columns`
    that may not be told of, and companions: until the hidden cells of no row or column are too few, and nobody who
    knows all totals can tell that a hidden cell holds so few people. Where nothing helps, no cell is shown.
    """
    hidden = (counts > 0) & (counts <= minimum)
    hidden[list(rows), :] = True
    hidden[:, list(columns)] = True
    while told := _told(counts, _covered(counts, hidden, minimum), minimum):
        helped = [_companion(counts, hidden, *place) for place in told]
        if not any(helped) and not _smallest(counts, hidden):
            return np.zeros_like(hidden)
    return ~hidden


def _lines(hidden: np.ndarray) -> Iterator[tuple[int, slice] | tuple[slice, int]]:
    """Every row and every column of a table."""
    yield from ((row, slice(None)) for row in range(hidden.shape[0]))
    yield from ((slice(None), column) for column in range(hidden.shape[1]))


def _hide(counts: np.ndarray, hidden: np.ndarray, line: tuple[int | slice, int | slice]) -> bool:
    """Hide the companions of a row or column; whether there were any left."""
    people, is_hidden = counts[line], hidden[line]
    found = companions(dict(enumerate(people.tolist())), np.flatnonzero(~is_hidden).tolist())
    is_hidden[found] = True
    return bool(found)


def _covered(counts: np.ndarray, hidden: np.ndarray, minimum: int) -> np.ndarray:
    """The hidden cells, with companions in each row and column of which too few people were hidden."""
    changed = True
    while changed:
        changed = False
        for line in _lines(hidden):
            people = counts[line][hidden[line]]
            if people.any() and (np.count_nonzero(people) < 2 or people.sum() <= minimum):
                changed |= _hide(counts, hidden, line)
    return hidden


def _companion(counts: np.ndarray, hidden: np.ndarray, row: int, column: int) -> bool:
    """Hide companions in the row of a cell, or else in its column; whether there were any left."""
    return _hide(counts, hidden, (row, slice(None))) or _hide(counts, hidden, (slice(None), column))


def _smallest(counts: np.ndarray, hidden: np.ndarray) -> bool:
    """Hide the smallest cells with people that are left; whether there were any."""
    left = np.where(hidden | (counts == 0), np.inf, counts)
    hidden |= np.isfinite(left) & (left == left.min())
    return bool(np.isfinite(left).any())


def _told(counts: np.ndarray, hidden: np.ndarray, minimum: int) -> list[tuple[int, int]]:
    """Hidden cells with people of which the totals tell the number, or that they are no more than the minimum."""
    ends = bounds(counts, hidden) if counts[hidden].any() else {}
    return [
        place
        for place, (lowest, highest) in ends.items()
        if counts[place] and (highest == lowest or highest <= minimum)
    ]


def bounds(counts: np.ndarray, hidden: np.ndarray) -> dict[tuple[int, int], tuple[int, int]]:
    """(row, column) of each hidden cell -> fewest and most people that the totals allow (Gusfield 1988).

    A cell can have as many people more as can be taken around on other hidden cells: out of its row, into other
    columns, and out of its own column. That is a flow from node to node, where rows and columns are nodes.
    """
    rows = len(counts)
    found = {}
    for row, column in np.argwhere(hidden).tolist():
        own, other = row, rows + column
        ends = []
        for start, end in ((other, own), (own, other)):
            room = _room(counts, hidden)
            room[own, other] = room[other, own] = 0
            ends.append(_flow(room, start, end, int(counts.sum())))
        value = int(counts[row, column])
        found[row, column] = (value - min(value, ends[1]), value + ends[0])
    return found


def _room(counts: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """How many people a step from node to node can take: from a column to a row so many as the hidden cell has, from a
    row to a column as many as there are."""
    rows, size = len(counts), sum(counts.shape)
    room = np.zeros((size, size), dtype=np.int64)
    room[:rows, rows:] = np.where(hidden, counts.sum(), 0)
    room[rows:, :rows] = np.where(hidden, counts, 0).T
    return room


def _flow(room: np.ndarray, start: int, end: int, most: int) -> int:
    """The largest flow from a node to another, up to so much; by shortest paths (Edmonds and Karp 1972)."""
    flow = 0
    while flow < most and (path := _path(room, start, end)):
        step = min(most - flow, *(int(room[one]) for one in path))
        for one, other in path:
            room[one, other] -= step
            room[other, one] += step
        flow += step
    return flow


def _path(room: np.ndarray, start: int, end: int) -> list[tuple[int, int]]:
    """The steps of a shortest path with room; empty if there is none."""
    before, waiting = {start: start}, [start]
    for node in waiting:
        for other in np.flatnonzero(room[node]).tolist():
            if other not in before:
                before[other] = node
                waiting.append(other)
    steps, node = list[tuple[int, int]](), end
    while node in before and node != start:
        steps.append((before[node], node))
        node = before[node]
    return steps
