"""Search terms of the leak gate for names of persons: in both orders, without middle names, glued, misread."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from elt.privacy.leak_tables import ProtectedTable
from elt.privacy.leak_terms import BATCH, PHRASE, SearchTerms, add_phrases, spellings_of

if TYPE_CHECKING:
    import polars as pl

GLUED = 8  # letters of a full name in one word, at least
PART = 3  # letters of a part of a name of several words that stands for it, at least
SEVERAL = r"[\s\-\x{2010}-\x{2015}]"  # between the words of one name
FULL = r"^[\p{L}\p{M}'’.\-]+(?:,? [\p{L}\p{M}'’.\-]+){1,3}$"  # a full name in one column
LETTERS = re.compile(r"[^\W\d_]+")


def add_names(terms: SearchTerms, table: ProtectedTable) -> None:
    """Add full names: every two columns of class direct of one record in both orders, and full names in one column."""
    import polars as pl

    columns = [column.name for column in table.of_class("direct") if column.type == "string"]
    for name in columns:
        values = table.distinct(name)
        add_full_names(terms, table.dotted(name), values.filter(values.str.contains(FULL)))
    if len(columns) < 2:
        return
    frame = table.read(columns).collect(engine="streaming")
    for first, second in permutations(columns, 2):
        is_in_order = columns.index(first) < columns.index(second)
        column = table.dotted("+".join((first, second) if is_in_order else (second, first)))
        both = frame.filter(pl.col(first).is_not_null() & pl.col(second).is_not_null())
        both = both.select(first=pl.col(first), second=pl.col(second)).unique()
        names = both.select(pl.concat_str(["first", "second"], separator=" ")).to_series().unique()
        terms.number(column)
        terms.values[column] += len(names) if is_in_order else 0
        for start in range(0, len(names), BATCH):
            for number, prints in enumerate(spellings_of(names[start : start + BATCH])):
                is_alone = (prints.words > 1) & (prints.characters >= PHRASE)
                is_first = is_in_order and not number
                terms.add(column, prints, is_alone, np.zeros_like(is_alone), is_first=is_first)
        terms.to_hash(column, partial(names.alias, "value"))
        add_forms(terms, column, both)


def add_full_names(terms: SearchTerms, column: str, names: "pl.Series") -> None:
    """Add full names of one column: last name first, glued, and without what stands between first and last name."""
    import polars as pl

    parts = [
        (*text.partition(", ")[::2],) if ", " in text else (*text.rpartition(" ")[::2],) for text in names.to_list()
    ]
    for order in ((0, 1), (1, 0)):
        pairs = [(part[order[0]], part[order[1]]) for part in parts]
        add_phrases(terms, column, [f"{first} {second}" for first, second in pairs])
        add_forms(terms, column, pl.DataFrame(pairs, {"first": pl.String, "second": pl.String}, orient="row"))


def add_forms(terms: SearchTerms, column: str, pairs: "pl.DataFrame") -> None:
    """Add what else pairs of names (`first`, `second`) may look like: glued, shortened, with broken accents."""
    import polars as pl

    glued = pairs.select(pl.concat_str(["first", "second"])).to_series().unique()
    add_phrases(terms, column, glued.to_list(), fewest=GLUED)
    several = pairs.filter(pl.any_horizontal(pl.all().str.contains(SEVERAL)))
    whole = several.select(pl.concat_str(["first", "second"]).str.replace_all(r"[^\p{L}\p{N}]", "")).to_series()
    add_phrases(terms, column, whole.unique().to_list(), fewest=GLUED)
    add_phrases(terms, column, sorted(set(shortened(several.iter_rows()))))
    broken = pairs.select(pl.concat_str(["first", "second"], separator=" ")).to_series().unique()
    broken = broken.filter(broken.str.contains(r"[^\x00-\x7f]"))
    for instead in (" ", ""):
        add_phrases(terms, column, broken.str.replace_all(r"[^\x00-\x7f]", instead).to_list(), fewest=GLUED)


def shortened(pairs: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Names by one word of each of their parts: Anna Maria, von der Berg gives Anna von and Maria Berg among others."""
    for first, second in pairs:
        for one in LETTERS.findall(first):
            for other in LETTERS.findall(second):
                if len(one) >= PART and len(other) >= PART:
                    yield f"{one} {other}"
