"""Checks behind the sentences of the data policy: each counts what its sentence claims, or raises Fault."""

import csv
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from elt.faults import Fault
from elt.files import PROTECTED_LAYERS
from elt.privacy.publications import EXPLORATION, SHOWN, Publication
from elt.protection import pseudonyms
from elt.protection.people_behind import Behind, smallest
from elt.retention import deletion
from elt.run.columns import Column
from elt.run.contract import Contract
from elt.run.mart import Mart

ALLOWED = {  # class -> forms in which the exploration may show a column of it
    "none": set(SHOWN.values()),
    "quasi": set(SHOWN.values()),
    "identifier": {"missing"},
    "direct": {"missing"},
}
REPORT_THIS = "Report this"
OTHERS = 0o077  # permission bits of group and others


def check_classes(contracts: Mapping[str, Contract], marts: Mapping[str, Mart]) -> dict[str, int]:
    """How many fields and columns have a class; raises Fault if one has none."""
    every: list[tuple[str, Column]] = [
        (f"contract {name}", item) for name, contract in contracts.items() for item in contract.fields
    ]
    every += [(f"mart {name}", item) for name, mart in marts.items() for item in mart.columns]
    for where, item in every:
        if item.personal not in ALLOWED:
            raise Fault(where, f"column {item.name} has no personal class", "Give it one: unknown means personal")
    return {"columns": len(every), "without_class": 0}


def header(path: str | Path) -> list[str]:
    """Column names of a CSV file."""
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def check_published(path: str | Path, personal: Iterable[str]) -> dict[str, Any]:
    """What a published row-level table holds: a row a pseudonym, in their order, nothing else; raises Fault."""
    columns, where = header(path), Path(path).name
    if "customer" not in columns:
        raise Fault(where, "has no column customer with the pseudonym", REPORT_THIS)
    if leaked := sorted(set(columns) & set(personal)):
        raise Fault(where, f"publishes the personal column {', '.join(leaked)}", REPORT_THIS)
    rows = wrong = unsorted = 0
    last = ""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            wrong += not pseudonyms.is_pseudonym("customer", row["customer"])
            unsorted += row["customer"] <= last
            last = row["customer"]
    if wrong:
        raise Fault(where, f"{wrong} rows carry no pseudonym", REPORT_THIS)
    if unsorted:
        raise Fault(where, f"{unsorted} rows repeat a pseudonym or are not in the order of pseudonyms", REPORT_THIS)
    return {"columns": columns, "identifier": "customer (keyed pseudonym)", "rows": rows}


def check_exploration(items: Iterable[Publication], marts: Mapping[str, Mart]) -> dict[str, int]:
    """How many columns the exploration shows by class allows; raises Fault on a form that a class does not allow."""
    shown = 0
    for item in items:
        mart, _, column = item.what.partition(".")
        if item.file == EXPLORATION and mart in marts and column in marts[mart].by_name:
            personal = marts[mart].by_name[column].personal
            if item.form not in ALLOWED[personal]:
                problem = f"shows {item.form} of {item.what}, which is of class {personal}"
                raise Fault(Path(item.file).name, problem, REPORT_THIS)
            shown += 1
    return {"columns": shown, "not_allowed": 0}


def check_groups(
    behind: Sequence[Behind], summary: Mapping[str, Any], model: Mapping[str, Any], minimum: int
) -> dict[str, Any]:
    """The smallest group of people behind any published figure, where it stands, how many figures there are, and how
    many groups are hidden; raises Fault if a group is too small.

    behind: people behind every figure; `suppressed_groups` also counts groups of rows in the profiles.
    """
    fewest = smallest(behind)
    if fewest is not None and fewest.people < minimum:
        where, problem = Path(fewest.file).name, f"{fewest.what} is about {fewest.people} people, fewer than {minimum}"
        raise Fault(where, problem, REPORT_THIS)
    hidden = sum(part["suppressed_groups"] for part in summary["breakdowns"].values() if part)
    hidden += sum(column.get("suppressed_groups", 0) for mart in summary["marts"] for column in mart["columns"])
    hidden += sum(bool(segment.get("is_suppressed")) for segment in model["segments"])
    return {
        "smallest_group": fewest.people if fewest else None,
        "minimum_group": minimum,
        "suppressed_groups": hidden,
        "figures": len(behind),
        "smallest_in": f"{fewest.file}, {fewest.what}" if fewest else None,
    }


def open_files(run: Path) -> list[str]:
    """Files and folders of the protected layers that group or others can open."""
    paths = [path for layer in PROTECTED_LAYERS for path in [run / layer, *sorted((run / layer).rglob("*"))]]
    return [path.relative_to(run).as_posix() for path in paths if stat.S_IMODE(path.stat().st_mode) & OTHERS]


def check_modes(run: Path) -> dict[str, int]:
    """None of the protected files is open to others; raises Fault otherwise."""
    if exposed := open_files(run):
        problem = f"{len(exposed)} files of the protected layers can be opened by others"
        raise Fault(exposed[0], problem, "Type: chmod -R go= on them")
    return {"open_to_others": 0}


def check_retention(tables: Sequence[str], evidence: Sequence[str], days: int) -> dict[str, Any]:
    """Which published files are due and which stay, as expiry decides it; raises Fault where a table would stay."""
    if kept := [name for name in tables if not deletion.is_row_level(name)]:
        raise Fault(kept[0], "holds a row a person and would never be due", REPORT_THIS)
    if due := [name for name in evidence if deletion.is_row_level(name)]:
        raise Fault(due[0], "is evidence and would be deleted with the data", REPORT_THIS)
    return {"days": days, "row_level": sorted(tables), "evidence": sorted(evidence)}
