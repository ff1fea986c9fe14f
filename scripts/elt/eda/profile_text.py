"""Profiles of marts as Markdown: one section a mart with its columns, numbers and categories."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import number, percent

PERCENTILES = ("p5", "p25", "p50", "p75", "p95")
BLOCKS = "▁▂▃▄▅▆▇█"


def plain(value: float | None, decimals: int = 2) -> str:
    """A figure with group marks, whole numbers without decimals; a dash where it is not shown."""
    if value is None:
        return "–"
    return number(value, 0 if value == int(value) else decimals)


def spark(histogram: Mapping[str, Any] | None) -> str:
    """The shape of a histogram in block letters, rows for each width of bin; empty bins are blank."""
    if not histogram or len(histogram["rows"]) < 2:
        return ""
    widths = [high - low for low, high in pairwise(histogram["edges"])]
    heights = [rows / width for rows, width in zip(histogram["rows"], widths, strict=True)]
    top = max(heights) or 1
    return "".join(BLOCKS[min(7, int(height / top * 8))] if height else "·" for height in heights)


def numbers_table(columns: Mapping[str, Any]) -> str:
    """Mean, spread, percentiles and shape of the number columns; empty text without any."""
    names = [name for name, column in columns.items() if column["shown"] == "number"]
    if not names:
        return ""
    rows = []
    for name in names:
        column = columns[name]
        shares = column.get("percentiles", {})
        figures = [column.get("mean"), column.get("standard_deviation"), *map(shares.get, PERCENTILES)]
        decimals = 4 if column["unit"] == "share" else 2
        unit, shape = column["unit"], spark(column.get("histogram"))
        rows.append([code(name), unit, *(plain(figure, decimals) for figure in figures), Markdown(shape)])
    return table(["column", "unit", "mean", "deviation", "5 %", "25 %", "median", "75 %", "95 %", "shape"], rows)


def content_text(column: Mapping[str, Any]) -> str:
    """What a column that is no number holds, in words."""
    hidden = column.get("suppressed_groups", 0)
    note = f"{hidden} groups suppressed" if hidden else ""
    match column["shown"]:
        case "hidden":
            return "not shown"
        case "key":
            return "key"
        case "boolean":
            share = column["share_true"]
            return note if share is None else f"true in {percent(share)} of rows with a value"
        case "months" if "months" in column:
            months = column["months"]
            if months["first"] is None:
                return f"{months['distinct']} distinct months, none with enough people"
            return f"{months['first']} to {months['last']}, {months['distinct']} distinct months"
        case "category" if len(column.get("counts", [])) > 1 and all(entry["rows"] == 1 for entry in column["counts"]):
            return f"{len(column['counts'])} values, each once"
        case "ages" | "category" if "counts" in column:
            entries = column["counts"]
            if column["shown"] == "ages":
                entries = sorted(entries, key=lambda entry: entry["value"])
            counts = [f"{escape(entry['value'])} {number(entry['rows'])}" for entry in entries]
            return Markdown(", ".join([*counts, note] if note else counts))
        case "ages" | "category":
            return f"{number(column['distinct'])} distinct values"
    return "see below"


def missing_cell(column: Mapping[str, Any]) -> str:
    """Missing cells with their share; "<5" and "hidden" stand as they are."""
    missing = column["missing"]
    if not missing or isinstance(missing, str):
        return str(missing)
    return f"{number(missing)} ({percent(column['missing_share'])} of rows)"


def sentence(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def mart_section(name: str, mart: Mapping[str, Any]) -> str:
    """The section of one mart."""
    text = [f"### {escape(mart['title'])} ({code(name)})\n\n{sentence(escape(mart['grain']))}. "]
    text.append(f"{number(mart['rows'])} rows")
    if mart["unknown_member_rows"]:
        text.append(f", {number(mart['unknown_member_rows'])} of them of the unknown member and left out below")
    text.append(".")
    if mart["rows_about_few"]:
        few = number(mart["rows_about_few"])
        text.append(f" {few} rows are about too few customers and left out below, and with them all means.")
    rows = []
    for column_name, column in mart["columns"].items():
        kind, personal, description = (column[key] for key in ("type", "personal", "description"))
        rows.append([code(column_name), kind, personal, missing_cell(column), content_text(column), description])
    text.append("\n\n" + table(["column", "type", "class", "missing", "content", "description"], rows))
    return "".join(text) + numbers_table(mart["columns"])
