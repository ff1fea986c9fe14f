"""Equalities between silver tables: an amount of one that must be the sum of the lines of another, such as a total."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.report.numbers import decimals_of, number, percent
from elt.run.contract import Contract
from elt.run.relations import EqualSum
from elt.silver.references import LINE, NAMED_LINES, is_slip, share

EXACT = 18  # decimals in which an amount and a sum are compared
SUM = "_sum"  # of the lines of a record; no field has such a sign in front


@dataclass(frozen=True)
class Comparison:
    """What was found of an equality: records with the amount, those whose amount is not the sum of their lines.

    `lines`: the first of those in the file of the silver table; `difference`: by how much their sums are above their
    amounts, all together; `total`: of the amounts; `share`: of those records or of the absolute difference, whichever
    is more.
    """

    equality: EqualSum
    records: int
    unequal: int
    lines: Sequence[int]
    difference: Decimal
    total: Decimal
    share: Decimal


def exact(name: str) -> pl.Expr:
    """An amount with the decimals in which it is compared."""
    return pl.col(name).cast(pl.Decimal(38, EXACT))


def compared(records: pl.LazyFrame, lines: pl.LazyFrame, equality: EqualSum) -> Comparison:
    """Compare an amount of each record with the sum of its lines; a record without lines has the sum 0.

    `records`, `lines`: the two silver tables, typed. Records in which the amount or a field of the key is missing are
    left out.
    """
    keys = list(equality.fields)
    sums = lines.group_by(
        pl.col(other).alias(name) for name, other in zip(keys, equality.reference_fields, strict=True)
    ).agg(exact(equality.sum_of).sum().alias(SUM))
    stated = records.with_row_index(LINE, offset=2).filter(
        pl.all_horizontal(pl.col(name).is_not_null() for name in (*keys, equality.field))
    )
    amount, difference = exact(equality.field), pl.col(SUM).fill_null(0) - exact(equality.field)
    is_unequal = difference.abs() > pl.lit(Decimal(str(equality.tolerance))).cast(pl.Decimal(38, EXACT))
    row = (
        stated.join(sums, on=keys, how="left")
        .select(
            pl.len().alias("records"),
            is_unequal.sum().alias("unequal"),
            pl.col(LINE).filter(is_unequal).bottom_k(NAMED_LINES).sort().implode().alias("lines"),
            difference.filter(is_unequal).sum().alias("difference"),
            difference.filter(is_unequal).abs().sum().alias("absolute difference"),
            amount.sum().alias("total"),
            amount.abs().sum().alias("absolute total"),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )
    largest = max(
        share(row["unequal"], row["records"]),
        share(row["absolute difference"], row["absolute total"]),
        Decimal(1 if row["absolute difference"] and not row["absolute total"] else 0),
    )
    counts = (row["records"], row["unequal"], row["lines"])
    return Comparison(equality, *counts, Decimal(row["difference"]), Decimal(row["total"]), largest)


def check_budget(found: Comparison, budget: float, contract: Contract) -> None:
    """Records whose amount is not the sum of their lines must stay within the budget; raises Fault."""
    if is_slip(found.unequal, found.records, budget) or found.share <= Decimal(str(budget)):
        return
    equality, difference = found.equality, number(found.difference, decimals_of(found.difference), sign=True)
    places = ", ".join(map(str, found.lines)) + (", …" if found.unequal > len(found.lines) else "")
    raise Fault(
        f"{contract.name} ({equality.field} = sum of {equality.target})",
        f"{found.unequal:,} of {found.records:,} records differ from the sum of their lines, together by {difference} "
        f"of {number(found.total, decimals_of(found.total))}; the budget is {percent(budget)} (lines {places} of "
        f"silver/data/{contract.name}.csv)",
        f"Export {contract.name} and {equality.resource} again, both whole and of the same day; if the two are equal "
        "only up to a rounding, state a tolerance at this entry of equalSums, if it is meant so, a budget",
    )


def metadata(found: Comparison, contract: Contract, budget: float) -> dict[str, Any]:
    """The metadata of an equality: counts of records, amounts as text with the decimals that they have."""
    scale = (
        contract.by_name[found.equality.field].scale if contract.by_name[found.equality.field].type == "number" else 0
    )
    difference, total = (f"{amount:.{decimals_of(amount, scale)}f}" for amount in (found.difference, found.total))
    return {
        "field": found.equality.field,
        "target": found.equality.target,
        "records": found.records,
        "unequal": found.unequal,
        "money": {found.equality.field: difference},
        "of_money": {found.equality.field: total},
        "budget": budget,
    }
