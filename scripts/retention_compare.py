"""Compare a run with another one: code, settings, raw files, rows, repairs, key figures, segments, changed cells.

Inputs: the manifests, receipts, metadata and tables of both runs.
Outputs: the comparison as Markdown and as a page, a summary for the closing words. No cell is quoted.
"""

from typing import TYPE_CHECKING, NamedTuple

from elt import rulelog
from elt.comparison import contents, statements, text
from elt.comparison.states import Pair, State
from elt.files import scratch, write_json
from elt.report import pages
from elt.run import run_folders

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


class Outputs(NamedTuple):
    """Paths of what is written."""

    markdown: str
    page: str
    summary: str


def main(*, run_id: str, compare_to: str, memory_gb: float, template: str, outputs: Outputs) -> None:
    """Compare the two runs and write what they differ in; raises Fault for one without a manifest."""
    pair = Pair(*(State(run_folders.RUNS / name) for name in (compare_to, run_id)))
    minimum = max(int(state.manifest["settings"].get("minimum_group", 0)) for state in (pair.before, pair.after))
    with scratch(outputs.markdown) as folder, contents.database(folder, memory_gb) as connection:
        tables = contents.Contents(pair, connection, folder)
        every = [*tables.bronze(), *tables.silver(), *tables.gold()]
        moved = tables.migration()
    stated = (statements.endings, statements.versions, statements.settings, statements.steps, statements.raw_files)
    parts = [part(pair) for part in stated]
    parts += [text.cells("bronze", every), statements.counts(pair), statements.repairs(pair)]
    parts += [text.cells("silver", every), text.cells("gold", every), statements.key_figures(pair)]
    parts += [text.segments(pair, moved, minimum), text.files(pair)]
    pages.write(text.report(pair, parts, every), outputs.markdown, outputs.page, template=template)
    lines = [f"{part.title}: {part.answer}".replace("`", "") for part in parts]
    words = f"Run {run_id} compared to {compare_to}. {text.verdict(pair, parts)}"
    write_json(outputs.summary, {"words": words, "lines": [*lines, f"All of it: {outputs.page}"]})
    rulelog.log.info("%d parts differ", sum(not part.is_same for part in parts))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        run_id=snakemake.params.run_id,
        compare_to=snakemake.params.compare_to,
        memory_gb=snakemake.params.memory_gb,
        template=snakemake.input.template,
        outputs=Outputs(snakemake.output.markdown, snakemake.output.page, snakemake.output.summary),
    )
