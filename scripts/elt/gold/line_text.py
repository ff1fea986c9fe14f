"""What the report of gold says of the order lines: unknown members, and what the lines stand for."""

from collections.abc import Mapping
from typing import Any

from elt.gold import origins
from elt.report import assumptions
from elt.report.figure_ledger import Told, query, quoted
from elt.report.markdown import code, table

AMOUNT = "sales_amount"


def document_table(mart: str, found: Mapping[str, Mapping[str, Any]], words: Told) -> str:
    """How many lines and documents of each type there are, and what they amount to; empty for a mart without them."""
    rows = []
    for name, entry in found.items():
        called, of_type = f"{mart}.{name}", f"document_type = {quoted(name)}"
        documents = query(f"SELECT COUNT(DISTINCT order_number) FROM gold.{mart} WHERE {of_type}")  # noqa: S608
        rows.append(
            [
                code(name),
                words.number(f"{called}.lines", entry["lines"], origins.rows(mart, of_type)),
                words.number(f"{called}.documents", entry["documents"], documents),
                words.exact(f"{called}.amount", entry["amount"], origins.amount(mart, AMOUNT, of_type)),
            ]
        )
    columns = ("document", "lines", "documents", "amount")
    return table([words["columns"][name] for name in columns], rows) if rows else ""


def unknown_row(mart: str, column: str, found: Mapping[str, Any], words: Told) -> list[str]:
    """Order lines and their amount on key 0 of one dimension."""
    name, condition = f"{mart}.{column}.unknown", f"{column} = 0"
    lines, money = ((found[part], found[whole]) for part, whole in (("lines", "of"), ("money", "of_money")))
    all_money = f"SUM({AMOUNT})"
    return [
        code(column),
        code(found["dimension"]),
        words.number(f"{name}.lines", lines[0], origins.rows(mart, condition)),
        words.share(f"{name}.line_share", assumptions.share_of(*lines), origins.share(mart, "COUNT(*)", condition), 2),
        words.number(f"{name}.amount", money[0], origins.amount(mart, AMOUNT, condition), 2, "money"),
        words.share(f"{name}.amount_share", assumptions.share_of(*money), origins.share(mart, all_money, condition), 2),
    ]


def unknown_table(mart: str, unknown: Mapping[str, Mapping[str, Any]], words: Told) -> str:
    """Order lines and their amount on key 0, the unknown member, by dimension; empty for other marts."""
    rows = [unknown_row(mart, column, found, words) for column, found in unknown.items()]
    if not rows:
        return ""
    whole = next(iter(unknown.values()))
    told = words["unknown"].format(
        lines=words.number(f"{mart}.rows", whole["of"], origins.rows(mart)),
        amount=words.number(f"{mart}.amount", whole["of_money"], origins.amount(mart, AMOUNT), 2, "money"),
    )
    columns = ("key_0", "dimension", "order_lines", "line_share", "amount", "amount_share")
    return f"{told}\n\n" + table([words["columns"][name] for name in columns], rows)
