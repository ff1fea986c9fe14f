"""The criteria of an impact assessment for people: measured, computed where possible, the controller's answers."""

from collections.abc import Mapping
from typing import Any

from elt.privacy.assessment import LISTED, NINE, result
from elt.privacy.document_text import DASH, Wording, section
from elt.report.markdown import Markdown, table
from elt.run.controller import Answer

RULE_OF_THUMB = 2  # criteria from which on an assessment is due as a rule (WP 248 rev. 01, III.B)


def row(words: Wording, name: str, facts: Mapping[str, Any], answer: Answer | None) -> list[str]:
    """A criterion: what was measured for it, whether that decides, what the controller says."""
    texts, stated = words["assessment"], Markdown(DASH)
    if answer:
        stated = Markdown(f"{words['agreed' if answer.applies else 'denied']}: {words.stated(answer.why)}")
    elif not facts["touched"]:
        stated = words.to_fill_in()
    computed = texts["touched"] if facts["touched"] else texts["left"]
    return [texts["criteria"][name], words.filled(texts["measured"][name], facts), computed, stated]


def document(words: Wording, found: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Answer]) -> str:
    """The document as Markdown; `found`: criterion -> what was measured (elt/privacy/assessment.py)."""
    texts, outcome = words["assessment"], result(found, answers)
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
        + f"{texts['intro'].format(file=words.facts.statements_file)}\n\n{texts['rule']}\n\n"
        + section(texts["nine"], nine)
        + section(texts["list"], listed)
    )
