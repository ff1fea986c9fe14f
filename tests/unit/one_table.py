"""One small table through the real bronze and silver steps, in a run folder of the test's own."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import bronze_file
import silver_table
from elt.report.words import read_all
from elt.run import contract_parts
from elt.run.contract import read_contract
from elt.silver.stops import Stops

CANARY = "Zyxwv-Canary"
ROOT = Path(__file__).resolve().parents[2]
SILVER_WORDS = read_all(ROOT / f"scripts/templates/silver.{language}.yaml" for language in ("en", "de"))


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    """One field of a contract."""
    return {"name": name, "type": kind, "personal": "none", "description": name, **more}


def contract(*fields: dict[str, Any], key: str = "id", **more: Any) -> dict[str, Any]:
    """A contract over these fields; the first is the key unless another is named."""
    return {"name": "people", "title": "People", "files": "*.csv", "primaryKey": [key], "fields": list(fields), **more}


PEOPLE = contract(field("id", "integer"), field("name", personal="direct"), field("joined", "date", format="%Y-%m-%d"))


def write_contract(folder: Path, content: dict[str, Any]) -> str:
    """The contract as a file."""
    path = folder / "people.yaml"
    path.write_text(yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
    return str(path)


@dataclass
class Cleaned:
    """What the silver step left of a table."""

    folder: Path
    summary: dict[str, Any]

    def rows(self, part: str) -> list[dict[str, str]]:
        """The rows of data, quarantine or changes."""
        with open(self.folder / "silver" / part / "people.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def table(self) -> str:
        """The silver table as written."""
        return (self.folder / "silver/data/people.csv").read_bytes().decode("utf-8")

    @property
    def quarantine(self) -> list[tuple[int, str]]:
        """(record, code) of what is in quarantine."""
        return [(int(row["record"]), row["code"]) for row in self.rows("quarantine")]

    def conversions(self, column: str) -> dict[str, int]:
        """Rule -> cells that it changed in a column."""
        return {c["rule"]: c["cells"] for c in self.summary["conversions"] if c["column"] == column}


def bronze(folder: Path, content: dict[str, Any], raw: bytes | str, name: str = "people.csv") -> dict[str, Any]:
    """Copy and describe one raw file; the metadata."""
    path, run = folder / "raw" / name, folder / "artifacts/runs/r"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    metadata = run / f"bronze/_meta/files/{name}.json"
    bronze_file.main(
        raw=str(path),
        contract=contract_parts.of_file(read_contract(write_contract(folder, content))),
        where=f"crm/{name}",
        copy=str(run / "bronze/data" / name),
        metadata=str(metadata),
    )
    return json.loads(metadata.read_text(encoding="utf-8"))


def clean(
    folder: Path,
    content: dict[str, Any],
    *raws: bytes | str,
    budget: float = 1.0,
    order_dates: Sequence[str] = (),
    ending: str = ".csv",
) -> Cleaned:
    """Raw files through bronze and silver; `order_dates`: fields from which the order date comes; `ending`: of one."""
    run = folder / "artifacts/runs/r"
    names = [f"people{ending}"] if len(raws) == 1 else [f"people_{i}.csv" for i in range(1, len(raws) + 1)]
    for name, raw in zip(names, raws, strict=True):
        bronze(folder, content, raw, name)
    silver_table.main(
        bronze=[str(run / "bronze/data" / name) for name in names],
        metadata=[str(run / f"bronze/_meta/files/{name}.json") for name in names],
        contract=contract_parts.of_cleaning(read_contract(folder / "people.yaml")),
        order_dates=order_dates,
        stops=Stops(budget),
        table=str(run / "silver/data/people.csv"),
        twin=str(run / "silver/parquet/people.parquet"),
        quarantine=str(run / "silver/quarantine/people.csv"),
        changes=str(run / "silver/changes/people.csv"),
        summary=str(run / "silver/_meta/tables/people.json"),
    )
    summary = json.loads((run / "silver/_meta/tables/people.json").read_text(encoding="utf-8"))
    return Cleaned(run, summary)
