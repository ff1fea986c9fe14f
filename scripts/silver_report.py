"""Data quality of all tables: what was found, what was repaired, what it moved in money, and who can mend it.

Inputs: silver/_meta/tables/*.json, silver/_meta/references/*.json, the words of silver;
titles and departments of the tables.
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
from elt.report.words import Words, read, read_all
from elt.silver.budget_text import budget_section, table_or_nothing
from elt.silver.budgets import Budget
from elt.silver.reference_text import (
    Table,
    Tables,
    reference_section,
    unique_key_section,
    with_references,
    with_words,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


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
    told: Mapping[str, Mapping[str, Any]],
    budget: Budget,
    metadata_file: str,
    report_file: str,
    page_file: str,
    *,
    template: str,
    word_file: str,
    silver_words: Sequence[str],
    references: Sequence[str] = (),
) -> None:
    """Gather the books of all tables, write them as YAML and as a report.

    `told`: table -> title and department; `word_file`: words of the assumptions; `silver_words`: those of silver,
    a file a language.
    """
    tables = with_references(with_words(gathered(metadata), told), gathered(references), read_all(silver_words))
    write_yaml(metadata_file, {"tables": tables})
    pages.write(report(tables, budget, read(word_file)), report_file, page_file, template=template)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        metadata=snakemake.input.metadata,
        references=snakemake.input.references,
        told=snakemake.params.told,
        budget=snakemake.params.budget,
        metadata_file=snakemake.output.metadata,
        report_file=snakemake.output.report,
        page_file=snakemake.output.page,
        template=snakemake.input.template,
        word_file=snakemake.input.words,
        silver_words=snakemake.input.silver_words,
    )
