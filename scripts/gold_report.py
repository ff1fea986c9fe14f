"""The marts for people and for programs: grain, rows, keys, references, flags, columns.

Inputs: gold/_meta/marts/*.json.
Outputs: gold/_meta/gold_metadata.yaml, gold/reports/gold_marts_report.md.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared import rulelog
from shared.disclosure import count_text
from shared.files import gathered, write_text, write_yaml
from shared.markdown import code, escape, table
from shared.numbers import number

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


def main(metadata: Sequence[str], marts: Mapping[str, Any], minimum: int, metadata_file: str, report_file: str) -> None:
    """Join what marts.yaml states with what was found, write it as YAML and as a report."""
    found = gathered(metadata)
    write_yaml(metadata_file, {"marts": {name: {**marts[name], "found": found[name]} for name in marts}})
    rows = sum(f["rows"] for f in found.values())
    sections = [section(name, mart, found[name], minimum) for name, mart in marts.items()]
    title = f"# Gold: {number(rows)} rows in {len(marts)} marts, keys and references proved\n"
    write_text(report_file, "\n".join([title, *sections]))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.metadata,
        snakemake.params.marts,
        snakemake.params.minimum_group,
        snakemake.output.metadata,
        snakemake.output.report,
    )
