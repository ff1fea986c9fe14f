"""How many records of a table may go to quarantine: a budget for each reason, and one for all of them together."""

from collections.abc import Mapping
from typing import Any

from elt.faults import Fault

Budget = float | Mapping[str, float]  # one share for each reason, or shares by reason beside default and total

# ASSUMPTION: a sound table has a few kinds of faults, not all at once: where the settings do not say, all reasons
# together may take so many times the budget of one.
ALL_REASONS = 5


def share(budget: Budget, code: str) -> float:
    """The share of a table's records that may go to quarantine for one reason (default: one without its own)."""
    if not isinstance(budget, Mapping):
        return budget
    return budget.get(code, budget["default"])


def share_of_all(budget: Budget) -> float:
    """The share of a table's records that may go to quarantine for all reasons together."""
    if isinstance(budget, Mapping) and "total" in budget:
        return budget["total"]
    largest = max(budget.values()) if isinstance(budget, Mapping) else budget
    return min(1.0, max(largest, ALL_REASONS * share(budget, "default")))


def by_code(found: Mapping[str, Any]) -> dict[str, int]:
    """Code of a reason -> records of the table in quarantine."""
    counts: dict[str, int] = {}
    for reason in found["quarantined"]:
        counts[reason["code"]] = counts.get(reason["code"], 0) + reason["records"]
    return counts


def check_budget(where: str, found: Mapping[str, Any], budget: Budget) -> None:
    """Each reason and all together must stay within their budgets; raises Fault with the counts by reason."""
    counts, total = by_code(found), share_of_all(budget)
    over = [code for code, count in sorted(counts.items()) if count > share(budget, code) * found["records"]]
    quarantined = sum(counts.values())
    if over or quarantined > total * found["records"]:
        usual = share(budget, "default")
        own = [f"{share(budget, code):.1%} for {code}" for code in over if share(budget, code) != usual]
        limits = ", ".join([f"{usual:.1%} for a reason", *own, f"{total:.1%} for all together"])
        listed = "; ".join(map(reason_with_records, found["quarantined"]))
        raise Fault(
            where,
            f"{quarantined} of {found['records']} records cannot be used, the budget is {limits}: {listed}",
            "Mend the export or the contract, or raise quarantine_budget in config/config.yaml",
        )


def reason_with_records(reason: Mapping[str, Any]) -> str:
    """A reason in words, how many records it has, and which are the first."""
    first, more = reason["first_records"], ", …" if reason["records"] > len(reason["first_records"]) else ""
    records = "record" if reason["records"] == 1 else "records"
    return f"{reason['records']} × {reason['why']} ({records} {', '.join(map(str, first))}{more})"
