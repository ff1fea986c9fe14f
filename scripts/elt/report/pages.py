"""A Markdown report as one self-contained HTML page, for readers without a Markdown viewer."""

import base64
import html
import re
from pathlib import Path

from markupsafe import Markup

from elt.files import write_text
from elt.report.templates import filled

IMAGE = re.compile(r'<img src="([^"]+)"')


def page(text: str, folder: Path, template: str | Path, language: str = "en") -> str:
    """The HTML of a Markdown text; raw HTML in it stays text, figures beside `folder` are embedded."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    body = IMAGE.sub(lambda found: f'<img src="{embedded(folder / html.unescape(found[1]))}"', body)
    body = body.replace("<table>", '<div class="wide" tabindex="0">\n<table>').replace("</table>", "</table>\n</div>")
    title = text.partition("\n")[0].lstrip("# ").replace("\\", "")
    return filled(template, language=language, title=title, body=Markup(body)) + "\n"  # noqa: S704 - by markdown-it


def embedded(figure: Path) -> str:
    """An SVG file as a data address."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.read_bytes()).decode()


def write(
    text: str, markdown: str | Path, html_page: str | Path, *, template: str | Path, language: str = "en"
) -> None:
    """Write a report as Markdown and as a page; its figures must exist already. template: report.html.j2."""
    write_text(markdown, text)
    write_text(html_page, page(text, Path(markdown).parent, template, language))
