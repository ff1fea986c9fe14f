"""The personal class of what a query gives: as strict as the strictest column from which a value is taken.

The rules, the reasons for them and their limits are in docs/decisions/0024-computed-classes.md. In short: what makes up
a value counts, conditions within an expression included. Relaxed is only a count, a sum or mean over enough persons, a
test whether something is missing or the unknown member, and a place among the rows of one number. A column that a join
or filter holds equal to a stricter one is as strict.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from elt.run.lineage import Leaf
from elt.run.sql_names import DIALECT

if TYPE_CHECKING:
    from sqlglot.optimizer.scope import Scope

CLASSES = ("none", "quasi", "identifier", "direct")  # from the weakest to the strictest
COUNTS = ("Count", "CountIf", "ApproxDistinct")
SUMS = ("Sum", "Avg")
PLACES = ("RowNumber", "Rank", "DenseRank", "Ntile", "PercentRank", "CumeDist")
TESTS = ("EQ", "NEQ", "In", "Like", "ILike", "RegexpLike", "StartsWith", "EndsWith")
CONDITIONS = ("where", "having", "qualify")
Key = tuple[int, str, str]  # query, what it reads under an alias, column


@dataclass(frozen=True)
class Carried:
    """The strictest class that a value has, and the column (dotted table, name) that it comes from."""

    personal: str = "none"
    leaf: Leaf | None = None

    @property
    def strictness(self) -> int:
        """0 for none to 3 for direct."""
        return CLASSES.index(self.personal)


NOTHING = Carried()


def strictest(found: Iterable[Carried]) -> Carried:
    """The strictest of several; the first of those alike."""
    return max(found, key=lambda one: one.strictness, default=NOTHING)


@dataclass(frozen=True)
class Persons:
    """When a sum is one over enough persons: the group counts so many of a column that numbers persons.

    `columns`: (dotted table, column) that number persons; `always`: somebody else hides what is of fewer.
    """

    minimum: int
    columns: Collection[Leaf] = ()
    always: bool = False


class NotFollowedError(Exception):
    """The values of a query cannot be followed to columns."""


def of_query(sql: str, tables: Mapping[str, Mapping[str, str]], persons: Persons) -> dict[str, Carried]:
    """Output column -> the strictest class that its values have. `tables`: dotted table -> column -> class.

    Raises NotFollowedError.
    """
    from sqlglot.errors import SqlglotError

    try:
        query = _Query(sql, tables, persons)
        return query.columns(query.root)
    except (SqlglotError, LookupError, ValueError, RecursionError, AttributeError, TypeError) as error:
        raise NotFollowedError from error


@cache
def _resolved(sql: str, tables: tuple[tuple[str, tuple[str, ...]], ...]) -> "Scope":
    """A query whose names are resolved to the columns of tables; it is only read, so each is resolved once."""
    import sqlglot
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema: dict[str, Any] = {}
    for name, columns in tables:
        layer, _, table = name.partition(".")
        schema.setdefault(layer, {})[table] = dict.fromkeys(columns, "text")
    root = build_scope(qualify(sqlglot.parse_one(sql, dialect=DIALECT), dialect=DIALECT, schema=schema))
    if root is None:
        raise LookupError("no query")
    return root


class _Query:
    """A query whose names are resolved."""

    def __init__(self, sql: str, tables: Mapping[str, Mapping[str, str]], persons: Persons) -> None:
        self.root = _resolved(sql, tuple((name, tuple(columns)) for name, columns in tables.items()))
        self.tables, self.persons = tables, persons
        self.scopes = {id(scope.expression): scope for scope in self.root.traverse()}
        self._columns: dict[int, dict[str, Carried]] = {}
        self._raised: dict[Key, Carried] = {}
        while self._raise_equals():  # what is equal to something stricter makes others stricter in turn
            self._columns.clear()

    def columns(self, scope: "Scope") -> dict[str, Carried]:
        """Output columns of the query or of a query within it; a query that reads itself raises RecursionError."""
        from sqlglot import exp

        if id(scope) not in self._columns:
            query: Any = scope.expression
            if scope.set_operation_scopes:
                parts = [list(self.columns(part).values()) for part in scope.set_operation_scopes]
                values = [strictest(both) for both in zip(*parts, strict=True)]
                self._columns[id(scope)] = dict(zip(query.named_selects, values, strict=True))
            elif isinstance(query, exp.Select):
                found = {select.alias_or_name: self.value(scope, select.unalias()) for select in query.selects}
                self._columns[id(scope)] = found
            else:  # a list of values, or elements of a list
                inner = strictest(self.of_column(scope, column) for column in query.find_all(exp.Column))
                names = [column.name for column in query.args["alias"].columns]
                self._columns[id(scope)] = dict.fromkeys(names, inner)
        return self._columns[id(scope)]

    def value(self, scope: "Scope", node: Any) -> Carried:
        """The strictest class of an expression."""
        from sqlglot import exp

        kind = type(node).__name__
        if isinstance(node, exp.Column):
            return self.of_column(scope, node)
        if kind in COUNTS or isinstance(node, exp.Exists) or self._is_mere_test(scope, node):
            return NOTHING
        if isinstance(node, exp.Query):
            return strictest(self.columns(self.scopes[id(node.unnest())]).values())
        if isinstance(node, exp.Filter):  # it chooses rows, as WHERE does
            return self.value(scope, node.this)
        if isinstance(node, exp.Window):
            return self.of_window(scope, node)
        inner = strictest(self.value(scope, child) for child in node.iter_expressions())
        return NOTHING if kind in SUMS and inner.personal == "quasi" and self.is_over_enough(scope, node) else inner

    def of_window(self, scope: "Scope", window: Any) -> Carried:
        """A place in an order tells of what is ordered, but no name, and within the rows of a number nothing."""
        if type(window.this).__name__ not in PLACES:
            return self.value(scope, window.this)  # the window chooses rows
        within = [self.value(scope, part) for part in window.args.get("partition_by") or ()]
        if any(part.personal in ("identifier", "direct") for part in within):
            return NOTHING
        order = window.args.get("order")
        found = self.value(scope, order) if order else NOTHING
        return Carried("identifier", found.leaf) if found.personal == "direct" else found

    def _is_mere_test(self, scope: "Scope", node: Any) -> bool:
        """Whether an expression tells only that a value is missing, or of what kind a number is, such as key 0."""
        from sqlglot import exp

        if isinstance(node, exp.Is):
            return isinstance(node.expression, exp.Null)
        is_unknown = isinstance(node, exp.GT) and node.expression == exp.Literal.number(0)
        if (not is_unknown and type(node).__name__ not in TESTS) or node.find(exp.Query):
            return False
        return {self.of_column(scope, column).personal for column in node.find_all(exp.Column)} <= {
            "none",
            "identifier",
        }

    def source(self, scope: "Scope", column: Any) -> tuple["Scope", Any]:
        """(the query that a column belongs to, the table or query that it comes from); raises LookupError."""
        while column.table not in scope.sources and scope.parent:
            scope = scope.parent  # a query within an expression may name columns of the query around it
        return scope, scope.sources[column.table]

    def of_column(self, scope: "Scope", column: Any) -> Carried:
        """The class of a column that an expression names; raises LookupError for one that nothing offers."""
        from sqlglot import exp

        if not column.table:  # ORDER BY may name what is selected
            return self.columns(scope)[column.name]
        owner, source = self.source(scope, column)
        if isinstance(source, exp.Table):
            table = f"{source.db}.{source.name}"
            found = Carried(self.tables[table][column.name], (table, column.name))
        else:
            found = self.columns(source)[column.name]
        return strictest([found, self._raised.get((id(owner), column.table, column.name), NOTHING)])

    def is_over_enough(self, scope: "Scope", total: Any) -> bool:
        """Whether a sum or mean is over enough persons: all of its group, none picked, and the group is large."""
        from sqlglot import exp

        if isinstance(total.find_ancestor(exp.Window, exp.Query), exp.Window):
            return False  # its rows are not those of the group
        whole = total.parent if isinstance(total.parent, exp.Filter) else total
        if whole is not total and not self.persons.always:
            return False
        is_picked = any(self._picks(scope, column) for column in whole.find_all(exp.Column))
        return not is_picked and (self.persons.always or self.has_enough(scope))

    def _picks(self, scope: "Scope", column: Any) -> bool:
        """Whether a column within a sum may pick a person: a number that is not only held against key 0."""
        from sqlglot import exp

        is_unknown = isinstance(
            column.parent, exp.EQ | exp.NEQ | exp.GT
        ) and column.parent.expression == exp.Literal.number(0)
        return self.of_column(scope, column).personal in ("identifier", "direct") and not is_unknown

    def has_enough(self, scope: "Scope") -> bool:
        """Whether every group of a query holds enough persons, by its HAVING."""
        from sqlglot import exp

        having = scope.expression.args.get("having")
        parts = (
            having.this.flatten() if having and isinstance(having.this, exp.And) else [having.this] if having else []
        )
        return any(self._is_enough(scope, part.unnest()) for part in parts)

    def _is_enough(self, scope: "Scope", part: Any) -> bool:
        """Whether a condition is COUNT(DISTINCT <number of persons>) >= enough."""
        from sqlglot import exp

        if not isinstance(part, exp.GTE | exp.GT) or not isinstance(part.expression, exp.Literal):
            return False
        least = int(part.expression.name) + isinstance(part, exp.GT)
        counted = part.this.this if isinstance(part.this, exp.Count) else None
        names = counted.expressions if isinstance(counted, exp.Distinct) else []
        is_person = len(names) == 1 and self.stored(scope, names[0]) in self.persons.columns
        return is_person and least >= self.persons.minimum

    def stored(self, scope: "Scope", node: Any) -> Leaf | None:
        """(dotted table, column) of a column that comes unchanged from a table; else None."""
        from sqlglot import exp

        if not isinstance(node, exp.Column) or not node.table:
            return None
        _, source = self.source(scope, node)
        if isinstance(source, exp.Table):
            return f"{source.db}.{source.name}", node.name
        if source.set_operation_scopes or not isinstance(source.expression, exp.Select):
            return None
        inner = next((one for one in source.expression.selects if one.alias_or_name == node.name), None)
        return self.stored(source, inner.unalias()) if inner is not None else None

    def _equals(self) -> "Iterator[tuple[Scope, Any, Any]]":
        """(query, side, other side) of every equality by which rows are joined or chosen, both ways round."""
        from sqlglot import exp

        for scope in self.scopes.values():
            parts = [scope.expression.args.get(name) for name in CONDITIONS]
            parts += [join.args.get("on") for join in scope.expression.args.get("joins") or ()]
            for part in (part for part in parts if part is not None):
                for one in part.find_all(exp.EQ, exp.NullSafeEQ):
                    inner = self.scopes[id(one.find_ancestor(exp.Query))]
                    yield inner, one.this, one.expression
                    yield inner, one.expression, one.this
                for one in part.find_all(exp.In):
                    if query := one.args.get("query"):
                        yield self.scopes[id(one.find_ancestor(exp.Query))], one.this, query.unnest()

    def _raise_equals(self) -> bool:
        """Let every column be as strict as what it is held equal to; whether one has become stricter."""
        from sqlglot import exp

        is_raised = False
        for scope, side, other in list(self._equals()):
            found = self.value(scope, other)
            columns = side.find_all(exp.Column) if not isinstance(side, exp.Query) else ()
            for column in columns:
                if column.table and found.strictness > self.of_column(scope, column).strictness:
                    owner, _ = self.source(scope, column)
                    self._raised[id(owner), column.table, column.name] = found
                    is_raised = True
        return is_raised
