"""One mart in the report of gold: what a row is, what was proved, its flags, its columns; each figure is entered."""

from collections.abc import Callable, Mapping
from typing import Any

from elt.gold import origins
from elt.gold.dictionary import grain, mart_title, unit_text
from elt.gold.line_text import document_table, unknown_table
from elt.protection.disclosure import count_text
from elt.report import assumptions
from elt.report.figure_ledger import Told
from elt.report.languages import in_language
from elt.report.markdown import code, table
from elt.run.mart import Mart

COLUMNS = ("column", "type", "unit", "personal", "meaning", "missing")


def is_about_people(mart: Mart) -> bool:
    """Whether the rows of a mart can be traced to persons: its key or a foreign key is an identifier."""
    return any(mart.by_name[column].personal == "identifier" for column in (*mart.key, *mart.foreign_keys))


def count_of(mart: Mart, minimum: int, words: Told) -> Callable[[str, int, str], str]:
    """How a count of rows of a mart is shown: about people, one under the minimum group is less than it."""

    def shown(name: str, count: int, condition: str) -> str:
        safe = count_text(count, minimum) if is_about_people(mart) else count
        told = f"{mart.name}.{name}"
        return safe if isinstance(safe, str) else words.number(told, safe, origins.rows(mart.name, condition))

    return shown


def flag_cell(mart: Mart, flag: str, column: str, found: Mapping[str, Any], words: Told) -> str:
    """The amount of the rows with a flag, and its share of all."""
    amount, name, condition = found["flag_money"][flag][column], f"{mart.name}.{flag}.{column}", origins.is_true(flag)
    part = assumptions.share_of(amount, found["money"][column])
    of_all = origins.share(mart.name, f"SUM({origins.quoted_name(column)})", condition)
    return words["sum_share"].format(
        amount=words.exact(name, amount, origins.amount(mart.name, column, condition)),
        share=words.share(f"{name}.share", part, of_all),
    )


def flag_table(mart: Mart, found: Mapping[str, Any], count: Callable[[str, int, str], str], words: Told) -> str:
    """The flags of a mart: rows where each is true, and their amounts with their share of all; empty without flags."""
    money, rows = list(mart.ledger.money), []
    for flag, times in found["flags"].items():
        rows_text = count(flag, times, origins.is_true(flag))
        is_hidden = rows_text.startswith("<")  # the amount of a few would tell of them
        cells = ["–" if is_hidden else flag_cell(mart, flag, column, found, words) for column in money]
        rows.append([code(flag), in_language(mart.by_name[flag].description, words.language), rows_text, *cells])
    columns = words["columns"]
    head = [*(columns[name] for name in ("flag", "meaning", "rows")), *(columns["sum"].format(column=c) for c in money)]
    return table(head, rows) if rows else ""


def rows_of(mart: str, found: Mapping[str, Any], words: Told) -> str:
    """The number of rows of a mart."""
    return words.number(f"{mart}.rows", found["rows"], origins.rows(mart))


def proved(mart: Mart, found: Mapping[str, Any], words: Told) -> str:
    """What was proved of a mart, as a list: its key is unique, its references have their partners."""
    lines = [words["unique"].format(rows=rows_of(mart.name, found, words), key=", ".join(map(code, mart.key)))]
    for column, reference in found["references"].items():
        name = f"{mart.name}.{column}.values"
        values = words.number(name, reference["values"], origins.values(mart.name, column))
        lines.append(words["reference"].format(column=code(column), values=values, target=code(reference["target"])))
    return "".join(f"- {line}\n" for line in lines) + "\n"


def section(mart: Mart, found: Mapping[str, Any], minimum: int, words: Told) -> str:
    """One mart: what a row is, what was proved, its flags, its columns."""
    count = count_of(mart, minimum, words)
    columns = [
        [code(column.name), words["types"].get(column.type, column.type), unit_text(column.unit, words.words),
         words["classes"][column.personal],
         in_language(column.description, words.language),
         count(f"{column.name}.missing", found["missing"].get(column.name, 0), f'"{column.name}" IS NULL')]
        for column in mart.columns
    ]  # fmt: skip
    return (
        mart_title(mart, words.words)
        + words["reads"].format(grain=grain(mart, words.words), tables=", ".join(map(code, found["reads"])))
        + f"\n\n{proved(mart, found, words)}"
        + unknown_table(mart.name, found.get("unknown", {}), words)
        + flag_table(mart, found, count, words)
        + document_table(mart.name, found.get("documents", {}), words)
        + table([words["columns"][name] for name in COLUMNS], columns, words["always_zero"])
    )
