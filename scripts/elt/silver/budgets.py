"""How many records of a table may go to quarantine: a budget for each reason, and one for all of them together.

A share of a small table is less than a record: so many records may go in any case (`floor`), as long as they are no
more than a tenth of the table. A budget of 0, or one that is stated for the reason itself, holds as it stands.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from elt.faults import Fault
from elt.run import reasons

Budget = float | Mapping[str, float]  # one share for each reason, or shares by reason beside default, total and floor

# ASSUMPTION: a sound table has a few kinds of faults, not all at once: where the settings do not say, all reasons
# together may take so many times the budget of one.
ALL_REASONS = 5
# ASSUMPTION: a handful of bad records says nothing against an export of some size, and much against a tiny one: of up
# to nine records none may go, of 20 two may, from 50 on all of the floor.
FLOOR = 5  # records, where the settings do not say
FLOOR_OF = 10  # the floor is at most one record in so many


MISSING = 'missingValues: ["-"] # at the field: what stands in a cell for a missing value'
EXAMPLE = 'format: ["%d.%m.%Y", "%Y-%m-%d"] # at the field: each format that stands in it'
AS_TEXT = "type: string # at the field, in place of its type, if it is a number or name of something"
PASTED = {  # reason -> lines of a contract
    reasons.UNREADABLE["date"]: (EXAMPLE, MISSING),
    reasons.UNREADABLE["number"]: (
        'dialect: {decimalChar: ","} # or ".": the decimal mark of all numbers',
        MISSING,
        AS_TEXT,
    ),
    reasons.UNREADABLE["integer"]: (AS_TEXT, MISSING),
    reasons.DOUBTFUL_THOUSANDS: ("decimals: 3 # at the field, if 1.249 is a little more than one",),
    reasons.WRONG_WIDTH: ("dialect: {skipFooterLines: 1} # if the last line is no record",),
    reasons.STRAY_QUOTE: ("dialect: {quoteChar: ''} # if a quote is a sign like any other",),
    reasons.SINGLE_QUOTED: ('dialect: {quoteChar: "\'"} # if fields stand in single quotes',),
    reasons.MISSING_KEY: ("required: false # at a field that may be empty, if it is no part of the key",),
}


def share(budget: Budget, code: str) -> float:
    """The share of a table's records that may go to quarantine for one reason (default: one without its own)."""
    if not isinstance(budget, Mapping):
        return budget
    return budget.get(code, budget["default"])


def share_of_all(budget: Budget) -> float:
    """The share of a table's records that may go to quarantine for all reasons together."""
    if isinstance(budget, Mapping) and "total" in budget:
        return budget["total"]
    shares = [value for key, value in budget.items() if key != "floor"] if isinstance(budget, Mapping) else [budget]
    return min(1.0, max(*shares, ALL_REASONS * share(budget, "default")))


def floor_stated(budget: Budget) -> int:
    """The floor of the settings, in records."""
    return int(budget.get("floor", FLOOR)) if isinstance(budget, Mapping) else FLOOR


def floor(budget: Budget, records: int) -> int:
    """Records of a table of this size that may go to quarantine however small the shares are."""
    return min(floor_stated(budget), records // FLOOR_OF)


def most(budget: Budget, code: str, records: int) -> float:
    """How many records of a table of this size may go to quarantine for one reason."""
    is_own = isinstance(budget, Mapping) and code in budget
    allowed = share(budget, code) * records
    return max(allowed, floor(budget, records)) if allowed and not is_own else allowed


def most_of_all(budget: Budget, records: int) -> float:
    """How many may go for all reasons together."""
    allowed = share_of_all(budget) * records
    return max(allowed, floor(budget, records)) if allowed else allowed


def by_code(found: Mapping[str, Any]) -> dict[str, int]:
    """Code of a reason -> records of the table in quarantine."""
    counts: dict[str, int] = {}
    for reason in found["quarantined"]:
        counts[reason["code"]] = counts.get(reason["code"], 0) + reason["records"]
    return counts


def check_budget(where: str, found: Mapping[str, Any], budget: Budget) -> None:
    """Each reason and all together must stay within their budgets; raises Fault with the counts by reason.

    `found`: the metadata of the table, and `formats`: field -> formats of days to state, where they are known.
    """
    counts, records = by_code(found), found["records"]
    over = [code for code, count in sorted(counts.items()) if count > most(budget, code, records)]
    quarantined = sum(counts.values())
    if over or quarantined > most_of_all(budget, records):
        usual = share(budget, "default")
        own = [f"{share(budget, code):.1%} for {code}" for code in over if share(budget, code) != usual]
        least = [f"at least {kept} record{'s' if kept > 1 else ''}"] if (kept := floor(budget, records)) else []
        limits = ", ".join([f"{usual:.1%} for a reason", *own, f"{share_of_all(budget):.1%} for all together", *least])
        listed = "; ".join(map(reason_with_records, found["quarantined"]))
        raise Fault(
            where,
            f"{quarantined} of {records} records cannot be used, the budget is {limits}: {listed}",
            "Mend the export or the contract, or raise quarantine_budget in config/config.yaml"
            f"{lines_to_paste(found['quarantined'], found.get('formats', {}))}",
        )


def lines_to_paste(quarantined: Iterable[Mapping[str, Any]], formats: Mapping[str, Sequence[str]]) -> str:
    """Lines for the contract that often mend what went to quarantine; nothing where only the export can be mended.

    `formats`: field -> formats of days to state, which take the place of an example.
    """
    codes = {reason["code"] for reason in quarantined}
    lines = dict.fromkeys(line for code, of_code in PASTED.items() if code in codes for line in of_code)
    if formats and EXAMPLE in lines:
        known = [f"format: {json.dumps(stated)} # at {field}, which stands so" for field, stated in formats.items()]
        lines = dict.fromkeys([*known, *(line for line in lines if line != EXAMPLE)])
    return (
        "".join(["; lines for the contract, as they fit:", *(f"\n  {line}" for line in lines), "\n "]) if lines else ""
    )


def reason_with_records(reason: Mapping[str, Any]) -> str:
    """A reason in words, how many records it has, and which are the first."""
    first, more = reason["first_records"], ", …" if reason["records"] > len(reason["first_records"]) else ""
    records = "record" if reason["records"] == 1 else "records"
    return f"{reason['records']} × {reason['why']} ({records} {', '.join(map(str, first))}{more})"
