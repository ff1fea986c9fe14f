"""Data quality of all tables: what was found, what was repaired, what it moved in money, and who can mend it.

Inputs: silver/_meta/tables/*.json.
Outputs: silver/_meta/silver_metadata.yaml, silver/reports/silver_quality_report.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared import rulelog
from shared.files import gathered, write_text, write_yaml
from shared.languages import in_language
from shared.markdown import code, escape, table
from shared.numbers import number, percent

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

Tables = Mapping[str, Mapping[str, Any]]


def quarantined(found: Mapping[str, Any]) -> int:
    """Records of a table that are in quarantine."""
    return sum(reason["records"] for reason in found["quarantined"])


def book_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row a table: where its records are."""
    for name, found in tables.items():
        fates = [found["silver"], quarantined(found), found["superseded"], found["duplicates"]]
        yield [code(name), number(found["records"]), *(number(count) for count in fates)]


def money_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row an amount: from the raw sum to the sum in silver."""
    for name, found in tables.items():
        for column, parts in found["money"].items():
            amounts = [
                parts["raw"],
                parts["repairs"],
                *(str(-Decimal(parts[part])) for part in ("quarantined", "superseded", "duplicates")),
                parts["silver"],
            ]
            yield [code(f"{name}.{column}"), *(number(amount, 2) for amount in amounts)]


def finding_rows(tables: Tables) -> Iterator[list[Any]]:
    """One row a finding that a department can mend at the source: quarantine and repairs."""
    for name, found in tables.items():
        for reason in found["quarantined"]:
            places = ", ".join(map(str, reason["first_records"]))
            more = ", …" if reason["records"] > len(reason["first_records"]) else ""
            what = f"{reason['why']} (records {places}{more})"
            yield [in_language(found["department"]), code(name), "quarantined", what, number(reason["records"]), ""]
        for repair in found["repairs"]:
            if repair["records"]:
                why = in_language(repair["why"])
                moved = ", ".join(number(amount, 2, sign=True) for amount in repair["money"].values())
                yield [in_language(found["department"]), code(name), "repaired", why, number(repair["records"]), moved]
        for fate in ("superseded", "duplicates"):
            if found[fate]:
                yield [in_language(found["department"]), code(name), fate, "the key repeats", number(found[fate]), ""]


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


def report(tables: Tables, budget: float) -> str:
    """The report as Markdown; counts and record numbers, no content of any cell."""
    records, silver = (sum(found[key] for found in tables.values()) for key in ("records", "silver"))
    lost = sum(quarantined(found) for found in tables.values())
    sections = [
        f"# Silver: {number(silver)} of {number(records)} records are clean, {number(lost)} are in quarantine\n\n"
        "Every record of bronze is in exactly one column of this table; the run stops if one is missing.\n\n"
        + table(["Table", "Records in", "Silver", "Quarantined", "Superseded", "Duplicates"], book_rows(tables))
        + f"Up to {percent(budget)} of a table may go to quarantine before the run fails.\n",
        "## Money from raw to silver\n\n"
        + table(["Amount", "Raw", "Repairs", "Quarantined", "Superseded", "Duplicates", "Silver"], money_rows(tables)),
        "## What the departments can mend at the source\n\n"
        "The records themselves are in `silver/quarantine/` and `silver/changes/` (protected), by file and number.\n\n"
        + table(["Department", "Table", "What happened", "Why", "Records", "Money"], finding_rows(tables)),
        "## Conversions of whole columns\n\n"
        + table(["Table", "Column", "Rule", "Cells", "Share of records"], conversion_rows(tables)),
        "## Tables\n\n"
        + "".join(f"- {code(name)}: {escape(in_language(found['title']))}\n" for name, found in tables.items()),
    ]
    return "\n".join(sections)


def main(metadata: Sequence[str], budget: float, metadata_file: str, report_file: str) -> None:
    """Gather the books of all tables, write them as YAML and as a report."""
    tables = gathered(metadata)
    write_yaml(metadata_file, {"tables": dict(tables)})
    write_text(report_file, report(tables, budget))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.metadata, snakemake.params.budget, snakemake.output.metadata, snakemake.output.report)
