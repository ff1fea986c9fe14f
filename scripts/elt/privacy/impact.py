"""What a run knows for the four parts of an impact assessment (Art. 35(7) GDPR)."""

from collections.abc import Mapping
from typing import Any

from elt.privacy.data_map import PERSONAL
from elt.run.contract import Contract

DESCRIPTION = ("nature", "context", "systems", "interests")  # points of part a that only the controller can state
NECESSITY = ("necessity", "proportionality", "minimisation", "accuracy", "information", "rights", "processors")
REVIEW = ("residual_risk", "advice", "views", "consultation", "review")
RISKS = ("access", "reidentification", "profiling", "alteration", "loss")


def unused(mapped: Mapping[str, Any], contracts: Mapping[str, Contract]) -> list[str]:
    """<table>.<field> of personal fields of raw files of which no mart takes a value and whose rows no mart chooses."""
    return [
        f"{name}.{item.name}"
        for name, contract in contracts.items()
        for item in contract.fields
        if item.personal in PERSONAL
        and (facts := mapped["raw"][name].get(item.name)) is not None
        and not facts["marts"]
        and not facts["chooses"]
    ]


def kept_inside(contracts: Mapping[str, Contract], policy: Mapping[str, Any]) -> int:
    """How many personal fields leave the protected layers in no form."""
    return sum(
        item.personal in PERSONAL and not policy["raw_tables"][name][item.name]["leaves_protected_layers"]
        for name, contract in contracts.items()
        for item in contract.fields
    )


def alone(uniqueness: Mapping[str, Any]) -> float | None:
    """Share of customers whom the published features single out by three known purchases; None if hidden or none."""
    return uniqueness["purchases"]["after"]["three_purchases"]["unique_share"]


def measured(
    contracts: Mapping[str, Contract],
    mapped: Mapping[str, Any],
    policy: Mapping[str, Any],
    criteria: Mapping[str, Mapping[str, Any]],
    uniqueness: Mapping[str, Any],
) -> dict[str, Any]:
    """Facts for the sentences of the document; criteria: of the threshold check (elt/privacy/threshold.py)."""
    personal = [
        item.personal for contract in contracts.values() for item in contract.fields if item.personal in PERSONAL
    ]
    with_persons = sum(any(item.personal in PERSONAL for item in contract.fields) for contract in contracts.values())
    rows = [table["rows"] for table in policy["published_row_level_tables"].values()]
    return {
        **{name: personal.count(name) for name in PERSONAL},
        "fields": len(personal),
        "tables": len(contracts),
        "tables_with_persons": with_persons,
        "marts": len(mapped["marts"]),
        "customers": criteria["scoring"]["customers"],
        "lines": criteria["scoring"]["lines"],
        "months": criteria["monitoring"]["months"],
        "segments": criteria["scoring"]["segments"],
        "features": criteria["scoring"]["features"],
        "actions": criteria["automated_decision"]["actions"],
        "unused": unused(mapped, contracts),
        "inside": kept_inside(contracts, policy),
        "row_level_tables": len(rows),
        "row_level_rows": sum(rows),
        "minimum_group": policy["thresholds"]["minimum_group"],
        "days": policy["retention"]["days"],
        "alone": alone(uniqueness),
    }
