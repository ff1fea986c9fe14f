"""Grouped queries that count distinct values, computed in additive pieces so that no step holds all order lines.

Distinct orders add up over ranges of orders; what else is counted distinctly is made distinct first, in a pass of its
own. Sums, counts, least and greatest values add up over anything. The pieces are put together by the query itself, in
which each aggregate stands for that over its pieces. It is done only where the text shows that each order line counts
by itself, and where the result has the types of the query as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import polars as pl

from elt.gold.order_parts import borders_of
from elt.gold.order_source import is_plain
from elt.run.mart import FACT
from elt.run.sql_names import DIALECT
from elt.tables import ORDER_NUMBER

Frames = Mapping[str, pl.LazyFrame]
FACTS, PIECES = f"gold.{FACT}", "pieces"
ADDED = {"Sum": "SUM", "Count": "SUM", "Min": "MIN", "Max": "MAX"}  # aggregate -> that over its pieces


@dataclass
class Pieces:
    """SQL of what adds up over ranges of orders, of each other distinct count, and of what makes the result of them."""

    in_ranges: str = ""
    distinct: list[str] = field(default_factory=list)
    result: str = ""


def pieces_of(sql: str) -> Pieces | None:
    """The pieces of an SQL text with groups; None where it counts nothing distinctly or nothing shows that they add up.

    Order numbers must be only counted in it.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
        return _pieces(query) if _is_additive(query) else None
    except (SqlglotError, LookupError, RecursionError):
        return None


def _is_additive(query: Any) -> bool:
    """Whether each line of fact_sales counts by itself: read once, first, and by plain queries alone."""
    from sqlglot import exp

    inner = {cte.alias: cte.this for cte in query.ctes}
    read = [f"{table.db}.{table.name}" for table in query.find_all(exp.Table)]
    if read.count(FACTS) != 1 or any(query.find_all(exp.Subquery, exp.Window, exp.SetOperation)):
        return False
    scope, seen = query, 0
    while is_plain(scope, is_grouped=scope is query) and not scope.args.get("order"):
        first, seen = scope.args["from_"].this, seen + 1
        if not isinstance(first, exp.Table):
            return False
        if f"{first.db}.{first.name}" == FACTS:
            return seen == len(inner) + 1
        if first.db or first.name not in inner or read.count(f".{first.name}") != 1:
            return False
        scope = inner[first.name]
    return False


def _pieces(query: Any) -> Pieces | None:
    """The same for a query of which each line counts by itself."""
    from sqlglot import exp

    group = query.args.get("group")
    keys = list(group.expressions) if group else []
    if any(not isinstance(key, exp.Column) for key in keys) or (group and set(group.args) - {"expressions"}):
        return None
    result, sums, distinct, names = query.copy(), dict[str, str](), dict[str, Any](), dict[str, str]()
    for found in [node for select in result.selects for node in select.find_all(exp.AggFunc)]:
        kind = ADDED.get(type(found).__name__)
        whole = found.parent if isinstance(found.parent, exp.Filter) else found
        if kind is None:
            return None
        name = names.setdefault(whole.sql(dialect=DIALECT), f"piece_{len(names)}")
        counted = found.this if isinstance(found.this, exp.Distinct) else None
        if counted and not _is_countable(found, counted):
            return None
        added = exp.func(kind, exp.column(name))
        if counted and counted.expressions[0].name != ORDER_NUMBER:
            distinct[name] = (counted.expressions[0], whole.args.get("expression"))
            added = exp.func("COALESCE", added, exp.Literal.number(0))  # a group that has none is in no piece
        else:
            sums[name] = whole.sql(dialect=DIALECT)
        whole.replace(added)
    rest = [column for select in result.selects for column in select.find_all(exp.Column)]
    if not (distinct or any("DISTINCT" in text for text in sums.values())):
        return None
    if any(column.name not in {*names.values(), *(key.name for key in keys)} for column in rest):
        return None
    return _texts(query, keys, sums, distinct, result)


def _is_countable(function: Any, distinct: Any) -> bool:
    """Whether an aggregate counts the distinct values of one column as it stands."""
    from sqlglot import exp

    return isinstance(function, exp.Count) and [type(one) for one in distinct.expressions] == [exp.Column]


def _texts(query: Any, keys: list[Any], sums: dict[str, str], distinct: dict[str, Any], result: Any) -> Pieces:
    """The SQL of the pieces; `sums`, `distinct`: by name, `result`: the query with them in the place of aggregates."""
    from sqlglot import exp

    def text(chosen: list[Any], more: Any = None) -> str:
        piece = query.copy()
        piece.set("expressions", [*(key.copy() for key in keys), *chosen])
        if more is not None:
            piece.set("group", None)
            piece.set("distinct", exp.Distinct())
            piece.where(*more, copy=False)
        return str(piece.sql(dialect=DIALECT))

    found = Pieces(text([exp.alias_(exp.maybe_parse(sql, dialect=DIALECT), name) for name, sql in sums.items()]))
    for name, (column, when) in distinct.items():
        there = [exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null()))]
        apart = text([exp.alias_(column.copy(), name)], [*there, *([when.this.copy()] if when else [])])
        by = [key.name for key in keys]
        counted = ", ".join([*by, f"COUNT({name}) AS {name}"])
        query_of_counts = f"SELECT {counted} FROM ({apart}) AS apart"  # noqa: S608 - SQL of the company
        found.distinct.append(query_of_counts + f" GROUP BY {', '.join(by)}" * bool(by))
    for part in ("with_", "joins", "where"):
        result.set(part, None)
    result.set("from_", exp.From(this=exp.to_table(PIECES)))
    for column in result.find_all(exp.Column):
        column.set("table", None)
    found.result = result.sql(dialect=DIALECT)
    return found


def ranges_of(lines: pl.LazyFrame) -> list[pl.LazyFrame] | None:
    """The order lines in ranges of orders; None where no sorted ids tell these, or for a single range."""
    if lines.collect_schema()[ORDER_NUMBER] != pl.UInt32:
        return None
    numbers = lines.select(ORDER_NUMBER)
    borders = borders_of(numbers)
    if len(borders) <= 2 or not numbers.collect().to_series().is_sorted():
        return None
    return [lines.slice(first, after - first) for first, after in pairwise(borders)]


def computed(sql: str, frames: Frames) -> pl.DataFrame | None:
    """What the SQL gives of frames, computed in pieces; None where it cannot be, or for a single range of orders."""
    lines = frames.get(FACTS)
    ranges = ranges_of(lines) if lines is not None else None
    found = pieces_of(sql) if ranges is not None else None  # reading SQL takes longer than small tables do
    if ranges is None or found is None:
        return None
    parts = [
        pl.SQLContext({**frames, FACTS: part}).execute(found.in_ranges).collect(engine="streaming") for part in ranges
    ]
    context = pl.SQLContext(frames)
    parts += [context.execute(text).collect(engine="streaming") for text in found.distinct]
    pieces = pl.concat(parts, how="diagonal")
    result = pl.SQLContext({PIECES: pieces.lazy()}).execute(found.result)
    return result.collect() if result.collect_schema() == context.execute(sql).collect_schema() else None
