"""The marts for people and for programs: grain, rows, keys, references, flags, columns.

Inputs: gold/_meta/marts/*.json, the words in the language of the run, the template of pages.
Outputs: gold/_meta/gold_metadata.yaml; gold/reports/gold_marts_report and data_dictionary, each as .md and .html; the
ledger of all figures of the report, gold/reports/number_ledger.json.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import gathered, write_json, write_yaml
from elt.gold import origins
from elt.gold.dictionary import dictionary
from elt.gold.mart_text import section
from elt.gold.metadata import kpi_entry, mart_entry
from elt.report import assumptions, pages
from elt.report.figure_ledger import Told
from elt.report.markdown import Markdown, code, escape, table
from elt.report.words import Words, read
from elt.run.key_figures import Kpi
from elt.run.mart import Mart

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def assumption_section(found: Mapping[str, Mapping[str, Any]], words: Told) -> str:
    """What was assumed of the marts and their rows contradict; empty if nothing."""
    for mart, of_mart in found.items():
        for number, entry in enumerate(of_mart.get("assumptions", [])):
            place = partial(origins.found, mart, "assumptions", number)
            assumptions.enter_figures(f"{mart}.assumption.{number}", entry, place, words, "records")
    entries = assumptions.of_all({}, found)
    lines = [f"- {escape(assumptions.sentence(words.words, entry))}\n" for entry in entries]
    return f"## {words['headings']['assumptions']}\n\n" + "".join(lines) if lines else ""


def left_out_section(left_out: Mapping[str, str], words: Words) -> str:
    """What the star schema does not give, by the column that is missing."""
    if not left_out:
        return ""
    rows: dict[str, list[str]] = {}
    for what, needed in left_out.items():
        rows.setdefault(needed, []).append(code(what))
    listed = [[code(needed), Markdown(", ".join(what))] for needed, what in rows.items()]
    head = [words["columns"][name] for name in ("lacks", "left_out")]
    return f"## {words['headings']['left_out']}\n\n" + table(head, listed)


def report(
    marts: Mapping[str, Mart], found: Mapping[str, Any], left_out: Mapping[str, str], minimum: int, words: Told
) -> str:
    """The report as Markdown; `words`: of the report and of the assumptions."""
    sections = [section(mart, found[name], minimum, words) for name, mart in marts.items()]
    contradicted = [part for part in [assumption_section(found, words)] if part]
    names = [f"[{name}.rows]" for name in found]
    rows = words.number("rows", sum(one["rows"] for one in found.values()), {"formula": " + ".join(names) or "0"})
    count = words.number("marts", len(marts), {"formula": f"COUNT({', '.join(names)})"})
    title = f"# {words['title'].format(rows=rows, marts=count)}\n"
    return "\n".join([title, *contradicted, *sections, left_out_section(left_out, words.words)])


def main(
    *,
    found_files: Sequence[str],
    marts: Mapping[str, Mart],
    left_out: Mapping[str, str],
    kpis: Mapping[str, Kpi],
    minimum_group: int,
    word_files: Sequence[str],
    template: pages.Template,
    metadata: str,
    reports: tuple[str, str],
    dictionaries: tuple[str, str],
    ledger: str,
) -> None:
    """Join what marts.yaml and kpis.yaml state with what was found, write it as YAML, report and data dictionary.

    `found_files`: JSON of each mart; `left_out`: standard mart or column -> column of the star schema that it needs;
    `word_files`: words of the report and of the assumptions; `reports`, `dictionaries`: Markdown and page; `ledger`: of
    the figures of the report.
    """
    found, words = gathered(found_files), read(*word_files)
    told = Told(words)
    described = {name: {**mart_entry(mart), "found": found[name]} for name, mart in marts.items()}
    stated = {name: kpi_entry(kpi) for name, kpi in kpis.items()}
    write_yaml(metadata, {"marts": described, "kpis": stated, "left_out": left_out})
    for text, made in (
        (dictionary(marts, kpis, words), dictionaries),
        (report(marts, found, left_out, minimum_group, told), reports),
    ):
        pages.write(text, *made, template=template, language=words["language"])
    write_json(ledger, {"figures": told.ledger.figures})
    rulelog.log.info("%d figures", len(told.ledger.figures))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, output = snakemake.input, snakemake.output
    main(
        found_files=given.metadata,
        marts=snakemake.params.marts,
        left_out=snakemake.params.left_out,
        kpis=snakemake.params.kpis,
        minimum_group=snakemake.params.minimum_group,
        word_files=(given.words, given.assumptions),
        template=given.template,
        metadata=output.metadata,
        reports=(output.report, output.page),
        dictionaries=(output.dictionary, output.dictionary_page),
        ledger=output.ledger,
    )
