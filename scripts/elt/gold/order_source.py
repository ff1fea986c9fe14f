"""From which column of silver the order number of fact_sales comes, where its SQL may run for ranges of orders alone.

That gives the same lines as running it for all orders at once only if no line depends on a line of another order. So it
is said of few, plain queries: each that silver's rows come through reads them once, as the first table that it names,
with no groups, limits or unions, and with windows that stay within an order.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from elt.run.sql_names import DIALECT
from elt.tables import ORDER_NUMBER

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope

PLAIN = {"with_", "expressions", "from_", "joins", "where", "order", "kind", "hint", "operation_modifiers"}
SIDES = ("", "LEFT")  # of a join: each row of the first table is worked alone
KINDS = ("", "INNER", "CROSS", "OUTER", "SEMI", "ANTI")


def order_source(sql: str, columns: Mapping[str, Iterable[str]]) -> tuple[str, str] | None:
    """(dotted table, column) of which the order number is, as it stands there; None where ranges of it do not serve.

    `columns`: dotted table -> its columns.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema: dict[str, Any] = {}
    for name, names in columns.items():
        layer, _, table = name.partition(".")
        schema.setdefault(layer, {})[table] = dict.fromkeys(names, "text")
    try:
        query = qualify(sqlglot.parse_one(sql, dialect=DIALECT), dialect=DIALECT, schema=schema)
        root = build_scope(query)
        leaf = _followed(root, ORDER_NUMBER) if root else None
    except (SqlglotError, LookupError, ValueError, RecursionError):
        return None
    read = [f"{table.db}.{table.name}" for table in query.find_all(exp.Table)]
    return leaf if leaf and read.count(leaf[0]) == 1 else None


def _followed(scope: "Scope", column: str) -> tuple[str, str] | None:
    """The same for a query within; None where it is not plain."""
    from sqlglot import exp

    while True:
        query = scope.expression
        if not isinstance(query, exp.Select) or not is_plain(query):
            return None
        chosen = next((select.unalias() for select in query.selects if select.alias_or_name == column), None)
        first = query.args["from_"].this
        if not isinstance(chosen, exp.Column) or chosen.table != first.alias_or_name:
            return None
        if not all(_stays_within(window, chosen) for window in _of_query(scope, exp.Window)):
            return None
        source = scope.sources[chosen.table]
        if isinstance(source, exp.Table):
            return (f"{source.db}.{source.name}", chosen.name) if source.db else None
        if _readers(scope, first.name if isinstance(first, exp.Table) else "") > 1:
            return None
        scope, column = source, chosen.name


def is_plain(query: Any, *, is_grouped: bool = False) -> bool:
    """Whether a query gives lines of the rows of its first table, each worked alone, windows apart; or groups them."""
    from sqlglot import exp

    known = PLAIN | ({"group"} if is_grouped else set())
    if any(value for part, value in query.args.items() if part not in known) or not query.args.get("from_"):
        return False
    if query.args.get("kind") or query.args.get("hint") or query.args.get("operation_modifiers"):
        return False
    for join in query.args.get("joins") or []:
        if join.side not in SIDES or join.kind not in KINDS or join.args.get("method"):
            return False
    within = [*query.selects, query.args.get("where")]
    found = [node for part in within if part is not None for node in part.find_all(exp.AggFunc, exp.Anonymous)]
    return all(not isinstance(node, exp.Anonymous) and (is_grouped or _is_windowed(node, query)) for node in found)


def _is_windowed(function: Any, query: Any) -> bool:
    """Whether an aggregate of a query is one of a window, or belongs to a query within an expression."""
    from sqlglot import exp

    around = function.find_ancestor(exp.Window, exp.Select)
    return isinstance(around, exp.Window) or around is not query


def _of_query(scope: "Scope", kind: Any) -> list[Any]:
    """Expressions of a kind in a query, those of queries within it apart."""
    from sqlglot.optimizer.scope import find_all_in_scope

    return list(find_all_in_scope(scope.expression, kind))


def _stays_within(window: Any, order: Any) -> bool:
    """Whether a window does not reach beyond an order."""
    from sqlglot import exp

    parts = [part for part in window.args.get("partition_by") or [] if isinstance(part, exp.Column)]
    return any((part.table, part.name) == (order.table, order.name) for part in parts)


def _readers(scope: "Scope", name: str) -> int:
    """How often the whole SQL reads a query by its name; once, without a name."""
    from sqlglot import exp

    top = scope
    while top.parent:
        top = top.parent
    tables = [table for table in top.expression.find_all(exp.Table) if not table.db and table.name == name]
    return len(tables) if name else 1
