"""Data quality of all tables: what was found, what was repaired, what it moved in money, and who can mend it.

Inputs: silver/_meta/tables/*.json, silver/_meta/references/*.json, the words of silver; titles and departments of the
tables; the words in the language of the run.
Outputs: silver/_meta/silver_metadata.yaml, silver/reports/silver_quality_report.md and .html; the ledger of all figures
of the report, silver/reports/number_ledger.json.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import gathered, write_json, write_yaml
from elt.report import pages
from elt.report.figure_ledger import Told
from elt.report.languages import in_language
from elt.report.markdown import code, escape, table
from elt.report.words import Words, phrase, read, read_all
from elt.run.entries import Words as Texts
from elt.silver import origins
from elt.silver.budget_text import SETTING, budget_section, in_force, table_or_nothing
from elt.silver.budgets import Budget
from elt.silver.finding_text import finding_rows
from elt.silver.reference_text import (
    Table,
    Tables,
    reference_section,
    section,
    unique_key_section,
    with_references,
    with_words,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def lost(found: Table) -> int:
    """Records of a table that are in quarantine."""
    return sum(reason["records"] for reason in found["quarantined"])


def book_rows(tables: Tables, words: Told) -> Iterator[list[Any]]:
    """One row a table: where its records are."""
    for name, found in tables.items():
        counts = {key: found[key] for key in ("silver", "superseded", "duplicates")} | {"quarantined": lost(found)}
        outcomes = [words.number(f"{name}.{key}", counts[key], origins.outcome(name, key)) for key in origins.OUTCOMES]
        yield [code(name), words.number(f"{name}.records", found["records"], origins.records(name)), *outcomes]


def money_rows(tables: Tables, words: Told) -> Iterator[list[Any]]:
    """One row an amount: from the raw sum to the sum in silver."""
    for name, found in tables.items():
        for column, parts in found["money"].items():
            origin = {part: origins.found(name, "money", column, part) for part in ("raw", "repairs")}
            minus = {"function": "sum", "times": -1}
            removed = ("quarantined", "superseded", "duplicates")
            origin |= {part: origins.found(name, "money", column, part, **minus) for part in removed}
            origin["silver"] = origins.amount(name, column)
            amounts = {part: -Decimal(parts[part]) if part in removed else parts[part] for part in origin}
            cells = (words.exact(f"{name}.{column}.{part}", amounts[part], origin[part]) for part in origin)
            yield [code(f"{name}.{column}"), *cells]


def code_rows(tables: Tables, words: Told) -> Iterator[list[Any]]:
    """One row a code and its meaning, of fields that are not personal."""
    for name, found in tables.items():
        for number, change in enumerate(found["codes"]):
            place = origins.found(name, "codes", number, "cells")
            cells = words.number(f"{name}.codes.{number}", change["cells"], place)
            yield [code(name), code(change["column"]), change["from"] or words["missing"], change["to"], cells]


def conversion_rows(tables: Tables, words: Told) -> Iterator[list[Any]]:
    """One row a conversion of a column: counts only."""
    for name, found in tables.items():
        for number, conversion in enumerate(found["conversions"]):
            told, rule = f"{name}.conversions.{number}", phrase(words["phrases"], conversion["rule"])
            count, records = conversion["cells"], found["records"]
            cells = words.number(told, count, origins.found(name, "conversions", number, "cells"))
            part = words.share(f"{told}.share", count / records, origins.share(told, f"{name}.records", records))
            yield [code(name), code(conversion["column"]), rule, cells, part]


def head(tables: Tables, words: Told) -> str:
    """The title, and where the records of each table are."""
    rows = list(book_rows(tables, words))
    sums = {key: sum(found[key] for found in tables.values()) for key in ("silver", "records")}
    sums["quarantined"] = sum(lost(found) for found in tables.values())
    told = {
        key: words.number(key, count, {"formula": " + ".join(f"[{name}.{key}]" for name in tables) or "0"})
        for key, count in sums.items()
    }
    columns = ("table", "records_in", "silver", "quarantined", "superseded", "duplicates")
    return f"# {words['title'].format(**told)}\n\n{words['books']}\n\n" + table(
        [words["columns"][name] for name in columns], rows, words["always_zero"]
    )


def report(tables: Tables, budget: Budget, words: Told) -> str:
    """The report as Markdown; counts, record numbers and codes that are not personal, no content of any other cell.

    `words`: of the report and of the assumptions.
    """
    tables = {name: {**found, "records": found["records"] - found["erased"]} for name, found in tables.items()}
    columns = words["columns"]

    def listed(names: Sequence[str], rows: Iterator[list[Any]]) -> str:
        return table_or_nothing([columns[name] for name in names], list(rows), words)

    findings = ("department", "table", "kind", "why", "records", "money", "list")
    money = ("amount", "raw", "repairs", "quarantined", "superseded", "duplicates", "silver")
    codes, conversions = ("table", "column", "from", "to", "cells"), ("table", "column", "rule", "cells", "share")
    titles = ((name, in_language(found["title"], words.language)) for name, found in tables.items())
    sections = [
        head(tables, words),
        section(words, "findings", words["feedback"], listed(findings, finding_rows(tables, words))),
        section(words, "money", listed(money, money_rows(tables, words))),
        budget_section(tables, budget, words),
        reference_section(tables, words),
        unique_key_section(tables, words),
        section(words, "codes", words["codes"], listed(codes, code_rows(tables, words))),
        section(words, "conversions", listed(conversions, conversion_rows(tables, words))),
        section(words, "tables", "".join(f"- {code(name)}: {escape(title)}\n" for name, title in titles)),
    ]
    return "\n".join(filter(None, sections))


def with_reasons(words: Words, reasons: Sequence[Texts]) -> Words:
    """The words with what the rules of contracts say, which the metadata keep in English."""
    of_contracts = {in_language(reason): in_language(reason, words["language"]) for reason in reasons}
    return {**words, "phrases": {**words["phrases"], **of_contracts}}


def main(
    metadata: Sequence[str],
    told: Mapping[str, Mapping[str, Any]],
    reasons: Sequence[Texts],
    budget: Budget,
    *,
    outputs: tuple[str, str, str, str],
    template: pages.Template,
    word_files: Sequence[str],
    silver_words: Sequence[str],
    references: Sequence[str] = (),
) -> None:
    """Gather the books of all tables, write them as YAML and as a report.

    `told`: table -> title and department; `reasons`: of the quarantine rules of contracts; `outputs`: the metadata, the
    report, its page and the ledger of its figures; `word_files`: words of the report and of the assumptions;
    `silver_words`: those of silver, a file a language.
    """
    tables = with_references(with_words(gathered(metadata), told), gathered(references), read_all(silver_words))
    metadata_file, report_file, page_file, ledger_file = outputs
    write_yaml(metadata_file, {"tables": tables, SETTING: in_force(budget)})
    words = Told(with_reasons(read(*word_files), reasons))
    text = report(tables, budget, words)
    pages.write(text, report_file, page_file, template=template, language=words.language)
    write_json(ledger_file, {"figures": words.ledger.figures})


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, made = snakemake.input, snakemake.output
    main(
        given.metadata,
        snakemake.params.told,
        snakemake.params.reasons,
        snakemake.params.budget,
        outputs=(made.metadata, made.report, made.page, made.ledger),
        template=given.template,
        word_files=(given.words, given.assumptions),
        silver_words=given.silver_words,
        references=given.references,
    )
