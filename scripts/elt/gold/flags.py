"""Flags of a mart: rows and amounts for which one is true, and what rests on an assumption there.

A flag of marts.yaml with `doubts` says that the values of these columns rest on an assumption wherever it is true, such
as the cost of a later version of a product.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.report import assumptions
from elt.run.columns import Column
from elt.run.mart import Mart

CODE = "flag"


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
            CODE,
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


def check_budget(mart: str, entry: assumptions.Entry, budget: float) -> None:
    """What rests on an assumption must stay within a share of each amount, of the rows where there is none; else Fault.

    budget: the share.
    """
    parts = [(field, part) for field, _, part in assumptions.amounts_of(entry) if part is not None]
    parts = parts or [("rows", assumptions.share_of(entry["records"], entry["of"]))]
    field, share = max(parts, key=lambda part: part[1])
    if share > Decimal(str(budget)):
        money = "".join(f", {amount} in {name}" for name, amount, _ in assumptions.amounts_of(entry))
        problem = (
            f"{entry['records']} of {entry['of']} rows{money} rest on an assumption ({entry['where']}): {share:.1%} of "
            f"{field}, the budget is {budget:.1%}"
        )
        remedy = "Mend the source, or raise assumption_budget in config/config.yaml"
        raise Fault(f"mart {mart}", problem, remedy)
