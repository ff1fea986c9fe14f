"""Changed rows and cells of two runs, layer by layer; persons are named by pseudonym, other rows by key or place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import table_files
from elt.comparison.cells import PLACE, Difference, Tables, quoted
from elt.comparison.states import Pair, State
from elt.faults import Fault

if TYPE_CHECKING:
    import duckdb

PSEUDONYMS = "gold/data/customer_pseudonyms.csv"
UNKNOWN = "the unknown one"  # the customer without a pseudonym; pages have a word of their own for it
SEGMENTS = "step3_segmentation/data/customer_segments.csv"


@dataclass(frozen=True)
class Compared:
    """A table of two runs: its layer and name, what names its rows, and what differs; None if a run lacks it."""

    layer: str
    name: str
    rows_by: str
    found: Difference | None


@contextmanager
def database(folder: Path, memory_gb: float) -> Iterator["duckdb.DuckDBPyConnection"]:
    """An empty database that keeps what is too large for its memory in a folder; raises Fault where it fails."""
    import duckdb

    settings: dict[str, Any] = {
        "memory_limit": f"{memory_gb}GB",
        "temp_directory": str(folder / "spilled"),
        "autoinstall_known_extensions": "false",
    }
    with duckdb.connect(config=settings) as connection:
        connection.execute("SET enable_progress_bar = false")
        try:
            yield connection
        except duckdb.OutOfMemoryException:
            raise Fault("comparison", "the memory limit is too small", "Raise warehouse_memory_gb") from None
        except duckdb.Error as error:
            problem = f"a table of the two runs cannot be read ({type(error).__name__})"
            raise Fault("comparison", problem, "Check both with snakemake verify") from None


def literal(path: Path) -> str:
    """A path as text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def parquet(path: Path) -> str:
    """SQL of a Parquet file with the places of its rows."""
    columns = f"* EXCLUDE (file_row_number), file_row_number + 1 AS {PLACE}"
    return f"SELECT {columns} FROM read_parquet({literal(path)}, file_row_number = true)"  # noqa: S608 - a path of a run


def view(connection: "duckdb.DuckDBPyConnection", side: str, sql: str) -> None:
    """Name a query."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {side} AS {sql}")


@dataclass(frozen=True)
class Contents:
    """The tables of two runs, and a database to compare them in; `scratch`: a folder for what it needs."""

    pair: Pair
    connection: "duckdb.DuckDBPyConnection"
    scratch: Path

    def sides(self) -> Iterator[tuple[str, State]]:
        """The name of each run in SQL."""
        yield from (("a", self.pair.before), ("b", self.pair.after))

    def is_same(self, name: str) -> bool:
        """Whether a file has the same bytes in both runs."""
        return self.pair.before.sha(name) == self.pair.after.sha(name)

    def is_there(self, name: str) -> bool:
        """Whether both runs still have a file."""
        return all((state.run / name).is_file() for _, state in self.sides())

    def bronze(self) -> Iterator[Compared]:
        """The records of each raw file that differs, by their number; it is named as it is in the raw folder."""
        one, other = self.pair.before.bronze, self.pair.after.bronze
        for name in sorted(one.keys() & other.keys()):
            path = f"bronze/data/{name}"
            if not self.is_same(path):
                found = self.records(path, (one[name], other[name])) if self.is_there(path) else None
                yield Compared("bronze", other[name]["file"], "record", found)

    def records(self, path: str, stated: tuple[Mapping[str, Any], Mapping[str, Any]]) -> Difference:
        """What the whole records of a raw file differ in; records without the structure of the header are left out."""
        from elt.bronze import scan

        for (side, state), metadata in zip(self.sides(), stated, strict=True):
            frame = scan.scan_file(state.run / path, metadata, self.scratch / f"{side}.csv", [])
            columns = {f"raw:{name}": name for name in metadata["dialect"]["columns"]}
            staged = self.scratch / f"{side}.parquet"
            table_files.write_lazily({staged: frame.drop("_file").rename({"_record": PLACE, **columns})}, {})
            view(self.connection, side, f"FROM read_parquet({literal(staged)})")
        return Tables(self.connection).difference()

    def silver(self) -> Iterator[Compared]:
        """The rows of each table of silver that differs, by their place in it."""
        for name in self.parquet_of("silver"):
            if not self.is_same(path := f"silver/parquet/{name}.parquet"):
                yield Compared("silver", name, "row", self.typed(path))

    def gold(self) -> Iterator[Compared]:
        """The rows of each mart that differs: by pseudonym, by a key that is no person's, or by their place in it."""
        marts = self.pair.after.told("gold/_meta/gold_metadata.yaml").get("marts", {})
        for name in self.parquet_of("gold"):
            if not self.is_same(path := f"gold/parquet/{name}.parquet"):
                yield self.mart(path, name, marts.get(name, {}))

    def parquet_of(self, layer: str) -> list[str]:
        """Names of the tables of a layer that both manifests know."""
        known = [set(state.manifest["files"]) for _, state in self.sides()]
        return sorted(Path(name).stem for name in known[0] & known[1] if name.startswith(f"{layer}/parquet/"))

    def typed(self, path: str) -> Difference | None:
        """What a Parquet table without a key differs in; None if a run lacks it."""
        if not self.is_there(path):
            return None
        for side, state in self.sides():
            view(self.connection, side, parquet(state.run / path))
        return Tables(self.connection).difference()

    def mart(self, path: str, name: str, stated: Mapping[str, Any]) -> Compared:
        """What a mart differs in, by its key."""
        if not self.is_there(path):
            return Compared("gold", name, "", None)
        key = tuple(stated.get("key", ()))
        person = self.person() if self.pair.has_equal_pseudonyms and self.is_there(PSEUDONYMS) else None
        for side, state in self.sides():
            sql = parquet(state.run / path)
            view(self.connection, side, self.with_pseudonyms(sql, state, person) if person else sql)
        columns = stated.get("columns", {})
        if person and key == (person,):
            rows_by, named = "pseudonym", f"coalesce({{side}}.{quoted(person)}, '{UNKNOWN}')"
        elif key and all(columns.get(column, {}).get("personal") == "none" for column in key):
            rows_by, named = ", ".join(key), f"concat_ws(', ', {', '.join(f'{{side}}.{quoted(one)}' for one in key)})"
        else:
            rows_by, named = "row", f"{{side}}.{PLACE}"
        return Compared("gold", name, rows_by, Tables(self.connection, key, named).difference())

    def person(self) -> str:
        """The column that stands for a customer within a run: the first one of the table of pseudonyms."""
        with open(self.pair.after.run / PSEUDONYMS, encoding="utf-8") as file:
            return file.readline().strip().split(",")[0]

    def with_pseudonyms(self, sql: str, state: State, person: str) -> str:
        """A mart with pseudonyms in place of surrogate keys, which are counted anew in every run."""
        columns = [row[0] for row in self.connection.execute(f"DESCRIBE {sql}").fetchall()]
        if person not in columns:
            return sql
        known = f"read_csv({literal(state.run / PSEUDONYMS)}, header = true)"
        is_named = f"coalesce(pseudonym, CAST(mart.{quoted(person)} AS VARCHAR)) AS {quoted(person)}"
        joined = f"({sql}) AS mart LEFT JOIN {known} AS known USING ({quoted(person)})"
        return f"SELECT mart.* REPLACE ({is_named}) FROM {joined}"  # noqa: S608 - names are quoted

    def migration(self) -> dict[tuple[str, str], int] | None:
        """(segment before, segment after) -> customers, "" for none; None if the runs do not tell."""
        if not (self.pair.has_equal_pseudonyms and self.is_there(SEGMENTS)):
            return None
        for side, state in self.sides():
            read = f"read_csv({literal(state.run / SEGMENTS)}, header = true, all_varchar = true)"
            view(self.connection, side, f"SELECT customer, segment_name AS name FROM {read}")  # noqa: S608 - a path of a run
        names = "SELECT coalesce(a.name, ''), coalesce(b.name, ''), count(*)"
        found = self.connection.execute(f"{names} FROM a FULL JOIN b USING (customer) GROUP BY ALL ORDER BY ALL")
        return {(one, other): count for one, other, count in found.fetchall()}
