"""The marts of a run as files that another engine loads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from elt.files import read_json
from elt.run.mart import Mart
from elt.warehouse import ddl

REMAKE = "Delete its file in gold/data, and type the same command again"


@dataclass(frozen=True)
class MartFile:
    """A mart to load: what it is, its file, and how many rows that file has."""

    mart: Mart
    path: str
    rows: int


def mart_files(marts: Mapping[str, Mart], paths: Iterable[str], metadata: Iterable[str]) -> dict[str, MartFile]:
    """Mart -> its file; each comes after those that its foreign keys point to.

    `paths`, `metadata`: file (CSV or its twin), and JSON that knows its rows, of each mart, in the order of `marts`.
    """
    found = {
        name: MartFile(mart, str(path), read_json(facts)["rows"])
        for (name, mart), path, facts in zip(marts.items(), paths, metadata, strict=True)
    }
    return {name: found[name] for name in ddl.by_reference(marts)}
