"""The contract engine: from the raw strings of a table to typed, repaired rows, each step counted.

A working frame has the columns `_file`, `_record` (1 is the first record after the header), `raw:<field>` (as written),
`text:<field>` (trimmed, missing values null), `converted:<field>` and `listed:<field>` (whether `convert` changed the
text, whether a code list knows it), `<field>` (typed and repaired) and, for repair i, `when:<i>`, `before:<i>`,
`after:<i>`. Nothing is computed before the caller collects.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.report.languages import in_language
from elt.silver.conventions import as_integer, number
from elt.silver.dates import as_date, date_formats
from elt.silver.trimming import normalised
from elt.tables import planning, polars_type

PLACE = ("_file", "_record")
# what a spreadsheet makes of a long number: 1,23E+11; but 1E5 may be a product
SCIENTIFIC = r"^[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"

ACROSS = re.compile(  # SQL that looks from one record at others
    r"\bOVER\b|\b(?:SUM|AVG|MIN|MAX|COUNT|MEDIAN|FIRST|LAST|LAG|LEAD|ROW_NUMBER|(?:DENSE_)?RANK"
    r"|STD\w*|VAR\w*|QUANTILE\w*)\s*\(",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reason:
    """Why a record goes to quarantine: a code, words for people, the condition (true = quarantine), and the column."""

    code: str
    why: str
    when: pl.Expr
    column: str = ""


def texts(frame: pl.LazyFrame, fields: Sequence[Mapping[str, Any]], is_tidy: bool = False) -> pl.LazyFrame:
    """Add `text:<field>` and, under the field's own name, the text after the contract's `convert` and `codes`.

    `is_tidy`: there is nothing to trim, and cells are null where they are empty.
    """
    raw = {f["name"]: pl.col(f"raw:{f['name']}") for f in fields}
    frame = frame.with_columns(
        (cell if is_tidy else normalised(cell)).alias(f"text:{name}") for name, cell in raw.items()
    )
    frame = frame.with_columns(present(f) for f in fields if not is_tidy or f.get("missingValues"))
    frame = frame.with_columns(pl.col(f"text:{f['name']}").alias(f["name"]) for f in fields)
    frame = frame.with_columns(converted(f) for f in fields if "convert" in f)
    changes = [
        pl.col(f"text:{f['name']}").ne_missing(pl.col(f["name"])).alias(f"converted:{f['name']}")
        for f in fields
        if "convert" in f
    ]
    frame = frame.with_columns(*changes, *(is_listed(f).alias(f"listed:{f['name']}") for f in fields if "codes" in f))
    return frame.with_columns(coded(f) for f in fields if "codes" in f)


def present(field: Mapping[str, Any]) -> pl.Expr:
    """The text of a field, null where it is empty or stands for a missing value."""
    text = pl.col(f"text:{field['name']}")
    missing = field.get("missingValues", [])
    return pl.when(~text.is_in(["", *missing]) if missing else text != "").then(text)


def converted(field: Mapping[str, Any]) -> pl.Expr:
    """The text after the contract's `convert`; null where nothing is left of it."""
    text = pl.sql_expr(field["convert"])
    return pl.when(text != "").then(text).alias(field["name"])


def code_list(field: Mapping[str, Any]) -> dict[str, str]:
    """Code in lower case -> meaning; the meanings count as codes too."""
    codes = {str(value).lower(): str(value) for value in field["codes"].values()}
    return codes | {str(code).lower(): str(value) for code, value in field["codes"].items()}


def is_listed(field: Mapping[str, Any]) -> pl.Expr:
    """Whether the text of a field is one of its codes; false where it is missing."""
    return pl.col(field["name"]).str.to_lowercase().is_in(list(code_list(field))).fill_null(False)


def coded(field: Mapping[str, Any]) -> pl.Expr:
    """The field by its code list; what is in no list is `otherwise`, or stays."""
    codes = code_list(field)
    found = pl.col(field["name"]).str.to_lowercase().replace_strict(codes, default=None, return_dtype=pl.String)
    rest = pl.lit(field["otherwise"]) if "otherwise" in field else pl.col(field["name"])
    return pl.coalesce(found, rest).alias(field["name"])


def typed(frame: pl.LazyFrame, fields: Sequence[Mapping[str, Any]], conventions: Mapping[str, Any]) -> pl.LazyFrame:
    """Turn each field's text into its type and add `parsed:<field>`, the value before limits were applied.

    `conventions`: convention of numbers or date formats by field, as `conventions.decided` found them.
    """
    frame = frame.with_columns(parsed(f, conventions.get(f["name"])).alias(f"parsed:{f['name']}") for f in fields)
    return frame.with_columns(within_limits(f).alias(f["name"]) for f in fields)


def parsed(field: Mapping[str, Any], convention: Any) -> pl.Expr:
    """The field's text as its type; null where it cannot be read."""
    text, kind = pl.col(field["name"]), field["type"]
    if kind == "integer":
        return as_integer(text)
    if kind == "number":
        return number(text, convention or ".", field.get("decimals", 2))
    if kind == "date":
        return pl.coalesce(as_date(text, form) for form in convention or date_formats(field))
    return text


def limits(field: Mapping[str, Any]) -> pl.Expr:
    """Whether the parsed value keeps the contract's minimum and maximum; null where there is no value."""
    value = pl.col(f"parsed:{field['name']}")
    low, high = (bound(field, key) if key in field else None for key in ("minimum", "maximum"))
    kept = pl.lit(True) if low is None else value >= low
    return kept if high is None else kept & (value <= high)


def bound(field: Mapping[str, Any], key: str) -> pl.Expr:
    """A minimum or maximum of the contract in the field's type; a date may stand there in quotes."""
    limit = field[key]
    return pl.lit(date.fromisoformat(limit) if isinstance(limit, str) else limit).cast(polars_type(field))


def within_limits(field: Mapping[str, Any]) -> pl.Expr:
    """The parsed value, null outside the contract's limits."""
    value = pl.col(f"parsed:{field['name']}")
    return pl.when(limits(field)).then(value) if {"minimum", "maximum"} & field.keys() else value


def repaired(frame: pl.LazyFrame, contract: Mapping[str, Any]) -> pl.LazyFrame:
    """Apply the contract's repairs in order; repair i adds `when:<i>`, `before:<i>` and `after:<i>`."""
    types = {field["name"]: field for field in contract["fields"]}
    for i, repair in enumerate(contract.get("repairs", [])):
        name, field = repair["field"], types[repair["field"]]
        new = pl.sql_expr(repair["set"])
        if field["type"] == "number":
            new = new.round(field.get("decimals", 2), mode="half_away_from_zero")
        frame = (
            frame.with_columns(pl.sql_expr(repair["when"]).fill_null(False).alias(f"when:{i}"))
            .with_columns(
                pl.col(name).alias(f"before:{i}"),
                pl.when(f"when:{i}").then(new.cast(polars_type(field))).otherwise(name).alias(f"after:{i}"),
            )
            .with_columns(pl.col(f"after:{i}").alias(name))
        )
    return frame


def computed(frame: pl.LazyFrame, contract: Mapping[str, Any]) -> pl.LazyFrame:
    """Compute the fields that no file has, from the repaired ones and from `_file` and `_record`, in order."""
    for field in contract["fields"]:
        if "compute" in field:
            value = pl.sql_expr(field["compute"])
            if field["type"] == "number":
                value = value.round(field.get("decimals", 2), mode="half_away_from_zero")
            frame = frame.with_columns(value.cast(polars_type(field)).alias(f"parsed:{field['name']}"))
            frame = frame.with_columns(within_limits(field).alias(field["name"]))
    return frame


def changed(i: int) -> pl.Expr:
    """Whether repair i gave the record another value."""
    return pl.col(f"when:{i}") & pl.col(f"before:{i}").ne_missing(pl.col(f"after:{i}"))


def reasons(contract: Mapping[str, Any]) -> list[Reason]:
    """All reasons for which this contract sends a record to quarantine, the first that holds is the record's."""
    found = []
    for field in contract["fields"]:
        name, kind = field["name"], field["type"]
        if field.get("invalid", "quarantine") == "quarantine":
            unreadable = pl.col(f"parsed:{name}").is_null() & pl.col(f"text:{name}").is_not_null()
            if kind != "string":
                expected = f"date ({', '.join(date_formats(field))})" if kind == "date" else kind
                found.append(Reason(f"unreadable_{kind}", f"{name} cannot be read as {expected}", unreadable, name))
            if {"minimum", "maximum"} & field.keys():
                outside = (~limits(field)).fill_null(False)
                found.append(Reason("out_of_range", f"{name} lies outside the contract's limits", outside, name))
        if field.get("required") or name in contract["primaryKey"]:
            code = "missing_key" if name in contract["primaryKey"] else "missing_value"
            found.append(Reason(code, f"{name} is missing", pl.col(name).is_null(), name))
    for rule in contract.get("quarantine", []):
        found.append(Reason(rule["code"], in_language(rule["why"]), pl.sql_expr(rule["when"]).fill_null(False)))
    return found


def judged(frame: pl.LazyFrame, contract: Mapping[str, Any]) -> pl.LazyFrame:
    """Add `_reason`, the position in `reasons(contract)` for records that go to quarantine, else null."""
    positions = [pl.when(reason.when).then(pl.lit(i)) for i, reason in enumerate(reasons(contract))]
    return frame.with_columns(pl.coalesce(positions).cast(pl.Int32).alias("_reason"))


def worked(
    raw: pl.LazyFrame, contract: Mapping[str, Any], conventions: Mapping[str, Any], is_tidy: bool = False
) -> pl.LazyFrame:
    """The working frame: raw strings through texts, types, repairs, computed fields and reasons."""
    fields = contract["fields"]
    frame = typed(texts(raw, fields, is_tidy), fields, conventions)
    return judged(computed(repaired(frame, contract), contract), contract)


def check_digits(frame: pl.DataFrame, contract: Mapping[str, Any]) -> None:
    """Keys and identifiers must not be in scientific notation, which has lost their digits; raises Fault."""
    for field in contract["fields"]:
        if field["name"] in contract["primaryKey"] or field["personal"] == "identifier":
            text = frame[f"text:{field['name']}"]
            if field["type"] == "integer" and frame[f"parsed:{field['name']}"].null_count() == text.null_count():
                continue
            if not text.str.contains("+", literal=True).any():
                continue
            lost = frame.filter(text.str.contains(SCIENTIFIC))
            if lost.height:
                file, record = lost.select(PLACE).row(0)
                raise Fault(
                    f"{contract['name']} ({file}, record {record})",
                    f"the key in column {field['name']} is in scientific notation, so its last digits are lost",
                    "Export the table again without opening it in a spreadsheet, or format the column as text there",
                )


def looks_across(contract: Mapping[str, Any]) -> bool:
    """Whether an expression of the contract looks from one record at others, so that no batch can be worked alone."""
    rules = [*contract["fields"], *contract.get("repairs", []), *contract.get("quarantine", [])]
    return any(ACROSS.search(rule.get(part, "")) for rule in rules for part in ("convert", "compute", "when", "set"))


def check_expressions(contract: Mapping[str, Any], where: str) -> None:
    """Raises Fault if an expression of the contract cannot be used; reads no data."""
    place = {"_file": pl.String, "_record": pl.Int64}
    raw = pl.LazyFrame(schema=place | {f"raw:{field['name']}": pl.String for field in contract["fields"]})
    with planning(where, "Correct convert, compute, repairs or quarantine in it"):
        worked(raw, contract, {}).collect_schema()
