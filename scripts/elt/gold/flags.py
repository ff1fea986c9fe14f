"""Flags of a mart: rows and amounts for which one is true, and what rests on an assumption there.

A flag of marts.yaml with `doubts` says that the values of these columns rest on an assumption wherever it is true, such
as the cost of a later version of a product.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from elt.gold.budgets import FLAG
from elt.report import assumptions
from elt.run.columns import Column
from elt.run.mart import Mart


def is_doubted(flag: Column) -> pl.Expr:
    """Whether a flag is true for a row that has a value which it doubts; without `doubts` whether it is true."""
    is_true = pl.col(flag.name).fill_null(value=False)
    return is_true & pl.any_horizontal(pl.col(name).is_not_null() for name in flag.doubts) if flag.doubts else is_true


def counters(mart: Mart) -> list[pl.Expr]:
    """Rows and sums of money of the rows where a flag is true, and of those where it doubts a value."""
    money = mart.ledger.money
    exprs = [
        pl.col(column).filter(pl.col(flag.name)).sum().alias(f"flagged {flag.name} {column}")
        for flag in mart.flags
        for column in money
    ]
    for flag in mart.doubtful:
        exprs.append(is_doubted(flag).sum().alias(f"doubted {flag.name}"))
        exprs += [pl.col(c).filter(is_doubted(flag)).sum().alias(f"doubted {flag.name} {c}") for c in money]
    return exprs


def amounts(found: Mapping[str, Any], mart: Mart) -> dict[str, dict[str, str]]:
    """Flag -> column of money -> its sum over the rows where the flag is true; found: values of `counters`."""
    money = mart.ledger.money
    return {flag.name: {c: str(found[f"flagged {flag.name} {c}"]) for c in money} for flag in mart.flags if money}


def contradicted(found: Mapping[str, Any], mart: Mart) -> list[assumptions.Entry]:
    """An entry a flag with `doubts` that is true somewhere; found: values of `counters`, rows, sums of money."""
    money = mart.ledger.money
    return [
        assumptions.entry(
            FLAG,
            f"{mart.name}.{flag.name}",
            count,
            found["rows"],
            {column: found[f"doubted {flag.name} {column}"] for column in money},
            {column: found[f"sum {column}"] for column in money},
            key=flag.name,
            why=flag.why,
        )
        for flag in mart.doubtful
        if (count := found[f"doubted {flag.name}"])
    ]
