"""Order lines whose amount contradicts their pieces or their cost.

It is not pieces times price as in the others, or of another sign; it is the same for one piece and for many; its cost
is nothing, or many times as much. Whether an amount is pieces times price, and whether a cost is known, is the
company's own rule, so it is held against the lines only where most of them keep it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from elt.report import assumptions
from elt.report.assumptions import Entry
from elt.run.mart import FACT

PRODUCT, SIGN, NO_COST, COST_BEYOND = (
    "not_pieces_times_price",
    "opposite_signs",
    "cost_of_nothing",
    "cost_beyond_amount",
)
AMOUNT, IN_CURRENCY = "sales_amount", "amount_in_currency"  # a price is in the currency of the order
COST = "cost_amount"
OF_A_PIECE = {AMOUNT: "amount_of_a_piece", COST: "cost_of_a_piece"}
READS = {"product_key", "quantity", AMOUNT}
# of the lines that a rule can be asked of: what so many keep is one; a cost is as good as never above the amount
MOST, KEPT = 0.8, {NO_COST: 0.5, COST_BEYOND: 0}
ROUNDING = 0.0051  # of a price, and of an amount
BEYOND = 5  # times its amount no line is bought for, but where a cost is in cents or of a pack
LEAST_LINES, LEAST_PRODUCTS, PIECES, SAME = 3, 3, 1.5, 0.05  # of one and of more pieces; their mean; what prices move


def totals(lines: pl.LazyFrame) -> pl.DataFrame:
    """One row a product: lines, their revenue, and for each rule the lines that it can be asked of, those that break
    it, and the revenue of these; lines, pieces and amounts of lines of one piece and of more.

    `lines`: fact_sales.
    """
    names = set(lines.collect_schema().names())
    quantity, amount = pl.col("quantity").cast(pl.Float64), pl.col(AMOUNT)
    broken = {SIGN: (pl.col("quantity") < 0) & (amount > 0)}
    if "unit_price" in names:
        stated = pl.col(IN_CURRENCY if IN_CURRENCY in names else AMOUNT).cast(pl.Float64)
        difference = stated - quantity * pl.col("unit_price").cast(pl.Float64)
        broken[PRODUCT] = difference.abs() > ROUNDING * (1 + quantity.abs())
    if COST in names:
        is_sold = pl.when(amount > 0)
        broken[NO_COST] = is_sold.then(pl.col(COST) == 0)
        broken[COST_BEYOND] = is_sold.then(pl.col(COST).cast(pl.Float64) > BEYOND * amount.cast(pl.Float64))
    found = [pl.len().cast(pl.Int64).alias("lines"), amount.sum().alias("revenue")]
    for rule, is_broken in broken.items():
        counts = {"asked": is_broken.count(), "broken": is_broken.sum()}
        found += [value.cast(pl.Int64).alias(f"{rule}.{name}") for name, value in counts.items()]
        found.append(amount.filter(is_broken).sum().alias(f"{rule}.revenue"))
    for name in sorted(names & OF_A_PIECE.keys()):
        for part, is_part in (("one", quantity == 1), ("more", quantity > 1)):
            own = is_part & (pl.col(name) > 0)
            found += [
                own.sum().cast(pl.Int64).alias(f"{name}.{part}.lines"),
                quantity.filter(own).sum().alias(f"{name}.{part}.pieces"),
            ]
            found.append(pl.col(name).filter(own).sum().alias(f"{name}.{part}.amount"))
            found.append(amount.filter(own).sum().alias(f"{name}.{part}.revenue"))
    return lines.group_by("product_key").agg(found).collect(engine="streaming")


def entries(parts: Sequence[pl.DataFrame]) -> list[Entry]:
    """What is said of lines that break a rule which most lines keep; `parts`: `totals` of all lines, part by part."""
    products = pl.concat(parts).group_by("product_key").agg(pl.all().sum())
    found, told = products.drop("product_key").sum().row(0, named=True), []
    for rule in (PRODUCT, SIGN, NO_COST, COST_BEYOND):
        asked, broken = found.get(f"{rule}.asked", 0), found.get(f"{rule}.broken", 0)
        if broken and asked - broken >= KEPT.get(rule, MOST) * asked:
            told.append(of_lines(rule, broken, found[f"{rule}.revenue"], found))
    for name, code in OF_A_PIECE.items():
        if f"{name}.one.lines" in found and is_of_a_piece(products, name):
            told.append(of_lines(code, found[f"{name}.more.lines"], found[f"{name}.more.revenue"], found))
    return told


def of_lines(code: str, records: int, revenue: Any, found: Mapping[str, Any]) -> Entry:
    """What is told of a part of the lines."""
    return assumptions.entry(code, FACT, records, found["lines"], {AMOUNT: revenue}, {AMOUNT: found["revenue"]})


def is_of_a_piece(products: pl.DataFrame, name: str) -> bool:
    """Whether an amount is the same for lines of one piece and of more, of nearly all products that have both."""
    mean = {
        part: pl.col(f"{name}.{part}.amount").cast(pl.Float64) / pl.col(f"{name}.{part}.lines")
        for part in ("one", "more")
    }
    known = products.filter(
        pl.min_horizontal(f"{name}.one.lines", f"{name}.more.lines") >= LEAST_LINES,
        pl.col(f"{name}.more.pieces") >= PIECES * pl.col(f"{name}.more.lines"),
    )
    same = known.filter((mean["more"] / mean["one"] - 1).abs() <= SAME).height
    return known.height >= LEAST_PRODUCTS and same >= MOST * known.height
