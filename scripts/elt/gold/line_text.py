"""What the report of gold says of the order lines: unknown members, and what the lines stand for."""

from collections.abc import Mapping
from typing import Any

from elt.report import assumptions
from elt.report.markdown import code, table
from elt.report.numbers import Numbers
from elt.report.words import Words


def document_table(found: Mapping[str, Mapping[str, Any]], words: Words) -> str:
    """How many lines and documents of each type there are, and what they amount to; empty for a mart without them."""
    shown, columns = Numbers(words["language"]), ("document", "lines", "documents", "amount")
    rows = [[code(name), shown(entry["lines"]), shown(entry["documents"]), shown.exact(entry["amount"])]
            for name, entry in found.items()]  # fmt: skip
    return table([words["columns"][name] for name in columns], rows) if rows else ""


def unknown_table(unknown: Mapping[str, Mapping[str, Any]], words: Words) -> str:
    """Order lines and their amount on key 0, the unknown member, by dimension; empty for other marts."""
    shown = Numbers(words["language"])
    rows = [
        [
            code(column),
            code(found["dimension"]),
            shown(found["lines"]),
            shown.percent(assumptions.share_of(found["lines"], found["of"]), 2),
            shown(found["money"], 2),
            shown.percent(assumptions.share_of(found["money"], found["of_money"]), 2),
        ]
        for column, found in unknown.items()
    ]
    if not rows:
        return ""
    whole = next(iter(unknown.values()))
    told = words["unknown"].format(lines=shown(whole["of"]), amount=shown(whole["of_money"], 2))
    columns = ("key_0", "dimension", "order_lines", "line_share", "amount", "amount_share")
    return f"{told}\n\n" + table([words["columns"][name] for name in columns], rows)
