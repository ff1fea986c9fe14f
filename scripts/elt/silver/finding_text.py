"""What the report of silver says of each table that its department can mend at the source."""

from collections.abc import Iterator
from typing import Any

from elt.bronze.exports import source_of
from elt.report import assumptions
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code
from elt.report.numbers import Numbers
from elt.report.words import Words, phrase
from elt.silver.reference_text import Table, Tables


def _sources(found: Table) -> str:
    """Where the rows of a table stand in the lists for the owners of the data."""
    return Markdown(", ".join(code(f"{name}.csv") for name in sorted({source_of(f["file"]) for f in found["files"]})))


def finding_rows(tables: Tables, words: Words) -> Iterator[list[Any]]:
    """One row a finding that a department can mend at the source, by department and table."""
    department = {name: in_language(found["department"], words["language"]) for name, found in tables.items()}
    for name, found in sorted(tables.items(), key=lambda item: department[item[0]]):
        findings = (*rejected(found, words), *repaired(found, words), *repeated(found, words))
        for kind, *finding in (*findings, *warned(name, found, words)):
            yield [department[name], code(name), words["kinds"][kind], *finding]


def rejected(found: Table, words: Words) -> Iterator[list[Any]]:
    """Findings: records in quarantine, by reason."""
    for reason in found["quarantined"]:
        places = ", ".join(_place(at, words) for at in reason["first_records"])
        more = words["more"] if reason["records"] > len(reason["first_records"]) else ""
        what = words["places"].format(why=phrase(words["phrases"], reason["why"]), places=places + more)
        yield ["quarantined", what, Numbers(words["language"])(reason["records"]), "", _sources(found)]


def _place(at: int | str, words: Words) -> str:
    """The number of a record; of one of several files with the file's name."""
    record, _, file = str(at).partition(" of ")
    return words["of_file"].format(record=record, file=file) if file else record


def repaired(found: Table, words: Words) -> Iterator[list[Any]]:
    """Findings: records that a repair changed."""
    shown = Numbers(words["language"])
    for repair in found["repairs"]:
        if repair["records"]:
            why = f"{repair['column']}: {in_language(repair['why'], words['language'])}"
            moved = "; ".join(shown.exact(amount, sign=True) for amount in repair["money"].values())
            yield ["repaired", why, shown(repair["records"]), moved, _sources(found)]


def repeated(found: Table, words: Words) -> Iterator[list[Any]]:
    """Findings: records whose key repeats."""
    for outcome in ("superseded", "duplicates"):
        if found[outcome]:
            yield [outcome, words["key_repeats"], Numbers(words["language"])(found[outcome]), "", ""]


def warned(name: str, found: Table, words: Words) -> Iterator[list[Any]]:
    """Findings: assumptions that the records contradict."""
    shown = Numbers(words["language"])
    for one in assumptions.of_table(name, found):
        moved = "; ".join(shown.exact(amount) for _, amount, _ in assumptions.amounts_of(one))
        places = f" ({one['places']})" if "places" in one else ""
        yield ["warning", assumptions.sentence(words, one) + places, shown(one["records"]), moved, _sources(found)]
