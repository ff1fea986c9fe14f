"""The templates of pages in scripts/templates: every value that they print is escaped, for HTML or for Markdown."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from elt.report import colours, markdown

# A page fetches nothing, runs nothing and sends nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@cache  # of its templates, too: they are compiled once, and again where their files change
def environment(folder: Path, *, as_html: bool) -> Environment:
    """Jinja2 with every value escaped: for HTML by autoescape, for Markdown by `markdown.escape`."""
    settings = {"autoescape": True} if as_html else {"autoescape": False, "finalize": markdown.escape}
    return Environment(  # noqa: S701 - the other one is for Markdown, where `finalize` escapes
        loader=FileSystemLoader(folder), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **settings
    )


def filled(template: str | Path, **values: Any) -> str:
    """A template filled with values; it may include others of its folder, and knows `policy` and `colours`.

    HTML if its name says so (page.html.j2), else Markdown (page.md.j2).
    """
    path = Path(template)
    page = environment(path.parent, as_html=".html." in path.name).get_template(path.name)
    return page.render(policy=Markup(POLICY), colours=colours, **values)  # noqa: S704 - a constant of this module
