"""The company that the settings name, accepted: all that its SQL reads is there, and no personal class is too weak."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from elt.code_version import code_version
from elt.command.refusals import accepted
from elt.remembered import memory
from elt.run import class_checks, settings
from elt.run.company import Company


def unbound(company: Company) -> list[str]:
    """A line for every column of the contracts' and the marts' SQL that nothing offers, or that it lacks."""

    def depends_on() -> tuple[object, ...]:
        code = [code_version(f"elt/{name}.py") for name in ("gold/binding", "silver/expressions")]
        return company.digest, code

    def found() -> Iterable[str]:
        from elt.gold import binding  # they are read where a run is planned, and only there
        from elt.silver import expressions

        return [*expressions.faults(company), *binding.faults(company)]

    return memory.faults("unbound", depends_on, found)


def classed(company: Company, config: Mapping[str, Any]) -> tuple[Company, list[str]]:
    """(the company with its computed personal classes, a line for every class that is weaker than computed)."""
    minimum = config["minimum_group"]
    checked: list[class_checks.Checked] = []

    def depends_on() -> tuple[object, ...]:
        return company.digest, minimum, code_version("elt/run/class_checks.py")

    def check() -> class_checks.Checked:
        from elt.gold import calendar_days  # it is read where a run is planned, and only there

        if not checked:
            checked.append(class_checks.checked(company, minimum, calendar_days.SCHEMA))
        return checked[0]

    def found() -> dict[str, Any] | None:
        return None if check().faults else class_checks.told(check().company)

    known = memory.result("classes", depends_on, found)
    if known is not None:
        return class_checks.applied(company, known), []
    return check().company, [f"{company.folder}/{line}" for line in check().faults]


def accepted_company(config: Mapping[str, Any], root: Path) -> Company:
    """The company that the settings name, with its computed personal classes; raises RefusalError."""
    company = accepted(settings.load(config, root), "The settings cannot be used.")
    accepted((None, unbound(company)), "The settings cannot be used.")
    found: Company = accepted(classed(company, config), "The personal classes cannot be used.")
    return found
