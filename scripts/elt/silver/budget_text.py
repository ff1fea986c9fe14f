"""What the report of silver says of the quarantine and its budget; each figure is entered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elt.report.figure_ledger import Told, at, quoted
from elt.report.markdown import code, table
from elt.silver import origins
from elt.silver.budgets import FLOOR_OF, Budget, by_code, floor_stated, most, most_of_all, share, share_of_all
from elt.silver.reference_text import Tables, section

SETTING = "quarantine_budget"  # in the metadata
ALL = "total"


def in_force(budget: Budget) -> dict[str, float]:
    """The budgets as the metadata keep them: those stated by reason, the default, that of all together, the floor."""
    stated = dict(budget) if isinstance(budget, Mapping) else {}
    return stated | {"default": share(budget, "default"), ALL: share_of_all(budget), "floor": floor_stated(budget)}


def stated(key: str, budget: Budget, words: Told) -> str:
    """A budget of the settings as per cent; `key`: a reason, default or total."""
    kept = in_force(budget)
    name = key if key in kept else "default"
    return words.share(f"budget.{name}", kept[name], at(origins.METADATA, SETTING, name))


def floor_of_all(budget: Budget, words: Told) -> str:
    """The floor of the settings, in records."""
    return words.number("budget.floor", floor_stated(budget), at(origins.METADATA, SETTING, "floor"))


def limit_text(name: str, key: str, budget: Budget, records: int, words: Told) -> tuple[str, str]:
    """What may go of a table for a reason or for all, and that in records as a part of a formula."""
    part = share_of_all(budget) if key == ALL else share(budget, key)
    least = most_of_all(budget, records) if key == ALL else most(budget, key, records)
    if least <= part * records:
        told = stated(key, budget, words)
        return told, f"([budget.{key if f'budget.{key}' in words.ledger.figures else 'default'}] * [{name}.records])"
    is_floor, figure = least == floor_stated(budget), f"{name}.floor"
    floor_of_all(budget, words)
    origin = {"formula": "[budget.floor]" if is_floor else f"[{name}.records] // {FLOOR_OF}"}
    return words["records"].format(count=words.number(figure, least, origin)), f"[{figure}]"


def budget_row(name: str, key: str, count: int, budget: Budget, records: int, words: Told) -> list[Any]:
    """Records in quarantine for a reason or for all, and how much of the budget that takes."""
    told = f"{name}.{'quarantined' if key == ALL else f'reason.{key}'}"
    origin = origins.outcome(name, "quarantined")
    counted = words.number(told, count, origin if key == ALL else origins.set_aside(name, f"code = {quoted(key)}"))
    limit, in_records = limit_text(name, key, budget, records, words)
    least = most_of_all(budget, records) if key == ALL else most(budget, key, records)
    part = words.share(f"{told}.share", count / records, origins.share(told, f"{name}.records", records), 2)
    used = words.share(f"{told}.used", count / least, {"formula": f"[{told}] / {in_records}"}, 0) if least else "–"
    return [code(name), words["all"] if key == ALL else code(key), counted, part, limit, used]


def budget_rows(tables: Tables, budget: Budget, words: Told) -> Iterator[list[Any]]:
    """One row a table and reason code: records in quarantine, and how much of the budget that takes."""
    for name, found in tables.items():
        counts = by_code(found)
        for key, count in (counts | ({ALL: sum(counts.values())} if len(counts) > 1 else {})).items():
            yield budget_row(name, key, count, budget, found["records"], words)


def budget_section(tables: Tables, budget: Budget, words: Told) -> str:
    """How much of the budgets of quarantine is used."""
    columns = ("table", "reason", "records", "share_in", "budget", "used")
    told = words["budget"].format(
        default=stated("default", budget, words),
        all=stated(ALL, budget, words),
        floor=floor_of_all(budget, words),
    )
    rows = list(budget_rows(tables, budget, words))
    return section(words, "budget", told, table_or_nothing([words["columns"][name] for name in columns], rows, words))


def table_or_nothing(header: Sequence[str], rows: Sequence[Sequence[Any]], words: Told) -> str:
    """A table, or the word for an empty one."""
    return table(header, rows, words["always_zero"]) if rows else f"{words['nothing']}\n"
