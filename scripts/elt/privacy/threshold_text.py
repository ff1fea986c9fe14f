"""The threshold check for people: what was measured of each criterion, what that decides, the controller's answers."""

from collections.abc import Mapping
from typing import Any

from elt.privacy.document_text import DASH, Wording, section
from elt.privacy.threshold import LISTED, NINE, result
from elt.report.markdown import Markdown, code, table
from elt.run.controller import Answer

RULE_OF_THUMB = 2  # criteria from which on an assessment is due as a rule (WP 248 rev. 01, III.B)


def row(words: Wording, name: str, facts: Mapping[str, Any], answer: Answer | None) -> list[str]:
    """A criterion: what was measured for it, whether that decides, what the controller says."""
    texts, stated = words["threshold"], Markdown(DASH)
    title = texts["criteria"][name]
    if answer:
        stated = Markdown(f"{words['agreed' if answer.applies else 'denied']}: {words.stated(answer.why, title)}")
    elif not facts["touched"]:
        stated = words.to_fill_in(title)
    computed = texts["touched"] if facts["touched"] else texts["left"]
    shown = {**facts, "names": ", ".join(map(code, facts.get("names", ())))}
    return [title, Markdown(words.filled(texts["measured"][name], shown)), computed, stated]


def document(words: Wording, found: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Answer]) -> str:
    """The document as Markdown; `found`: criterion -> what was measured (elt/privacy/threshold.py)."""
    texts, outcome = words["threshold"], result(found, answers)
    nine, listed = (
        table(texts["head"], [row(words, name, found[name], answers.get(name)) for name in criteria])
        for criteria in (NINE, LISTED)
    )
    counts = {"touched": len(outcome["touched_of_nine"]), "open": len(outcome["open_of_nine"])}
    verdict = texts["result_two"] if counts["touched"] >= RULE_OF_THUMB else texts["result_few"]
    totals = {"touched": len(outcome["touched"]), "criteria": len(found), "open": len(outcome["open"])}
    return (
        words.head(words.filled(texts["title"], totals))
        + f"**{words.filled(verdict, counts)}**\n\n"
        + words.opening()
        + f"{texts['intro']}\n\n{texts['rule']}\n\n"
        + section(texts["nine"], nine)
        + section(texts["list"], listed)
    )
