"""How a column writes its numbers and dates: the convention under which the whole column can be read, never a guess.

The convention of a number column is its decimal mark, followed by the group character if that is not the other mark
(a blank or an apostrophe), followed by % if its cells are percentages: `,` or `, ` or `.'` or `,%`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import polars as pl

from elt.faults import Fault
from elt.run.contract import Contract
from elt.run.fields import Field
from elt.silver.dates import date_formats, day_counts, format_order
from elt.silver.day_order import FILE, RECORD, DayOrder, doubted

Convention = str | list[str]  # of numbers, or the formats of a date in the order in which they are tried
Conventions = Mapping[str, Convention]  # by field

AUTO = "auto"  # what a contract leaves open, decided from the column
GROUP = {".": ",", ",": "."}  # decimal mark -> the other mark, which then groups digits
OTHER_GROUPS = " '"
GROUP_DIGITS = 3
FIRST_GROUP = "(?:[1-9]|[0-9]{2,3})"  # nobody writes 0.125 for 125
ONE_WAY = r"^[+-]?[0-9]*$"  # may be a number, and there is one way to read it
FEW_SIGNS = r"^[+-]?[0-9.,]*$"
CURRENCY = "(?:€|(?i:eur))"
BATCH = 250_000  # records
EXACT = 18  # decimals of a number as its file has it, before it is rounded; twenty digits are left before the mark


def written(mark: str, groups: str, decimals: int | None = None) -> str:
    """A number with its groups and decimals, as a regular expression; one number keeps one of the group characters.

    The zero in front of the mark may be left out; a group begins with no zero. `decimals`: of the contract; if fewer
    than a group has digits, a number that may as well be in thousands (`1,249`) is none: it would be rounded.
    """
    grouped = "|".join(f"(?:{re.escape(group)}[0-9]{{3}})+" for group in groups)
    grouped, whole, sign = f"{FIRST_GROUP}(?:{grouped})", "[0-9]+", re.escape(mark)
    if decimals is None or decimals >= GROUP_DIGITS:
        return rf"^[+-]?(?:(?:{whole}|{grouped})(?:{sign}[0-9]+)?|{sign}[0-9]+)$"
    certain = f"(?:0[0-9]*|[0-9]{{4,}}|{grouped})?{sign}[0-9]{{3}}"
    other_decimals = f"(?:{whole}|{grouped})(?:{sign}(?:[0-9]{{1,2}}|[0-9]{{4,}}))?"
    return rf"^[+-]?(?:{other_decimals}|{certain}|{sign}[0-9]+)$"


def may_be_thousands(text: pl.Expr, mark: str = ".,") -> pl.Expr:
    """Whether a text that is no number under its convention (`written`) has three decimals in the shape of a group.

    `mark`: the decimal mark, if it is known.
    """
    return text.str.contains(rf"^[^0-9.,]*[1-9][0-9]{{0,2}}[{mark}][0-9]{{3}}[^0-9.,]*$")


def as_integer(text: pl.Expr) -> pl.Expr:
    """Whole numbers, also written 7.0 or 7.00 (but not 7.000, which may be seven thousand); else null."""
    return text.map_batches(integers, return_dtype=pl.Int64, is_elementwise=True)


def integers(text: pl.Series) -> pl.Series:
    """`as_integer` of a column; where all cells are plain, nothing else is tried."""
    plain = text.cast(pl.Int64, strict=False)
    if plain.null_count() == text.null_count():
        return plain
    return plain.fill_null(text.str.replace(r"\.0{1,2}$", "").cast(pl.Int64, strict=False))


def bare_number(text: pl.Expr, *, is_percent: bool = False) -> pl.Expr:
    """A number without € or EUR (or, in a column of percentages, %), its minus in front, plain blanks and apostrophes.

    123,00- and (123,00) are negative. Null where there is more than one such sign, or no % in a column of percentages.
    """
    text = text.str.replace_all("[\u00a0\u2007\u2009\u202f]", " ").str.replace_all("’", "'", literal=True)
    text = pl.when(text.str.count_matches(f"{CURRENCY}|%") <= 1).then(text)
    if is_percent:
        text = pl.when(text.str.contains("%", literal=True)).then(text).str.replace(r" *%(-|\))?$", "${1}")
    text = text.str.replace(rf"^(\(?[+-]?){CURRENCY} *", "${1}").str.replace(rf" *{CURRENCY}(-|\))?$", "${1}")
    return text.str.replace(r"^\(([^()+-]+)\)$", "-${1}").str.replace(r"^([^()+-]+?) *-$", "-${1}")


def rounded(exact: pl.Expr, decimals: int) -> pl.Expr:
    """Exact numbers with so many decimals, rounded once, half away from zero."""
    return exact.round(decimals, mode="half_away_from_zero").cast(pl.Decimal(38, decimals))


def as_exact(text: pl.Expr, convention: str, decimals: int) -> pl.Expr:
    """Exact numbers under a convention, with all their decimals; else null, as where rounding them to `decimals` may
    lose thousands."""
    mark, group = convention[0], group_of(convention)
    plain = text.str.replace_all(group, "", literal=True).str.replace(mark, ".", literal=True)
    readable = text.str.contains(written(mark, group, decimals))
    return pl.when(readable).then(plain).cast(pl.Decimal(38, EXACT), strict=False)


def group_of(convention: str) -> str:
    """The group character of a convention."""
    return next((sign for sign in convention[1:] if sign in OTHER_GROUPS), GROUP[convention[0]])


def exact_numbers(text: pl.Series, convention: str, decimals: int) -> pl.Series:
    """`as_exact` of the bare numbers of a column; where all cells are plain, nothing else is tried."""
    cell, is_percent = pl.col("cell"), "%" in convention
    if not is_percent:
        whole = text.cast(pl.Int64, strict=False)
        if whole.null_count() == text.null_count():
            return whole.cast(pl.Decimal(38, EXACT))
    if is_percent or not text.str.contains(FEW_SIGNS).all():
        cell = bare_number(cell, is_percent=is_percent)
    return text.to_frame("cell").select(as_exact(cell, convention, decimals)).to_series()


def numbers(text: pl.Series, convention: str, decimals: int) -> pl.Series:
    """The numbers of a column, rounded once to so many decimals."""
    exact = exact_numbers(text, convention, decimals)
    return exact.to_frame("cell").select(rounded(pl.col("cell"), decimals)).to_series()


def exact_number(text: pl.Expr, convention: str, decimals: int) -> pl.Expr:
    """Cells under the convention of their column with all their decimals; null where `number` gives null."""

    def read(cells: pl.Series) -> pl.Series:
        return exact_numbers(cells, convention, decimals)

    return text.map_batches(read, return_dtype=pl.Decimal(38, EXACT), is_elementwise=True)


def number(text: pl.Expr, convention: str, decimals: int) -> pl.Expr:
    """Decimals of cells under the convention of their column, rounded half away from zero; else null."""
    return rounded(exact_number(text, convention, decimals), decimals)


def number_spellings(text: pl.Expr, convention: str, decimals: int) -> dict[str, pl.Expr]:
    """Rule -> whether a number (which could be read) was written so that the rule had to repair it."""
    mark, blank = re.escape(convention[0]), "\u00a0\u2007\u2009\u202f "
    group = {" ": f"[{blank}]", "'": "['’]"}.get(group_of(convention), re.escape(group_of(convention)))
    return {
        "decimal comma": text.str.contains(",", literal=True) & pl.lit(mark == ","),
        "zero in front of the mark left out": text.str.contains(f"(?:^|[^0-9]){mark}[0-9]"),
        "group character": text.str.contains(f"[0-9]{group}[0-9]"),
        "currency sign": text.str.contains(CURRENCY),
        "percent sign": text.str.contains("%", literal=True),
        "minus behind": text.str.contains(rf"[0-9][{blank}]*(?:[{blank}]*{CURRENCY})?-|-[{blank}]*{CURRENCY}$"),
        "brackets for minus": text.str.contains("(", literal=True),
        f"rounded to {decimals} decimals": text.str.contains(f"{mark}[0-9]{{{decimals}}}[0-9]*[1-9]"),
    }


def number_counts(text: pl.Series) -> Counter[str]:
    """Evidence in cells of a number column.

    either, `.`, `,`: with a mark that can be read with either mark, only as point, only as comma; `group ` and a
    character: with such groups; percent: with a percent sign; cells: all that are not missing.
    """
    found = Counter(cells=text.count())
    if text.cast(pl.Int64, strict=False).null_count() == text.null_count():
        return found
    odd = text.filter(~text.str.contains(ONE_WAY)).to_frame("cell")
    if odd.height:
        cell = pl.col("cell")
        is_percent = cell.str.contains("%", literal=True)
        bare = pl.when(is_percent).then(bare_number(cell, is_percent=True)).otherwise(bare_number(cell))
        found.update(odd.select(bare=bare, percent=is_percent).select(**evidence()).row(0, named=True))
    return found


def evidence() -> dict[str, pl.Expr]:
    """Kind of evidence -> cells, over a frame with `bare` (numbers without currency and percent signs), `percent`."""
    bare = pl.col("bare")
    point, comma = (bare.str.contains(written(mark, GROUP[mark] + OTHER_GROUPS)) for mark in ".,")
    grouped = {
        f"group {group}": bare.str.contains(rf"^[+-]?{FIRST_GROUP}(?:{re.escape(group)}[0-9]{{3}})+(?:[.,][0-9]+)?$")
        for group in f".,{OTHER_GROUPS}"
    }
    by_kind = {
        "either": point & comma & bare.str.contains("[.,]"),
        ".": point & ~comma,
        ",": comma & ~point,
        "percent": (point | comma) & pl.col("percent"),
        **{kind: (point | comma) & is_grouped for kind, is_grouped in grouped.items()},
    }
    return {kind: cells.sum() for kind, cells in by_kind.items()}


def decimal_mark(where: str, either: int, point: int, comma: int) -> str:
    """The mark under which a column can be read, from `number_counts`; raises Fault if both or neither are."""
    remedy = """State decimalChar under dialect in the contract: dialect: {decimalChar: ","} or {decimalChar: "."}"""
    if point == comma and point:
        words = f"{point} numbers can be read only with a decimal point and {comma} only with a decimal comma"
        raise Fault(where, words, "Write all of them in one convention at the source")
    if point == comma and either:
        raise Fault(where, f"{either} numbers can be read with a decimal point and with a decimal comma", remedy)
    return "," if comma > point else "."


def number_convention(where: str, found: Mapping[str, int], mark: str, group: str) -> str:
    """The convention of a column from its evidence and from what the contract states (else auto); raises Fault."""
    if mark == AUTO:
        mark = GROUP.get(group) or decimal_mark(where, *(found.get(kind, 0) for kind in ("either", ".", ",")))
    if group == mark:
        raise Fault(where, "decimalChar and groupChar are the same", "Correct dialect in the contract")
    if group == AUTO:
        seen = {sign: found.get(f"group {sign}", 0) for sign in (GROUP[mark], *OTHER_GROUPS)}
        group, most = max(seen.items(), key=lambda item: item[1])
        if most and list(seen.values()).count(most) > 1:
            words = f"two characters group digits in {most} numbers each"
            remedy = """State groupChar under dialect in the contract: dialect: {groupChar: "'"} or {groupChar: " "}"""
            raise Fault(where, words, remedy)
    percent = found.get("percent", 0)
    is_percent = percent * 2 > found.get("cells", 0)
    return mark + (group if group in OTHER_GROUPS else "") + ("%" if is_percent else "")


def undecided(contract: Contract, *, is_unmarked: bool) -> list[Field]:
    """The fields about whose convention the contract leaves anything to decide.

    A stated mark leaves nothing (groups then are the stated ones or the other mark), nor does a table whose raw cells
    hold no such sign (`is_unmarked`); nor does a single format of a date whose order of day and month is certain.
    """

    def is_open(field: Field) -> bool:
        if field.type == "date":
            return len(date_formats(field)) > 1 or bool(doubted(field))
        has_marks = not is_unmarked or field.convert is not None or field.codes is not None
        return field.type == "number" and contract.dialect.decimal_char == AUTO and has_marks

    return [field for field in contract.fields if is_open(field)]


def evidence_batches(frame: pl.LazyFrame, names: list[str]) -> Iterator[pl.DataFrame]:
    """Some columns of a table batch by batch, with the place of each record where it is known; none for no column."""
    if names:
        place = [name for name in (FILE, RECORD) if name in frame.collect_schema()]
        yield from frame.select(*place, *names).collect_batches(chunk_size=BATCH)


def decided(frame: pl.LazyFrame, contract: Contract, *, is_unmarked: bool = False) -> dict[str, Convention]:
    """Convention of each number field and order of the formats of each date field: name -> convention or formats.

    Reads the texts of a table once, and only the columns about which the contract leaves anything to decide. Raises
    Fault where two conventions fit and give other values, as with `1.234` or `03/04/2024`: then the contract must say.
    `frame`: a column a field, and `_file` and `_record` if a message shall name them.
    """
    fields = undecided(contract, is_unmarked=is_unmarked)
    found = {field.name: Counter[str]() for field in fields}
    orders = {field.name: DayOrder(field) for field in fields if field.type == "date"}
    for batch in evidence_batches(frame, list(found)):
        for field in fields:
            cells = batch[field.name]
            if field.type == "date":
                found[field.name].update(day_counts(cells, date_formats(field), field.time_zone))
                orders[field.name].add_batch(batch)
            else:
                found[field.name].update(number_counts(cells))
    mark, group = contract.dialect.decimal_char, contract.dialect.group_char
    if mark != AUTO and group == AUTO:
        group = GROUP[mark]
    decisions: dict[str, Convention] = {}
    for field in contract.fields:
        where, seen = f"{contract.name}, column {field.name}", found.get(field.name, Counter())
        if field.type == "number":
            decisions[field.name] = number_convention(where, seen, mark, group)
        elif field.type == "date":
            tried = decisions[field.name] = format_order(where, date_formats(field), seen)
            if field.name in orders:
                orders[field.name].check(contract.name, tried)
    return decisions
