"""What the report of silver says of the quarantine and its budget."""

from collections.abc import Iterator, Sequence
from typing import Any

from elt.report.markdown import code, table
from elt.report.numbers import number, percent
from elt.silver.budgets import Budget, by_code, floor_stated, most, most_of_all, share, share_of_all
from elt.silver.reference_text import Tables

NOTHING = "Nothing.\n"


def budget_rows(tables: Tables, budget: Budget) -> Iterator[list[Any]]:
    """One row a table and reason code: records in quarantine, and how much of the budget that takes."""
    for name, found in tables.items():
        counts, records = by_code(found), found["records"]
        allowed = {reason: (share(budget, reason), most(budget, reason, records)) for reason in counts}
        if len(counts) > 1:
            counts = counts | {"all": sum(counts.values())}
            allowed["all"] = share_of_all(budget), most_of_all(budget, records)
        for reason, count in counts.items():
            part, least = allowed[reason]
            used = percent(count / least, 0) if least else "–"
            limit = percent(part) if least <= part * records else f"{number(least)} records"
            yield [code(name), code(reason), number(count), percent(count / records, 2), limit, used]


def budget_section(tables: Tables, budget: Budget) -> str:
    """How much of the budgets of quarantine is used."""
    header, rows = (
        ["Table", "Reason", "Records", "Share of records in", "Budget", "Share of the budget used"],
        list(budget_rows(tables, budget)),
    )
    return (
        "## Quarantine and its budget\n\n"
        f"Up to {percent(share(budget, 'default'))} of a table may go to quarantine for one reason that has no budget "
        f"of its own, and {percent(share_of_all(budget))} for all reasons together, before the run fails. "
        f"Of a small table {number(floor_stated(budget))} records may go in any case, if they are no more than one in "
        "ten.\n\n" + table_or_nothing(header, rows)
    )


def table_or_nothing(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table, or the word for an empty one."""
    return table(header, rows) if rows else NOTHING
