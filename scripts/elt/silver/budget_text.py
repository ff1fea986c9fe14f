"""What the report of silver says of the quarantine and its budget."""

from collections.abc import Iterator, Sequence
from typing import Any

from elt.report.markdown import code, table
from elt.report.numbers import Numbers
from elt.report.words import Words
from elt.silver.budgets import Budget, by_code, floor_stated, most, most_of_all, share, share_of_all
from elt.silver.reference_text import Tables, section


def budget_rows(tables: Tables, budget: Budget, words: Words) -> Iterator[list[Any]]:
    """One row a table and reason code: records in quarantine, and how much of the budget that takes."""
    shown = Numbers(words["language"])
    for name, found in tables.items():
        counts, records = by_code(found), found["records"]
        allowed = {reason: (share(budget, reason), most(budget, reason, records)) for reason in counts}
        if len(counts) > 1:
            every = words["all"]
            counts = counts | {every: sum(counts.values())}
            allowed[every] = share_of_all(budget), most_of_all(budget, records)
        for reason, count in counts.items():
            part, least = allowed[reason]
            used = shown.percent(count / least, 0) if least else "–"
            limit = shown.percent(part) if least <= part * records else words["records"].format(count=shown(least))
            yield [code(name), code(reason), shown(count), shown.percent(count / records, 2), limit, used]


def budget_section(tables: Tables, budget: Budget, words: Words) -> str:
    """How much of the budgets of quarantine is used."""
    shown, columns = Numbers(words["language"]), ("table", "reason", "records", "share_in", "budget", "used")
    rows = list(budget_rows(tables, budget, words))
    told = words["budget"].format(
        default=shown.percent(share(budget, "default")),
        all=shown.percent(share_of_all(budget)),
        floor=shown(floor_stated(budget)),
    )
    return section(words, "budget", told, table_or_nothing([words["columns"][name] for name in columns], rows, words))


def table_or_nothing(header: Sequence[str], rows: Sequence[Sequence[Any]], words: Words) -> str:
    """A table, or the word for an empty one."""
    return table(header, rows) if rows else f"{words['nothing']}\n"
