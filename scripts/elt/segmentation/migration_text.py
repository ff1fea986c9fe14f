"""Who moved between segments since an earlier run, as Markdown. `model` is model_metadata.json."""

from collections.abc import Iterator, Mapping
from typing import Any

from elt.report.figure_ledger import Told
from elt.report.markdown import escape, table
from elt.segmentation import origins
from elt.segmentation.matching import GONE, NEW

HIDDEN = "–"


def section(model: Mapping[str, Any], words: Told) -> Iterator[str]:
    """Title, table (a row a segment of then, a column a segment of now, customers) and how to read it; nothing where
    the run was compared with none, or one of the two has no segments."""
    found, text, language = model.get("migration", {}), words["migration"], words.language
    if not found.get("moves"):
        return
    kept = sum(segment["is_kept"] for segment in model["segments"])
    of_kept = origins.place("segments", "*", "is_kept", function="count", where=True)
    of_all = origins.place("segments", "*", "label", function="count")
    title = text["title"].format(
        kept=words.number("migration.kept", kept, of_kept),
        segments=words.number("migration.segments", len(model["segments"]), of_all),
        run=escape(found["run"]),
    )
    yield f"## {title}\n\n"
    then, now = ({str(one["label"]): called(one, language) for one in part["segments"]} for part in (found, model))
    rows, columns = then | {NEW: text["new"]}, now | {GONE: text["gone"]}
    cells = [[name, *(moved(model, row, column, words) for column in columns)] for row, name in rows.items()]
    yield table([text["then"], *columns.values()], cells)
    yield text["reading"] + "\n\n"
    if any(HIDDEN in line for line in cells):
        least = words.number("minimum_group", model["minimum_group"], origins.place("minimum_group"))
        yield text["hidden"].format(minimum=least) + "\n\n"


def called(segment: Mapping[str, Any], language: str) -> str:
    """Number and name of a segment."""
    return f"{segment['label']}. {segment['name'][language]}"


def moved(model: Mapping[str, Any], row: str, column: str, words: Told) -> str:
    """The customers who moved from one segment to another, or a dash where they are withheld."""
    count, origin = model["migration"]["moves"][row][column], origins.moved(model["segments"], row, column)
    return HIDDEN if count is None else words.number(f"migration.{row}.{column}", count, origin, unit="people")
