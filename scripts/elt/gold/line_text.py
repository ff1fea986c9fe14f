"""What the report of gold says of the order lines: unknown members, and what the lines stand for."""

from collections.abc import Mapping
from typing import Any

from elt.report import assumptions
from elt.report.markdown import code, table
from elt.report.numbers import number, percent


def document_table(found: Mapping[str, Mapping[str, Any]]) -> str:
    """How many lines and documents of each type there are, and what they amount to; empty for a mart without them."""
    rows = [[code(name), number(entry["lines"]), number(entry["documents"]), entry["amount"]]
            for name, entry in found.items()]  # fmt: skip
    return table(["Document type", "Lines", "Documents", "Amount"], rows) if rows else ""


def unknown_table(unknown: Mapping[str, Mapping[str, Any]]) -> str:
    """Order lines and their amount on key 0, the unknown member, by dimension; empty for other marts."""
    rows = [
        [
            code(column),
            code(found["dimension"]),
            number(found["lines"]),
            percent(assumptions.share_of(found["lines"], found["of"]), 2),
            number(found["money"], 2),
            percent(assumptions.share_of(found["money"], found["of_money"]), 2),
        ]
        for column, found in unknown.items()
    ]
    if not rows:
        return ""
    whole = next(iter(unknown.values()))
    lines, amount = number(whole["of"]), number(whole["of_money"], 2)
    head = [
        "Key 0 in",
        "Unknown member of",
        "Order lines",
        "Share of all order lines",
        "Amount",
        "Share of all amounts",
    ]
    title = f"Key 0 stands for what a dimension does not know, of {lines} order lines with {amount}:\n\n"
    return title + table(head, rows)
