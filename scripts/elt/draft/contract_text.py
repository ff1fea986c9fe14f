"""The text of a draft contract: YAML with the evidence as comments; never a cell that may be personal."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from elt.draft.column_types import Column, code_list
from elt.draft.export_files import Draft

PLAIN = re.compile(r"[A-Za-z_ÄÖÜäöüß][\w ÄÖÜäöüß/*-]*")
YAML_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
MARKS = {".": "point", ",": "comma"}
NO_KEY = " # none was found: a person names the columns, or makes one with compute:"
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
    columns: list[Column]
    records: int
    key: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)  # columns that may be a key alone
    key_evidence: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


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
    for export in table.draft.exports:
        yield from (f"# {remark}" for remark in export.remarks)
    stated: dict[str, object] = {}
    for export in table.draft.exports:
        for key, value in export.stated.items():
            if stated.setdefault(key, value) != value:
                yield f"# OPEN: {key} is not the same in all files; give the others a contract of their own"
    numbers = [column for column in table.columns if column.kind == "number"]
    marks = {column.convention[0] for column in numbers if column.convention}
    undecided = [column.name for column in numbers if not column.convention]
    if len(marks) == 1:
        mark = marks.copy().pop()
        yield f"# numbers with a decimal {MARKS[mark]}, as only so all cells of a column can be read"
        if undecided:
            stated["decimalChar"] = mark
            yield f"# decimalChar is stated for {', '.join(undecided)}, whose cells alone leave it open; look at them"
    elif undecided:
        words = "other columns disagree" if marks else "a run asks for it"
        yield f"# OPEN: state decimalChar for {', '.join(undecided)}; {words}"
    if stated:
        shown = ", ".join(f"{key}: {json.dumps(value)}" for key, value in stated.items())
        yield f"dialect: {{{shown}}}"


def field_lines(column: Column, table: Table) -> Iterator[str]:
    """One field; the evidence behind each key, hints on personal data, codes as a comment."""
    yield f"  - name: {quoted(column.name)}"
    evidence = [f"filled in {column.filled} of {table.records}"]
    if column.kind != "string":
        lost = column.filled - column.readable - sum(column.placeholders.values())
        evidence += [f"{lost} cells cannot be read so"] if lost > 0 else []
    yield f"    type: {column.kind} # {'; '.join([*evidence, *column.remarks])}"
    if column.kind == "date":
        formats = column.formats
        yield f"    format: {json.dumps(formats[0]) if len(formats) == 1 else json.dumps(formats)}"
    if column.kind == "number":
        yield f"    decimals: {min(8, max(2, column.decimals))}"
        yield "    # money: true # for an amount whose sum is to be followed to the cent"
    if column.missing_values:
        yield f"    missingValues: {json.dumps(column.missing_values)} # in {sum(column.placeholders.values())} records"
    elif column.placeholders and not column.personal:
        yield f"    # missingValues: {json.dumps(sorted(column.placeholders))} # if they stand for a missing value"
    if column.name in table.key:
        yield "    required: true"
    reasons = "; ".join(f"{reason} (usually {usual})" for reason, usual in column.personal)
    yield f"    personal: unclassified{f' # looks personal: {reasons}' if reasons else ''}"
    yield f"    description: {quoted(column.name)} # say what it means"
    beside_persons = any(other.personal for other in table.columns)
    codes = code_list(column, beside_persons) if column.name not in table.key else None
    if codes and not codes[0]:
        yield f"    # codes: {{}} # a closed list of {codes[1]} values; not shown, as they may be names of persons"
    elif codes:
        shown = ", ".join(f"{json.dumps(code, ensure_ascii=False)}: " for code in codes[0])
        fewer = f"; {codes[1]} with fewer are not shown" if codes[1] else ""
        yield f"    # codes: {{{shown}}} # values with at least five records{fewer}; write the meaning behind each"


def contract(table: Table) -> str:
    """The whole text of a draft contract."""
    lines = [
        HEAD.rstrip("\n"),
        f"# {table.records} records in {', '.join(export.where for export in table.draft.exports)}",
        f"name: {table.draft.name}",
        f"title: {quoted(table.draft.name)} # say what one row is; {{en: …, de: …}} for both languages",
        f"files: {quoted(table.draft.pattern)}",
        *dialect_lines(table),
        *(f"# key: {line}" for line in table.key_evidence),
        f"primaryKey: {flow(table.key)}{NO_KEY if not table.key else ''}",
        "# keep: {latest: …} # the column that tells which record is right when a key repeats",
        *(f"# refers to: {line}" for line in table.references),
        "fields:",
        *(line for column in table.columns for line in field_lines(column, table)),
        "# repairs: [{field: …, when: …, set: …, why: …}] # SQL, in order; each is counted in records and money",
        "# quarantine: [{code: …, when: …, why: …}] # records that cannot be right",
    ]
    return "\n".join(lines) + "\n"


def summary(tables: Sequence[Table], kept: Mapping[str, str], faults: Sequence[str]) -> dict[str, object]:
    """What was done, for the closing words: drafted contracts with counts, contracts left as they are, faults."""
    return {
        "drafted": {
            t.draft.name: {
                "records": t.records,
                "fields": len(t.columns),
                "hints": sum(bool(c.personal) for c in t.columns),
                "has_key": bool(t.key),
                "open": sum("OPEN" in line for line in contract(t).splitlines()),
            }
            for t in tables
        },
        "kept": dict(kept),
        "faults": list(faults),
    }
