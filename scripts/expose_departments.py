"""A page for each department, from the findings and tables of the exposé.

Inputs: reports/number_ledger.json, reports/figures/*.svg, the words of the pages and of the exposé, the templates.
Outputs: reports/sales.md, reports/marketing.md, reports/purchasing.md, and the same as .html.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.expose.alternatives import alternatives
from elt.expose.wording import Texts, Wording
from elt.files import read_json
from elt.report import pages
from elt.report.markdown import Markdown
from elt.report.templates import filled
from elt.report.words import read
from elt.run.key_figures import Kpi

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

MOST = 6  # findings a page: it is one page
CONCERNS = {  # department: kinds of findings
    "sales": ("place", "category", "new_customers", "returns", "season", "silent_months", "unknown"),
    "marketing": ("new_customers", "place", "season"),
    "purchasing": ("category", "margin", "returns", "season"),
}
WHOLE = "revenue_"  # how the sentences about all revenue begin
GAPS = ("sales", "purchasing")  # departments that have to know of a category that ends early


def told(ledger: Mapping[str, Any], department: str) -> Iterator[Mapping[str, Any]]:
    """The sentences that concern a department, the weightiest first."""
    if department in GAPS:
        yield from ledger["pages"]["situation"]["gaps"]
    for finding in ledger["findings"]:
        if finding["kind"] in CONCERNS[department] and finding["said"]:
            yield finding["said"]


def of_all(ledger: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How revenue as a whole moved, which every finding is about a part of; None if page one does not begin with it."""
    said = next(iter(ledger["pages"]["situation"]["messages"]), None)
    if said is None or not said["say"].startswith(WHOLE):
        return None
    return {**said, "say": said["say"].removesuffix("_part").removesuffix("_by")}


def main(
    ledger_file: str,
    texts: Texts,
    figures: Sequence[str],
    kpis: Mapping[str, Kpi],
    *,
    templates: tuple[str, pages.Template],
    made: Mapping[str, str],
    identity: tuple[str, str | None],
) -> None:
    """Write the pages. templates: of a department and of all reports; made: <department>_page and <department>_text.

    identity: name of the company, currency of its books if it is stated.
    """
    ledger, words = read_json(ledger_file), read(texts.page)
    wording = Wording.of(texts, ledger["figures"], kpis)
    about = dict(zip(("called", "currency"), identity, strict=True))
    content = {"w": wording, "words": words, **about, **ledger["pages"]}
    content |= {"whole": of_all(ledger), "alternative_of": alternatives(wording, ledger["pages"])}
    linked = {Path(path).stem: Markdown(f"figures/{Path(path).name}") for path in figures}
    for name in CONCERNS:
        found = [*told(ledger, name)][:MOST]
        text = filled(templates[0], name=name, told=found, figure_of=linked, **content)
        files = (made[f"{name}_text"], made[f"{name}_page"])
        pages.write(text, *files, template=templates[1], language=words["language"])
        rulelog.log.info("%s: %d findings", name, len(found))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        given.ledger,
        Texts(given.words, given.expose, given.assumptions, given.countries),
        given.figures,
        params.kpis,
        templates=(given.markdown, given.template),
        made=dict(snakemake.output.items()),
        identity=(params.called, params.currency),
    )
