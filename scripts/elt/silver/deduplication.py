"""Records whose key repeats: which are duplicates, which are superseded, and of which nobody can tell.

Outcome of such a record: `duplicates` (the same in every field as another), `superseded` (the contract's `keep` prefers
another), or `quarantined` (differs, and the contract does not say which is right: all of them).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import polars as pl

from elt.run.contract import Contract
from elt.run.reasons import REPEATED_KEY
from elt.silver.books import DUPLICATES, QUARANTINED, SUPERSEDED, Books
from elt.silver.cleaning import APART, PLACE

REPEATED = "the key repeats with other content, and the contract does not say which record is right"


def neighbours(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Of rows sorted by a key, those that share theirs with another row."""
    is_same = rows.select(pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in key)).to_series()
    is_same = is_same.fill_null(value=False)
    return rows.filter(is_same | is_same.shift(-1, fill_value=False)) if is_same.any() else rows.clear()


def repeats(good: pl.LazyFrame, contract: Contract) -> pl.DataFrame:
    """Records that must not reach silver because their key repeats: `_file`, `_record`, `_outcome`."""
    key, names = list(contract.primary_key), contract.names
    counts = good.group_by(key).len().filter(pl.col("len") > 1).drop("len")
    again = good.join(counts, on=key, how="semi", nulls_equal=True).select(*PLACE, *names)
    rows = again.collect(engine="streaming").sort(*names, *PLACE, nulls_last=False)
    rows = rows.with_columns(pl.struct(names).is_first_distinct().alias("_first"))
    outcome: Any = pl.when(~pl.col("_first")).then(pl.lit(DUPLICATES))
    if contract.latest:
        # The last row of a key is its latest; ties fall to the other fields, so the order of the file plays no part.
        rows = rows.sort([*key, contract.latest, *names, *PLACE], nulls_last=False)
        wins = pl.col("_first") & (pl.int_range(pl.len()).over(key) == pl.col("_first").arg_true().last().over(key))
        outcome = outcome.when(~wins).then(pl.lit(SUPERSEDED))
    else:
        outcome = outcome.when(pl.col("_first").sum().over(key) > 1).then(pl.lit(QUARANTINED))
    rows = rows.with_columns(outcome.alias("_outcome"))
    return rows.filter(pl.col("_outcome").is_not_null()).select(*PLACE, "_outcome")


class Deduplication:
    """Takes a table apart: rows that reach silver, and rows that do not because their key repeats, which it books.

    `undecided`: file, record, code and reason of those for which the contract does not say which is right.
    """

    def __init__(self, contract: Contract, books: Books) -> None:
        self.contract, self.books = contract, books
        self.undecided = [pl.DataFrame(schema=APART)]

    def unique(self, parts: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The rows that reach silver; `parts` are sorted by key, and rows of one key stand in one part."""
        for part in parts:
            again = neighbours(part, self.contract.primary_key)
            if again.height:
                outcomes = repeats(again.lazy(), self.contract)
                self.book(again.join(outcomes, on=PLACE))
                part = part.join(outcomes, on=PLACE, how="anti", maintain_order="left")
            yield part.select(self.contract.names)

    def book(self, lost: pl.DataFrame) -> None:
        """Book rows that do not reach silver, and remember those that are undecided."""
        for outcome in (DUPLICATES, SUPERSEDED, QUARANTINED):
            self.books.add_outcome(outcome, lost.filter(pl.col("_outcome") == outcome))
        words = {"code": pl.lit(REPEATED_KEY), "reason": pl.lit(REPEATED)}
        self.undecided.append(lost.filter(pl.col("_outcome") == QUARANTINED).select(*PLACE, **words))
