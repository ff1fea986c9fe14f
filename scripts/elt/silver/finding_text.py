"""What the report of silver says of each table that its department can mend at the source; each figure is entered."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from elt.bronze.exports import source_of
from elt.report import assumptions
from elt.report.figure_ledger import Told
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code
from elt.report.numbers import Numbers, decimals_of
from elt.report.words import phrase
from elt.silver import origins
from elt.silver.reference_text import Table, Tables


def _sources(found: Table) -> str:
    """Where the rows of a table stand in the lists for the owners of the data."""
    return Markdown(", ".join(code(f"{name}.csv") for name in sorted({source_of(f["file"]) for f in found["files"]})))


def finding_rows(tables: Tables, words: Told) -> Iterator[list[Any]]:
    """One row a finding that a department can mend at the source, by department and table."""
    department = {name: in_language(found["department"], words.language) for name, found in tables.items()}
    for name, found in sorted(tables.items(), key=lambda item: department[item[0]]):
        findings = (part(name, found, words) for part in (rejected, repaired, repeated, warned))
        for kind, *finding in (one for of_kind in findings for one in of_kind):
            yield [department[name], code(name), words["kinds"][kind], *finding]


def rejected(name: str, found: Table, words: Told) -> Iterator[list[Any]]:
    """Findings: records in quarantine, by reason."""
    for number, reason in enumerate(found["quarantined"]):
        told = f"{name}.quarantined.{number}"
        places = ", ".join(_places(name, told, reason, words))
        more = words["more"] if reason["records"] > len(reason["first_records"]) else ""
        what = words["places"].format(why=phrase(words["phrases"], reason["why"]), places=places + more)
        records = words.number(told, reason["records"], origins.set_aside(name, origins.reason_of(reason)))
        yield ["quarantined", what, records, "", _sources(found)]


def _places(name: str, told: str, reason: Mapping[str, Any], words: Told) -> Iterator[str]:
    """The numbers of the first records of a reason; of one of several files with the file's name."""
    for place, at in enumerate(reason["first_records"]):
        record, _, file = str(at).partition(" of ")
        origin = origins.number_of(name, origins.reason_of(reason), place)
        words.enter(f"{told}.first.{place}", int(record), "record", 0, origin)
        yield words["of_file"].format(record=record, file=file) if file else record


def repaired(name: str, found: Table, words: Told) -> Iterator[list[Any]]:
    """Findings: records that a repair changed."""
    for number, repair in enumerate(found["repairs"]):
        if not repair["records"]:
            continue
        told, place = f"{name}.repairs.{number}", partial(origins.found, name, "repairs", number)
        why = f"{repair['column']}: {in_language(repair['why'], words.language)}"
        moved = (
            words.number(f"{told}.{field}", amount, place("money", field), decimals_of(amount), "money", sign=True)
            for field, amount in repair["money"].items()
        )
        records = words.number(f"{told}.records", repair["records"], place("records"))
        yield ["repaired", why, records, "; ".join(moved), _sources(found)]


def repeated(name: str, found: Table, words: Told) -> Iterator[list[Any]]:
    """Findings: records whose key repeats."""
    for outcome in ("superseded", "duplicates"):
        if found[outcome]:
            records = words.number(f"{name}.{outcome}", found[outcome], origins.outcome(name, outcome))
            yield [outcome, words["key_repeats"], records, "", ""]


def warned(name: str, found: Table, words: Told) -> Iterator[list[Any]]:
    """Findings: assumptions that the records contradict."""
    shown = Numbers(words.language)
    for number, one in enumerate(assumptions.of_table(name, found)):
        place = partial(origins.found, name, "warnings", number)
        assumptions.enter_figures(f"{name}.warnings.{number}", one, place, words, "cells")
        moved = "; ".join(shown.exact(amount) for _, amount, _ in assumptions.amounts_of(one))
        places = f" ({one['places']})" if "places" in one else ""
        what = assumptions.sentence(words.words, one) + places
        yield ["warning", what, shown(one["records"]), moved, _sources(found)]
