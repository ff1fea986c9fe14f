"""The report of uniqueness as Markdown: who is alone with what is known of customers and of their purchases."""

from collections.abc import Callable, Mapping
from typing import Any

from elt.privacy.document_text import DASH, Wording
from elt.privacy.partial_knowledge import MOST_KNOWN
from elt.privacy.uniqueness import worst
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import percent

Rows = Callable[[Any, Wording], list[list[Any]]]


def cells_of(entry: Mapping[str, Any], words: Wording) -> list[str]:
    """Counts of an entry and the share of those alone, as text."""
    counts = [DASH if entry[name] is None else words.number(entry[name]) for name in ("unique", "small", "protected")]
    share = DASH if entry["unique_share"] is None else percent(entry["unique_share"], 1, words.language)
    return [counts[0], share, *counts[1:]]


def rows_of(measures: Mapping[str, Mapping[str, Any]], words: Wording) -> list[list[Any]]:
    """Every column alone, the worst combination of each size, and all together, as rows of a table."""
    found = [*measures.values()]
    sizes = sorted({len(entry["columns"]) for entry in found})
    chosen = [entry for entry in found if len(entry["columns"]) == 1]
    chosen += [entry for size in sizes[1:] if (entry := worst(found, size))]
    return [[Markdown(", ".join(map(code, entry["columns"]))), *cells_of(entry, words)] for entry in chosen]


def purchase_rows(found: Mapping[str, Mapping[str, Any]], words: Wording) -> list[list[Any]]:
    """Every kind of knowledge about purchases, as rows of a table."""
    known = words["uniqueness"]["knows"]  # in their order
    return [[told, *cells_of(found[name], words)] for name, told in known.items() if name in found]


def section(title: str, part: Mapping[str, Any], minimum: int, words: Wording, rows: Rows) -> str:
    """One part of the report as Markdown."""
    text = words["uniqueness"]
    columns = [head.format(few=minimum - 2, enough=minimum - 1) for head in text["head"]]
    published = [[code(name), text["published_as"][how]] for name, how in part["published_as"].items()]
    before, after = (measured(rows(part[when], words), columns, minimum, words) for when in ("before", "after"))
    treatments = table(text["published_head"], published) if published else f"{text['no_columns']}\n\n"
    return f"## {title}\n\n{treatments}### {text['before']}\n\n{before}### {text['after']}\n\n{after}"


def measured(rows: list[list[Any]], columns: list[str], minimum: int, words: Wording) -> str:
    """What was measured as a table; a sentence where there is nothing, or nothing of it may be told."""
    text = words["uniqueness"]
    if not rows:
        return f"{text['nothing']}\n\n"
    if all(cell == DASH for _, *cells in rows for cell in cells):
        return f"{text['withheld'].format(minimum=minimum)}\n\n"
    return table(columns, rows)


def document(words: Wording, found: Mapping[str, Any]) -> str:
    """The report as Markdown; each column alone, and of larger combinations the one that singles out most people."""
    text, minimum, bought = words["uniqueness"], found["minimum_group"], found["purchases"]
    looked_up, most = words.number(bought["looked_up"] or 0), words.number(MOST_KNOWN)
    return (
        words.head(text["title"])
        + f"{text['intro']}\n\n{text['dash'].format(minimum=minimum)}\n\n"
        + section(text["of_customers"], found["quasi_identifiers"], minimum, words, rows_of)
        + section(text["of_purchases"], bought, minimum, words, purchase_rows)
        + text["looked_up"].format(number=looked_up, most=most)
        + "\n"
    )
