"""Figures of any ledger computed again from their entries alone: DuckDB and the run's files, none of the run's code."""

import ast
import hashlib
import json
import operator
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import yaml

SIGNS: dict[type, Callable[[Any, Any], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
}
TABLES = (  # schema, folder, how its files are read
    ("gold", "gold/data", "sample_size = -1"),
    ("silver", "silver/data", "sample_size = -1"),
    ("quarantine", "silver/quarantine", "all_varchar = true"),
)
NAMED_BY = ("name", "value", "label", "k", "feature")  # by which a step of a path finds an element of a list


class Again:
    """The ledger of a page of a run, and each of its figures again."""

    def __init__(self, run: Path, ledger: str) -> None:
        self.run, content = run, json.loads((run / ledger).read_text())
        self.figures, self.tables = content["figures"], content.get("tables", {})
        self.files = content.get("files", {})

    @cached_property
    def database(self) -> duckdb.DuckDBPyConnection:
        """The tables that are asked for, as gold.<mart>, silver.<table>, quarantine.<table>, and those of the ledger."""
        database = duckdb.connect()
        database.execute("SET threads = 1")
        asked = " ".join(entry.get("query", "") for entry in self.figures.values())
        for schema, folder, how in TABLES:
            database.execute(f"CREATE SCHEMA {schema}")
            for file in sorted((self.run / folder).glob("*.csv")) if f" {schema}." in asked or self.tables else ():
                database.execute(f"CREATE TABLE {schema}.{file.stem} AS FROM read_csv('{file}', {how})")
        for name, told in self.files.items():
            file = self.run.parent / told["run"] / told["file"]
            assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
            database.execute(f"CREATE TABLE {name} AS FROM read_csv('{file}', sample_size = -1)")
        while missing := [name for name in self.tables if name not in made(database)]:
            read = {name: set(re.findall(r"(?:FROM|JOIN) (\w+)", self.tables[name])) for name in missing}
            ready = [name for name in missing if not read[name] & set(missing)]
            for name in ready:
                database.execute(f"CREATE TABLE {name} AS {self.tables[name]}")
            assert ready, missing
        return database

    def read(self, file: str) -> Any:
        """A file of the run that holds values under names."""
        text = (self.run / file).read_text()
        return yaml.safe_load(text) if file.endswith(".yaml") else json.loads(text)

    def again(self, name: str) -> Any:
        """A figure computed again."""
        entry = self.figures[name]
        if "query" in entry:
            return self.database.execute(entry["query"]).fetchone()[0]
        if "path" in entry or "paths" in entry:
            return self.at_place(entry)
        return self.calculated(ast.parse(self.filled(entry["formula"]), mode="eval").body)

    def filled(self, formula: str) -> str:
        """A formula with the values of the entries that it names."""
        return re.sub(r"\[([^]]+)\]", lambda found: f"({self.figures[found[1]]['value']})", formula)

    def calculated(self, node: ast.expr) -> float:
        """Numbers, signs and brackets; anything else is no formula."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "COUNT":
            return len(node.args)
        if isinstance(node, ast.Compare):
            return SIGNS[type(node.ops[0])](self.calculated(node.left), self.calculated(node.comparators[0]))
        if isinstance(node, ast.BinOp):
            return SIGNS[type(node.op)](self.calculated(node.left), self.calculated(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.calculated(node.operand)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return node.value
        raise ValueError("no formula")

    def at_place(self, entry: dict[str, Any]) -> Any:
        """What stands at a place of a file, or what its function makes of several."""
        content = self.read(entry["file"])
        if entry.get("function") == "smallest":
            return min(number for number in under(content, entry["named"]) if number > 0)
        found = [value for path in entry.get("paths", [entry.get("path")]) for value in at(content, path)]
        match entry.get("function"):
            case "count":
                return sum(value == entry["where"] for value in found) if "where" in entry else len(found)
            case "sum":
                return sum(Decimal(str(value)) for value in found) * entry.get("times", 1)
            case "quotient":
                return Decimal(found[0]) / Decimal(*at(content, entry["of"]))
            case "pairs":
                size = round(len(found) ** 0.5)
                above = [found[row * size + column] for row in range(size) for column in range(row)]
                return sum(rho is not None and abs(rho) > entry["above"] for rho in above)
        (value,) = found
        return value

    @property
    def in_words(self) -> set[str]:
        """The figures whose entry says no more than by which method they are computed."""
        return {name for name, entry in self.figures.items() if "method" in entry}

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """(in the ledger, again) of every figure that comes out otherwise as far as it is printed."""
        found = {}
        for name, entry in self.figures.items():
            if "method" in entry:
                continue
            told, again = entry["value"], self.again(name)
            if not is_same(told, again, entry):
                found[name] = (told, again)
        return found


def made(database: duckdb.DuckDBPyConnection) -> set[str]:
    """The names of the tables that there are."""
    return {name for (name,) in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def at(content: Any, steps: list[Any]) -> Iterator[Any]:
    """What stands at the end of a path: * is every key or element, a list several keys as far as they are there, an
    element of a list has a name, a number, or what a step of key and value says."""
    if not steps:
        yield content
        return
    first, *rest = steps
    if first == "*":
        for part in content.values() if isinstance(content, dict) else content:
            yield from at(part, rest)
    elif isinstance(first, list):
        for key in first:
            yield from at(content[key], rest) if key in content else ()
    elif isinstance(first, dict):
        for part in content:
            yield from at(part, rest) if first.items() <= part.items() else ()
    elif isinstance(content, dict):
        yield from at(content[first], rest) if rest != ["*", "records"] or first in content else ()
    else:
        named = [part for part in content if isinstance(part, dict) and first in [part.get(k) for k in NAMED_BY]]
        yield from at(named[0] if named else content[int(first)], rest)


def under(content: Any, names: list[str], *, is_named: bool = False) -> Iterator[float]:
    """All numbers under keys of these names, at any depth."""
    if isinstance(content, dict):
        for key, part in content.items():
            yield from under(part, names, is_named=key in names)
    elif isinstance(content, list):
        for part in content:
            yield from under(part, names, is_named=is_named)
    elif is_named and isinstance(content, (int, float)):
        yield content


def is_same(told: Any, again: Any, entry: dict[str, Any]) -> bool:
    """Whether a figure comes out as it is printed: to half of its last decimal, and what the ledger rounds itself."""
    if told is None or again is None or entry["unit"] in ("date", "month"):
        return str(told) == str(again)
    decimals = entry.get("decimals", 6) + (2 if entry["unit"] in ("share", "points") else 0)
    step = Decimal(1).scaleb(-min(decimals, 6))
    return abs(Decimal(str(told)) - Decimal(str(again))) <= step / 2 + Decimal("0.000001")
