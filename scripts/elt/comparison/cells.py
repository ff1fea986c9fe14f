"""Which cells of two tables differ: counted by DuckDB within a limit of memory, the first ones named, no content told.

Rows belong together by the key of the table where it has one. Without one they do by their place in the file, or, if
rows were added or moved, by their content: then a changed row is one that went and one that came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NAMED = 20  # rows that are named
PLACE = "_place"  # of a row in its table, from 1


@dataclass(frozen=True)
class Difference:
    """What two tables differ in: rows that went or came, changed cells by column, and the places of the first ones.

    `named`: (row, columns) of changed rows; `gone`, `come`: of rows in one table alone; `added`, `dropped`: columns.
    """

    gone: int = 0
    come: int = 0
    rows: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    named: Sequence[tuple[str, tuple[str, ...]]] = ()
    named_gone: Sequence[str] = ()
    named_come: Sequence[str] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """Changed cells."""
        return sum(self.columns.values())

    @property
    def is_none(self) -> bool:
        """Whether there is no difference."""
        return not (self.gone or self.come or self.rows or self.added or self.dropped)


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Tables:
    """Two tables of a connection, `a` and `b`, each with the place of its rows.

    `key`: columns that name a row, none for tables without; `name`: SQL of the text that names a row, from `{side}`.
    """

    connection: "duckdb.DuckDBPyConnection"
    key: tuple[str, ...] = ()
    name: str = f"{{side}}.{PLACE}"

    def types(self, side: str) -> dict[str, str]:
        """Column -> type."""
        found = self.connection.execute(f"DESCRIBE {side}").fetchall()
        return {row[0]: row[1] for row in found if row[0] != PLACE}

    def one(self, sql: str) -> tuple[int, ...]:
        """The only row of a query."""
        return self.connection.execute(sql).fetchone() or ()

    def difference(self) -> Difference:
        """What the two tables differ in."""
        one, other = self.types("a"), self.types("b")
        shared = [name for name in one if name in other and name not in self.key]
        changed = {name: differs(name, is_cast=one[name] != other[name]) for name in shared}
        found = self.of_rows(changed, is_known=not set(self.key) - (one.keys() & other.keys()))
        added, dropped = (tuple(n for n in these if n not in those) for these, those in ((other, one), (one, other)))
        return replace(found, added=added, dropped=dropped)

    def of_rows(self, changed: Mapping[str, str], *, is_known: bool) -> Difference:
        """What the rows differ in; `changed`: SQL by column; `is_known`: both tables have the key."""
        if not (is_known and changed):
            return Difference()  # no row is known again
        if self.key:
            return self.joined(" AND ".join(f"a.{quoted(k)} = b.{quoted(k)}" for k in self.key), changed)
        (first,), (second,) = self.one("SELECT count(*) FROM a"), self.one("SELECT count(*) FROM b")
        by_place = self.joined(f"a.{PLACE} = b.{PLACE}", changed) if first == second else None
        is_moved = by_place is None or by_place.rows > max(first // 2, 1)
        by_content = self.by_content(list(changed)) if is_moved else None
        return by_content or by_place or Difference()

    def joined(self, condition: str, changed: Mapping[str, str]) -> Difference:
        """The difference where a condition says which rows belong together."""
        source = f"FROM a FULL JOIN b ON {condition}"
        paired = f"a.{PLACE} IS NOT NULL AND b.{PLACE} IS NOT NULL"
        some = f"{paired} AND ({' OR '.join(changed.values()) or 'FALSE'})"
        gone, come = f"b.{PLACE} IS NULL", f"a.{PLACE} IS NULL"
        wanted = [gone, come, some, *(f"{paired} AND {sql}" for sql in changed.values())]
        left, came, rows, *cells = self.one(f"SELECT {', '.join(f'count_if({sql})' for sql in wanted)} {source}")
        counts = {name: count for name, count in zip(changed, cells, strict=True) if count}
        return Difference(
            left, came, rows, counts,
            list(self.named_cells(source, some, {name: changed[name] for name in counts})) if rows else (),
            self.named_rows(source, gone, "a") if left else (),
            self.named_rows(source, come, "b") if came else (),
        )  # fmt: skip

    def named_rows(self, source: str, condition: str, side: str) -> list[str]:
        """Names of the first rows for which a condition holds."""
        sql = f"SELECT CAST({self.name.format(side=side)} AS VARCHAR) {source} WHERE {condition}"
        return [row[0] for row in self.connection.execute(f"{sql} ORDER BY {side}.{PLACE} LIMIT {NAMED}").fetchall()]

    def named_cells(
        self, source: str, condition: str, changed: Mapping[str, str]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Names of the first changed rows, and their changed columns."""
        name = f"CAST({self.name.format(side='b')} AS VARCHAR)"
        sql = (
            f"SELECT {', '.join([name, *changed.values()])} {source} WHERE {condition} ORDER BY b.{PLACE} LIMIT {NAMED}"
        )
        for row, *flags in self.connection.execute(sql).fetchall():
            yield row, tuple(column for column, flag in zip(changed, flags, strict=True) if flag)

    def by_content(self, shared: Sequence[str]) -> Difference:
        """Rows of one table that are not in the other, each as often as it stands there more often."""
        content = f"hash({', '.join(f'CAST({quoted(name)} AS VARCHAR)' for name in shared)})"
        rows = " UNION ALL ".join(
            f"SELECT {content} AS content, {sign} AS sign, {PLACE} AS place FROM {side}"  # noqa: S608 - names are quoted
            for side, sign in (("a", -1), ("b", 1))
        )
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW contents AS {rows}")
        net = "SELECT content, sum(sign) AS net FROM contents GROUP BY content HAVING sum(sign) <> 0"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE others AS {net}")
        counted = "SELECT coalesce(sum(-net) FILTER (net < 0), 0), coalesce(sum(net) FILTER (net > 0), 0) FROM others"
        gone, come = map(int, self.one(counted))
        named = []
        for sign in (-1, 1):
            one = "SELECT place FROM contents JOIN others USING (content) WHERE sign = $1 AND net * $1 > 0"
            found = self.connection.execute(f"{one} ORDER BY place LIMIT {NAMED}", [sign]).fetchall()
            named.append([str(row[0]) for row in found])
        return Difference(gone, come, named_gone=named[0], named_come=named[1])


def differs(name: str, *, is_cast: bool) -> str:
    """SQL that tells whether a column of two rows differs; columns of different types are compared as text."""
    sides = [f"CAST({side}.{quoted(name)} AS VARCHAR)" if is_cast else f"{side}.{quoted(name)}" for side in ("a", "b")]
    return f"({sides[0]} IS DISTINCT FROM {sides[1]})"
