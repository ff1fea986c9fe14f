"""What may be the key of a drafted table, and which of its columns may refer to the key of another one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import prod

import polars as pl

from elt.draft.column_profile import BATCH, ColumnProfile, distinct, hashed, texts
from elt.draft.name_lists import NUMBERS
from elt.draft.personal_hints import GENERAL, is_number_word, plain
from elt.draft.role_hints import of_one_kind

NEARLY = 0.98  # share of distinct values from which on a column may be a key with a few repetitions
LEAST_WITH_SUM = 10  # records from which on one without a key may be the sum of the others
MOST_TRIED = 40  # combinations of columns that are tried as a key
MOST_NAMED = 3  # combinations that are named if several are keys
LEAST_VALUES, LEAST_OF_KEY, LEAST_FOUND = 20, 0.05, 0.5  # of a column that may refer to a key
LEAST_OF_TWO_KEYS = 0.95  # of a key that is found in another one
LEAST_UNNAMED, LEAST_FOUND_UNNAMED = 3, 0.9  # of a column whose name tells no reference
LEAST_STEM, PLURAL, LEAST_WORD, LEAST_ENDING = 4, 3, 3, 6  # letters of names that are compared
MEASURES = ("preis", "price", "betrag", "amount", "umsatz", "revenue", "menge", "qty", "quantity", "total", "summe",
            "bytes", "size", "groesse", "dauer", "duration", "gewicht", "weight", "bestand", "stock")  # fmt: skip
NUMBER_ENDS = ("nr", "no", "num", "number", "nummer", "id", "key", "code", "sku", "plu", "ean", "gtin", "konto", "lfd",
               "kunnr", "vbeln", "matnr", "posnr", "belnr")  # fmt: skip
LINES = (["pos"], ["position"], ["zeile"], ["line"], ["beleg"], ["item"])
Combination = tuple[list[ColumnProfile], int]  # columns, distinct combinations of their values


def may_be_key(column: ColumnProfile) -> bool:
    """Whether a column may be a part of a key: it is no amount, not empty, and a run keeps all of its cells."""
    is_kept = not column.cut_short and not column.is_cut_to_day
    return column.kind in ("string", "integer", "date") and column.filled > 0 and is_kept


def may_refer(column: ColumnProfile) -> bool:
    """Whether a column may refer to a key: it is a number of something, and no address or name of a person.

    Auftraggeber may be a name; where its cells are digits it is the number of one.
    """
    is_number = 0 < column.real <= column.integers
    is_name = any(usual == "direct" for _, usual in column.personal) and not is_number
    return column.kind in ("string", "integer") and not is_name


def is_measure(name: str) -> bool:
    """Whether a column counts or weighs something by its name, so that its values are unique by chance only."""
    whole, words = plain(name)
    return any(word.endswith(MEASURES) for word in words) or whole in MEASURES


def names_something(name: str) -> bool:
    """Whether a column is a number of something or the place of a line by its name."""
    whole, words = plain(name)
    return whole in NUMBER_ENDS or any(word.endswith(NUMBER_ENDS) for word in words) or words[-1:] in LINES


def is_label(column: ColumnProfile) -> bool:
    """Whether a column names something or tells of a person, so that its values differ by chance: no key before one
    that is a number, whatever repeats there."""
    is_of_person = any(usual != "identifier" for _, usual in column.personal)
    return is_of_person or plain(column.name)[0] in GENERAL


def is_time(column: ColumnProfile) -> bool:
    """Whether a column holds days or points in time, which are unique by chance."""
    return column.kind == "date" or column.is_stamp


def nearly_filled(column: ColumnProfile, records: int) -> bool:
    """Whether a column is filled but for few records; one record may be a sum below the table."""
    return column.filled >= NEARLY * records or (records >= LEAST_WITH_SUM and records - column.filled <= 1)


def single_keys(columns: Sequence[ColumnProfile], records: int) -> list[ColumnProfile]:
    """Columns that are unique, or nearly so, in nearly all records; the best first."""

    def is_nearly_key(column: ColumnProfile) -> bool:
        is_filled, is_unique = nearly_filled(column, records), column.distinct >= NEARLY * column.filled
        return (
            may_be_key(column)
            and not is_time(column)
            and not is_measure(column.name)
            and is_filled
            and is_unique
            and column.distinct > 1
        )

    def rank(column: ColumnProfile) -> tuple[bool, bool, bool]:
        return is_label(column), column.distinct < records, not names_something(column.name)

    return sorted(filter(is_nearly_key, columns), key=rank)


def combined_keys(frame: pl.LazyFrame, columns: Sequence[ColumnProfile], records: int) -> list[Combination]:
    """(columns, distinct combinations) that are unique in all records: the fewest columns; else the nearest one.

    Of several, the one with the fewest possible combinations comes first, as it is the least likely by chance.
    """
    parts = [c for c in columns if may_be_key(c) and c.filled >= NEARLY * records and c.distinct > 1]
    parts = [c for c in parts if all(usual != "direct" for _, usual in c.personal)]
    nearest: list[Combination] = []
    for size in (2, 3):
        possible = [c for c in combinations(parts, size) if product(c) >= NEARLY * records]
        possible.sort(key=lambda cs: (sum(map(is_time, cs)), -product(cs)))
        found = list(nearly_unique(frame, possible[:MOST_TRIED], records))
        if exact := [combination for combination in found if combination[1] == records]:
            return sorted(exact, key=lambda found: (unlikely(found[0]), product(found[0])))[:MOST_NAMED]
        nearest += found
    return sorted(nearest, key=lambda found: (-found[1], len(found[0])))[:1]


def nearly_unique(
    frame: pl.LazyFrame, possible: Iterable[Sequence[ColumnProfile]], records: int
) -> Iterator[Combination]:
    """Those of some combinations that are unique in nearly all records; the first records sort most of them out."""
    for columns in possible:
        names = [column.name for column in columns]
        head = frame.select(names).head(BATCH).collect()
        if head.n_unique() >= NEARLY * head.height and (count := distinct(frame, names)) >= NEARLY * records:
            yield list(columns), count


def unlikely(columns: Sequence[ColumnProfile]) -> int:
    """How many columns of a combination are no number of something by their names."""
    return sum(not names_something(column.name) for column in columns)


def product(columns: Sequence[ColumnProfile]) -> int:
    """The most combinations that some columns can have."""
    return prod(max(1, column.distinct) for column in columns)


def values_of(raw: pl.LazyFrame, name: str) -> pl.Series:
    """The distinct hashes of a column, sorted."""
    frame = texts(raw, [name]).drop_nulls().select(hashed([name])).unique()
    return frame.collect(engine="streaming")["hash"].sort()


def refers(column: ColumnProfile, own: pl.Series, key: pl.Series, *, is_alike: bool, is_key: bool) -> int | None:
    """How many distinct values of a column are values of a key; None if that may be chance.

    `is_alike`: whether its name says that it is the key of the other table; a column of few values or of whole numbers
    refers to nothing without that. `is_key`: whether it is the key of its own table; two keys that count up overlap.
    """
    count = int(own.is_in(key.implode()).sum() or 0)
    if is_alike:
        least = LEAST_OF_TWO_KEYS if is_key else LEAST_FOUND
        return count if count and count >= least * own.len() else None
    is_number = column.kind == "integer" or not (column.lettered or column.zeros)
    many = own.len() >= LEAST_VALUES or own.len() >= LEAST_OF_KEY * key.len()
    if is_number or not many or own.len() < LEAST_UNNAMED:
        return None
    return count if count >= LEAST_FOUND_UNNAMED * own.len() else None


def is_named_alike(name: str, table: str, key: str) -> bool:
    """Whether a column is the key of a table by its name: customer_id, KUNNR in both, Artikel for artikelstamm."""
    (whole, words), (other, others), (owner, owners) = plain(name), plain(key), plain(table)
    if words[-1:] == words[-2:-1]:  # order_partner_id/id
        words = words[:-1]
    if of_one_kind(name, key):
        return True
    is_bare = other in NUMBERS.split() or other in GENERAL or is_number_word(key)
    if whole == other:
        return not is_bare
    if len(other) >= LEAST_ENDING and whole.endswith(other):
        return True
    if any(len(word) >= LEAST_WORD and owner.startswith(word) for word in words):
        is_same_kind = words[-1] in NUMBERS.split() and words[-1:] == others[-1:]
        return is_bare or is_same_kind or whole.endswith(other) or len(words) == 1
    stems = [text[: max(LEAST_STEM, len(text) - PLURAL)] for text in (owner, *owners[-1:])]
    # a number of the table with a word in front: shipping_address_id
    is_qualified = len(words) > 1 and words[-1] in NUMBERS.split() and words[-2].startswith(stems[-1])
    return whole.startswith(tuple(stems)) or is_qualified
