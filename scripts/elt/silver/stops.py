"""When what is found in a table of silver stops a run: budgets, which change nothing in the table itself.

So another budget cleans no table again, unless what was found in it exceeds the new one: then the step runs and stops.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elt.faults import is_refused
from elt.silver.budgets import Budget, check_budget
from elt.silver.warning_budgets import check_assumption_budget, check_zone_budget


@dataclass(frozen=True)
class Stops:
    """The budgets of the settings `quarantine_budget`, `zone_budget` and `assumption_budget`.

    As a param it looks the same whatever they are, to Snakemake and in receipts: `is_exceeded` stands beside it.
    """

    quarantine: Budget = field(repr=False)
    zones: float = field(default=1.0, repr=False)
    assumptions: float = field(default=1.0, repr=False)

    def check(self, where: str, found: Mapping[str, Any], records: int) -> None:
        """What was found in a table must stay within the budgets; raises Fault.

        `found`: its metadata; `records`: those of its bronze files, without erased persons.
        """
        check_budget(where, {**found, "records": records}, self.quarantine)
        check_zone_budget(where, found, self.zones)
        check_assumption_budget(where, found, self.assumptions)

    def is_exceeded(self, metadata: str | Path) -> bool:
        """Whether a table that is made, by its metadata, exceeds the budgets; no for one that is not, or damaged."""
        return is_refused(lambda found: self.check("", found, found["records"] - found["erased"]), metadata)
