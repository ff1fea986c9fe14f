"""The marts for people and for programs: grain, rows, keys, references, flags, columns.

Inputs: gold/_meta/marts/*.json.
Outputs: gold/_meta/gold_metadata.yaml, gold/reports/gold_marts_report.md, gold/reports/data_dictionary.md.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import gathered, write_text, write_yaml
from elt.gold.line_text import document_table, unknown_table
from elt.gold.metadata import kpi_entry, mart_entry
from elt.protection.disclosure import count_text
from elt.report import assumptions
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import decimals_of, number, percent
from elt.report.words import Words, read
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.run.mart import Mart

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def is_about_people(mart: Mart) -> bool:
    """Whether the rows of a mart can be traced to persons: its key or a foreign key is an identifier."""
    return any(mart.by_name[column].personal == "identifier" for column in (*mart.key, *mart.foreign_keys))


def count_of(mart: Mart, minimum: int) -> Callable[[int], str]:
    """How a count of rows of a mart is shown: about people, one under the minimum group is less than it."""

    def shown(count: int) -> str:
        safe = count_text(count, minimum) if is_about_people(mart) else count
        return safe if isinstance(safe, str) else number(safe)

    return shown


def flag_table(mart: Mart, found: Mapping[str, Any], shown: Callable[[int], str]) -> str:
    """The flags of a mart: rows where each is true, and their amounts with their share of all; empty without flags."""
    money, sums = list(mart.ledger.money), found["money"]
    rows = []
    for flag, count in found["flags"].items():
        amounts, rows_text = found["flag_money"].get(flag, {}), shown(count)
        cells = [
            f"{number(amounts[c], decimals_of(amounts[c]))} ({percent(assumptions.share_of(amounts[c], sums[c]))})"
            for c in money
        ]
        cells = ["–"] * len(money) if rows_text.startswith("<") else cells  # the amount of a few would tell of them
        rows.append([code(flag), in_language(mart.by_name[flag].description), rows_text, *cells])
    return table(["Flag", "Meaning", "Rows", *(f"Sum of {column}" for column in money)], rows) if rows else ""


def section(mart: Mart, found: Mapping[str, Any], minimum: int) -> str:
    """One mart: what a row is, what was proved, its flags, its columns."""
    shown = count_of(mart, minimum)
    proved = [f"{number(found['rows'])} rows, {', '.join(map(code, mart.key))} unique"]
    proved += [
        f"{code(column)}: all {number(reference['values'])} values are in {code(reference['target'])}"
        for column, reference in found["references"].items()
    ]
    columns = [
        [code(column.name), column.type, column.unit or "", column.personal, in_language(column.description),
         shown(found["missing"].get(column.name, 0))]
        for column in mart.columns
    ]  # fmt: skip
    return (
        f"## {code(mart.name)}: {escape(mart.title)}\n\n"
        f"{escape(mart.grain)}. Reads {', '.join(map(code, found['reads']))}.\n\n"
        + "".join(f"- {line}\n" for line in proved)
        + "\n"
        + unknown_table(found.get("unknown", {}))
        + flag_table(mart, found, shown)
        + document_table(found.get("documents", {}))
        + table(["Column", "Type", "Unit", "Personal", "Meaning", "Missing"], columns)
    )


def assumption_section(found: Mapping[str, Mapping[str, Any]], words: Words) -> str:
    """What was assumed of the marts and their rows contradict; empty if nothing."""
    entries = assumptions.of_all({}, found)
    lines = [f"- {escape(assumptions.sentence(words, entry))}\n" for entry in entries]
    return "## Assumptions that the data contradict\n\n" + "".join(lines) if lines else ""


def dictionary_row(mart: Mart, column: Column) -> list[str]:
    """A column in the data dictionary."""
    decimals = "" if column.decimals is None else f" ({column.decimals} decimals)"
    needed = "key" if column.name in mart.key else "required" if column.required else ""
    goal = code(mart.foreign_keys[column.name]) if column.name in mart.foreign_keys else ""
    return [code(column.name), column.type + decimals, column.unit or "", needed, goal, column.personal,
            in_language(column.description)]  # fmt: skip


def kpi_row(kpi: Kpi) -> list[str]:
    """A key figure in the data dictionary."""
    exclusions = kpi.exclusions["en"] if kpi.exclusions else ""
    return [f"{kpi.name['en']} / {kpi.name['de']}", kpi.definition["en"], exclusions, code(kpi.formula), kpi.unit,
            kpi.direction]  # fmt: skip


def dictionary(marts: Mapping[str, Mart], kpis: Mapping[str, Kpi]) -> str:
    """The data dictionary: every mart with key, references and columns, and every key figure with its formula."""
    parts = [
        f"# Data dictionary: {len(marts)} marts, {len(kpis)} key figures\n\n",
        "Personal: none (metric, closed category), quasi (only aggregated or generalised), identifier (only as a "
        "pseudonym), direct (never) decides what may leave the protected layers.\n\n",
    ]
    head = ["Column", "Type", "Unit", "Key or required", "Refers to", "Personal", "Meaning"]
    for mart in marts.values():
        rows = [dictionary_row(mart, column) for column in mart.columns]
        parts.append(f"## {code(mart.name)}: {escape(mart.title)}\n\n{escape(mart.grain)}.\n\n{table(head, rows)}")
    head = ["Name", "Definition", "Leaves out", "Formula", "Unit", "Better is"]
    return "".join([*parts, "## Key figures\n\n", table(head, [kpi_row(kpi) for kpi in kpis.values()])])


def left_out_section(left_out: Mapping[str, str]) -> str:
    """What the star schema does not give, by the column that is missing."""
    if not left_out:
        return ""
    rows: dict[str, list[str]] = {}
    for what, needed in left_out.items():
        rows.setdefault(needed, []).append(code(what))
    listed = [[code(needed), Markdown(", ".join(what))] for needed, what in rows.items()]
    return "## Left out\n\n" + table(["The star schema has no", "So these are left out"], listed)


def main(
    *,
    found_files: Sequence[str],
    marts: Mapping[str, Mart],
    left_out: Mapping[str, str],
    kpis: Mapping[str, Kpi],
    minimum_group: int,
    word_file: str,
    metadata: str,
    report: str,
    data_dictionary: str,
) -> None:
    """Join what marts.yaml and kpis.yaml state with what was found, write it as YAML, report and data dictionary.

    `found_files`: JSON of each mart; `left_out`: standard mart or column -> column of the star schema that it needs;
    `word_file`: words of the assumptions.
    """
    found = gathered(found_files)
    described = {name: {**mart_entry(mart), "found": found[name]} for name, mart in marts.items()}
    stated = {name: kpi_entry(kpi) for name, kpi in kpis.items()}
    write_yaml(metadata, {"marts": described, "kpis": stated, "left_out": left_out})
    write_text(data_dictionary, dictionary(marts, kpis))
    rows = sum(f["rows"] for f in found.values())
    sections = [section(mart, found[name], minimum_group) for name, mart in marts.items()]
    contradicted = [part for part in [assumption_section(found, read(word_file))] if part]
    title = f"# Gold: {number(rows)} rows in {len(marts)} marts, keys and references proved\n"
    write_text(report, "\n".join([title, *contradicted, *sections, left_out_section(left_out)]))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        found_files=snakemake.input.metadata,
        marts=snakemake.params.marts,
        left_out=snakemake.params.left_out,
        kpis=snakemake.params.kpis,
        minimum_group=snakemake.params.minimum_group,
        word_file=snakemake.input.words,
        metadata=snakemake.output.metadata,
        report=snakemake.output.report,
        data_dictionary=snakemake.output.dictionary,
    )
