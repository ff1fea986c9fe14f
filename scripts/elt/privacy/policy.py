"""The data policy as data: class and treatment of every column, and every sentence with what was counted for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from elt.protection import pseudonyms
from elt.protection.disclosure import ONE, TWO
from elt.report.languages import in_language
from elt.run.columns import Column
from elt.run.contract import Contract
from elt.run.controller import AcknowledgedFind, ClassException
from elt.run.mart import Mart

ACTIONS = {
    "none": "as it is",
    "quasi": "only aggregated or generalised",
    "identifier": "only as keyed pseudonym, or counted",
    "direct": "stays in the protected layers",
}
STATUS = "Published row-level tables are pseudonymised; for whoever holds the key they are personal data."
STATEMENTS = (  # id, sentence
    ("classes", "Every field of every contract and every column of every mart has a class."),
    (
        "computed",
        "No class is weaker than the strictest class of what a value is made of, by the lineage of the SQL; exceptions "
        "are listed with their reasons.",
    ),
    ("columns", "Published row-level tables hold no column of class quasi, identifier or direct."),
    (
        "pseudonyms",
        "Every row of them carries a keyed pseudonym, no pseudonym stands twice in a table, and the rows are in "
        "the order of the pseudonyms.",
    ),
    (
        "exploration",
        "The exploration shows no more of a column of class identifier or direct than how many values are missing.",
    ),
    (
        "groups",
        "No group of people behind a published figure is smaller than the minimum group. Numbers of records and of "
        "rows of whole tables are no such figures.",
    ),
    ("modes", "No file or folder of the protected layers can be opened by group or others."),
    (
        "retention",
        "Published row-level tables are due so many days after the end of the run; published evidence is not.",
    ),
)
Described = dict[str, dict[str, dict[str, Any]]]  # table -> column -> facts


@dataclass(frozen=True)
class Settings:
    """Settings of a run that the policy states."""

    key_id: str
    minimum_group: int
    retention_days: int
    acknowledged: Sequence[AcknowledgedFind] = ()


@dataclass(frozen=True)
class Checks:
    """Results of the checks (elt/privacy/policy_checks.py); `published`: of every row-level table, by its name."""

    classes: Mapping[str, int]
    published: Mapping[str, Mapping[str, Any]]
    exploration: Mapping[str, int]
    groups: Mapping[str, Any]
    modes: Mapping[str, int]
    retention: Mapping[str, Any]


def classified(column: Column, layers: Iterable[str], forms: Iterable[str]) -> dict[str, Any]:
    """Class and action of a column, the layers that hold it, forms in which something of it is published.

    That values of a column are missing is published as a number; it is no value and does not leave by it.
    """
    return {
        "class": column.personal,
        "action": ACTIONS[column.personal],
        "layers": list(layers),
        "published_as": sorted(set(forms)),
        "leaves_protected_layers": bool(set(forms) - {"missing"}),
        "description": in_language(column.description),
    }


def raw_tables(contracts: Mapping[str, Contract], mapped: Mapping[str, Any]) -> Described:
    """Facts of every field of the contracts, by the data map; a computed field is in no raw file."""
    found: Described = {}
    for name, contract in contracts.items():
        facts = mapped["raw"][name]
        found[name] = {
            item.name: classified(
                item, ("bronze", "silver"), [place["form"] for place in facts[item.name]["published"]]
            )
            if item.name in facts
            else classified(item, ("silver",), ())
            for item in contract.fields
        }
    return found


def gold_tables(marts: Mapping[str, Mart], mapped: Mapping[str, Any]) -> Described:
    """Facts of every column of the marts, by the data map."""
    return {
        name: {
            item.name: classified(item, ("gold",), mapped["marts"][name]["columns"][item.name]["forms"])
            for item in mart.columns
        }
        for name, mart in marts.items()
    }


def personal_columns(contracts: Mapping[str, Contract], marts: Mapping[str, Mart]) -> list[str]:
    """Names of all fields and columns of a personal class, sorted."""
    every: list[Column] = [item for contract in contracts.values() for item in contract.fields]
    every += [item for mart in marts.values() for item in mart.columns]
    return sorted({item.name for item in every if item.personal != "none"})


def exceptions(stated: Iterable[ClassException]) -> list[dict[str, Any]]:
    """Columns with a weaker class than what they are made of: class, class of that, way from the raw column, reason."""
    return [
        {"column": one.column, "class": one.personal, "instead_of": one.instead_of, "path": [*one.path], "why": one.why}
        for one in stated
    ]


def statements(checks: Checks, excepted: int) -> list[dict[str, Any]]:
    """Each sentence of the policy with what was counted for it."""
    kept, published = checks.retention, checks.published
    rows = sum(table["rows"] for table in published.values())
    counted = {
        "classes": checks.classes,
        "computed": {"exceptions": excepted},
        "columns": {"tables": len(published), "personal_columns": 0},
        "pseudonyms": {"rows": rows, "without_pseudonym": 0, "out_of_order": 0},
        "exploration": checks.exploration,
        "groups": checks.groups,
        "modes": checks.modes,
        "retention": {"days": kept["days"], "due": len(kept["row_level"]), "stay": len(kept["evidence"])},
    }
    return [{"id": name, "says": sentence, "checked": dict(counted[name])} for name, sentence in STATEMENTS]


def policy(
    raw: Described, gold: Described, checks: Checks, settings: Settings, excepted: Sequence[ClassException]
) -> dict[str, Any]:
    """The content of data_policy.json; who calls this has done the checks before."""
    return {
        "classes": ACTIONS,
        "raw_tables": raw,
        "marts": gold,
        "class_exceptions": exceptions(excepted),
        "published_row_level_tables": checks.published,
        "pseudonyms": {
            "scheme": pseudonyms.SCHEME,
            "version": pseudonyms.VERSION,
            "key_id": settings.key_id,
            "prefix": pseudonyms.PREFIX["customer"],
        },
        "thresholds": {"minimum_group": settings.minimum_group, "dominance_of_one": ONE, "dominance_of_two": TWO},
        "measured": checks.groups,
        "acknowledged_finds": [asdict(find) for find in settings.acknowledged],
        "retention": checks.retention,
        "statements": statements(checks, len(excepted)),
        "status": STATUS,
    }
