"""The marts for people and for programs: grain, rows, keys, references, flags, columns.

Inputs: gold/_meta/marts/*.json.
Outputs: gold/_meta/gold_metadata.yaml, gold/reports/gold_marts_report.md, gold/reports/data_dictionary.md.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import gathered, write_text, write_yaml
from elt.protection.disclosure import count_text
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import number

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def shown(count: int, is_about_people: bool, minimum: int) -> str:
    """A count as text; about people, one under the minimum group is shown as less than it."""
    safe = count_text(count, minimum) if is_about_people else count
    return safe if isinstance(safe, str) else number(safe)


def is_about_people(mart: Mapping[str, Any]) -> bool:
    """Whether the rows of a mart can be traced to persons: its key or a foreign key is an identifier."""
    return any(mart["columns"][c]["personal"] == "identifier" for c in [*mart["key"], *mart.get("foreignKeys", {})])


def section(name: str, mart: Mapping[str, Any], found: Mapping[str, Any], minimum: int) -> str:
    """One mart: what a row is, what was proved, its flags, its columns."""
    people = is_about_people(mart)
    proved = [f"{number(found['rows'])} rows, {', '.join(map(code, mart['key']))} unique"]
    proved += [
        f"{code(column)}: all {number(reference['values'])} values are in {code(reference['target'])}"
        for column, reference in found["references"].items()
    ]
    flags = [
        [code(column), mart["columns"][column]["description"], shown(count, people, minimum)]
        for column, count in found["flags"].items()
    ]
    columns = [
        [code(column), spec["type"], spec.get("unit", ""), spec["personal"], spec["description"],
         shown(found["missing"].get(column, 0), people, minimum)]
        for column, spec in mart["columns"].items()
    ]  # fmt: skip
    return (
        f"## {code(name)}: {escape(mart['title'])}\n\n"
        f"{escape(mart['grain'])}. Reads {', '.join(map(code, found['reads']))}.\n\n"
        + "".join(f"- {line}\n" for line in proved)
        + "\n"
        + (table(["Flag", "Meaning", "Rows"], flags) if flags else "")
        + table(["Column", "Type", "Unit", "Personal", "Meaning", "Missing"], columns)
    )


def dictionary(marts: Mapping[str, Any], kpis: Mapping[str, Any]) -> str:
    """The data dictionary: every mart with key, references and columns, and every key figure with its formula."""
    parts = [
        f"# Data dictionary: {len(marts)} marts, {len(kpis)} key figures\n\n",
        "Personal: none (metric, closed category), quasi (only aggregated or generalised), identifier (only as a "
        "pseudonym), direct (never) decides what may leave the protected layers.\n\n",
    ]
    for name, mart in marts.items():
        keys, references = set(mart["key"]), mart.get("foreignKeys", {})
        rows = [
            [code(column), spec["type"] + (f" ({spec['decimals']} decimals)" if "decimals" in spec else ""),
             spec.get("unit", ""), "key" if column in keys else "required" if spec.get("required") else "",
             code(references[column]) if column in references else "", spec["personal"], spec["description"]]
            for column, spec in mart["columns"].items()
        ]  # fmt: skip
        head = ["Column", "Type", "Unit", "Key or required", "Refers to", "Personal", "Meaning"]
        parts += [f"## {code(name)}: {escape(mart['title'])}\n\n{escape(mart['grain'])}.\n\n", table(head, rows)]
    figures = [
        [f"{kpi['name']['en']} / {kpi['name']['de']}", kpi["definition"]["en"],
         kpi.get("exclusions", {}).get("en", ""), code(kpi["formula"]), kpi["unit"], kpi["direction"]]
        for kpi in kpis.values()
    ]  # fmt: skip
    head = ["Name", "Definition", "Leaves out", "Formula", "Unit", "Better is"]
    return "".join([*parts, "## Key figures\n\n", table(head, figures)])


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
    metadata: Sequence[str],
    marts: Mapping[str, Any],
    left_out: Mapping[str, str],
    kpis: Mapping[str, Any],
    minimum: int,
    outputs: Sequence[str],
) -> None:
    """Join what marts.yaml and kpis.yaml state with what was found, write it as YAML, report and data dictionary.

    `left_out`: standard mart or column -> column of the star schema that it needs; `outputs`: the three files.
    """
    found = gathered(metadata)
    metadata_file, report_file, dictionary_file = outputs
    described = {name: {**marts[name], "found": found[name]} for name in marts}
    write_yaml(metadata_file, {"marts": described, "kpis": kpis, "left_out": left_out})
    write_text(dictionary_file, dictionary(marts, kpis))
    rows = sum(f["rows"] for f in found.values())
    sections = [section(name, mart, found[name], minimum) for name, mart in marts.items()]
    title = f"# Gold: {number(rows)} rows in {len(marts)} marts, keys and references proved\n"
    write_text(report_file, "\n".join([title, *sections, left_out_section(left_out)]))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.metadata,
        snakemake.params.marts,
        snakemake.params.left_out,
        snakemake.params.kpis,
        snakemake.params.minimum_group,
        [snakemake.output.metadata, snakemake.output.report, snakemake.output.dictionary],
    )
