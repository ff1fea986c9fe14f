"""Profiles of marts as Markdown: one section a mart with its columns, numbers and categories."""

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from elt.eda.origins import Source, all_rows, place
from elt.report.figure_ledger import ABSENT, Told, quoted
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape, table

PERCENTILES = ("p5", "p25", "p50", "p75", "p95")
MOMENTS = {"mean": "AVG({})", "standard_deviation": "COALESCE(STDDEV_SAMP({}), 0)"}
BLOCKS = "▁▂▃▄▅▆▇█"


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


def numbers_table(
    columns: Mapping[str, Any],
    told: Told,
    source: Source,
    names: Mapping[str, str] | None = None,
    drawn: Collection[str] = (),
) -> str:
    """Mean, spread, percentiles and shape of the measures; empty text without any.

    names: of columns, else as code; drawn: columns whose histogram is a figure of the page.
    """
    measures = {name: column for name, column in columns.items() if is_measure(column)}
    if not measures:
        return ""
    rows, zeros, heads = [], [], told["columns"]
    for name, column in measures.items():
        if is_always_zero(column):
            zeros.append(names[name] if names else code(name))
            continue
        unit = told["units"].get(column["unit"], column["unit"])
        called = names[name] if names else code(name)
        shape = spark(column.get("histogram")) or (heads["drawn"] if name in drawn else ABSENT)
        rows.append([called, unit, *numbers(name, column, told, source), Markdown(shape)])
    percents = ["5 %", "25 %", heads["median"], "75 %", "95 %"]
    text = table([heads["column"], heads["unit"], heads["mean"], heads["deviation"], *percents, heads["shape"]], rows)
    note = f"{told['always_zero'].format(names=', '.join(zeros))}\n\n" if zeros else ""
    return (text if rows else "") + note


def is_always_zero(column: Mapping[str, Any]) -> bool:
    """Whether a measure is 0 in every row, as far as its mean and spread may be told."""
    return column.get("mean") == 0 and column.get("standard_deviation") == 0


def drawn_of(profile: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of a profile whose histogram is a figure of the page: the revenue of a customer."""
    return ("revenue",) if profile["about_people"] == "row" else ()


def numbers(name: str, column: Mapping[str, Any], told: Told, source: Source) -> Iterator[str]:
    """Mean, standard deviation and percentiles of a measure as text; those of a share in per cent."""
    unit, values = column["unit"], {**column, **column.get("percentiles", {})}
    origins = {part: source.of(name, part, expression) for part, expression in MOMENTS.items()}
    for part, origin in (origins | {part: source.of_percentile(name, part) for part in PERCENTILES}).items():
        figure, value = source.figure(name, part), values.get(part)
        if unit == "share" and value is not None:
            yield told.share(figure, value, origin, decimals=2)
        else:
            yield told.amount(figure, value, origin, unit=unit)


def content_text(name: str, column: Mapping[str, Any], told: Told, source: Source) -> str:
    """What a column that is no number holds, in words."""
    hidden, said = column.get("suppressed_groups", 0), told["content"]
    note = said["suppressed"].format(count=suppressed(name, hidden, told, source)) if hidden else ""
    match column["shown"]:
        case "hidden" | "key":
            return said[column["shown"]]
        case "boolean":
            share = column["share_true"]
            if share is None:
                return note
            origin = source.of(name, "share_true", "AVG(CASE {} WHEN TRUE THEN 1.0 WHEN FALSE THEN 0.0 END)")
            return said["boolean"].format(share=told.share(source.figure(name, "share_true"), share, origin))
        case "months" if "months" in column:
            return months_text(name, column, told, source)
        case "category" if len(column.get("counts", [])) > 1 and all(entry["rows"] == 1 for entry in column["counts"]):
            origin = place(*source.path, "columns", name, "counts", "*", function="count")
            return said["each_once"].format(
                count=told.number(source.figure(name, "shown"), len(column["counts"]), origin)
            )
        case "ages" | "category" if "counts" in column:
            counts = counts_text(name, column, told, source)
            return Markdown("; ".join([*counts, note] if note else counts))
        case "ages" | "category":
            return said["distinct"].format(count=distinct(name, column["distinct"], told, source))
    return said["below" if is_measure(column) else "number"]


def suppressed(name: str, count: int, told: Told, source: Source) -> str:
    """How many groups of a column are hidden."""
    return told.number(
        source.figure(name, "suppressed_groups"), count, place(*source.path, "columns", name, "suppressed_groups")
    )


def distinct(name: str, count: int, told: Told, source: Source) -> str:
    """How many values a column has."""
    return told.number(source.figure(name, "distinct"), count, source.of(name, "distinct", "COUNT(DISTINCT {})"))


def months_text(name: str, column: Mapping[str, Any], told: Told, source: Source) -> str:
    """First and last month of a column of days, and how many there are."""
    months, said = column["months"], told["content"]
    origin = place(*source.path, "columns", name, "months", "distinct")
    count = told.number(source.figure(name, "months"), months["distinct"], origin)
    return said["months_few" if months["first"] is None else "months"].format(**{**months, "distinct": count})


def counts_text(name: str, column: Mapping[str, Any], told: Told, source: Source) -> list[str]:
    """The values of a closed category with their rows; age bands in the order of age."""
    entries, is_age = column["counts"], column["shown"] == "ages"
    if is_age:
        entries = sorted(entries, key=lambda entry: entry["value"])
    texts = []
    for entry in entries:
        value = entry["value"]
        in_sql = source.of(name, "counts", f"COUNT(*) FILTER (WHERE {{}} = {without_braces(quoted(value))})")
        origin = in_sql if source.rows and not is_age else place(*source.path, "columns", name, "counts", value, "rows")
        texts.append(f"{escape(value)}: {told.number(source.figure(name, f'rows.{value}'), entry['rows'], origin)}")
    return texts


def without_braces(text: str) -> str:
    """A text as part of an expression that is still to be filled."""
    return text.replace("{", "{{").replace("}", "}}")


def missing_cell(name: str, column: Mapping[str, Any], told: Told, source: Source) -> str:
    """Missing cells with their share; those that may not be told are hidden or "<5"."""
    missing = column["missing"]
    if isinstance(missing, str):
        return told["hidden"] if missing == "hidden" else missing
    gaps = "COUNT(*) FILTER (WHERE {} IS NULL)"
    count = told.number(source.figure(name, "missing"), missing, source.of(name, "missing", gaps))
    if not missing:
        return count
    origin = source.of(name, "missing_share", f"{gaps} * 1.0 / COUNT(*)")
    share = told.share(source.figure(name, "missing_share"), column["missing_share"], origin)
    return told["content"]["missing"].format(count=count, share=share)


def sentence(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def mart_section(name: str, mart: Mapping[str, Any], told: Told) -> str:
    """The section of one mart."""
    said, source = told["table"], Source.of_mart(name, mart)
    title, grain = (escape(in_language(mart[key], told.language)) for key in ("title", "grain"))
    text = [f"### {title} ({code(name)})\n\n{sentence(grain)}. "]
    text.append(said["rows"].format(rows=told.number(f"{name}.rows", mart["rows"], all_rows(name))))
    if unknown := mart["unknown_member_rows"]:
        count = told.number(f"{name}.unknown", unknown, place(*source.path, "unknown_member_rows"))
        text.append(said["unknown"].format(count=count))
    text.append(".")
    if mart["rows_about_few"]:
        text.append(" " + said["few"].format(count=few_rows(mart["rows_about_few"], told, source)))
    rows = []
    for column_name, column in mart["columns"].items():
        kind = told["types"].get(column["type"], column["type"])
        described = in_language(column["description"], told.language)
        cells = (cell(column_name, column, told, source) for cell in (missing_cell, content_text))
        rows.append([code(column_name), kind, told["classes"][column["personal"]], *cells, described])
    heads = ("column", "type", "class", "missing", "content", "description")
    text.append("\n\n" + table([told["columns"][head] for head in heads], rows, told["always_zero"]))
    return "".join(text) + numbers_table(mart["columns"], told, source, drawn=drawn_of(mart))


def few_rows(count: int, told: Told, source: Source) -> str:
    """How many rows of a mart are about too few people."""
    return told.number(f"{source.name}.rows_about_few", count, place(*source.path, "rows_about_few"))
