"""A Markdown report as one self-contained HTML page, for readers without a Markdown viewer."""

import base64
import html
import re
from pathlib import Path

from elt.files import write_text

STYLE = """
body { font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; color: #1f2933; max-width: 62rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.3; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #e4e7eb; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid #9aa5b1; }
code { font: .88em ui-monospace, "DejaVu Sans Mono", monospace; background: #f3f5f7; padding: .05em .25em; border-radius: 3px; }
img { max-width: 100%; height: auto; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } }
"""  # noqa: E501
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
IMAGE = re.compile(r'<img src="([^"]+)"')


def page(text: str, folder: Path, language: str = "en") -> str:
    """The HTML of a Markdown text; raw HTML in it stays text, figures beside `folder` are embedded."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    body = IMAGE.sub(lambda found: f'<img src="{embedded(folder / html.unescape(found[1]))}"', body)
    title = html.escape(text.partition("\n")[0].lstrip("# ").replace("\\", ""))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def embedded(figure: Path) -> str:
    """An SVG file as a data address."""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.read_bytes()).decode()


def write(text: str, markdown: str | Path, html_page: str | Path, language: str = "en") -> None:
    """Write a report as Markdown and as a page; its figures must exist already."""
    write_text(markdown, text)
    write_text(html_page, page(text, Path(markdown).parent, language))
