"""Workbooks of a test's own: .xlsx by openpyxl, .ods as a ZIP archive with the parts that the standard asks for."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "Tabelle1"
SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"


def xlsx(
    rows: Iterable[Sequence[Any]], sheet: str = SHEET, change: Callable[[Worksheet], object] | None = None
) -> bytes:
    """A workbook with one sheet, which may be changed before it is written."""
    book, target = openpyxl.Workbook(), BytesIO()
    page: Worksheet = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    if change:
        change(page)
    book.save(target)
    return target.getvalue()


def ods_cell(value: Any) -> str:
    """A cell of OpenDocument; a str that begins with `<` is taken as it is."""
    if isinstance(value, str) and value.startswith("<"):
        return value
    if value in (None, ""):
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, stated = "boolean", f'office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind, stated = "float", f'office:value="{value}"'
    elif isinstance(value, date):
        kind, stated = "date", f'office:date-value="{value.isoformat()}"'
    else:
        kind, stated = "string", ""
    shown = f"{value:%d.%m.%y %H:%M}" if isinstance(value, datetime) else str(value)
    return f'<table:table-cell office:value-type="{kind}" {stated}><text:p>{escape(shown)}</text:p></table:table-cell>'


def ods_row(cells: Iterable[Any], attributes: str = "") -> str:
    """A row of OpenDocument."""
    return f"<table:table-row {attributes}>{''.join(map(ods_cell, cells))}</table:table-row>"


def ods(rows: Iterable[str | Sequence[Any]], sheet: str = SHEET, manifest: str = "") -> bytes:
    """A document with one sheet; a row is its cells, or XML as it is."""
    body = "".join(row if isinstance(row, str) else ods_row(row) for row in rows)
    spaces = " ".join(f'xmlns:{name}="{place}"' for name, place in SPACES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body>'
        f"<office:spreadsheet><table:table table:name={quoteattr(sheet)}>{body}</table:table></office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", OPEN_DOCUMENT, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest or f'<manifest full-path="/" media-type="{OPEN_DOCUMENT}"/>')
        archive.writestr("content.xml", content)
    return target.getvalue()


def with_part(workbook: bytes, name: str, content: bytes = b"") -> bytes:
    """A workbook with one part more, or with another content of one."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target.getvalue()
