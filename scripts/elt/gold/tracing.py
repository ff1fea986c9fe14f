"""Every row of the order lines traced to the row of silver that it is made of, and what becomes of every such row.

The mart's SQL is run again over silver tables whose rows are numbered, with the numbers among its columns: so what a
condition or a join loses or doubles is found whatever the SQL, with or without money. An amount that silver does not
have, as it comes of a join, is computed a second time: once for each numbered row, without conditions, and with joins
that lose nothing.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from elt.run.sql_names import DIALECT

if TYPE_CHECKING:
    from sqlglot import exp

ROW = "_row of "  # and the silver table: a column with the numbers of its rows
NAMES = {"REGEXP_MATCHES(": "REGEXP_LIKE("}  # functions as sqlglot writes them -> as Polars knows them


def row_column(table: str) -> str:
    """The column with the numbers of a silver table's rows."""
    return f"{ROW}{table}"


class NotFollowedError(Exception):
    """The rows of the SQL cannot be followed to those of silver."""


class _Rows:
    """Adds the numbers of rows to each query through which rows of silver come; `tables`: whose they are.

    `base`: a silver table of which no row is to be lost, or None.
    """

    def __init__(self, query: "exp.Query", base: str | None) -> None:
        self.base = base
        self.inner = {cte.alias: cte.this for cte in query.ctes}
        self.done: dict[int, list[str]] = {}
        self.tables = self.carried(query)

    def carried(self, query: "exp.Expr") -> list[str]:
        """Let a query carry the numbers of the rows it reads; the silver tables whose numbers it has."""
        from sqlglot import exp

        if id(query) not in self.done:
            self.done[id(query)] = []  # a query that reads itself carries nothing
            if isinstance(query, exp.SetOperation):
                self.done[id(query)] = self.of_union(query)
            elif isinstance(query, exp.Select):
                self.inner |= {cte.alias: cte.this for cte in query.ctes}
                self.done[id(query)] = self.of_select(query)
        return self.done[id(query)]

    def of_union(self, query: "exp.SetOperation") -> list[str]:
        """All branches carry the same numbers, missing where a branch reads another table."""
        from sqlglot import exp

        if not isinstance(query, exp.Union) or query.args.get("distinct"):
            return []
        branches = [part.unnest() for part in (query.this, query.expression)]
        found = [self.carried(branch) for branch in branches]
        every = list(dict.fromkeys(table for tables in found for table in tables))
        for branch, tables in zip(branches, found, strict=True):
            if isinstance(branch, exp.SetOperation) and tables != every:
                raise NotFollowedError
            if isinstance(branch, exp.Select):
                aligned(branch, tables, every)
        return every

    def of_select(self, query: "exp.Select") -> list[str]:
        """A query without groups carries the numbers of all that it reads."""
        from sqlglot import exp

        if any(query.args.get(part) for part in ("group", "distinct", "having", "limit")) or has_aggregate(query):
            return []
        first = query.args.get("from_")
        sources = [first.this, *(join.this for join in query.args.get("joins") or [])] if first else []
        carried = [self.of_source(source) for source in sources]
        found: dict[str, str] = {}
        for source, tables in zip(sources, carried, strict=True):
            for table in tables:
                found.setdefault(table, source.alias_or_name)
        if self.base in found:
            lossless(query, next(i for i, tables in enumerate(carried) if self.base in tables))
        for table, source in found.items():
            if not any(covers(select, source) for select in query.selects):
                name = exp.to_identifier(row_column(table), quoted=True)
                query.select(exp.alias_(exp.column(name, table=source), name.copy()), copy=False)
        return list(found)

    def of_source(self, source: "exp.Expr") -> list[str]:
        """Silver tables whose numbers a table or query within FROM or JOIN has."""
        from sqlglot import exp

        if isinstance(source, exp.Table):
            if source.db:
                return [source.name] if source.db == "silver" else []
            return self.carried(self.inner[source.name].unnest()) if source.name in self.inner else []
        inner = source.unnest() if isinstance(source, exp.Subquery) else None
        return self.carried(inner) if isinstance(inner, exp.Query) else []


def aligned(branch: "exp.Select", tables: "Sequence[str]", every: "Sequence[str]") -> None:
    """Put the numbers of a branch of a union last and in order, missing ones where it has none.

    Raises NotFollowedError where a star hides the order.
    """
    from sqlglot import exp

    if any(select.is_star for select in branch.selects):
        raise NotFollowedError
    own = {select.alias_or_name: select for select in branch.selects}
    missing = {table: exp.cast(exp.null(), "BIGINT") for table in every if table not in tables}
    numbers = [
        exp.alias_(missing[table], row_column(table), quoted=True) if table in missing else own[row_column(table)]
        for table in every
    ]
    branch.set("expressions", [*(own[name] for name in own if not name.startswith(ROW)), *numbers])


def has_aggregate(query: "exp.Select") -> bool:
    """Whether the columns of a query are aggregates over its rows, windows apart."""
    from sqlglot import exp

    return any(
        not isinstance(function.find_ancestor(exp.Window, exp.Subquery), exp.Window)
        for select in query.selects
        for function in select.find_all(exp.AggFunc)
    )


def covers(select: "exp.Expr", source: str) -> bool:
    """Whether a selected star has all columns of a source."""
    from sqlglot import exp

    if isinstance(select, exp.Star):
        return True
    return isinstance(select, exp.Column) and isinstance(select.this, exp.Star) and select.table == source


def lossless(query: "exp.Select", place: int) -> None:
    """Let a query lose no row of a source, by its place: by no join, and by no condition on one source alone."""
    from sqlglot import exp

    for number, join in enumerate(query.args.get("joins") or [], start=1):
        if number >= place and (join.args.get("on") is not None or join.args.get("using")):
            join.set("side", "RIGHT" if number == place else "LEFT")
            join.set("kind", None)
    where = query.args.get("where")
    condition = where.this if where else None
    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition] if condition else []
    between = [part for part in parts if len({column.table for column in part.find_all(exp.Column)}) > 1]
    query.set("where", exp.Where(this=exp.and_(*between)) if between else None)


def numbered(sql: str, base: str | None = None) -> tuple[str, list[str]]:
    """(the SQL with the numbers of rows among its columns, the silver tables whose they are).

    `base`: a silver table of which no row is then lost, by no join and by no condition on one source alone. Raises
    NotFollowedError where no row of silver comes through as it is.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
        if not isinstance(query, exp.Query):
            raise NotFollowedError
        tables = _Rows(query, base).tables
    except (SqlglotError, KeyError, RecursionError) as error:
        raise NotFollowedError from error
    if not tables:
        raise NotFollowedError
    text = query.sql(dialect=DIALECT)
    for name, known in NAMES.items():
        text = text.replace(name, known)
    return text, tables


def is_stored(sql: str, column: str) -> bool:
    """Whether a column of the SQL's result is a column of a table as it stands there, and not computed."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError:
        return True
    inner = {cte.alias: cte.this for cte in query.find_all(exp.CTE)}
    return isinstance(query, exp.Query) and _comes_as_it_is(query, column, inner)


def _comes_as_it_is(query: "exp.Expr", column: str, inner: "Mapping[str, exp.Expr]") -> bool:
    """The same for a query within, by the names of all queries within."""
    from sqlglot import exp

    if isinstance(query, exp.SetOperation):
        return any(_comes_as_it_is(part.unnest(), column, inner) for part in (query.this, query.expression))
    if not isinstance(query, exp.Select):
        return True
    named = next((select.unalias() for select in query.selects if select.alias_or_name == column), None)
    if named is not None and not isinstance(named, exp.Column):
        return False
    first = query.args.get("from_")
    sources = [first.this, *(join.this for join in query.args.get("joins") or [])] if first else []
    name, table = (named.name, named.table) if named is not None else (column, "")
    for source in sources:
        if table and source.alias_or_name != table:
            continue
        within = source.unnest() if isinstance(source, exp.Subquery) else inner.get(source.name)
        if isinstance(source, exp.Table) and source.db:
            within = None
        if not isinstance(within, exp.Query) or within is query:
            continue
        if table or within.is_star or name in within.named_selects:
            return _comes_as_it_is(within, name, inner)
    return True
