"""Column lineage: from which columns a column of a mart, or a figure, takes its values; read from the SQL.

A leaf is (dotted table, column), or (dotted table, ROWS) where rows are counted. Only what makes up a value counts, its
conditions and orders within the expression included; columns that choose and join rows are told apart. Where the SQL
cannot be followed, every column of every table that it reads counts: too much rather than too little.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from elt.run import sql_names

ROWS = "(rows)"
Leaf = tuple[str, str]
Leaves = frozenset[Leaf]
DIALECT = "duckdb"  # of those that the parser knows the one nearest to the SQL of Polars, // included
NOTHING: Leaves = frozenset()


@dataclass(frozen=True)
class Traced:
    """Lineage of one query: output column -> leaves, the leaves that choose rows, the tables whose rows it gives."""

    columns: Mapping[str, Leaves]
    choosing: Leaves
    rows: Leaves
    is_by_column: bool = True


@dataclass
class _Walk:
    """One query on its way: the columns of the tables it may read, and what was found out of its parts."""

    tables: Mapping[str, Iterable[str]]
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    done: dict[int, dict[str, Leaves]] = field(default_factory=dict)


def _dotted(table: Any) -> str:
    """A table of the SQL as layer.table."""
    return f"{table.db}.{table.name}" if table.db else table.name


def _outputs(walk: _Walk, source: Any) -> dict[str, Leaves] | None:
    """Columns that a source of a query offers, with their leaves; None for a table that nobody described."""
    from sqlglot import exp

    if not isinstance(source, exp.Table):
        return _of_scope(walk, source)
    name = _dotted(source)
    if name not in walk.tables:
        return None
    lacking = dict.fromkeys(walk.absent.get(name, ()), NOTHING)
    return lacking | {column: frozenset({(name, column)}) for column in walk.tables[name]}


def _resolve(walk: _Walk, scope: Any, column: Any) -> Leaves:
    """Leaves of a column as a query names it; raises LookupError for a name that nothing offers."""
    wanted, alias, asked = column.name, column.table, scope
    while scope is not None:
        unknown: set[Leaf] = set()
        for name, (_, source) in scope.selected_sources.items():
            if alias not in ("", name):
                continue
            offered = _outputs(walk, source)
            if offered is None:
                unknown.add((_dotted(source), wanted))
            elif wanted in offered:
                return offered[wanted]
        if unknown:
            return frozenset(unknown)
        scope = scope.parent if scope.is_subquery else None  # it may name columns of the query around it
    if not alias and wanted in asked.expression.named_selects and id(asked) in walk.done:
        return walk.done[id(asked)][wanted]  # GROUP BY and ORDER BY may name what is selected
    raise LookupError(wanted)


def _counted(walk: _Walk, scope: Any) -> Leaves:
    """The tables whose rows a query counts or gives."""
    from sqlglot import exp

    found: set[Leaf] = set().union(*(_counted(walk, part) for part in scope.set_operation_scopes))
    for _, source in scope.selected_sources.values():
        if isinstance(source, exp.Table):
            found.add((_dotted(source), ROWS))
        else:
            found |= _counted(walk, source)
    return frozenset(found)


def _of_expression(walk: _Walk, scope: Any, expression: Any) -> Leaves:
    """Leaves of everything that an expression of a query names, queries inside it included."""
    from sqlglot import exp

    inner = {id(part.expression): part for part in scope.subquery_scopes}
    found: set[Leaf] = set()
    for node in expression.walk(prune=lambda node: id(node) in inner):
        if id(node) in inner:
            nested = inner[id(node)]
            found |= frozenset().union(*_of_scope(walk, nested).values(), _choosing(walk, nested))
        elif isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            found |= _resolve(walk, scope, node)
        elif isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
            found |= _counted(walk, scope)
    return frozenset(found)


def _starred(walk: _Walk, scope: Any, alias: str) -> dict[str, Leaves]:
    """What `*` or `alias.*` stands for; raises LookupError for a table that nobody described."""
    found: dict[str, Leaves] = {}
    for name, (_, source) in scope.selected_sources.items():
        if alias in ("", name):
            offered = _outputs(walk, source)
            if offered is None:
                raise LookupError(name)
            found |= offered
    return found


def _of_scope(walk: _Walk, scope: Any) -> dict[str, Leaves]:
    """Output columns of a query with their leaves, in its order; the parts of a UNION are joined by place."""
    from sqlglot import exp

    if id(scope) in walk.done:
        return walk.done[id(scope)]
    found: dict[str, Leaves] = {}
    if scope.set_operation_scopes:
        parts = [_of_scope(walk, part) for part in scope.set_operation_scopes]
        places = zip(*(part.values() for part in parts), strict=True)
        found = dict(zip(parts[0], (frozenset().union(*leaves) for leaves in places), strict=True))
    else:
        for chosen in scope.expression.selects:
            if isinstance(chosen, exp.Star):
                found |= _starred(walk, scope, "")
            elif isinstance(chosen, exp.Column) and isinstance(chosen.this, exp.Star):
                found |= _starred(walk, scope, chosen.table)
            else:
                found[chosen.alias_or_name] = _of_expression(walk, scope, chosen)
    walk.done[id(scope)] = found
    return found


def _choosing(walk: _Walk, scope: Any) -> Leaves:
    """Leaves of what chooses, joins, groups and orders the rows of one query."""
    if scope.set_operation_scopes:
        return frozenset().union(*(_choosing(walk, part) for part in scope.set_operation_scopes))
    query = scope.expression
    parts = [query.args.get(name) for name in ("where", "group", "having", "qualify", "order", "distinct")]
    parts += [join.args.get(name) for join in query.args.get("joins") or [] for name in ("on",)]
    return frozenset().union(*(_of_expression(walk, scope, part) for part in parts if part is not None))


def _by_table(sql: str, tables: Mapping[str, Iterable[str]], wanted: Iterable[str]) -> Traced:
    """Every column of every table that the SQL reads, for each wanted column."""
    leaves = frozenset((table, column) for table in sql_names.tables(sql) for column in tables.get(table, [ROWS]))
    rows = frozenset((table, ROWS) for table in sql_names.tables(sql))
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
    import sqlglot
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.scope import build_scope

    lacking = {name: frozenset(columns) for name, columns in (absent or {}).items()}
    wanted, walk = list(wanted), _Walk(tables, lacking)
    try:
        query = sqlglot.parse_one(sql, dialect=DIALECT)
        root = build_scope(query)
        if root is None:
            return _by_table(sql, tables, wanted)
        found = _of_scope(walk, root)
        choosing = frozenset().union(*(_choosing(walk, scope) for scope in root.traverse()))
    except (SqlglotError, LookupError, ValueError, RecursionError):
        return _by_table(sql, tables, wanted)
    if not set(wanted) <= set(found):
        return _by_table(sql, tables, wanted)
    return Traced({column: found[column] for column in wanted}, choosing, _counted(walk, root))


def outputs(sql: str) -> list[str]:
    """Names of the columns that a query gives; none if it cannot be read."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return list(sqlglot.parse_one(sql, dialect=DIALECT).named_selects)
    except SqlglotError:
        return []


def of_expressions(texts: Iterable[str], names: Iterable[str]) -> frozenset[str]:
    """Which of the names SQL expressions use; all of them if one cannot be read."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    names, found = frozenset(names), set()
    for text in texts:
        try:
            parsed = sqlglot.parse_one(text, dialect=DIALECT)
        except SqlglotError:
            return names
        found |= {column.name for column in parsed.find_all(exp.Column)}
    return names & found


def of_contract(contract: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Field of a silver table -> fields of the raw file whose values it takes: its own, and those of its repairs.

    A computed field has no column in the file; its leaves are those of the fields that it is computed from.
    """
    names = [entry["name"] for entry in contract["fields"]]
    computed = {entry["name"]: entry["compute"] for entry in contract["fields"] if "compute" in entry}
    found: dict[str, set[str]] = {name: set() if name in computed else {name} for name in names}
    for name, text in computed.items():
        found[name] |= of_expressions([text], names)
    for entry in contract["fields"]:
        if "convert" in entry:
            found[entry["name"]] |= of_expressions([entry["convert"]], names)
    for repair in contract.get("repairs", []):
        found[repair["field"]] |= of_expressions([repair["set"], repair["when"]], names)
    while True:  # a repair may take its value from a field that another repair has set
        larger = {name: leaves.union(*(found[leaf] for leaf in leaves)) for name, leaves in found.items()}
        if larger == found:
            return {name: frozenset(leaves - computed.keys()) for name, leaves in found.items()}
        found = larger


def to_raw(
    contracts: Mapping[str, Any], marts: Mapping[str, Traced], leaves: Leaves, above: frozenset[str] = frozenset()
) -> frozenset[Leaf]:
    """(contract, field of the raw file) of everything that leaves come from; ROWS where records are counted."""
    found: set[Leaf] = set()
    for table, column in leaves:
        layer, _, name = table.partition(".")
        if layer == "silver" and name in contracts:
            fields = of_contract(contracts[name]).get(column, {column} if column == ROWS else frozenset())
            found |= {(name, field_name) for field_name in fields}
        elif layer == "gold" and name in marts and name not in above:
            inner = marts[name].rows if column == ROWS else marts[name].columns.get(column, NOTHING)
            found |= to_raw(contracts, marts, inner, above | {name})
    return frozenset(found)


def to_gold(marts: Mapping[str, Traced], leaves: Iterable[Leaf], above: frozenset[str] = frozenset()) -> set[Leaf]:
    """The mart columns among leaves, with all mart columns that these come from."""
    found: set[Leaf] = set()
    for table, column in leaves:
        layer, _, name = table.partition(".")
        if layer == "gold" and name in marts and name not in above:
            inner = marts[name].rows if column == ROWS else marts[name].columns.get(column, NOTHING)
            found |= {(table, column)} | to_gold(marts, inner, above | {name})
    return found
