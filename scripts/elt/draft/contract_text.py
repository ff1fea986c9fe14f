"""The text of a draft contract: YAML with the evidence as comments; never a cell that may be personal."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from elt.bronze.headers import COLUMN
from elt.draft import personal_hints
from elt.draft.column_profile import MOST_DECIMALS, ColumnProfile
from elt.draft.export_files import Export
from elt.draft.export_tables import Draft
from elt.draft.role_hints import CANCELLED as CANCELLED_LIKE
from elt.run.star.cancelled import CANCELLED, STATUS
from elt.run.star.roles import PERCENT, SHARE
from elt.silver import conventions
from elt.tables import DECIMALS

PLAIN = re.compile(r"[A-Za-z_ÄÖÜäöüß][\w ÄÖÜäöüß/*-]*")
NO_MONEY = re.compile(  # names of numbers that are no money: shares, rates, pieces, weights, sizes, times
    r"percent|prozent|pct$|(^|steuer|mwst|ust|zins|rabatt|skonto)satz$|(^|tax|vat|discount|exchange|interest)rate$|"
    r"(anteil|share|quote|menge|quantity|qty|anzahl|stunden|hours|dauer|duration|faktor|factor|kurs|kwmeng)$|"
    r"(gewicht|weight|laenge|length|breite|width|hoehe|height|volumen|volume)(in)?(k?g|[cm]?m|l)?$|^(br|nt)gew"
)
YAML_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
MOST_CODES, LONGEST_CODE = 20, 40  # values, and letters of one, up to which a column may be a closed list
LEAST_RECORDS = 5  # with a value, before it is shown: a rarer one may be a person's
NAMED_FILES = 5
OF_DOCUMENTS = (STATUS, "document_type")  # roles whose values are no names
MARKS = {".": "point", ",": "comma"}
UNSTATED = {"skipLines": 0, "skipFooterLines": 0, "encoding": "auto"}  # what holds for a file that needs no such word
NO_KEY = " # none was found: a person names the columns, or makes one with compute:"
CUT_SHORT = (
    "cells are in scientific notation, so their last digits are lost: export the table again without a spreadsheet, or "
    "name the column under ignore"
)
HEAD = """\
# DRAFT, made from the exports by `snakemake draft_contracts`. It is a proposal: a person looks at every line.
# No run starts before a person has replaced every `unclassified` by one of these:
#   none        a metric or a closed category that tells nothing of a person
#   quasi       tells something of a person beside others: leaves the protected layers only in totals or generalised
#   identifier  a number of a person, order or account: leaves the protected layers only as a pseudonym
#   direct      names, addresses, contacts, accounts: never leaves the protected layers
# A hint `looks personal` is no decision, and a column without one may be personal all the same.
# What every key means: config/company.schema.yaml. How to go on: docs/bring_your_own_data.md.
"""


@dataclass
class Table:
    """A drafted table: its files, its columns, its records, what may be its key, what it may refer to."""

    draft: Draft
    columns: list[ColumnProfile]
    records: int
    key: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)  # columns that may be a key alone
    key_evidence: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    foreign_keys: list[tuple[str, str, str]] = field(default_factory=list)  # field, table, field of it
    roles: dict[str, str] = field(default_factory=dict)  # field -> what it may be in the star schema
    index: list[str] = field(default_factory=list)  # columns without a name that count the records up: left out

    @property
    def positions(self) -> dict[str, int]:
        """Column -> its position, where the header does not name it alone or no field may be called so."""
        return self.draft.exports[0].positions


def quoted(text: str) -> str:
    """A text as a YAML scalar; plain where YAML takes it for a text."""
    if PLAIN.fullmatch(text) and text.strip() == text and text.lower() not in YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def flow(texts: Sequence[str]) -> str:
    """Texts as a YAML list on one line."""
    return f"[{', '.join(map(quoted, texts))}]"


def dialect_lines(table: Table) -> Iterator[str]:
    """The dialect: what was found as comments, and only what the engine cannot decide as keys."""
    exports = table.draft.exports
    yield from remark_lines(exports)
    stated: dict[str, object] = {key: value for export in reversed(exports) for key, value in export.stated.items()}
    for key, value in stated.items():
        if any(export.stated.get(key, UNSTATED.get(key, value)) != value for export in exports):
            yield f"# OPEN: {key} is not the same in all files; give the others a contract of their own"
    numbers = [column for column in table.columns if column.kind == "number"]
    marks = {column.convention[0] for column in numbers if column.convention}
    undecided = [column.name for column in numbers if not column.convention]
    yield from mark_lines(marks, undecided)
    if len(marks) == 1 and undecided:
        stated["decimalChar"] = next(iter(marks))
    if stated:
        shown = ", ".join(f"{key}: {json.dumps(value)}" for key, value in stated.items())
        yield f"dialect: {{{shown}}}"


def remark_lines(exports: Sequence[Export]) -> Iterator[str]:
    """What was found of each file; the same of many is said once, with how many they are."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for export in exports:
        name, _, first = export.remarks[0].partition(": ")
        alike.setdefault((first, *export.remarks[1:]), []).append(name)
    for (first, *others), names in alike.items():
        yield f"# {names[0]}{more(len(names) - 1)}: {first}"
        yield from (f"# {remark}" for remark in others)


def more(count: int) -> str:
    """How many files are not named."""
    return f" and {count} more" if count else ""


def files_of(exports: Sequence[Export]) -> str:
    """The files of a table, the first of many."""
    return ", ".join(export.where for export in exports[:NAMED_FILES]) + more(len(exports[NAMED_FILES:]))


def sheet_lines(table: Table) -> Iterator[str]:
    """The sheet of a workbook that is the table."""
    if (sheet := table.draft.exports[0].sheet) is not None:
        yield f"sheet: {quoted(sheet)}"


def ignore_lines(table: Table) -> Iterator[str]:
    """The columns that are left out, and why."""
    for name in table.index:
        at = table.positions[name]
        yield f"# column {at} has no name and counts the records up, as an index that a program writes: left out"
    if table.index:
        yield f"ignore: {flow([''])}"


def mark_lines(marks: Collection[str], undecided: Sequence[str]) -> Iterator[str]:
    """What was found of the decimal mark; `undecided`: columns whose cells can be read with either."""
    names = ", ".join(undecided)
    if len(marks) == 1:
        yield f"# numbers with a decimal {MARKS[next(iter(marks))]}, as only so all cells of a column can be read"
        if undecided:
            yield f"# decimalChar is stated for {names}, whose cells alone leave it open; look at them"
    elif undecided:
        words = "other columns disagree" if marks else "a run asks for it"
        yield f"# OPEN: state decimalChar for {names}; {words}"


def code_list(column: ColumnProfile, *, beside_persons: bool) -> tuple[list[str], int] | None:
    """(values with at least five records, how many are not shown) of a text column that looks like a closed list.

    Nothing is shown of a column that looks personal, nor of values that may be names.
    """
    if (
        column.kind != "string"
        or not column.codes
        or len(column.codes) > MOST_CODES
        or column.personal
        or column.cut_short
    ):
        return None
    if max(map(len, column.codes)) > LONGEST_CODE or max(column.codes.values()) < LEAST_RECORDS:
        return None
    is_of_things = personal_hints.is_about_things(column.name)  # a category is named like a family: Geschirr, Weber
    if personal_hints.may_be_names(list(column.codes), beside_persons=beside_persons and not is_of_things):
        return [], len(column.codes)
    shown = sorted(value for value, records in column.codes.items() if records >= LEAST_RECORDS)
    return shown, len(column.codes) - len(shown)


def odd_name(called: str) -> str:
    """Why a column is declared by its position; `called`: its name in the header, or nothing."""
    if not called:
        return "it has no name in the header"
    if COLUMN.fullmatch(called):
        return "its name stands in the header more than once"
    return f"no field may be called {json.dumps(called, ensure_ascii=False)}, as the header has it"


def field_lines(column: ColumnProfile, table: Table) -> Iterator[str]:
    """One field; the evidence behind each key, hints on personal data, codes as a comment."""
    yield f"  - name: {quoted(column.name)}"
    if at := table.positions.get(column.name):
        called = table.draft.exports[0].called[column.name]
        why = odd_name(called)
        yield f"    position: {at} # {why}; if it is not needed, state ignore: {flow([called])} in place of the field"
    evidence = [f"filled in {column.filled} of {table.records}"]
    if column.kind != "string" and (lost := column.real - column.readable) > 0:
        evidence.append(f"{lost} cells cannot be read so")
    if column.cut_short:
        evidence.append(f"OPEN: {column.cut_short} {CUT_SHORT}")
    yield f"    type: {column.kind} # {'; '.join([*evidence, *column.remarks])}"
    yield from type_lines(column)
    if column.name in table.key:
        yield "    required: true"
    if role := table.roles.get(column.name):
        yield f"    # role: {role} # by its name; remove the first # if it is so, and the star schema is drawn from it"
        yield from unit_lines(column, role)
    reasons = "; ".join(f"{reason} (usually {usual})" for reason, usual in column.personal)
    yield f"    personal: unclassified{f' # looks personal: {reasons}' if reasons else ''}"
    yield f"    description: {quoted(column.name)} # say what it means; {{en: …, de: …}} for both languages"
    if column.name not in table.key:
        yield from code_lines(column, table)


def unit_lines(column: ColumnProfile, role: str) -> Iterator[str]:
    """What a role asks for beside it: the unit of a discount, as far as the numbers tell it; a whole line number."""
    if role == "line_number" and column.kind == "string" and 0 < column.real <= column.integers:
        yield "    # type: integer # in place of the string above; it belongs to the role, and zeros in front go"
    if role == "discount_share":
        units = {SHARE: "a tenth is 0.1", PERCENT: "a tenth is 10"}
        found = SHARE if column.is_share else PERCENT if column.has_above_one else None
        why = units[found] if found else "; ".join(f"{unit} if {tenth}" for unit, tenth in units.items())
        yield f"    # unit: {found or '…'} # {why}; it belongs to the role"


def without_sign(column: ColumnProfile) -> str:
    """The SQL that takes the sign of a currency away from the cells of a column."""
    [sign] = column.foreign
    name = column.name.replace('"', '""')
    return f"""REPLACE("{name}", '{sign}', '')"""


def type_lines(column: ColumnProfile) -> Iterator[str]:
    """What the contract states of a date or a number, and what stands for a missing value."""
    if column.kind == "date":
        formats = column.formats
        yield f"    format: {json.dumps(formats[0]) if len(formats) == 1 else json.dumps(formats)}"
    if column.kind == "number" and column.foreign:
        yield f"    convert: {json.dumps(without_sign(column), ensure_ascii=False)}"
    if column.kind == "number":
        least = DECIMALS if column.convention else conventions.GROUP_DIGITS  # 1,000 may be one, with three decimals
        yield f"    decimals: {min(MOST_DECIMALS, max(least, column.decimals))}"
        if not NO_MONEY.search(personal_hints.plain(column.name.replace("%", " percent"))[0]) and not column.is_share:
            yield "    # money: true # for an amount whose sum is to be followed to the cent"
    if column.missing_values:
        yield f"    missingValues: {json.dumps(column.missing_values)} # in {column.placeholders.total()} records"
    elif column.placeholders and not column.personal:
        yield f"    # missingValues: {json.dumps(sorted(column.placeholders))} # if they stand for a missing value"


def code_lines(column: ColumnProfile, table: Table) -> Iterator[str]:
    """The codes of a column that looks like a closed list, as a comment."""
    role = table.roles.get(column.name)
    beside_persons = any(other.personal for other in table.columns) and role not in OF_DOCUMENTS
    codes = code_list(column, beside_persons=beside_persons)
    if codes and not codes[0]:
        yield f"    # codes: {{}} # a closed list of {codes[1]} values; not shown, as they may be names of persons"
    elif codes:
        cancelled = {code for code in codes[0] if role == STATUS and re.search(CANCELLED_LIKE, code)}
        told = {code: CANCELLED if code in cancelled else "" for code in codes[0]}
        shown = ", ".join(f"{json.dumps(code, ensure_ascii=False)}: {meaning}" for code, meaning in told.items())
        fewer = f"; {codes[1]} with fewer are not shown" if codes[1] else ""
        yield f"    # codes: {{{shown}}} # values with at least five records{fewer}; write the meaning behind each"


def foreign_key_lines(table: Table) -> Iterator[str]:
    """What may be stated of references to other tables, as a comment; a person knows which are meant."""
    if table.foreign_keys:
        yield "# foreignKeys: # those that are meant; what finds no partner is counted, and stops above a budget"
    for name, other, key in table.foreign_keys:
        yield f"#   - {{fields: {flow([name])}, reference: {{resource: {other}, fields: {flow([key])}}}}}"


def contract(table: Table) -> str:
    """The whole text of a draft contract."""
    lines = [
        HEAD.rstrip("\n"),
        f"# {table.records} records in {files_of(table.draft.exports)}",
        f"name: {table.draft.name}",
        f"title: {quoted(table.draft.name)} # say what one row is; {{en: …, de: …}} for both languages",
        f"files: {quoted(table.draft.pattern)}",
        *sheet_lines(table),
        *dialect_lines(table),
        *(f"# key: {line}" for line in table.key_evidence),
        f"primaryKey: {flow(table.key)}{NO_KEY if not table.key else ''}",
        *ignore_lines(table),
        "# keep: {latest: …} # the column that tells which record is right when a key repeats",
        *(f"# refers to: {line}" for line in table.references),
        "fields:",
        *(line for column in table.columns for line in field_lines(column, table)),
        "# repairs: [{field: …, when: …, set: …, why: …}] # SQL, in order; each is counted in records and money",
        "# quarantine: [{code: …, when: …, why: …}] # records that cannot be right",
        *foreign_key_lines(table),
    ]
    return "\n".join(lines) + "\n"


def summary(tables: Sequence[Table], kept: Mapping[str, str], faults: Sequence[str]) -> dict[str, object]:
    """What was done, for the closing words: drafted contracts with counts, contracts left as they are, faults."""
    return {
        "drafted": {
            t.draft.name: {
                "records": t.records,
                "fields": len(t.columns),
                "ignored": len(t.index),
                "hints": sum(bool(c.personal) for c in t.columns),
                "has_key": bool(t.key),
                "open": sum("OPEN" in line for line in contract(t).splitlines()),
            }
            for t in tables
        },
        "kept": dict(kept),
        "faults": list(faults),
    }
