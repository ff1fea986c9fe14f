"""Compare a run with another one: code, settings, raw files, rows, repairs, key figures, segments, changed cells.

Inputs: the manifests, receipts, metadata and tables of both runs, the words of the comparison.
Outputs: the comparison as Markdown and as a page, a summary for the closing words. No cell is quoted.
"""

from typing import TYPE_CHECKING, NamedTuple

from elt import rulelog
from elt.comparison import contents, text
from elt.comparison.states import Pair, State
from elt.comparison.wording import Wording
from elt.files import scratch, write_json
from elt.report import pages
from elt.report.words import read
from elt.run import run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


class Outputs(NamedTuple):
    """Paths of what is written."""

    markdown: str
    page: str
    summary: str


def main(
    *,
    run_id: str,
    compare_to: str,
    memory_gb: float,
    template: pages.Template,
    page_words: str,
    console_words: str,
    phrases: tuple[str, str],
    outputs: Outputs,
) -> None:
    """Compare the two runs and write what they differ in; raises Fault for one without a manifest.

    `page_words`: words of the page, in its language; `console_words`: those of the closing words, which are English;
    `phrases`: the words of the report of silver, of the page and of the console.
    """
    pair = Pair(*(State(run_folders.RUNS / name) for name in (compare_to, run_id)))
    minimum = max(int(state.manifest["settings"].get("minimum_group", 0)) for state in (pair.before, pair.after))
    with scratch(outputs.markdown) as folder, contents.database(folder, memory_gb) as connection:
        tables = contents.Contents(pair, connection, folder)
        every = [*tables.bronze(), *tables.silver(), *tables.gold()]
        found = text.Found(pair, every, tables.migration(), minimum)
    said, console = (
        Wording(read(path), read(of_silver)["phrases"])
        for path, of_silver in zip((page_words, console_words), phrases, strict=True)
    )
    report = text.report(found, said)
    pages.write(report, outputs.markdown, outputs.page, template=template, language=said.language)
    write_json(outputs.summary, text.closing_words(found, console, outputs.page))
    rulelog.log.info("%d tables differ", len(every))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        run_id=snakemake.params.run_id,
        compare_to=snakemake.params.compare_to,
        memory_gb=snakemake.params.memory_gb,
        template=snakemake.input.template,
        page_words=snakemake.input.words,
        console_words=snakemake.input.console,
        phrases=(snakemake.input.phrases, snakemake.input.console_phrases),
        outputs=Outputs(snakemake.output.markdown, snakemake.output.page, snakemake.output.summary),
    )
