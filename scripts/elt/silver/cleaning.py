"""The contract engine: from the raw strings of a table to typed, repaired rows, each step counted.

A working frame has the columns `_file`, `_record` (1 is the first record after the header), `raw:<field>` (as written),
`text:<field>` (trimmed, missing values null), `converted:<field>` and `listed:<field>` (whether `convert` changed the
text, whether a code list knows it), `exact:<field>` (an amount with all decimals of its text), `parsed:<field>` (typed,
before limits), `<field>` (typed and repaired), `_reason` (why the record goes to quarantine) and, for repair i,
`when:<i>`, `before:<i>`, `after:<i>`. Nothing is computed before the caller collects.
"""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from elt.report.languages import in_language
from elt.run import reasons as codes
from elt.run.contract import Contract
from elt.run.fields import Field
from elt.silver.conventions import (
    GROUP_DIGITS,
    Convention,
    Conventions,
    as_integer,
    exact_number,
    may_be_thousands,
    number,
    rounded,
)
from elt.silver.dates import as_date, date_formats
from elt.silver.spreadsheets import mended
from elt.silver.trimming import normalised
from elt.tables import planning, polars_type

PLACE = ("_file", "_record")
APART = {"_file": pl.String, "_record": pl.Int64, "code": pl.String, "reason": pl.String}  # left out later, and why

ACROSS = re.compile(  # SQL that looks from one record at others
    r"\bOVER\b|\b(?:SUM|AVG|MIN|MAX|COUNT|MEDIAN|FIRST|LAST|LAG|LEAD|ROW_NUMBER|(?:DENSE_)?RANK"
    r"|STD\w*|VAR\w*|QUANTILE\w*)\s*\(",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rules:
    """By what a table is cleaned: its contract, and what was found of its raw cells.

    `conventions`: convention of numbers or date formats by field, as `conventions.decided` found them; `is_tidy`: there
    is nothing to trim, and cells are null where they are empty.
    """

    contract: Contract
    conventions: Conventions = dataclasses.field(default_factory=dict)
    is_tidy: bool = False


@dataclass(frozen=True)
class Reason:
    """Why a record goes to quarantine: a code, words for people, the condition (true = quarantine), and the column."""

    code: str
    why: str
    when: pl.Expr
    column: str = ""


def texts(frame: pl.LazyFrame, fields: Sequence[Field], *, is_tidy: bool = False) -> pl.LazyFrame:
    """Add `text:<field>` and, under the field's own name, the text after the contract's `convert` and `codes`.

    `is_tidy`: there is nothing to trim, and cells are null where they are empty.
    """
    raw = {f.name: pl.col(f"raw:{f.name}") for f in fields}
    frame = frame.with_columns(
        (cell if is_tidy else mended(normalised(cell))).alias(f"text:{name}") for name, cell in raw.items()
    )
    frame = frame.with_columns(present(f) for f in fields if not is_tidy or f.missing_values)
    frame = frame.with_columns(pl.col(f"text:{f.name}").alias(f.name) for f in fields)
    to_convert, to_code = [f for f in fields if f.convert is not None], [f for f in fields if f.codes is not None]
    frame = frame.with_columns(converted(f) for f in to_convert)
    frame = frame.with_columns(
        *(pl.col(f"text:{f.name}").ne_missing(pl.col(f.name)).alias(f"converted:{f.name}") for f in to_convert),
        *(is_listed(f).alias(f"listed:{f.name}") for f in to_code),
    )
    return frame.with_columns(coded(f) for f in to_code)


def present(field: Field) -> pl.Expr:
    """The text of a field, null where it is empty or stands for a missing value."""
    text = pl.col(f"text:{field.name}")
    return pl.when(~text.is_in(["", *field.missing_values]) if field.missing_values else text != "").then(text)


def converted(field: Field) -> pl.Expr:
    """The text after the contract's `convert`; null where nothing is left of it."""
    text = pl.sql_expr(field.convert or field.name)
    return pl.when(text != "").then(text).alias(field.name)


def code_list(field: Field) -> dict[str, str]:
    """Code in lower case -> meaning; the meanings count as codes too."""
    codes = field.codes or {}
    meanings = {meaning.lower(): meaning for meaning in codes.values()}
    return meanings | {code.lower(): meaning for code, meaning in codes.items()}


def is_listed(field: Field) -> pl.Expr:
    """Whether the text of a field is one of its codes; false where it is missing."""
    return pl.col(field.name).str.to_lowercase().is_in(list(code_list(field))).fill_null(value=False)


def coded(field: Field) -> pl.Expr:
    """The field by its code list; what is in no list is `otherwise`, or stays."""
    meanings = code_list(field)
    found = pl.col(field.name).str.to_lowercase().replace_strict(meanings, default=None, return_dtype=pl.String)
    rest = pl.col(field.name) if field.otherwise is None else pl.lit(field.otherwise)
    return pl.coalesce(found, rest).alias(field.name)


def typed(frame: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Turn each field's text into its type and add `parsed:<field>`, the value before limits were applied."""
    fields = rules.contract.fields
    frame = frame.with_columns(exact(f, rules.conventions.get(f.name)) for f in fields if f.is_amount)
    frame = frame.with_columns(parsed(f, rules.conventions.get(f.name)).alias(f"parsed:{f.name}") for f in fields)
    return frame.with_columns(limited(f).alias(f.name) for f in fields)


def exact(field: Field, convention: Convention | None) -> pl.Expr:
    """`exact:<field>`: an amount with all decimals of its text, before it is rounded to those of the field."""
    return exact_number(pl.col(field.name), str(convention or "."), field.scale).alias(f"exact:{field.name}")


def parsed(field: Field, convention: Convention | None) -> pl.Expr:
    """The field's text as its type; null where it cannot be read."""
    text = pl.col(field.name)
    if field.is_amount:
        return rounded(pl.col(f"exact:{field.name}"), field.scale)
    if field.type == "integer":
        return as_integer(text)
    if field.type == "number":
        return number(text, str(convention or "."), field.scale)
    if field.type == "date":
        return pl.coalesce(as_date(text, form, field.time_zone) for form in convention or date_formats(field))
    return text


def within_limits(field: Field) -> pl.Expr:
    """Whether the parsed value keeps the contract's minimum and maximum; null where there is no value."""
    value, kept = pl.col(f"parsed:{field.name}"), pl.lit(value=True)
    if field.minimum is not None:
        kept = value >= pl.lit(field.limit("minimum")).cast(polars_type(field))
    if field.maximum is not None:
        kept &= value <= pl.lit(field.limit("maximum")).cast(polars_type(field))
    return kept


def limited(field: Field) -> pl.Expr:
    """The parsed value, null outside the contract's limits."""
    value = pl.col(f"parsed:{field.name}")
    return pl.when(within_limits(field)).then(value) if field.is_limited else value


def calculated(expression: str, field: Field) -> pl.Expr:
    """The value of an SQL expression; a number is rounded half away from zero to the field's decimals."""
    value = pl.sql_expr(expression)
    return value.round(field.scale, mode="half_away_from_zero") if field.type == "number" else value


def repaired(frame: pl.LazyFrame, contract: Contract) -> pl.LazyFrame:
    """Apply the contract's repairs in order; repair i adds `when:<i>`, `before:<i>` and `after:<i>`."""
    for i, repair in enumerate(contract.repairs):
        field = contract.by_name[repair.field]
        new = calculated(repair.set, field).cast(polars_type(field))
        frame = (
            frame.with_columns(pl.sql_expr(repair.when).fill_null(value=False).alias(f"when:{i}"))
            .with_columns(
                pl.col(field.name).alias(f"before:{i}"),
                pl.when(f"when:{i}").then(new).otherwise(field.name).alias(f"after:{i}"),
            )
            .with_columns(pl.col(f"after:{i}").alias(field.name))
        )
    return frame


def computed(frame: pl.LazyFrame, contract: Contract) -> pl.LazyFrame:
    """Compute the fields that no file has, from the repaired ones and from `_file` and `_record`, in order."""
    for field in contract.fields:
        if field.compute is not None:
            value = calculated(field.compute, field).cast(polars_type(field))
            frame = frame.with_columns(value.alias(f"parsed:{field.name}"))
            frame = frame.with_columns(limited(field).alias(field.name))
    return frame


def changed(i: int) -> pl.Expr:
    """Whether repair i gave the record another value."""
    return pl.col(f"when:{i}") & pl.col(f"before:{i}").ne_missing(pl.col(f"after:{i}"))


def is_unreadable(field: Field) -> pl.Expr:
    """Whether a field has a text that cannot be read as its type."""
    return pl.col(f"parsed:{field.name}").is_null() & pl.col(f"text:{field.name}").is_not_null()


def is_doubtful(field: Field) -> pl.Expr:
    """Whether a number was not read because its three decimals may be thousands."""
    return may_be_thousands(pl.when(is_unreadable(field)).then(f"text:{field.name}")).fill_null(value=False)


def three_decimals(field: Field) -> str:
    """Why a number with more decimals than the contract is not rounded, and what to do."""
    return (
        f"{field.name} has three decimals where the contract has {field.scale}, so that it may be thousands; if it is "
        "not, state decimals: 3 there"
    )


def reasons_of(field: Field, contract: Contract) -> list[Reason]:
    """The reasons for which one field sends a record to quarantine."""
    name, found = field.name, []
    if field.invalid == "quarantine":
        if field.type != "string":
            expected = f"date ({', '.join(date_formats(field))})" if field.type == "date" else field.type
            words = f"{name} cannot be read as {expected}"
            if field.type == "number" and field.scale < GROUP_DIGITS:
                found.append(Reason(codes.DOUBTFUL_THOUSANDS, three_decimals(field), is_doubtful(field), name))
            found.append(Reason(codes.UNREADABLE[field.type], words, is_unreadable(field), name))
        if field.is_limited:
            outside = (~within_limits(field)).fill_null(value=False)
            found.append(Reason(codes.OUT_OF_RANGE, f"{name} lies outside the contract's limits", outside, name))
    if field.required or name in contract.primary_key:
        code = codes.MISSING_KEY if name in contract.primary_key else codes.MISSING_VALUE
        found.append(Reason(code, f"{name} is missing", pl.col(name).is_null(), name))
    return found


def reasons(contract: Contract) -> list[Reason]:
    """All reasons for which this contract sends a record to quarantine, the first that holds is the record's."""
    found = [reason for field in contract.fields for reason in reasons_of(field, contract)]
    for rule in contract.quarantine:
        found.append(Reason(rule.code, in_language(rule.why), pl.sql_expr(rule.when).fill_null(value=False)))
    return found


def with_reasons(frame: pl.LazyFrame, contract: Contract) -> pl.LazyFrame:
    """Add `_reason`, the position in `reasons(contract)` for records that go to quarantine, else null."""
    positions = [pl.when(reason.when).then(pl.lit(i)) for i, reason in enumerate(reasons(contract))]
    return frame.with_columns(pl.coalesce(positions).cast(pl.Int32).alias("_reason"))


def working_frame(raw: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """The raw strings through texts, types, repairs, computed fields and reasons."""
    contract = rules.contract
    frame = typed(texts(raw, contract.fields, is_tidy=rules.is_tidy), rules)
    return with_reasons(computed(repaired(frame, contract), contract), contract)


def looks_across(contract: Contract) -> bool:
    """Whether an expression of the contract looks from one record at others, so that no batch can be worked alone."""
    expressions = [
        *(expression for field in contract.fields for expression in (field.convert, field.compute) if expression),
        *(expression for repair in contract.repairs for expression in (repair.when, repair.set)),
        *(rule.when for rule in contract.quarantine),
    ]
    return any(map(ACROSS.search, expressions))


def check_expressions(contract: Contract, where: str) -> None:
    """Raises Fault if an expression of the contract cannot be used; reads no data."""
    place = {"_file": pl.String, "_record": pl.Int64}
    raw = pl.LazyFrame(schema=place | {f"raw:{name}": pl.String for name in contract.names})
    with planning(where, "Correct convert, compute, repairs or quarantine in it"):
        working_frame(raw, Rules(contract)).collect_schema()
