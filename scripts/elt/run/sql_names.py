"""Names in a mart's SQL: silver.<table>, gold.<mart>, calendar.days, kpi.<name>; comments and strings do not count."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LAYERS = ("silver", "gold", "calendar")
KPI = "kpi"


def read(path: str | Path) -> str:
    """The text of an SQL file in Unicode normal form C, as names and values are; a broken byte is marked."""
    return unicodedata.normalize("NFC", Path(path).read_text(encoding="utf-8", errors="replace"))


@cache
def dotted(sql: str) -> tuple[tuple[str, str, int, int], ...]:
    """(first part, second part, start, end) of every dotted name in an SQL text, in order.

    Raises ValueError if the text cannot be taken apart, as with a quote that does not close.
    """
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
