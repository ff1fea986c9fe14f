"""Time limits for erasure, a row a category of data: what is due when, and what really deletes it."""

from collections.abc import Mapping
from typing import Any

from elt.privacy.document_text import Wording
from elt.report.languages import in_language
from elt.report.markdown import Markdown, escape, table
from elt.run.controller import ControllerStatements


def expiry(words: Wording, days: int, stated: ControllerStatements) -> Markdown:
    """What deletes the row-level files: the schedule that the controller states, or nothing by itself."""
    texts, entry = words["record"]["limits"], stated.expiry
    if entry is None:
        return Markdown(f"{texts['unscheduled']} {words.to_fill_in(texts['unscheduled_point'])}")
    facts = {"every": entry.every_days, "latest": days + entry.every_days}
    text = words.filled(texts["daily" if entry.every_days == 1 else "scheduled"], facts)
    how = f" {escape(in_language(entry.how, words.language))}." if entry.how else ""
    return Markdown(f"{text}{how}")


def time_limits(words: Wording, policy: Mapping[str, Any], stated: ControllerStatements) -> str:
    """The table: row-level files, evidence, key, list of erased persons, lists of objections, database, the rest."""
    texts, facts, days = words["record"]["limits"], words.facts, policy["retention"]["days"]
    due = Markdown(words.filled(texts["due"], {"days": days}))
    rows = [[texts["rows"], due, expiry(words, days, stated)]]
    kept = ["evidence", "key", "erased"]
    kept += ["objections"] if facts.has_objections else []
    kept += ["database"] if facts.has_database or facts.publication else []
    rows += [[texts[name], texts["unlimited"], Markdown(texts[f"{name}_how"])] for name in kept]
    beyond = words.stated(stated.deletion, texts["beyond_point"])
    return table(texts["head"], [*rows, [texts["beyond"], texts["by_controller"], beyond]])
