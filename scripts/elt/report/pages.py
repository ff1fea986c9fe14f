"""A Markdown report as one self-contained HTML page, for readers without a Markdown viewer."""

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from elt.files import write_text
from elt.report import logo
from elt.report.templates import filled

Template = str | Path | Sequence[str]  # report.html.j2, and behind it the logo of the company if it has one
IMAGE = re.compile(r'<img src="([^"]+)"')


def opened(template: Template) -> tuple[str | Path, str | None]:
    """(template of pages, the picture of the company's logo as an address)."""
    if isinstance(template, str | Path):
        return template, None
    file, *logos = template
    return file, next((logo.address(Path(one)) for one in logos), None)


def page(text: str, folder: Path, template: Template, language: str = "en") -> str:
    """The HTML of a Markdown text; raw HTML in it stays text, figures beside `folder` are embedded."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    body = IMAGE.sub(lambda found: f'<img src="{embedded(folder / html.unescape(found[1]))}"', body)
    body = body.replace("<p><img ", '<p class="figure" tabindex="0"><img ')
    body = body.replace("<table>", '<div class="wide" tabindex="0">\n<table>').replace("</table>", "</table>\n</div>")
    title = text.partition("\n")[0].lstrip("# ").replace("\\", "")
    file, picture = opened(template)
    known = {"language": language, "title": title, "logo": picture}
    return filled(file, body=Markup(body), **known) + "\n"  # noqa: S704 - by markdown-it


def embedded(figure: Path) -> str:
    """An SVG file as a data address."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.read_bytes()).decode()


def write(text: str, markdown: str | Path, html_page: str | Path, *, template: Template, language: str = "en") -> None:
    """Write a report as Markdown and as a page; its figures must exist already. template: report.html.j2, and the logo
    that stands at the head of the page."""
    write_text(markdown, text)
    write_text(html_page, page(text, Path(markdown).parent, template, language))
