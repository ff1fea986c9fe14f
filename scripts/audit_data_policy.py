"""What personal data there are, where, and what was done with them, computed and checked.

Inputs: contracts, published tables (features, segments), the protected layers' files.
Outputs: _meta/data_policy.json.
"""

import csv
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared import pseudonyms, rulelog
from shared.faults import Fault
from shared.files import PROTECTED_LAYERS, write_json

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

ACTIONS = {
    "none": ("published", "as it is"),
    "quasi": ("published", "only aggregated or generalised"),
    "identifier": ("published", "only as keyed pseudonym"),
    "direct": ("never", "stays in the protected layers"),
}


def classified(columns: Mapping[str, Mapping[str, Any]], layers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Column -> class, what is done with it, the layers that hold it, whether anything of it leaves them."""
    return {
        name: {
            "class": spec["personal"],
            "action": ACTIONS[spec["personal"]][1],
            "layers": list(layers),
            "leaves_protected_layers": ACTIONS[spec["personal"]][0] == "published",
            "description": spec["description"],
        }
        for name, spec in columns.items()
    }


def header(path: str) -> list[str]:
    """Column names of a CSV file."""
    with open(path, encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def check_published(path: str, personal: Sequence[str]) -> dict[str, Any]:
    """What a published row-level table holds: its only identifier must be a pseudonym; raises Fault otherwise."""
    columns, where = header(path), Path(path).name
    if "customer" not in columns:
        raise Fault(where, "has no column customer with the pseudonym", "Report this")
    if leaked := sorted(set(columns) & set(personal)):
        raise Fault(where, f"publishes the personal column {', '.join(leaked)}", "Report this")
    rows = wrong = 0
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            wrong += not pseudonyms.is_pseudonym("customer", row["customer"])
    if wrong:
        raise Fault(where, f"{wrong} rows carry no pseudonym", "Report this")
    return {"columns": columns, "identifier": "customer (keyed pseudonym)", "rows": rows}


def open_files(run: Path) -> list[str]:
    """Files and folders of the protected layers that group or others can open."""
    found = []
    for layer in PROTECTED_LAYERS:
        for path in [run / layer, *sorted((run / layer).rglob("*"))]:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                found.append(path.relative_to(run).as_posix())
    return found


def main(
    contracts: Mapping[str, Any],
    marts: Mapping[str, Any],
    published: Sequence[str],
    key_id: str,
    minimum_group: int,
    output: str,
) -> None:
    """Compute the policy, check what it claims, write it; raises Fault where a claim does not hold."""
    silver = {
        name: classified({f["name"]: f for f in contract["fields"]}, ("bronze", "silver"))
        for name, contract in contracts.items()
    }
    gold = {name: classified(mart["columns"], ("gold",)) for name, mart in marts.items()}
    named = {
        column for table in (*silver.values(), *gold.values()) for column, c in table.items() if c["class"] != "none"
    }
    released = {Path(path).name: check_published(path, sorted(named)) for path in published}
    if exposed := open_files(Path(output).parents[1]):
        raise Fault(
            exposed[0],
            f"{len(exposed)} files of the protected layers can be opened by others",
            "Type: chmod -R go= on them",
        )
    policy = {
        "classes": {name: action for name, (_, action) in ACTIONS.items()},
        "raw_tables": silver,
        "marts": gold,
        "published_row_level_tables": released,
        "pseudonyms": {"scheme": pseudonyms.SCHEME, "version": pseudonyms.VERSION, "key_id": key_id,
                       "prefix": pseudonyms.PREFIX["customer"]},
        "thresholds": {"minimum_group": minimum_group},
        "checked": {
            "personal_columns_in_published_tables": 0,
            "rows_without_pseudonym": 0,
            "protected_files_open_to_others": 0,
        },
        "statement": "Published row-level tables are pseudonymised; for whoever holds the key they are personal data.",
    }  # fmt: skip
    write_json(output, policy)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.params.contracts,
        snakemake.params.marts,
        snakemake.input.published,
        snakemake.params.key_id,
        snakemake.params.minimum_group,
        snakemake.output[0],
    )
