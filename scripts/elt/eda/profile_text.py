"""Profiles of marts as Markdown: one section a mart with its columns, numbers and categories."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape, table
from elt.report.numbers import number, percent
from elt.report.words import Words

PERCENTILES = ("p5", "p25", "p50", "p75", "p95")
BLOCKS = "▁▂▃▄▅▆▇█"


def plain(value: float | None, decimals: int = 2, language: str = "en") -> str:
    """A figure with group marks, whole numbers without decimals; a dash where it is not shown."""
    if value is None:
        return "–"
    return number(value, 0 if value == int(value) else decimals, language)


def spark(histogram: Mapping[str, Any] | None) -> str:
    """The shape of a histogram in block letters, rows for each width of bin; empty bins are blank."""
    if not histogram or len(histogram["rows"]) < 2:
        return ""
    widths = [high - low for low, high in pairwise(histogram["edges"])]
    heights = [rows / width for rows, width in zip(histogram["rows"], widths, strict=True)]
    top = max(heights) or 1
    return "".join(BLOCKS[min(7, int(height / top * 8))] if height else "·" for height in heights)


def is_measure(column: Mapping[str, Any]) -> bool:
    """Whether a column is a number that counts or measures something: it has a unit. The year of a day, the rank or the
    number of a version are numbers of which no mean says anything."""
    return bool(column["shown"] == "number" and column["unit"])


def numbers_table(columns: Mapping[str, Any], words: Words, names: Mapping[str, str] | None = None) -> str:
    """Mean, spread, percentiles and shape of the measures; empty text without any. names: of columns, else as code."""
    measures = {name: column for name, column in columns.items() if is_measure(column)}
    if not measures:
        return ""
    rows, heads, language = [], words["columns"], words["language"]
    for name, column in measures.items():
        shares = column.get("percentiles", {})
        figures = [column.get("mean"), column.get("standard_deviation"), *map(shares.get, PERCENTILES)]
        decimals = 4 if column["unit"] == "share" else 2
        unit = words["units"].get(column["unit"], column["unit"])
        called = names[name] if names else code(name)
        shown = (plain(figure, decimals, language) for figure in figures)
        rows.append([called, unit, *shown, Markdown(spark(column.get("histogram")))])
    percents = ["5 %", "25 %", heads["median"], "75 %", "95 %"]
    return table(
        [heads["column"], heads["unit"], heads["mean"], heads["deviation"], *percents, heads["shape"]],
        rows,
    )


def content_text(column: Mapping[str, Any], words: Words) -> str:
    """What a column that is no number holds, in words."""
    hidden, said, language = column.get("suppressed_groups", 0), words["content"], words["language"]
    note = said["suppressed"].format(count=hidden) if hidden else ""
    match column["shown"]:
        case "hidden" | "key":
            return said[column["shown"]]
        case "boolean":
            share = column["share_true"]
            return note if share is None else said["boolean"].format(share=percent(share, 1, language))
        case "months" if "months" in column:
            return said["months_few" if column["months"]["first"] is None else "months"].format(**column["months"])
        case "category" if len(column.get("counts", [])) > 1 and all(entry["rows"] == 1 for entry in column["counts"]):
            return said["each_once"].format(count=len(column["counts"]))
        case "ages" | "category" if "counts" in column:
            entries = column["counts"]
            if column["shown"] == "ages":
                entries = sorted(entries, key=lambda entry: entry["value"])
            counts = [f"{escape(entry['value'])} {number(entry['rows'], 0, language)}" for entry in entries]
            return Markdown(", ".join([*counts, note] if note else counts))
        case "ages" | "category":
            return said["distinct"].format(count=number(column["distinct"], 0, language))
    return said["below" if is_measure(column) else "number"]


def missing_cell(column: Mapping[str, Any], words: Words) -> str:
    """Missing cells with their share; those that may not be told are hidden or "<5"."""
    missing, language = column["missing"], words["language"]
    if isinstance(missing, str):
        return words["hidden"] if missing == "hidden" else missing
    if not missing:
        return str(missing)
    share = percent(column["missing_share"], 1, language)
    return words["content"]["missing"].format(count=number(missing, 0, language), share=share)


def sentence(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def mart_section(name: str, mart: Mapping[str, Any], words: Words) -> str:
    """The section of one mart."""
    said, language = words["table"], words["language"]
    title, grain = (escape(in_language(mart[key], language)) for key in ("title", "grain"))
    text = [f"### {title} ({code(name)})\n\n{sentence(grain)}. "]
    text.append(said["rows"].format(rows=number(mart["rows"], 0, language)))
    if mart["unknown_member_rows"]:
        text.append(said["unknown"].format(count=number(mart["unknown_member_rows"], 0, language)))
    text.append(".")
    if mart["rows_about_few"]:
        text.append(" " + said["few"].format(count=number(mart["rows_about_few"], 0, language)))
    rows = []
    for column_name, column in mart["columns"].items():
        kind = words["types"].get(column["type"], column["type"])
        told = (missing_cell(column, words), content_text(column, words), in_language(column["description"], language))
        rows.append([code(column_name), kind, words["classes"][column["personal"]], *told])
    heads = ("column", "type", "class", "missing", "content", "description")
    text.append("\n\n" + table([words["columns"][head] for head in heads], rows))
    return "".join(text) + numbers_table(mart["columns"], words)
