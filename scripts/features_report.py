"""The feature dictionary: a step of its own, so that another language or template computes no feature.

Inputs: step2_feature_engineering/_meta/feature_dictionary.json, the words in the language of the run, the template of
pages.
Outputs: step2_feature_engineering/reports/feature_dictionary.md, the same as .html.
"""

from typing import TYPE_CHECKING

from elt import rulelog
from elt.features.dictionary import dictionary
from elt.files import read_json
from elt.report import pages
from elt.report.words import read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main(found: str, word_file: str, template: pages.Template, *, output: str, page: str) -> None:
    """Read what is told, write the dictionary in words."""
    words = read(word_file)
    text = dictionary(read_json(found), words)
    pages.write(text, output, page, template=template, language=words["language"])
    rulelog.log.info("%d lines of the dictionary", len(text.splitlines()))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, made = snakemake.input, snakemake.output
    main(given.dictionary, given.words, given.template, output=made.dictionary, page=made.page)
