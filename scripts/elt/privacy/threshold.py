"""The threshold check (Art. 35 GDPR): what the run can measure of each criterion, and what is left to a person.

Source: Article 29 Working Party, Guidelines on Data Protection Impact Assessment, WP 248 rev. 01, section III.B; two
kinds of processing from the list of the German supervisory authorities (DSK) under Art. 35(4).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from elt.privacy.combined import Combination, combined_tables
from elt.privacy.data_map import PERSONAL
from elt.privacy.publications import FEATURE_TABLE
from elt.run.contract import Contract
from elt.run.controller import Answer

NINE = (
    *("scoring", "automated_decision", "monitoring", "sensitive", "large_scale", "combining", "vulnerable"),
    *("new_technology", "exclusion"),
)
LISTED = ("purchase_profiles", "combined_sources")


def measured(
    contracts: Mapping[str, Contract],
    policy: Mapping[str, Any],
    summary: Mapping[str, Any],
    model: Mapping[str, Any],
    sources: Sequence[Combination],
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
    tables = combined_tables(sources)
    actions = sum(bool(segment.get("action")) and not segment.get("is_no_action") for segment in segments)
    return {
        "scoring": {
            "touched": True if customers["rows"] and segments else None,
            **size, "segments": len(segments), "features": used,
        },
        "automated_decision": {"touched": None, "actions": actions},
        "monitoring": {"touched": None, "months": months, **size},
        "sensitive": {"touched": None, **counts},
        "large_scale": {"touched": None, **size},
        "combining": {"touched": len(tables) > 1 or None, "tables": len(tables), "names": tables},
        "vulnerable": {"touched": None},
        "new_technology": {"touched": None},
        "exclusion": {"touched": None},
        "purchase_profiles": {"touched": None, **size, "columns": len(customers["columns"]) - 1},
        "combined_sources": {"touched": None, "tables": len(tables), "names": tables},
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
