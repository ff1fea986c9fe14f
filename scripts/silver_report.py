"""Data quality of all tables: what was found, what was repaired, what it moved in money, and who can mend it.

Inputs: silver/_meta/tables/*.json, silver/_meta/references/*.json.
Outputs: silver/_meta/silver_metadata.yaml, silver/reports/silver_quality_report.md and .html.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.bronze.exports import source_of
from elt.files import gathered, write_yaml
from elt.report import assumptions, pages
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import decimals_of, number, percent
from elt.report.words import Words, read
from elt.silver.budgets import Budget, by_code, floor_stated, most, most_of_all, share, share_of_all

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

Table = Mapping[str, Any]  # the metadata of one table
Tables = Mapping[str, Table]
NOTHING = "Nothing.\n"


def quarantined(found: Table) -> int:
    """Records of a table that are in quarantine."""
    return sum(reason["records"] for reason in found["quarantined"])


def book_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row a table: where its records are."""
    for name, found in tables.items():
        outcomes = [found["silver"], quarantined(found), found["superseded"], found["duplicates"]]
        yield [code(name), number(found["records"]), *(number(count) for count in outcomes)]


def money_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row an amount: from the raw sum to the sum in silver."""
    for name, found in tables.items():
        for column, parts in found["money"].items():
            removed = (-Decimal(parts[part]) for part in ("quarantined", "superseded", "duplicates"))
            amounts = [parts["raw"], parts["repairs"], *removed, parts["silver"]]
            yield [code(f"{name}.{column}"), *(number(amount, decimals_of(amount)) for amount in amounts)]


def sources(found: Table) -> str:
    """Where the rows of a table stand in the lists for the owners of the data."""
    return Markdown(", ".join(code(f"{name}.csv") for name in sorted({source_of(f["file"]) for f in found["files"]})))


def finding_rows(tables: Tables, words: Words) -> Iterator[list[Any]]:
    """One row a finding that a department can mend at the source, by department and table."""
    for name, found in sorted(tables.items(), key=lambda item: in_language(item[1]["department"])):
        for finding in (*rejected(found), *repaired(found), *repeated(found), *warned(name, found, words)):
            yield [in_language(found["department"]), code(name), *finding]


def rejected(found: Table) -> Iterator[list[Any]]:
    """Findings: records in quarantine, by reason."""
    for reason in found["quarantined"]:
        places = ", ".join(map(str, reason["first_records"]))
        more = ", …" if reason["records"] > len(reason["first_records"]) else ""
        what = f"{reason['why']} (records {places}{more})"
        yield ["quarantined", what, number(reason["records"]), "", sources(found)]


def repaired(found: Table) -> Iterator[list[Any]]:
    """Findings: records that a repair changed."""
    for repair in found["repairs"]:
        if repair["records"]:
            why = f"{repair['column']}: {in_language(repair['why'])}"
            moved = ", ".join(number(amount, decimals_of(amount), sign=True) for amount in repair["money"].values())
            yield ["repaired", why, number(repair["records"]), moved, sources(found)]


def repeated(found: Table) -> Iterator[list[Any]]:
    """Findings: records whose key repeats."""
    for outcome in ("superseded", "duplicates"):
        if found[outcome]:
            yield [outcome, "the key repeats", number(found[outcome]), "", ""]


def warned(name: str, found: Table, words: Words) -> Iterator[list[Any]]:
    """Findings: assumptions that the records contradict."""
    for one in assumptions.of_table(name, found):
        moved = ", ".join(number(amount, decimals_of(amount)) for _, amount, _ in assumptions.amounts_of(one))
        places = f" ({one['places']})" if "places" in one else ""
        yield ["warning", assumptions.sentence(words, one) + places, number(one["records"]), moved, sources(found)]


def orphan_warning(reference: Mapping[str, Any]) -> dict[str, Any]:
    """Records of a table without a partner as a warning of the table."""
    return {
        "column": f"{', '.join(reference['fields'])} → {reference['target']}",
        "warning": "orphans",
        "cells": reference["orphans"],
        "of": reference["records"],
        **{key: reference[key] for key in ("money", "of_money", "why")},
    }


def sum_warning(found: Mapping[str, Any]) -> dict[str, Any]:
    """Records of a table whose amount is not the sum of their lines, as a warning of the table."""
    return {
        "column": f"{found['field']} = Σ {found['target']}",
        "warning": "unequal_sums",
        "cells": found["unequal"],
        "of": found["records"],
        **{key: found[key] for key in ("money", "of_money")},
    }


def repetition_warning(key: Mapping[str, Any]) -> dict[str, Any]:
    """Records of a table that repeat a unique key as a warning of the table."""
    found = {
        "column": ", ".join(key["fields"]),
        "warning": "repeated_key",
        "cells": key["repeated"],
        "of": key["records"],
    }
    return found | {name: key[name] for name in ("money", "of_money")}


def with_references(tables: Tables, references: Mapping[str, Any]) -> dict[str, Table]:
    """The metadata of the tables with their references, and with a warning for each that leaves records alone."""
    checked = dict(tables)
    for name, found in references.items():
        alone = [orphan_warning(one) for one in found["references"] if one["orphans"]]
        again = [repetition_warning(one) for one in found.get("unique_keys", []) if one["repeated"]]
        again += [sum_warning(one) for one in found.get("sums", []) if one["unequal"]]
        checked[name] = {**tables[name], **found, "warnings": [*tables[name]["warnings"], *alone, *again]}
    return checked


def reference_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row a foreign key: records, those that refer to nothing, and those without a partner."""
    for name, found in tables.items():
        for one in found.get("references", []):
            count, records = one["orphans"], one["records"]
            amounts = ", ".join(f"{number(amount, 2)} in {field}" for field, amount in one["money"].items())
            yield [
                code(f"{name}.{', '.join(one['fields'])}"),
                code(one["target"]),
                number(records),
                number(one["missing"]),
                number(count),
                percent(assumptions.share_of(count, records), 2),
                percent(one["budget"]),
                amounts,
            ]


def reference_section(tables: Tables) -> str:
    """What finds no partner in the table that it refers to; empty if no contract states a reference."""
    header = ["Fields", "Refer to", "Records", "Refer to nothing", "Without a partner", "Share of records", "Budget",
              "Money without a partner"]  # fmt: skip
    rows = list(reference_rows(tables))
    if not rows:
        return ""
    return (
        "## References between tables\n\n"
        "Records of silver that refer to nothing have no value in the fields. Of the others, those whose values the "
        "other table does not have are without a partner.\n\n" + table(header, rows)
    )


def unique_key_section(tables: Tables) -> str:
    """Records that repeat what a contract expects once; empty if no contract states a further unique key."""
    rows = [
        [code(f"{name}.{', '.join(one['fields'])}"), *(number(one[key]) for key in ("records", "repeated")),
         percent(assumptions.share_of(one["repeated"], one["records"]), 2), percent(one["budget"])]
        for name, found in tables.items() for one in found.get("unique_keys", [])
    ]  # fmt: skip
    if not rows:
        return ""
    header = ["Fields", "Records", "Repeat another", "Share of records", "Budget"]
    return "## Unique keys beside the primary key\n\nRecords that repeat one stay in silver.\n\n" + table(header, rows)


def budget_rows(tables: Tables, budget: Budget) -> Iterator[list[Any]]:
    """One row a table and reason code: records in quarantine, and how much of the budget that takes."""
    for name, found in tables.items():
        counts, records = by_code(found), found["records"]
        allowed = {reason: (share(budget, reason), most(budget, reason, records)) for reason in counts}
        if len(counts) > 1:
            counts = counts | {"all": sum(counts.values())}
            allowed["all"] = share_of_all(budget), most_of_all(budget, records)
        for reason, count in counts.items():
            part, least = allowed[reason]
            used = percent(count / least, 0) if least else "–"
            limit = percent(part) if least <= part * records else f"{number(least)} records"
            yield [code(name), code(reason), number(count), percent(count / records, 2), limit, used]


def code_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row a code and its meaning, of fields that are not personal."""
    for name, found in tables.items():
        for change in found["codes"]:
            cells = number(change["cells"])
            yield [code(name), code(change["column"]), change["from"] or "(missing)", change["to"], cells]


def conversion_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row a conversion of a column: counts only."""
    for name, found in tables.items():
        for conversion in found["conversions"]:
            share = conversion["cells"] / found["records"]
            yield [
                code(name),
                code(conversion["column"]),
                conversion["rule"],
                number(conversion["cells"]),
                percent(share),
            ]


def head(tables: Tables) -> str:
    """The title, and where the records of each table are."""
    records, silver = (sum(found[key] for found in tables.values()) for key in ("records", "silver"))
    lost = sum(quarantined(found) for found in tables.values())
    return (
        f"# Silver: {number(silver)} of {number(records)} records are clean, {number(lost)} are in quarantine\n\n"
        "Every record of bronze is in exactly one column of this table; the run stops if one is missing.\n\n"
        + table(["Table", "Records in", "Silver", "Quarantined", "Superseded", "Duplicates"], book_rows(tables))
    )


def budget_section(tables: Tables, budget: Budget) -> str:
    """How much of the budgets of quarantine is used."""
    header, rows = (
        ["Table", "Reason", "Records", "Share of records in", "Budget", "Share of the budget used"],
        list(budget_rows(tables, budget)),
    )
    return (
        "## Quarantine and its budget\n\n"
        f"Up to {percent(share(budget, 'default'))} of a table may go to quarantine for one reason that has no budget "
        f"of its own, and {percent(share_of_all(budget))} for all reasons together, before the run fails. "
        f"Of a small table {number(floor_stated(budget))} records may go in any case, if they are no more than one in "
        "ten.\n\n" + table_or_nothing(header, rows)
    )


def table_or_nothing(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table, or the word for an empty one."""
    return table(header, rows) if rows else NOTHING


def report(tables: Tables, budget: Budget, words: Words) -> str:
    """The report as Markdown; counts, record numbers and codes that are not personal, no content of any other cell."""
    tables = {name: {**found, "records": found["records"] - found["erased"]} for name, found in tables.items()}
    findings = ["Department", "Table", "What happened", "Why", "Records", "Money", "List"]
    sections = [
        head(tables),
        "## What the departments can mend at the source\n\n"
        "The records and cells themselves are in `silver/feedback/`, one list a source, by file and record number. "
        "The lists are protected: hand them only to the owners of the data.\n\n"
        + table_or_nothing(findings, list(finding_rows(tables, words))),
        "## Money from raw to silver\n\n"
        + table(["Amount", "Raw", "Repairs", "Quarantined", "Superseded", "Duplicates", "Silver"], money_rows(tables)),
        budget_section(tables, budget),
        reference_section(tables),
        unique_key_section(tables),
        "## Codes and what they became\n\n"
        "Only of fields that are not personal.\n\n"
        + table_or_nothing(["Table", "Column", "From", "To", "Cells"], list(code_rows(tables))),
        "## Conversions of whole columns\n\n"
        + table(["Table", "Column", "Rule", "Cells", "Share of records"], conversion_rows(tables)),
        "## Tables\n\n"
        + "".join(f"- {code(name)}: {escape(in_language(found['title']))}\n" for name, found in tables.items()),
    ]
    return "\n".join(filter(None, sections))


def main(
    metadata: Sequence[str],
    budget: Budget,
    metadata_file: str,
    report_file: str,
    page_file: str,
    *,
    template: str,
    word_file: str,
    references: Sequence[str] = (),
) -> None:
    """Gather the books of all tables, write them as YAML and as a report; `word_file`: words of the assumptions."""
    tables = with_references(gathered(metadata), gathered(references))
    write_yaml(metadata_file, {"tables": tables})
    pages.write(report(tables, budget, read(word_file)), report_file, page_file, template=template)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        metadata=snakemake.input.metadata,
        references=snakemake.input.references,
        budget=snakemake.params.budget,
        metadata_file=snakemake.output.metadata,
        report_file=snakemake.output.report,
        page_file=snakemake.output.page,
        template=snakemake.input.template,
        word_file=snakemake.input.words,
    )
