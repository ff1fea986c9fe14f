"""What a dry run tells of a company before anything runs: tables, roles, what is left out, personal columns."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from elt.bronze.exports import RawFiles
from elt.report.numbers import number
from elt.run import made_from
from elt.run.company import Company
from elt.run.contract import Contract
from elt.run.fields import Field
from elt.run.star.drawing import MARTS
from elt.run.star.roles import ROLES, Roles
from elt.run.value_classes import CLASSES

WIDEST = 100  # signs of a line, so that it stands in a terminal beside its name


def text(company: Company, raw_files: RawFiles, run: Path) -> str:
    """The plan, a line with a colon a subject; `run`: the run folder, whose former call knows how many records."""
    parts = [
        (f"Plan of company {company.name}", tables(company, raw_files, run)),
        ("Star schema", star(company)),
        ("Left out for want of a column", left_out(company)),
        ("Personal columns", personal(company)),
    ]
    return "\n".join(line for title, lines in parts for line in titled(title, list(lines)))


def titled(title: str, lines: list[str]) -> Iterator[str]:
    """A title and its lines; nothing without any."""
    if lines:
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def tables(company: Company, raw_files: RawFiles, run: Path) -> Iterator[str]:
    """Each raw table with its files, and its records where a former call has counted them."""
    known = made_from.raw_files(run)
    wide = max(map(len, company.contracts), default=0)
    for name, contract in company.contracts.items():
        files = raw_files.of(name)
        counted = [known[file]["records"] for file in files if file in known]
        records = f", {number(sum(counted))} records" if files and len(counted) == len(files) else ""
        count = f"{len(files)} {'file' if len(files) == 1 else 'files'}"
        yield f"{name:{wide}}  {count}{records}, {len(contract.fields)} fields"


def star(company: Company) -> Iterator[str]:
    """Which marts are drawn from roles, and which are the company's own; which roles are filled, and which are not."""
    drawn = [name for name in MARTS if name in company.marts and company.marts[name].is_drawn]
    own = [name for name in company.marts if name not in drawn and name not in company.standard]
    yield from wrapped("drawn from roles", drawn)
    yield from wrapped("written by the company", own)
    if drawn:
        stated = Roles(company.contracts).stated
        filled = [f"{role} ({', '.join(one.table for one in stated[role])})" for role in ROLES if role in stated]
        yield from wrapped("roles", filled)
        yield from wrapped("roles of no field", [role for role in ROLES if role not in stated])


def left_out(company: Company) -> Iterator[str]:
    """What needs a column of the star schema that the company lacks, by the column."""
    by_column: dict[str, list[str]] = {}
    for what, column in company.left_out.items():
        by_column.setdefault(column, []).append(what)
    for column, found in by_column.items():
        yield from wrapped(column, found)


def personal(company: Company) -> Iterator[str]:
    """The personal columns of the raw tables, by class."""
    for kind in reversed(CLASSES):
        named = [f"{name}.{one.name}" for name, table in company.contracts.items() for one in by_class(table, kind)]
        yield from wrapped(f"{kind} ({len(named)})", named) if kind != "none" else [f"none: the other {len(named)}"]


def by_class(table: Contract, kind: str) -> list[Field]:
    """The fields of a contract of a class."""
    return [one for one in table.fields if one.personal == kind]


def wrapped(name: str, words: Iterable[str]) -> Iterator[str]:
    """A name and a list of words, over as many lines as it takes; nothing without words."""
    line, indent = f"{name}:", " " * 4
    is_first = True
    for word in words:
        mark = "" if is_first else ","
        is_first = False
        if len(line) + len(word) > WIDEST:
            yield f"{line}{mark}"
            line = f"{indent}{word}"
        else:
            line = f"{line}{mark} {word}"
    if not is_first:
        yield line
