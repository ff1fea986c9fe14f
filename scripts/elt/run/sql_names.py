"""Names in a mart's SQL: silver.<table>, gold.<mart>, calendar.days, kpi.<name>; comments and strings do not count."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from elt.remembered import installed, memory

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope

LAYERS = ("silver", "gold", "calendar")
KPI = "kpi"
LIKE_ENOUGH = 0.6  # of 1: names that are less alike are no misspellings of each other
# Of the dialects that sqlglot knows DuckDB's is nearest to the SQL of Polars, // included; but Polars, unlike DuckDB,
# tells the column Land from land.
DIALECT = "duckdb, normalization_strategy=case_sensitive"


def read(path: str | Path) -> str:
    """The text of an SQL file in Unicode normal form C, as names and values are; a broken byte is marked."""
    return unicodedata.normalize("NFC", Path(path).read_text(encoding="utf-8", errors="replace"))


@cache
def dotted(sql: str) -> tuple[tuple[str, str, int, int], ...]:
    """(first part, second part, start, end) of every dotted name in an SQL text, in order.

    Raises ValueError if the text cannot be taken apart, as with a quote that does not close.
    """
    found = memory.result(
        "dotted", lambda: (sql, Path(__file__).read_bytes(), installed("sqlglot")), lambda: _dotted(sql)
    )
    return tuple((first, second, start, end) for first, second, start, end in found)


def _dotted(sql: str) -> tuple[tuple[str, str, int, int], ...]:
    """What `dotted` gives."""
    from sqlglot.errors import SqlglotError
    from sqlglot.tokenizer_core import TokenType
    from sqlglot.tokens import Tokenizer

    try:
        tokens = Tokenizer().tokenize(sql)
    except SqlglotError:
        raise ValueError("is not SQL: a quote or a comment does not close") from None
    return tuple(
        (first.text, second.text, first.start, second.end + 1)
        for first, dot, second in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if dot.token_type == TokenType.DOT and TokenType.STRING not in (first.token_type, second.token_type)
    )


@cache
def bare(sql: str) -> str:
    """An SQL text without comments and layout, one blank for what is no token; as it is if it cannot be taken apart."""
    key = (sql, Path(__file__).read_bytes(), installed("sqlglot"))
    return str(memory.result("bare", lambda: key, lambda: _bare(sql)))


def _bare(sql: str) -> str:
    """What `bare` gives."""
    from sqlglot.errors import SqlglotError
    from sqlglot.tokens import Tokenizer

    try:
        tokens = Tokenizer().tokenize(sql)
        parts = [sql[token.start : token.end + 1] for token in tokens]
        gaps = [" " if first.end + 1 < second.start else "" for first, second in pairwise(tokens)]
        found = "".join(f"{part}{gap}" for part, gap in zip(parts, [*gaps, ""], strict=True))
        same = [(token.token_type, token.text) for token in Tokenizer().tokenize(found)]
    except SqlglotError:
        return sql
    return found if same == [(token.token_type, token.text) for token in tokens] else sql


def tables(sql: str) -> tuple[str, ...]:
    """The names `<layer>.<table>` in an SQL text, sorted; raises ValueError as `dotted` does."""
    return tuple(sorted({f"{first}.{second}" for first, second, _, _ in dotted(sql) if first in LAYERS}))


def kpis(sql: str) -> tuple[str, ...]:
    """The key figures `kpi.<name>` in an SQL text, sorted; raises ValueError as `dotted` does."""
    return tuple(sorted({second for first, second, _, _ in dotted(sql) if first == KPI}))


def with_formulas(sql: str, formulas: Mapping[str, str]) -> str:
    """The SQL with every `kpi.<name>` replaced by the formula of that key figure, in brackets."""
    for first, second, start, end in reversed(dotted(sql)):
        if first == KPI:
            sql = f"{sql[:start]}({formulas[second]}){sql[end:]}"
    return sql


def in_order(dependencies: dict[str, set[str]]) -> list[str]:
    """The marts so that each comes after those it reads; raises ValueError naming the marts of a circle."""
    from graphlib import CycleError, TopologicalSorter

    try:
        return list(
            TopologicalSorter({mart: sorted(needed) for mart, needed in sorted(dependencies.items())}).static_order()
        )
    except CycleError as error:
        raise ValueError(" → ".join(error.args[1])) from None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is spelt most like a name, upper and lower case apart; None if none is like it."""
    from difflib import get_close_matches

    folded = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), list(folded), 1, LIKE_ENOUGH)
    return folded[near[0]] if near else None


def alike(name: str, known: Iterable[str]) -> str:
    """`; it may be <known name>` where a known name is spelt alike; else nothing."""
    near = nearest(name, known)
    return f"; it may be {near}" if near else ""


class Unbound(NamedTuple):
    """A column that an SQL text names and that nothing offers, and where it was looked for.

    `tables`: dotted tables, or names of queries of the text, of which one should have it; `offered`: their columns.
    """

    column: str
    tables: tuple[str, ...]
    offered: tuple[str, ...]


def unbound(sql: str, tables: Mapping[str, Iterable[str]]) -> list[Unbound]:
    """The columns of an SQL text that neither its tables nor its queries offer, each once; none if it cannot be read.

    `tables`: dotted table -> its columns. It says which names are wrong once Polars has refused the text, and is no
    judge of it.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema: dict[str, Any] = {}
    for name, columns in tables.items():
        layer, _, table = name.partition(".")
        schema.setdefault(layer, {})[table] = dict.fromkeys(columns, "text")
    try:
        query = qualify(
            sqlglot.parse_one(sql, dialect=DIALECT),
            dialect=DIALECT,
            schema=schema,
            validate_qualify_columns=False,
            allow_partial_qualification=True,
        )
        root = build_scope(query)
        scopes = list(root.traverse()) if root else []
        seen: set[int] = set()
        found = [missing for scope in scopes for missing in _unbound_in(scope, tables, seen)]
    except (SqlglotError, LookupError, ValueError, RecursionError):
        return []
    return list(dict.fromkeys(found))


def _unbound_in(scope: "Scope", tables: Mapping[str, Iterable[str]], seen: set[int]) -> Iterator[Unbound]:
    """The columns of one query that nothing offers; `seen`: those looked at in the queries within it, added to."""
    columns = [column for column in scope.columns if id(column) not in seen]
    seen.update(map(id, columns))
    for column in columns:
        if not column.table:
            if not _is_alias(column, scope.expression):
                read = [_offer(source, alias, tables) for alias, (_, source) in scope.selected_sources.items()]
                offered = tuple(dict.fromkeys(name for _, names in read for name in names))
                yield Unbound(column.name, tuple(table for table, _ in read), offered)
            continue
        around: Scope | None = scope
        while around is not None and column.table not in around.sources:
            around = around.parent  # a query within an expression may name columns of the query around it
        if around is None:
            aliases = tuple(scope.selected_sources)
            known = tuple(f"{alias}.{column.name}" for alias in aliases)
            yield Unbound(f"{column.table}.{column.name}", aliases, known)
            continue
        table, names = _offer(around.sources[column.table], column.table, tables)
        if column.name not in names:
            yield Unbound(column.name, (table,), tuple(names))


def _is_alias(column: Any, query: Any) -> bool:
    """Whether a name without a table is that of a selected expression, as in ORDER BY, and not within it."""
    from sqlglot import exp

    alias = column.find_ancestor(exp.Alias)
    return column.name in _selected(query) and (alias is None or alias.alias != column.name)


def _offer(source: Any, alias: str, tables: Mapping[str, Iterable[str]]) -> tuple[str, Sequence[str]]:
    """(name, columns) of what a query reads under an alias: a table, or another query."""
    from sqlglot import exp

    if isinstance(source, exp.Table):
        name = f"{source.db}.{source.name}" if source.db else source.name
        return name, list(tables.get(name, ()))
    return alias, _selected(source.expression)


def _selected(query: Any) -> Sequence[str]:
    """Names of the columns that a query gives."""
    return query.named_selects
