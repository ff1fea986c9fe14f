"""The exposé as Markdown and as one self-contained HTML file, from the number ledger and the figures.

Inputs: reports/number_ledger.json, reports/figures/*.svg, templates and the words of the language.
Outputs: reports/final_expose.md, reports/final_expose.html.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from elt import rulelog
from elt.expose.alternatives import alternatives
from elt.expose.wording import Texts, Wording
from elt.files import read_json, write_text
from elt.report.logo import address
from elt.report.markdown import Markdown
from elt.report.templates import filled
from elt.run.key_figures import Kpi

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def inline(svg: str, name: str) -> Markup:
    """An SVG file as an element of an HTML page.

    The prolog goes. The identifiers of a figure get its name in front: two figures may use the same ones. The
    width gives way to that of the page, and the letters to those of the page.
    """
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg[svg.index("<svg") :])
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    body = re.sub(r' xmlns(:\w+)?="[^"]*"', "", body)
    body = body.replace("'DejaVu Sans', sans-serif", "var(--font)").replace("xlink:href", "href")
    body = body.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(body)  # noqa: S704 - made by this pipeline, its texts are escaped by the SVG writer


@dataclass(frozen=True)
class Pages:
    """Files of the exposé by form: its templates, or what is made of them."""

    html: str
    markdown: str


def main(
    ledger_file: str,
    texts: Texts,
    figures: Sequence[str],
    kpis: Mapping[str, Kpi],
    *,
    templates: Pages,
    made: Pages,
    identity: tuple[str, str | None],
    logo: str | None = None,
) -> None:
    """Fill both templates with the same content; figures stand in the HTML and are linked from the Markdown.

    `identity`: name of the company, currency of its books if it is stated;
    `logo`: file of its picture.
    """
    ledger = read_json(ledger_file)
    wording = Wording.of(texts, ledger["figures"], kpis)
    about = dict(zip(("called", "currency"), identity, strict=True))
    content = {"w": wording, "words": wording.words, "run": ledger["run"], **about, **ledger["pages"]}
    content |= {"alternative_of": alternatives(wording, ledger["pages"])}
    inlined = {Path(p).stem: inline(Path(p).read_text(encoding="utf-8"), Path(p).stem) for p in figures}
    linked = {Path(p).stem: Markdown(f"figures/{Path(p).name}") for p in figures}
    picture = address(Path(logo)) if logo else None
    write_text(made.html, filled(templates.html, figure_of=inlined, logo=picture, **content))
    write_text(made.markdown, filled(templates.markdown, figure_of=linked, **content))
    rulelog.log.info("%s figures in the ledger, %s charts", len(ledger["figures"]), len(figures))


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, output = snakemake.input, snakemake.output
    main(
        given.ledger,
        Texts(given.words, given.words, given.assumptions, given.countries),
        given.figures,
        snakemake.params.kpis,
        templates=Pages(given.html, given.markdown),
        made=Pages(output.html, output.markdown),
        identity=(snakemake.params.called, snakemake.params.currency),
        logo=next(iter(given.logo), None),
    )
