"""Records whose key repeats: which are duplicates, which are superseded, and of which nobody can tell."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from elt.silver.cleaning import PLACE


def neighbours(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Of rows sorted by a key, those that share theirs with another row."""
    is_same = rows.select(pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in key)).to_series()
    is_same = is_same.fill_null(False)
    return rows.filter(is_same | is_same.shift(-1, fill_value=False)) if is_same.any() else rows.clear()


def repeats(good: pl.LazyFrame, contract: Mapping[str, Any]) -> pl.DataFrame:
    """Records that must not reach silver because their key repeats: `_file`, `_record`, `_fate`.

    Fate: duplicate (the same in every field), superseded (the contract's `keep` prefers another), or
    repeated_key (differs, and the contract does not say which is right: all of them).
    """
    key, names = contract["primaryKey"], [field["name"] for field in contract["fields"]]
    counts = good.group_by(key).len().filter(pl.col("len") > 1).drop("len")
    again = good.join(counts, on=key, how="semi", nulls_equal=True).select(*PLACE, *names)
    rows = again.collect(engine="streaming").sort(*names, *PLACE, nulls_last=False)
    rows = rows.with_columns(pl.struct(names).is_first_distinct().alias("_first"))
    fate = pl.when(~pl.col("_first")).then(pl.lit("duplicate"))
    if latest := contract.get("keep", {}).get("latest"):
        # The last row of a key is its latest; ties fall to the other fields, so the order of the file plays no part.
        rows = rows.sort([*key, latest, *names, *PLACE], nulls_last=False)
        wins = pl.col("_first") & (pl.int_range(pl.len()).over(key) == pl.col("_first").arg_true().last().over(key))
        fate = fate.when(~wins).then(pl.lit("superseded"))
    else:
        fate = fate.when(pl.col("_first").sum().over(key) > 1).then(pl.lit("repeated_key"))
    return rows.with_columns(fate.alias("_fate")).filter(pl.col("_fate").is_not_null()).select(*PLACE, "_fate")
