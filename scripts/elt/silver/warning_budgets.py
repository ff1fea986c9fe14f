"""Of how many records of a table what is told of it may contradict an assumption before the run stops."""

from collections.abc import Mapping
from typing import Any

from elt.faults import Fault
from elt.report import assumptions
from elt.run import reasons

WITHOUT_ZONE, NOT_IN_CODES = "without_zone", "not_in_codes"
NEVER_STOP = 5  # records: in a small table a few are a large share
BUDGETED_ELSEWHERE = (WITHOUT_ZONE, reasons.DOUBTFUL_THOUSANDS, assumptions.IMPLAUSIBLE_DATES)
TOLD_ONLY = (*BUDGETED_ELSEWHERE, NOT_IN_CODES)


def check_assumption_budget(where: str, found: Mapping[str, Any], budget: float) -> None:
    """No warning may concern more than a share of the records of a table; raises Fault.

    `found`: the table's metadata. Days without a zone and what is in quarantine have budgets of their own; a value
    that no code list holds, such as a new category, stops no run.
    """
    for warning in found["warnings"]:
        cells, of, code = warning["cells"], warning["of"], warning["warning"]
        if code not in TOLD_ONLY and cells > max(NEVER_STOP, budget * of):
            raise Fault(
                where,
                f"{cells} of {of} records contradict an assumption ({code.replace('_', ' ')}) in column "
                f"{warning['column']}; the budget is {budget:.1%}",
                "Mend the source, or raise assumption_budget in config/config.yaml if you can live with it",
            )


def check_zone_budget(where: str, found: Mapping[str, Any], budget: float) -> None:
    """Days without a zone beside time stamps that have one must stay within their budget; raises Fault.

    `found`: the table's metadata; `budget`: share of its records.
    """
    for warning in found["warnings"]:
        cells, of = warning["cells"], warning["of"]
        if warning["warning"] == WITHOUT_ZONE and cells > max(NEVER_STOP, budget * of):
            money = "".join(f", {amount} in {name}" for name, amount in warning["money"].items())
            raise Fault(
                where,
                f"{cells} of {of} records have no time zone in column {warning['column']}{money}, and others have one; "
                f"the budget is {budget:.1%}",
                "Export all time stamps with their zone, or raise zone_budget in config/config.yaml if those without "
                "are local time",
            )
