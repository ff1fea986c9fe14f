"""Criteria of an impact assessment (Art. 35 GDPR): what the run can measure of each, and what is left to a person.

Source: Article 29 Working Party, Guidelines on Data Protection Impact Assessment, WP 248 rev. 01, section III.B; two
kinds of processing from the list of the German supervisory authorities (DSK) under Art. 35(4).
"""

from collections.abc import Mapping
from typing import Any

from elt.privacy.data_map import PERSONAL
from elt.privacy.publications import FEATURE_TABLE
from elt.run.company import Contract
from elt.run.controller import Answer

NINE = (
    *("scoring", "automated_decision", "monitoring", "sensitive", "large_scale", "combining", "vulnerable"),
    *("new_technology", "exclusion"),
)
LISTED = ("purchase_profiles", "combined_sources")


def combined(mapped: Mapping[str, Any], contracts: Mapping[str, Contract]) -> list[str]:
    """The raw tables whose personal fields come together by value in one mart: of the mart with most of them."""
    personal = {
        f"{name}.{item.name}" for name, contract in contracts.items() for item in contract.fields
        if item.personal in PERSONAL
    }  # fmt: skip
    found = []
    for mart in mapped["marts"].values():
        origins = {raw for column in mart["columns"].values() for raw in column["raw"]} & personal
        found.append(sorted({raw.partition(".")[0] for raw in origins}))
    return max(found, key=len, default=[])


def measured(
    contracts: Mapping[str, Contract],
    mapped: Mapping[str, Any],
    policy: Mapping[str, Any],
    summary: Mapping[str, Any],
    model: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """Criterion -> what the run measured for it; under "touched" True where that decides, None where a person must."""
    classes = [item.personal for contract in contracts.values() for item in contract.fields]
    counts = {name: classes.count(name) for name in PERSONAL}
    customers = policy["published_row_level_tables"][FEATURE_TABLE.rpartition("/")[2]]
    lines = next((mart["rows"] for mart in summary["marts"] if mart["name"] == "fact_sales"), 0)
    months = len((summary["breakdowns"].get("month") or {"groups": []})["groups"])
    size = {"customers": customers["rows"], "lines": lines}
    used = sum(feature["is_used"] for feature in model["features"])
    segments = model["segments"]
    tables = combined(mapped, contracts)
    return {
        "scoring": {
            "touched": True if customers["rows"] and segments else None,
            **size, "segments": len(segments), "features": used,
        },
        "automated_decision": {"touched": None, "actions": sum(bool(segment.get("action")) for segment in segments)},
        "monitoring": {"touched": None, "months": months, **size},
        "sensitive": {"touched": None, **counts},
        "large_scale": {"touched": None, **size},
        "combining": {"touched": len(tables) > 1 or None, "tables": len(tables), "names": ", ".join(tables)},
        "vulnerable": {"touched": None},
        "new_technology": {"touched": None},
        "exclusion": {"touched": None},
        "purchase_profiles": {
            "touched": True if customers["rows"] else None, **size, "columns": len(customers["columns"]) - 1,
        },
        "combined_sources": {"touched": None, "tables": len(tables), "names": ", ".join(tables)},
    }  # fmt: skip


def result(found: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Which criteria are touched, by measurement or by the controller's answer, and which are open."""
    applies = {name for name, answer in answers.items() if answer.applies}
    touched = [name for name in found if found[name]["touched"] or name in applies]
    undecided = [name for name in found if not found[name]["touched"] and name not in answers]
    return {
        "touched": touched,
        "open": undecided,
        "touched_of_nine": [name for name in touched if name in NINE],
        "open_of_nine": [name for name in undecided if name in NINE],
    }
