"""Order lines whose amount contradicts their pieces: it is not pieces times price as in the others, or of another sign.

Whether an amount is pieces times price is the company's own rule, so it is held against the lines only where most of
them keep it.
"""

from collections.abc import Sequence

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT

PRODUCT, SIGN = "not_pieces_times_price", "opposite_signs"
AMOUNT, IN_CURRENCY = "sales_amount", "amount_in_currency"  # a price is in the currency of the order
READS = {"quantity", AMOUNT}
PRICED = {*READS, "unit_price"}
MOST = 0.8  # of the lines with pieces, price and amount: what so many keep is a rule
ROUNDING = 0.0051  # of a price, and of an amount


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row: lines, their revenue, and for each rule the lines that it can be asked of, those that break it, and the
    revenue of these.

    `lines`: fact_sales.
    """
    names = lines.collect_schema().names()
    quantity, stated = pl.col("quantity").cast(pl.Float64), pl.col(IN_CURRENCY if IN_CURRENCY in names else AMOUNT)
    broken = {SIGN: (pl.col("quantity") < 0) & (pl.col(AMOUNT) > 0)}
    if set(names) >= PRICED:
        difference = stated.cast(pl.Float64) - quantity * pl.col("unit_price").cast(pl.Float64)
        broken[PRODUCT] = difference.abs() > ROUNDING * (1 + quantity.abs())
    found = [pl.len().cast(pl.Int64).alias("lines"), pl.col(AMOUNT).sum().alias("revenue")]
    for rule, is_broken in broken.items():
        counts = {"asked": is_broken.count(), "broken": is_broken.sum()}
        found += [value.cast(pl.Int64).alias(f"{rule}.{name}") for name, value in counts.items()]
        found.append(pl.col(AMOUNT).filter(is_broken).sum().alias(f"{rule}.revenue"))
    return lines.select(found).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of lines that break a rule which most lines keep; `parts`: `totals` of all lines, part by part."""
    found = pl.concat(parts).sum().row(0, named=True)
    told = []
    for rule in (PRODUCT, SIGN):
        asked, broken = found.get(f"{rule}.asked", 0), found.get(f"{rule}.broken", 0)
        if broken and asked - broken >= MOST * asked:
            money, of_money = {AMOUNT: found[f"{rule}.revenue"]}, {AMOUNT: found["revenue"]}
            told.append(assumptions.entry(rule, FACT, broken, found["lines"], money, of_money))
    return told
