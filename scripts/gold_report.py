"""The marts for people and for programs: grain, rows, keys, references, flags, columns.

Inputs: gold/_meta/marts/*.json, the words in the language of the run, the template of pages.
Outputs: gold/_meta/gold_metadata.yaml; gold/reports/gold_marts_report and data_dictionary, each as .md and .html.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import gathered, write_yaml
from elt.gold.dictionary import dictionary, grain, mart_title, unit_text
from elt.gold.line_text import document_table, unknown_table
from elt.gold.metadata import kpi_entry, mart_entry
from elt.protection.disclosure import count_text
from elt.report import assumptions, pages
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import Numbers
from elt.report.words import Words, read
from elt.run.key_figures import Kpi
from elt.run.mart import Mart

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

COLUMNS = ("column", "type", "unit", "personal", "meaning", "missing")


def is_about_people(mart: Mart) -> bool:
    """Whether the rows of a mart can be traced to persons: its key or a foreign key is an identifier."""
    return any(mart.by_name[column].personal == "identifier" for column in (*mart.key, *mart.foreign_keys))


def count_of(mart: Mart, minimum: int, language: str = "en") -> Callable[[int], str]:
    """How a count of rows of a mart is shown: about people, one under the minimum group is less than it."""

    def shown(count: int) -> str:
        safe = count_text(count, minimum) if is_about_people(mart) else count
        return safe if isinstance(safe, str) else Numbers(language)(safe)

    return shown


def flag_table(mart: Mart, found: Mapping[str, Any], count: Callable[[int], str], words: Words) -> str:
    """The flags of a mart: rows where each is true, and their amounts with their share of all; empty without flags."""
    money, sums, shown = list(mart.ledger.money), found["money"], Numbers(words["language"])
    rows = []
    for flag, times in found["flags"].items():
        amounts, rows_text = found["flag_money"].get(flag, {}), count(times)
        cells = [
            words["sum_share"].format(
                amount=shown.exact(amounts[column]),
                share=shown.percent(assumptions.share_of(amounts[column], sums[column])),
            )
            for column in money
        ]
        cells = ["–"] * len(money) if rows_text.startswith("<") else cells  # the amount of a few would tell of them
        rows.append([code(flag), in_language(mart.by_name[flag].description, words["language"]), rows_text, *cells])
    columns = words["columns"]
    head = [*(columns[name] for name in ("flag", "meaning", "rows")), *(columns["sum"].format(column=c) for c in money)]
    return table(head, rows) if rows else ""


def proved(mart: Mart, found: Mapping[str, Any], words: Words) -> str:
    """What was proved of a mart, as a list: its key is unique, its references have their partners."""
    shown = Numbers(words["language"])
    lines = [words["unique"].format(rows=shown(found["rows"]), key=", ".join(map(code, mart.key)))]
    lines += [
        words["reference"].format(
            column=code(column), values=shown(reference["values"]), target=code(reference["target"])
        )
        for column, reference in found["references"].items()
    ]
    return "".join(f"- {line}\n" for line in lines) + "\n"


def section(mart: Mart, found: Mapping[str, Any], minimum: int, words: Words) -> str:
    """One mart: what a row is, what was proved, its flags, its columns."""
    count = count_of(mart, minimum, words["language"])
    columns = [
        [code(column.name), column.type, unit_text(column.unit, words), column.personal,
         in_language(column.description, words["language"]), count(found["missing"].get(column.name, 0))]
        for column in mart.columns
    ]  # fmt: skip
    return (
        mart_title(mart, words)
        + words["reads"].format(grain=grain(mart, words), tables=", ".join(map(code, found["reads"])))
        + f"\n\n{proved(mart, found, words)}"
        + unknown_table(found.get("unknown", {}), words)
        + flag_table(mart, found, count, words)
        + document_table(found.get("documents", {}), words)
        + table([words["columns"][name] for name in COLUMNS], columns)
    )


def assumption_section(found: Mapping[str, Mapping[str, Any]], words: Words) -> str:
    """What was assumed of the marts and their rows contradict; empty if nothing."""
    entries = assumptions.of_all({}, found)
    lines = [f"- {escape(assumptions.sentence(words, entry))}\n" for entry in entries]
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
    marts: Mapping[str, Mart], found: Mapping[str, Any], left_out: Mapping[str, str], minimum: int, words: Words
) -> str:
    """The report as Markdown; `words`: of the report and of the assumptions."""
    rows = Numbers(words["language"])(sum(one["rows"] for one in found.values()))
    sections = [section(mart, found[name], minimum, words) for name, mart in marts.items()]
    contradicted = [part for part in [assumption_section(found, words)] if part]
    title = f"# {words['title'].format(rows=rows, marts=len(marts))}\n"
    return "\n".join([title, *contradicted, *sections, left_out_section(left_out, words)])


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
) -> None:
    """Join what marts.yaml and kpis.yaml state with what was found, write it as YAML, report and data dictionary.

    `found_files`: JSON of each mart; `left_out`: standard mart or column -> column of the star schema that it needs;
    `word_files`: words of the report and of the assumptions; `reports`, `dictionaries`: Markdown and page.
    """
    found, words = gathered(found_files), read(*word_files)
    described = {name: {**mart_entry(mart), "found": found[name]} for name, mart in marts.items()}
    stated = {name: kpi_entry(kpi) for name, kpi in kpis.items()}
    write_yaml(metadata, {"marts": described, "kpis": stated, "left_out": left_out})
    for text, made in (
        (dictionary(marts, kpis, words), dictionaries),
        (report(marts, found, left_out, minimum_group, words), reports),
    ):
        pages.write(text, *made, template=template, language=words["language"])


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
    )
