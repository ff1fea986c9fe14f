"""Column lineage: from which columns a column of a mart, or a figure, takes its values; read from the SQL by sqlglot.

A leaf is (dotted table, column), or (dotted table, ROWS) where rows are counted. Only what makes up a value counts, its
conditions and orders within the expression included; columns that choose and join rows are kept apart. sqlglot follows
the columns; what it does not give is added here: the rows that COUNT(*) counts, the conditions of queries within an
expression, and the columns that choose rows. Where the SQL cannot be followed, every column of every table that it
reads counts: too much rather than too little.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from elt.run import sql_names
from elt.run.sql_names import DIALECT

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope

ROWS = "(rows)"
Leaf = tuple[str, str]
Leaves = frozenset[Leaf]
NOTHING: Leaves = frozenset()
NO_NAMES: frozenset[str] = frozenset()
CHOOSING = ("where", "group", "having", "qualify", "order", "distinct")  # parts of a query that choose or order rows


@dataclass(frozen=True)
class Traced:
    """Lineage of one query: output column -> leaves, the leaves that choose rows, the tables whose rows it gives."""

    columns: Mapping[str, Leaves]
    choosing: Leaves
    rows: Leaves
    is_by_column: bool = True


def _leaf(table: Any, column: str) -> Leaves:
    """A column of a table of the SQL, the table's name as layer.table."""
    return frozenset({(f"{table.db}.{table.name}" if table.db else table.name, column)})


class _Query:
    """A query whose names are resolved; raises SqlglotError or LookupError for a name that no table offers."""

    def __init__(self, sql: str, tables: Mapping[str, Iterable[str]]) -> None:
        import sqlglot
        from sqlglot.optimizer.qualify import qualify
        from sqlglot.optimizer.scope import build_scope

        schema: dict[str, Any] = {}
        for name, columns in tables.items():
            layer, _, table = name.partition(".")
            schema.setdefault(layer, {})[table] = dict.fromkeys(columns, "text")
        root = build_scope(qualify(sqlglot.parse_one(sql, dialect=DIALECT), dialect=DIALECT, schema=schema))
        if root is None:
            raise LookupError("no query")
        self.root = root
        self._scopes = {id(scope.expression): scope for scope in root.traverse()}
        self._columns: dict[int, dict[str, Leaves]] = {}

    def columns(self, scope: "Scope") -> dict[str, Leaves]:
        """Output columns of the query or of a query within it, with their leaves."""
        from sqlglot.lineage import lineage

        known = self._columns
        if id(scope) not in known:
            query = scope.expression
            nodes = lineage(None, query, {}, dialect=DIALECT, scope=scope, trim_selects=False, copy=False)
            known[id(scope)] = {name: NOTHING.union(*map(self._of_step, node.walk())) for name, node in nodes.items()}
        return known[id(scope)]

    def _of_step(self, node: Any) -> Leaves:
        """What one step of sqlglot's lineage adds: a column of a table, or what an expression has beside columns."""
        from sqlglot import exp

        if isinstance(node.expression, exp.Table):
            return _leaf(node.expression, exp.to_column(node.name).name)
        if isinstance(node.expression, exp.Placeholder | exp.Star):
            raise LookupError(node.name)
        scope = self._scopes[id(node.source)]
        return NOTHING if scope.set_operation_scopes else self._beside_columns(scope, node.expression)

    def _beside_columns(self, scope: "Scope", expression: Any) -> Leaves:
        """Rows that an expression counts, and what chooses rows of the queries within it."""
        from sqlglot import exp
        from sqlglot.optimizer.scope import find_all_in_scope

        counts = find_all_in_scope(expression, exp.Count)
        counted = self.rows(scope) if any(isinstance(count.this, exp.Star) for count in counts) else NOTHING
        return counted.union(*map(self.choosing, self._within(expression)))

    def _within(self, expression: Any) -> "Iterator[Scope]":
        """The queries within an expression."""
        from sqlglot import exp
        from sqlglot.optimizer.scope import find_all_in_scope

        for query in find_all_in_scope(expression, *exp.UNWRAPPED_QUERIES):
            yield self._scopes[id(query)]

    def _of_condition(self, scope: "Scope", condition: Any) -> Leaves:
        """Leaves of all that a condition of a query names, queries within it included."""
        from sqlglot import exp
        from sqlglot.optimizer.scope import find_all_in_scope

        parts = [self._beside_columns(scope, condition)]
        parts += [self._resolved(scope, column) for column in find_all_in_scope(condition, exp.Column)]
        parts += [leaves for query in self._within(condition) for leaves in self.columns(query).values()]
        return NOTHING.union(*parts)

    def _resolved(self, scope: "Scope", column: Any) -> Leaves:
        """Leaves of a column that a condition names."""
        from sqlglot import exp

        if not column.table:  # ORDER BY may name what is selected
            return self.columns(scope)[column.name]
        while column.table not in scope.sources and scope.parent:
            scope = scope.parent  # a query within an expression may name columns of the query around it
        source = scope.sources[column.table]
        return _leaf(source, column.name) if isinstance(source, exp.Table) else self.columns(source)[column.name]

    def choosing(self, scope: "Scope") -> Leaves:
        """Leaves of what chooses, joins, groups and orders the rows of one query."""
        if scope.set_operation_scopes:
            return NOTHING.union(*map(self.choosing, scope.set_operation_scopes))
        query = scope.expression
        parts = [query.args.get(name) for name in CHOOSING]
        parts += [join.args.get("on") for join in query.args.get("joins") or []]
        return NOTHING.union(*(self._of_condition(scope, part) for part in parts if part is not None))

    def rows(self, scope: "Scope") -> Leaves:
        """The tables whose rows a query counts or gives."""
        from sqlglot import exp

        found = NOTHING.union(*map(self.rows, scope.set_operation_scopes))
        for _, source in scope.selected_sources.values():
            found |= _leaf(source, ROWS) if isinstance(source, exp.Table) else self.rows(source)
        return found


def _by_table(sql: str, tables: Mapping[str, Iterable[str]], wanted: Iterable[str]) -> Traced:
    """Every column of every table that the SQL reads, for each wanted column."""
    read = sql_names.tables(sql)
    leaves = frozenset((table, column) for table in read for column in tables.get(table, [ROWS]))
    rows = frozenset((table, ROWS) for table in read)
    return Traced(dict.fromkeys(wanted, leaves), leaves, rows, is_by_column=False)


def of_query(
    sql: str,
    tables: Mapping[str, Iterable[str]],
    wanted: Iterable[str],
    absent: Mapping[str, Iterable[str]] | None = None,
) -> Traced:
    """Lineage of the wanted output columns of a query.

    `tables`: dotted table -> its columns; `absent`: dotted table -> columns that it lacks and the query may read as
    missing, which are no leaves.
    """
    from sqlglot.errors import SqlglotError

    lacking = absent or {}
    offered = {name: [*columns, *lacking.get(name, ())] for name, columns in tables.items()}
    gone = {(name, column) for name, columns in lacking.items() for column in columns}
    wanted = list(wanted)
    try:
        query = _Query(sql, offered)
        found = query.columns(query.root)
        choosing = NOTHING.union(*map(query.choosing, query.root.traverse()))
        return Traced({name: found[name] - gone for name in wanted}, choosing - gone, query.rows(query.root))
    except (SqlglotError, LookupError, ValueError, RecursionError):
        return _by_table(sql, tables, wanted)


def outputs(sql: str) -> list[str]:
    """Names of the columns that a query gives; none if it cannot be read."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError:
        return []
    return list(query.named_selects) if isinstance(query, sqlglot.exp.Query) else []


def of_expressions(texts: Iterable[str], names: Iterable[str]) -> frozenset[str]:
    """Which of the names SQL expressions use; all of them if one cannot be read."""
    names = frozenset(names)
    used = [_columns_of(text) for text in texts]
    return names if None in used else names & NO_NAMES.union(*filter(None, used))


@lru_cache(4096)
def _columns_of(text: str) -> frozenset[str] | None:
    """Columns that an SQL expression names; None if it cannot be read. The map of data asks for each many times."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        parsed = sqlglot.parse_one(text, dialect=DIALECT)
    except SqlglotError:
        return None
    return frozenset(column.name for column in parsed.find_all(exp.Column))
