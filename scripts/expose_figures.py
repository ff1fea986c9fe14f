"""The charts of the exposé, drawn from its number ledger.

Inputs: reports/number_ledger.json, the words of the language.
Outputs: reports/figures/*.svg.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from elt import rulelog
from elt.expose.charts_customers import cohort_retention, product_classes, revenue_concentration, segment_shares
from elt.expose.charts_situation import revenue_bridge, revenue_by_month
from elt.expose.wording import Wording
from elt.files import read_json
from elt.report.colours import SOFT
from elt.report.figures import new_figure, save_svg
from elt.report.words import read
from elt.run.key_figures import Kpi

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

Content = Mapping[str, Any]

CHARTS: dict[str, tuple[Callable[[Figure, Wording, Content], bool], float, float]] = {
    "revenue_by_month": (revenue_by_month, 4.3, 2.5),
    "revenue_bridge": (revenue_bridge, 2.7, 2.5),
    "segment_shares": (segment_shares, 4.3, 1.45),
    "revenue_concentration": (revenue_concentration, 2.7, 1.45),
    "cohort_retention": (cohort_retention, 7.3, 1.4),
    "product_classes": (product_classes, 7.3, 0.7),
}


def main(ledger_file: str, word_file: str, kpis: Mapping[str, Kpi], outputs: Sequence[str]) -> None:
    """Draw each chart; where there is nothing to show, the file says so."""
    ledger = read_json(ledger_file)
    wording = Wording(read(word_file), ledger["figures"], kpis)
    for path in outputs:
        draw, width, height = CHARTS[Path(path).stem]
        figure = new_figure(width, height)
        if not draw(figure, wording, ledger["pages"]):
            figure.text(0.5, 0.5, wording.words["figures"]["empty"], ha="center", va="center", color=SOFT)
        save_svg(figure, path)
    rulelog.log.info("%s charts", len(outputs))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.ledger, snakemake.input.words, snakemake.params.kpis, list(snakemake.output))
