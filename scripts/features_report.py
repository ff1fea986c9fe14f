"""The feature dictionary as a page: a step of its own, so that another template computes no feature.

Inputs: step2_feature_engineering/reports/feature_dictionary.md, the template of pages.
Outputs: step2_feature_engineering/reports/feature_dictionary.html.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.files import write_text
from elt.report import pages

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(dictionary: str, template: str, page: str) -> None:
    """Read the dictionary, write the page."""
    text = Path(dictionary).read_text(encoding="utf-8")
    write_text(page, pages.page(text, Path(dictionary).parent, template))
    rulelog.log.info("%d lines of the dictionary", len(text.splitlines()))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.dictionary, snakemake.input.template, snakemake.output[0])
