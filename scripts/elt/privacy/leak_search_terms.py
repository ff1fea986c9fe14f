"""What the leak gate searches for: the personal values of a run, sorted by how much a single find of them proves.

docs/decisions/0018-leak-gate.md says which values are searched alone, which only beside another value of the same
person, and which only as a whole column.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy import leak_disguises, leak_fingerprints

if TYPE_CHECKING:
    import polars as pl

BATCH = 200_000
KEY_LETTERS, GLUED_LETTERS, NUMBER_DIGITS, PHRASE_LETTERS = 6, 8, 10, 6
SEARCHED = ("identifier", "direct")
MONTHS = (
    "January February March April May June July August September October November December",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
)


@dataclass
class Table:
    """A protected table: its name (silver.<table>), its file, its columns with type and class, its key."""

    name: str
    path: str
    columns: Mapping[str, Mapping[str, str]]
    key: Sequence[str]

    def of_class(self, *classes: str) -> list[str]:
        """Columns of these classes."""
        return [name for name, spec in self.columns.items() if spec["personal"] in classes]

    @property
    def is_about_persons(self) -> bool:
        """Whether a row stands for one person: all of its key identifies."""
        return bool(self.key) and all(self.columns[name]["personal"] in SEARCHED for name in self.key)

    def read(self, columns: Sequence[str]) -> "pl.LazyFrame":
        """Columns as text."""
        import polars as pl

        return pl.scan_csv(self.path, infer_schema=False).select(columns)

    def distinct(self, column: str) -> "pl.Series":
        """Distinct values of a column as text, without the missing ones."""
        return self.read([column]).unique().collect(engine="streaming").to_series().drop_nulls()


@dataclass
class Needles:
    """Fingerprints to look for, and whose they are."""

    candidates: np.ndarray  # digests that were published
    known: np.ndarray  # fingerprints of what is no person's value: closed categories and the program's own words
    owners: list[str] = field(default_factory=list)
    values: dict[str, int] = field(default_factory=dict)  # owner -> distinct values
    alone: dict[str, int] = field(default_factory=dict)  # owner -> of these, searched alone in every text
    whole: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    glued: dict[int, list[tuple[np.ndarray, np.ndarray]]] = field(default_factory=dict)
    days: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)  # spelling of a day -> the day
    pairs: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)  # day and value beside it -> owner
    hashed: set[str] = field(default_factory=set)  # owners of values whose digests were published

    def number(self, owner: str) -> int:
        """The number of an owner, a new one if it has none."""
        if owner not in self.values:
            self.owners.append(owner)
            self.values[owner], self.alone[owner] = 0, 0
        return self.owners.index(owner)

    def add(
        self,
        owner: str,
        prints: leak_fingerprints.Values,
        is_alone: np.ndarray,
        is_key: np.ndarray,
        is_first: bool = True,
    ) -> None:
        """Take fingerprints of values in: those searched alone, and the keys among them also glued to other text."""
        number = self.number(owner)
        is_alone = is_alone & ~np.isin(prints.whole, self.known)
        self.whole.append((prints.whole[is_alone], np.full(int(is_alone.sum()), number)))
        is_glued = is_alone & is_key & (prints.letters >= GLUED_LETTERS)
        for length in np.unique(prints.letters[is_glued]).tolist():
            chosen = prints.glued[is_glued & (prints.letters == length)]
            self.glued.setdefault(length, []).append((chosen, np.full(chosen.size, number)))
        self.alone[owner] += int(is_alone.sum()) if is_first else 0  # a value counts once, in its first spelling

    def digest(self, owner: str, values: Iterable[str]) -> None:
        """Compare the unkeyed digests of values with those that were published."""
        if not self.candidates.size:
            return
        forms = {form.encode() for value in values for form in (value, value.lower(), value.upper())}
        for algorithm in leak_disguises.ALGORITHMS:
            make = getattr(hashlib, algorithm)
            made = np.frombuffer(
                b"".join([make(form, usedforsecurity=False).digest()[:8] for form in forms]), np.uint64
            )
            at = np.minimum(np.searchsorted(self.candidates, made), self.candidates.size - 1)
            if (self.candidates[at] == made).any():
                self.hashed.add(owner)


def spelled(values: "Sequence[str]") -> Iterator[leak_fingerprints.Values]:
    """Fingerprints of values, and again of those whose accents may be dropped instead of spelled out."""
    flat = [" ".join(value.split()) for value in values]
    yield leak_fingerprints.of_values([leak_fingerprints.folded(value) for value in flat])
    if accented := [leak_fingerprints.folded(value, is_spelled=False) for value in flat if not value.isascii()]:
        yield leak_fingerprints.of_values(accented)


def add_texts(needles: Needles, owner: str, values: "pl.Series", kind: str) -> None:
    """Take the values of a column of class identifier or direct in, in batches."""
    needles.number(owner)
    needles.values[owner] += len(values)
    for start in range(0, len(values), BATCH):
        batch = values[start : start + BATCH]
        has_letter, has_digit = (batch.str.contains(sign).to_numpy() for sign in (r"\p{L}", r"\p{N}"))
        texts, accented = batch.to_list(), np.flatnonzero(~batch.str.contains(r"^[\x00-\x7f]*$").to_numpy())
        for number, prints in enumerate(spelled(texts)):  # first all as they are, then those with accents again
            line = accented[prints.lines] if number else prints.lines
            letter, digit, size = has_letter[line], has_digit[line], prints.letters
            is_key = letter & digit & (size >= KEY_LETTERS)
            is_number = ~letter & (size >= NUMBER_DIGITS)
            is_phrase = letter & ~digit & (size >= PHRASE_LETTERS) & ((prints.words > 1) | (kind == "identifier"))
            needles.add(owner, prints, is_key | is_number | is_phrase, is_key, is_first=not number)
        needles.digest(owner, texts)


def add_names(needles: Needles, table: Table) -> None:
    """Take full names in: every two columns of class direct of one record, in both orders."""
    import polars as pl

    columns = [name for name in table.of_class("direct") if table.columns[name]["type"] == "string"]
    if len(columns) < 2:
        return
    frame = table.read(columns).unique().collect(engine="streaming")
    for first, second in permutations(columns, 2):
        both = frame.filter(pl.col(first).is_not_null() & pl.col(second).is_not_null())
        owner = f"{table.name}.{'+'.join(sorted((first, second), key=columns.index))}"
        joined = both.select(pl.concat_str([first, second], separator=" ")).to_series().unique()
        needles.number(owner)
        needles.values[owner] += len(joined) if columns.index(first) < columns.index(second) else 0
        for start in range(0, len(joined), BATCH):
            texts = joined[start : start + BATCH].to_list()
            for number, prints in enumerate(spelled(texts)):
                is_alone = (prints.words > 1) & (prints.letters >= PHRASE_LETTERS)
                is_first = not number and columns.index(first) < columns.index(second)
                needles.add(owner, prints, is_alone, np.zeros_like(is_alone), is_first)
            needles.digest(owner, texts)


def day_spellings(day: date) -> list[str]:
    """How a day may be written, as words: with signs between its digits, without them, and English or German."""
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    names = {months.split()[day.month - 1] for months in MONTHS}
    written = {f"{a} {b} {y}" for name in names for a, b in ((day.day, name), (d, name), (name, day.day), (name, d))}
    return sorted({leak_disguises.day_word(y, m, d), f"{y}{m}{d}", f"{d}{m}{y}", *written})


def days_of(table: Table, column: str) -> list[date]:
    """Distinct days of a column of dates."""
    return [date.fromisoformat(text) for text in sorted(table.distinct(column).to_list())]


def event_span(tables: Sequence[Table]) -> tuple[date, date] | None:
    """First and last day in the tables that are not about persons: days that a report may name."""
    ends = []
    for table in tables:
        for column, spec in table.columns.items():
            if spec["type"] == "date" and not table.is_about_persons and spec["personal"] != "none":
                ends += [*(days := days_of(table, column))[:1], *days[-1:]]
    return (min(ends), max(ends)) if ends else None


def add_days(needles: Needles, table: Table, column: str, span: tuple[date, date] | None, known: set[date]) -> None:
    """Take days of persons in: alone where no report has business with them, else beside another value."""
    owner = f"{table.name}.{column}"
    days = days_of(table, column)
    needles.number(owner)
    needles.values[owner] += len(days)
    alone = [day for day in days if day not in known and not (span and span[0] <= day <= span[1])]
    for group, is_alone in ((days, False), (alone, True)):
        texts = [(text, day) for day in group for text in day_spellings(day)]
        prints = leak_fingerprints.of_values([leak_fingerprints.folded(text) for text, _ in texts])
        ordinals = np.array([day.toordinal() for _, day in texts], np.int64)[prints.lines]
        if is_alone:
            number = needles.number(owner)
            needles.whole.append((prints.whole, np.full(prints.whole.size, number)))
            needles.alone[owner] += len(group)
        else:
            needles.days.append((prints.whole, ordinals))
    needles.digest(owner, [day.isoformat() for day in days])


def pair(days: np.ndarray, prints: np.ndarray) -> np.ndarray:
    """One fingerprint of a day and of the value beside it."""
    mixed = prints ^ (days.astype(np.uint64) * np.uint64(0x8EBC6AF09C88C6E3))
    mixed *= np.uint64(0x589965CC75374CC3)
    return mixed ^ (mixed >> np.uint64(31))


def add_pairs(needles: Needles, table: Table, day_columns: Sequence[str], reported: np.ndarray) -> None:
    """Take in each day of a person beside the person's numbers and names, words of one piece.

    `reported`: ordinals of days that reports name; beside those a short number is a count, and no proof.
    """
    import polars as pl

    for column in day_columns:
        for other in table.of_class(*SEARCHED):
            frame = table.read([column, other]).drop_nulls().unique().collect(engine="streaming")
            days = frame[column].str.to_date().to_physical().to_numpy().astype(np.int64) + date(1970, 1, 1).toordinal()
            texts = [
                leak_fingerprints.folded(" ".join(text.split())) for text in frame[other].cast(pl.String).to_list()
            ]
            prints = leak_fingerprints.of_values(texts)
            has_letter = frame[other].cast(pl.String).str.contains(r"\p{L}").to_numpy()[prints.lines]
            is_proof = has_letter | (prints.letters >= NUMBER_DIGITS) | ~np.isin(days[prints.lines], reported)
            chosen = (prints.words == 1) & is_proof
            found = pair(days[prints.lines[chosen]], prints.whole[chosen])
            number = needles.number(f"{table.name}.{column}")
            needles.pairs.append((found, np.full(found.size, number)))


def rejected(quarantine: str, changes: str, table: Table) -> dict[str, list[str]]:
    """Column -> personal values that never reached silver: of records in quarantine, and before repairs."""
    found: dict[str, list[str]] = {name: [] for name in table.of_class(*SEARCHED)}
    with open(changes, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["column"] in found:
                found[row["column"]].append(row["before"])
    names = list(table.columns)
    with open(quarantine, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cells = row["content"].split(",")
            if len(cells) == len(names):
                for name, cell in zip(names, cells, strict=True):
                    if name in found:
                        found[name].append(cell)
    return {name: sorted({value.strip() for value in values} - {""}) for name, values in found.items()}


def known_words(tables: Sequence[Table], texts: Iterable[str]) -> np.ndarray:
    """Fingerprints of what is no person's value: text of class none, and every stretch of the program's own words."""
    found = [np.zeros(0, np.uint64)]
    for table in tables:
        for column in table.of_class("none"):
            if table.columns[column]["type"] == "string":
                found += [prints.whole for prints in spelled(table.distinct(column).to_list())]
    for text in texts:
        for spelling in leak_fingerprints.spellings(text):
            stretches = leak_fingerprints.Stretches(leak_fingerprints.words(spelling))
            found += [stretches.of_words(count) for count in range(1, leak_fingerprints.WORDS + 1)]
    return np.unique(np.concatenate(found))


def gather(
    tables: Sequence[Table],
    rejects: Mapping[str, Mapping[str, list[str]]],
    texts: Iterable[str],
    known_days: Iterable[str],
    candidates: np.ndarray,
) -> Needles:
    """All that is searched for; `rejects` holds values by table and column, `texts` the program's own words."""
    import polars as pl

    needles = Needles(candidates, known_words(tables, texts))
    span = event_span(tables)
    stated = {day for table in tables for column in table.of_class("none") if table.columns[column]["type"] == "date"
              for day in days_of(table, column)}  # fmt: skip
    stated |= {date.fromisoformat(day) for day in known_days}
    reported = np.array(sorted(day.toordinal() for day in stated), np.int64)
    for table in tables:
        for column in table.of_class(*SEARCHED):
            kind = table.columns[column]["personal"]
            add_texts(needles, f"{table.name}.{column}", table.distinct(column), kind)
            if values := rejects.get(table.name, {}).get(column):
                add_texts(needles, f"{table.name}.{column}", pl.Series(values, dtype=pl.String), kind)
        add_names(needles, table)
        if table.is_about_persons:
            days = [name for name in table.of_class("quasi", *SEARCHED) if table.columns[name]["type"] == "date"]
            for column in days:
                add_days(needles, table, column, span, stated)
            add_pairs(needles, table, days, reported)
    return needles
