"""Two finished runs of a small shop in a folder of the test's own, with persons to erase."""

import json
from pathlib import Path
from typing import Any

import made_manifest
import yaml

import bronze_file
import retention_erase
from elt import receipts
from elt.files import PRIVATE, sealed, sha256, write_json, write_text
from elt.retention import deletion, deletion_log
from elt.run import contract_parts, manifest, run_folders
from elt.run.contract import Contract, read_contract

WHEN = "2026-12-01T10:00:00+00:00"
FIELD = {"type": "string", "personal": "identifier", "description": "A field"}
CUSTOMERS = {
    "name": "customers", "title": "Customers", "files": "customers.csv", "primaryKey": ["number"],
    "fields": [
        {**FIELD, "name": "id", "type": "integer", "erasure": "customer_id"},
        {**FIELD, "name": "number", "convert": "REPLACE(number, '-', '')", "erasure": "customer"},
        {**FIELD, "name": "name", "personal": "direct"},
    ],
}  # fmt: skip
ORDERS = {
    "name": "orders", "title": "Orders", "files": "orders.csv", "primaryKey": ["order"],
    "fields": [
        {**FIELD, "name": "order", "erasure": "order"},
        {**FIELD, "name": "customer", "type": "integer", "erasure": "customer_id"},
    ],
}  # fmt: skip
LINES = {
    "name": "lines", "title": "Lines", "files": "lines.csv", "primaryKey": ["order", "product"],
    "fields": [{**FIELD, "name": "order", "erasure": "order"}, {**FIELD, "name": "product", "personal": "none"}],
}  # fmt: skip
STATED: dict[str, dict[str, Any]] = {"customers": CUSTOMERS, "orders": ORDERS, "lines": LINES}
CONTRACTS = {name: Contract.of(stated) for name, stated in STATED.items()}
RAW = {
    "customers": "id;number;name\n1;KU-001;Anna Öhl\n2;KU-002;Bert\n3;KU003;Cem\n",
    "orders": "order;customer\nA-1;1\nA-2;02\nA-3;2\nA-4;9\n",
    "lines": "order;product\nA-1;P\nA-2;P\nA-3;P\nA-3;Q\nA-4;P\n",
}


def of_file(folder: Path, table: str) -> Contract:
    """What bronze reads of a contract."""
    return contract_parts.of_file(read_contract(contract_file(folder, table)))


def contract_file(folder: Path, table: str) -> str:
    """A contract as a file."""
    path = folder / f"{table}.yaml"
    path.write_text(yaml.safe_dump(STATED[table], allow_unicode=True), encoding="utf-8")
    return str(path)


def raw_files(folder: Path, raw: dict[str, str]) -> dict[str, str]:
    """Table -> path of its raw file."""
    (folder / "raw").mkdir(exist_ok=True)
    paths = {table: folder / "raw" / f"{table}.csv" for table in raw}
    for table, path in paths.items():
        path.write_text(raw[table], encoding="utf-8")
    return {table: str(path) for table, path in paths.items()}


def bronze(folder: Path, run: str, raw: dict[str, str], erasure: dict[str, str] | None = None) -> Path:
    """A run with its bronze files; the run folder, below the working folder. `erasure`: digest and key file of the list."""
    home, paths = run_folders.RUNS / run, raw_files(folder, raw)
    for table, path in paths.items():
        ties = {Path(p).name: of_file(folder, t) for t, p in paths.items() if t not in (table, "lines")}
        bronze_file.main(
            raw=path,
            contract=of_file(folder, table),
            where=f"{table}.csv",
            copy=str(home / f"bronze/data/{table}.csv"),
            metadata=str(home / f"bronze/_meta/files/{table}.csv.json"),
            erasure=bronze_file.ErasureList(**erasure, ties=ties, raw=str(folder / "raw")) if erasure else None,
        )
    return home


def finished(folder: Path, run: str, created: str = "2026-11-01T00:00:00+00:00", raw: dict[str, str] = RAW) -> Path:
    """A finished run: bronze, some row-level files after it, some evidence, the manifest."""
    home = bronze(folder, run, raw)
    write_text(home / "silver/data/customers.csv", "id,number\n1,KU001\n2,KU002\n")
    write_text(home / "silver/quarantine/orders.csv", "file,record\n")
    write_text(home / "gold/warehouse.duckdb", "KU002")
    write_text(home / "step2_feature_engineering/data/customer_features.csv", "customer\ncu1_b\n")
    write_text(home / "reports/final_expose.md", "All is well.\n")
    write_text(home / "step1_eda/data/eda_summary.json", "{}\n")
    identity = {"company": "config/shop", "raw": "raw", "created_at": created}
    write_json(home / "_meta/run.json", sealed(identity), PRIVATE)
    files = manifest.files(home, manifest.present(home))
    for name in (*files, "gold/warehouse.duckdb"):
        receipts.write(home, name, {"sha256": sha256(home / name), **receipts.look(home / name)})
    (home / receipts.FOLDER).chmod(0o700)
    made_manifest.write(home, files, finished_at=created)
    return home


def erase(folder: Path, text: str, names: list[str] | None = None) -> dict[str, Any]:
    """Erase the persons that a text names from all runs; the closing words."""
    asked, output = folder / "who.txt", folder / "summary.json"
    asked.write_text(text, encoding="utf-8")
    names = list(run_folders.known()) if names is None else names
    retention_erase.main(
        source=str(asked), contracts=CONTRACTS, names=names, raw=str(folder / "raw"), key_file=str(folder / ".env"),
        when=WHEN, output=str(output),
    )  # fmt: skip
    return json.loads(output.read_text(encoding="utf-8"))


def left(run: Path) -> list[str]:
    """Row-level files of a run."""
    return deletion.row_level(run)


def said() -> list[tuple[str, str]]:
    """What and action of every entry of the log."""
    return [(line["what"], line["action"]) for line in deletion_log.entries()]
