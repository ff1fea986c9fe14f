"""The exposé as Markdown and as one self-contained HTML file, from the number ledger and the figures.

Inputs: reports/number_ledger.json, reports/figures/*.svg, templates and the wording of the language.
Outputs: reports/final_expose.md, reports/final_expose.html.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from elt import rulelog
from elt.expose.wording import Wording
from elt.files import read_json, read_yaml, write_text
from elt.report import markdown
from elt.run.company import Kpi

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def inline(svg: str, name: str) -> Markup:
    """An SVG file as an element of an HTML page.

    Prolog and metadata go. The identifiers of a figure get its name in front: two figures may use the same ones. The
    width gives way to that of the page, and the letters to those of the page.
    """
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    body = re.sub(r' xmlns(:\w+)?="[^"]*"', "", body)
    body = body.replace("'DejaVu Sans', sans-serif", "var(--font)").replace("xlink:href", "href")
    body = body.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(body)  # noqa: S704 - made by this pipeline, its texts are escaped by the SVG writer


def environment(folder: Path, as_html: bool) -> Environment:
    """Jinja2 with every value escaped: for HTML by autoescape, for Markdown by `markdown.escape`."""
    settings = {"autoescape": True} if as_html else {"autoescape": False, "finalize": markdown.escape}
    return Environment(  # noqa: S701 - the other one is for Markdown, where `finalize` escapes
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **settings
    )


def rendered(template: Path, wording: Wording, ledger: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """A template filled; figures by name, as what the template should insert."""
    page = environment(template.parent, ".html" in template.name).get_template(template.name)
    return page.render(
        w=wording,
        words=wording.words,
        run=ledger["run"],
        figure_of=figures,
        **ledger["pages"],
    )


def main(
    ledger_file: str,
    wording_file: str,
    templates: Mapping[str, str],
    figures: Sequence[str],
    kpis: Mapping[str, Kpi],
    outputs: Mapping[str, str],
) -> None:
    """Fill both templates with the same content. templates and outputs: by "html" and "markdown"."""
    ledger = read_json(ledger_file)
    wording = Wording(read_yaml(wording_file), ledger["figures"], kpis)
    inlined = {Path(p).stem: inline(Path(p).read_text(encoding="utf-8"), Path(p).stem) for p in figures}
    linked = {Path(p).stem: markdown.Markdown(f"figures/{Path(p).name}") for p in figures}
    write_text(outputs["html"], rendered(Path(templates["html"]), wording, ledger, inlined))
    write_text(outputs["markdown"], rendered(Path(templates["markdown"]), wording, ledger, linked))
    rulelog.log.info("%s figures in the ledger, %s charts", len(ledger["figures"]), len(figures))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.ledger,
        snakemake.input.wording,
        {"html": snakemake.input.html, "markdown": snakemake.input.markdown},
        snakemake.input.figures,
        snakemake.params.kpis,
        {"html": snakemake.output.html, "markdown": snakemake.output.markdown},
    )
