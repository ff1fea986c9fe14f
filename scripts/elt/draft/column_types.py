"""What the columns of a table hold: types, codes, personal content, keys; from a few passes in bounded memory.

In memory are one batch of records, counters, and at most one 64-bit hash a distinct value of the columns at hand.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from elt.draft import personal_hints
from elt.faults import Fault
from elt.silver import conventions, dates
from elt.silver.trimming import normalised

BATCH = 250_000
ENOUGH = 0.98  # share of the cells that must be readable as a type
MOST_CODES, LONGEST_CODE, LEAST_RECORDS = 20, 40, 5
FOLLOWED_VALUES = 200  # distinct values up to which they are counted, before a column is no code list
NEARLY = 0.98  # share of distinct values from which on a column may be a key with a few repetitions
LONGEST_INTEGER = 15  # digits; a longer one is a name of something, not a number
MOST_TRIED = 40  # combinations of columns that are tried as a key
LEAST_VALUES, LEAST_OF_KEY, LEAST_FOUND = 20, 0.05, 0.5  # of a column that may refer to a key
FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d.%m.%y",
           "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S",
           "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")  # fmt: skip
MAY_BE_DATE = r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?Z?)?$|^(?:18|19|20|21|99)\d{6}$"
MAY_BE_NUMBER = r"^[(+-]?(?:€|(?i:eur))? *[0-9][0-9.,'’ \x{a0}\x{2007}\x{2009}\x{202f}]*(?:€|(?i:eur)|%|\)|-| )*$"
INTEGER = r"^-?[0-9]+(?:\.0{1,2})?$"
NAMED_WITH_ZERO = r"^0[0-9]"
PLACEHOLDERS = (
    *("0", "00000000", "0000-00-00", "00.00.0000", "-", "--", "---", "?", ".", "n/a", "N/A", "NA", "#N/A", "#NV"),
    *("null", "NULL", "None", "nan", "NaN", "k.A.", "k. A.", "keine Angabe", "unbekannt", "unknown", "leer"),
)


@dataclass
class Column:
    """One column as seen in all records; every attribute is a count of cells unless it says otherwise."""

    name: str
    filled: int = 0
    integers: int = 0
    zeros: int = 0  # digits with a zero in front
    long: int = 0  # digits too many for an integer
    numeric: int = 0
    dated: int = 0
    marks: Counter[str] = field(default_factory=Counter)  # evidence of `conventions.number_counts`
    days: Counter[str] = field(default_factory=Counter)  # evidence of `conventions.day_counts`
    years: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] | None = field(default_factory=Counter)  # value -> records; None: too many
    placeholders: Counter[str] = field(default_factory=Counter)
    content: Counter[str] = field(default_factory=Counter)
    distinct_in_batches: int = 0
    kind: str = "string"
    formats: list[str] = field(default_factory=list)
    convention: str = ""
    readable: int = 0
    decimals: int = 0
    distinct: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def missing_values(self) -> list[str]:
        """Placeholders that cannot be read as the column's type."""
        return sorted(self.placeholders) if self.kind != "string" else []

    @property
    def personal(self) -> list[tuple[str, str]]:
        """Why the column may be personal: (reason, usual class), by its name and by its content."""
        found = []
        if named := personal_hints.by_name(self.name):
            found.append((f"by its name {named[0]}", named[1]))
        if held := personal_hints.by_content(self.content):
            found.append(held)
        if self.kind == "date" and personal_hints.birth_dates(self.years):
            found.append(("its days may be dates of birth", "quasi"))
        return found


def texts(raw: pl.LazyFrame, names: Sequence[str]) -> pl.LazyFrame:
    """The cells as silver trims them, null where nothing is left."""
    frame = raw.select(normalised(pl.col(f"raw:{name}")).alias(name) for name in names)
    return frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)


def in_batches(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """A frame batch by batch."""
    yield from frame.collect_batches(chunk_size=BATCH, maintain_order=True)


def look(column: Column, cells: pl.Series) -> None:
    """Add what a batch of a column's cells shows."""
    cells = cells.drop_nulls()
    if not cells.len():
        return
    column.filled += cells.len()
    values = cells.alias("cell").value_counts(name="records")
    column.distinct_in_batches += values.height
    digits = values.filter(pl.col("cell").str.contains(INTEGER))
    column.integers += int(digits["records"].sum())
    zeros = digits["cell"].str.strip_prefix("-").str.contains(NAMED_WITH_ZERO)
    column.zeros += int(digits.filter(zeros)["records"].sum())
    column.long += int(digits.filter(pl.col("cell").str.len_bytes() > LONGEST_INTEGER)["records"].sum())
    placeholders = values.filter(pl.col("cell").is_in(list(PLACEHOLDERS)))
    column.placeholders.update(dict(placeholders.iter_rows()))
    numeric = cells.filter(cells.str.contains(MAY_BE_NUMBER))
    column.numeric += numeric.len()
    if numeric.len() and digits.height < values.height:
        column.marks.update(conventions.number_counts(numeric))
    look_at_days(column, values)
    if digits.height < values.height or zeros.any():
        column.content.update(personal_hints.content(cells))
    else:
        column.content.update(personal_hints.content(cells.head(personal_hints.SAMPLE)))
    if column.codes is not None:
        column.codes.update(dict(values.iter_rows()) if values.height <= FOLLOWED_VALUES else {})
        if values.height > FOLLOWED_VALUES or len(column.codes) > FOLLOWED_VALUES:
            column.codes = None


def look_at_days(column: Column, values: pl.DataFrame) -> None:
    """Add what distinct values of a batch (cell, records) show of dates: by format, and by year."""
    likely = values.filter(pl.col("cell").str.contains(MAY_BE_DATE))
    if not likely.height:
        return
    cell, records = pl.col("cell"), pl.col("records")
    days = likely.select(records, *(dates.as_date(cell, form).alias(form) for form in FORMATS))
    read = [form for form in FORMATS if days[form].count()]

    def count(when: pl.Expr) -> int:
        return int(days.filter(when)["records"].sum())

    column.days.update({form: count(pl.col(form).is_not_null()) for form in read})
    for one, other in combinations(FORMATS, 2):
        if one in read or other in read:
            first, second = pl.col(one), pl.col(other)
            column.days[f"{one} {other} differ"] += count(first != second)
            column.days[f"{one} {other} one"] += count(first.is_not_null() & second.is_null())
            column.days[f"{one} {other} other"] += count(second.is_not_null() & first.is_null())
    if read:
        some = days.select(records, year=pl.coalesce(*read).dt.year()).drop_nulls()
        column.dated += int(some["records"].sum())
        column.years.update(dict(some.group_by("year").agg(records.sum()).iter_rows()))


def is_idle(days: Mapping[str, int], form: str, other: str) -> bool:
    """Whether another format reads all that a format reads, and either more than it or the same days."""
    ordered = FORMATS.index(form) < FORMATS.index(other)
    pair = f"{form} {other}" if ordered else f"{other} {form}"
    alone, beyond = (days[f"{pair} {part}"] for part in (("one", "other") if ordered else ("other", "one")))
    return not alone and bool(beyond or not days[f"{pair} differ"])


def formats_of(column: Column) -> tuple[list[str], bool]:
    """(formats that read the column together, the most frequent first; whether it is open which of two is right)."""
    kept = [form for form in FORMATS if column.days[form]]
    for form in sorted(kept, key=lambda form: column.days[form]):
        if any(is_idle(column.days, form, other) for other in kept if other != form):
            kept.remove(form)
    try:
        return dates.format_order(column.name, kept, column.days), False
    except Fault:
        return kept, True


def decide(column: Column) -> None:
    """Type a column from its counts: date, integer, number, or string."""
    placeholders = sum(column.placeholders.values())
    real = column.filled - placeholders
    least = ENOUGH * real
    if not real:
        column.remarks.append("no cell is filled")
        return
    if column.dated >= least:
        column.formats, is_open = formats_of(column)
        column.kind, column.readable = "date", column.dated
        if is_open:
            column.remarks.append("OPEN: days can be read in more than one of these formats; leave only the right one")
        if "%Y%m%d" in column.formats and column.integers:
            column.remarks.append("digits that are all days; if they are numbers of something, make it a string")
        two_digits = [form for form in column.formats if "%y" in form]
        if two_digits:
            column.remarks.append("years have two digits; look whether the century is right")
        return
    column.placeholders.pop("0", None)
    column.placeholders.pop("00000000", None)
    real = column.filled - sum(column.placeholders.values())
    least = ENOUGH * real
    if column.zeros or column.long:
        reason = "a zero in front would be lost" if column.zeros else "too many digits for a number"
        column.remarks += [f"digits, but text: {reason}"] if column.integers >= least else []
    elif column.integers >= least and column.numeric - column.integers == 0:
        column.kind, column.readable = "integer", column.integers
    elif column.numeric >= least and not is_sequence(column):
        column.kind = "number"
        try:
            column.convention = conventions.number_convention(column.name, column.marks, "auto", "auto")
        except Fault:
            column.convention = ""
            column.remarks.append("OPEN: its numbers can be read with a decimal point and with a decimal comma")


def is_sequence(column: Column) -> bool:
    """Whether cells that look like numbers are rather telephone numbers, dates or numbers of something."""
    return any(column.content[kind] >= 0.5 * column.filled for kind in ("phone", "tax number", "IP address", "tax id"))


def measure(column: Column, cells: pl.Series) -> None:
    """Add how many cells of a batch the convention of a number column reads, and the decimals that they need."""
    cells = cells.drop_nulls()
    read = conventions.numbers(cells, column.convention or ".", 8)
    column.readable += read.count()
    ends = read.drop_nulls().cast(pl.String).str.strip_chars_end("0").str.extract(r"\.(\d+)$").str.len_bytes()
    column.decimals = max(column.decimals, ends.max() or 0)


def profiled(raw: pl.LazyFrame, names: Sequence[str]) -> tuple[list[Column], int]:
    """(the columns of a table, its records)."""
    columns, records = [Column(name) for name in names], 0
    frame = texts(raw, names)
    for batch in in_batches(frame):
        records += batch.height
        for column in columns:
            look(column, batch[column.name])
    for column in columns:
        decide(column)
    numbers = [column for column in columns if column.kind == "number"]
    for batch in in_batches(frame.select(column.name for column in numbers)) if numbers else ():
        for column in numbers:
            measure(column, batch[column.name])
    for column in numbers:
        if column.readable < ENOUGH * (column.filled - sum(column.placeholders.values())):
            column.kind, column.remarks = "string", []
    for column in columns:
        is_near = column.distinct_in_batches >= NEARLY * column.filled
        column.distinct = distinct(frame, [column.name]) if is_near else column.distinct_in_batches
    return columns, records


def hashed(names: Sequence[str]) -> pl.Expr:
    """One 64-bit hash a record of some columns."""
    return pl.struct(list(names)).hash().alias("hash") if len(names) > 1 else pl.col(names[0]).hash().alias("hash")


def distinct(frame: pl.LazyFrame, names: Sequence[str]) -> int:
    """How many distinct values (or combinations without a missing cell) some columns have."""
    filled = frame.select(names).drop_nulls()
    return filled.select(hashed(names)).select(pl.col("hash").n_unique()).collect(engine="streaming").item()


def may_be_key(column: Column) -> bool:
    """Whether a column may be a part of a key: it is no amount, and not empty."""
    return column.kind in ("string", "integer", "date") and column.filled > 0


def single_keys(columns: Sequence[Column], records: int) -> list[Column]:
    """Columns that are unique, or nearly so, in nearly all records; the best first."""
    found = [c for c in columns if may_be_key(c) and c.kind != "date" and c.filled >= NEARLY * records
             and c.distinct >= NEARLY * c.filled and c.distinct > 1]  # fmt: skip
    return sorted(found, key=lambda c: (c.distinct < records, any(usual != "identifier" for _, usual in c.personal)))


def combined_keys(frame: pl.LazyFrame, columns: Sequence[Column], records: int) -> list[tuple[list[Column], int]]:
    """(columns, distinct combinations) that are unique in all records: the fewest columns; else the nearest one.

    Of several, the one with the fewest possible combinations comes first, as it is the least likely by chance.
    """
    parts = [c for c in columns if may_be_key(c) and c.filled >= NEARLY * records and c.distinct > 1]
    parts = [c for c in parts if all(usual != "direct" for _, usual in c.personal)]
    nearest: list[tuple[list[Column], int]] = []
    for size in (2, 3):
        possible = [c for c in combinations(parts, size) if product(c) >= NEARLY * records]
        possible.sort(key=lambda cs: (sum(c.kind == "date" for c in cs), -product(cs)))
        exact = []
        for tried in possible[:MOST_TRIED]:
            head = frame.select(c.name for c in tried).head(BATCH).collect()
            if head.n_unique() < NEARLY * head.height:
                continue
            count = distinct(frame, [c.name for c in tried])
            if count == records:
                exact.append((list(tried), count))
            elif count >= NEARLY * records:
                nearest.append((list(tried), count))
        if exact:
            return sorted(exact, key=lambda found: product(found[0]))[:3]
    return sorted(nearest, key=lambda found: (-found[1], len(found[0])))[:1]


def product(columns: Sequence[Column]) -> int:
    """The most combinations that some columns can have."""
    found = 1
    for column in columns:
        found *= max(1, column.distinct)
    return found


def values_of(raw: pl.LazyFrame, name: str) -> pl.Series:
    """The distinct hashes of a column, sorted."""
    frame = texts(raw, [name]).drop_nulls().select(hashed([name])).unique()
    return frame.collect(engine="streaming")["hash"].sort()


def refers(column: Column, own: pl.Series, key: pl.Series) -> int | None:
    """How many distinct values of a column are values of a key; None if that may be chance."""
    many = own.len() >= LEAST_VALUES or own.len() >= LEAST_OF_KEY * key.len()
    if not many or own.len() < 2 or (column.kind == "integer" and own.len() < LEAST_VALUES):
        return None
    count = own.is_in(key.implode()).sum()
    return count if count >= LEAST_FOUND * own.len() else None


def code_list(column: Column, beside_persons: bool) -> tuple[list[str], int] | None:
    """(values with at least five records, how many are not shown) of a text column that looks like a closed list.

    Nothing is shown of a column that looks personal, nor of values that may be names.
    """
    if column.kind != "string" or not column.codes or len(column.codes) > MOST_CODES or column.personal:
        return None
    if max(map(len, column.codes)) > LONGEST_CODE or max(column.codes.values()) < LEAST_RECORDS:
        return None
    if personal_hints.may_be_names(list(column.codes), beside_persons):
        return [], len(column.codes)
    shown = sorted(value for value, records in column.codes.items() if records >= LEAST_RECORDS)
    return shown, len(column.codes) - len(shown)
