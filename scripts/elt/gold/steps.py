"""The SQL of a mart in steps: each of its named queries that groups lines is computed alone, once, and then read.

Planned as one, Polars keeps the lines that several such queries read in memory; one after the other they stream them.
The text of the queries stays as it is, so they mean the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from elt.gold import counted_apart
from elt.gold.tracing import has_aggregate
from elt.run.sql_names import DIALECT
from elt.tables import ORDER_NUMBER

Frames = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class Named:
    """A named query of an SQL text: its name, its text in brackets, whether its rows are groups."""

    name: str
    text: str
    is_grouped: bool


def queries_of(sql: str) -> tuple[list[Named], str]:
    """(the named queries of an SQL text, the rest); no queries where the text is not of the plain form."""
    from sqlglot.errors import SqlglotError
    from sqlglot.tokenizer_core import TokenType
    from sqlglot.tokens import Tokenizer

    try:
        tokens = Tokenizer().tokenize(sql)
    except SqlglotError:
        return [], sql
    found: list[Named] = []
    place, is_next = 1, bool(tokens) and tokens[0].token_type == TokenType.WITH
    while is_next:
        kinds = [token.token_type for token in tokens[place : place + 3]]
        if kinds != [TokenType.VAR, TokenType.ALIAS, TokenType.L_PAREN]:
            return [], sql
        first = place + 2
        depth, last = 1, first
        while depth and (last := last + 1) < len(tokens):
            depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(tokens[last].token_type, 0)
        if depth or last + 1 >= len(tokens):
            return [], sql
        text = sql[tokens[first].start : tokens[last].end + 1]
        found.append(Named(tokens[place].text, text, is_grouped(text[1:-1])))
        is_next, place = tokens[last + 1].token_type == TokenType.COMMA, last + 2
    return found, sql[tokens[place - 1].start :] if found else sql


def is_grouped(sql: str) -> bool:
    """Whether the rows of a query are groups of what it reads."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError:
        return False
    return isinstance(query, exp.Select) and bool(query.args.get("group") or has_aggregate(query))


def in_steps(sql: str, frames: Frames) -> pl.LazyFrame:
    """What the SQL gives of frames, its grouped queries computed before."""
    queries, rest = queries_of(sql)
    context, ahead = pl.SQLContext(frames), list[Named]()

    def whole(last: str) -> str:
        named = ", ".join(f"{query.name} AS {query.text}" for query in ahead)
        return f"WITH {named} {last}" if ahead else last

    for query in queries:
        if query.is_grouped:
            text = whole(query.text[1:-1])
            found = counted_apart.computed(text, frames)
            context.register(query.name, context.execute(text).collect(engine="streaming") if found is None else found)
        else:
            ahead.append(query)
    return context.execute(whole(rest))


def only_counts_orders(sql: str) -> bool:
    """Whether an SQL text does nothing with order numbers but count how many there are, so that any other name does."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError:
        return False
    if any(query.find_all(exp.SetOperation, exp.Columns)) or any(
        join.args.get("method") for join in query.find_all(exp.Join)
    ):
        return False
    columns = [column for column in query.find_all(exp.Column) if column.name == ORDER_NUMBER]
    names = [name for name in query.find_all(exp.Identifier) if name.name == ORDER_NUMBER]
    return len(names) == len(columns) and all(
        isinstance(column.parent, exp.Distinct) and isinstance(column.parent.parent, exp.Count) for column in columns
    )
