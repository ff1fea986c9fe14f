"""The frame of an impact assessment (Art. 35(7) GDPR): what the run knows, and marks where it cannot."""

from collections.abc import Mapping, Sequence
from typing import Any

from elt.privacy.combined import Combination
from elt.privacy.document_text import DASH, Wording, section
from elt.privacy.impact import DESCRIPTION, NECESSITY, REVIEW, RISKS
from elt.privacy.record_text import checked_statements, combined, purposes
from elt.privacy.time_limits_text import expiry
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import percent
from elt.run.controller import ControllerStatements, RiskRating


def points(words: Wording, names: Sequence[str], stated: ControllerStatements) -> str:
    """Points that the controller answers, a row each."""
    texts = words["impact"]
    rows = [[texts["points"][name], words.stated(stated.impact_assessment.get(name), texts["points"][name])]
            for name in names]  # fmt: skip
    return table(texts["points_head"], rows)


def sentences(words: Wording, name: str, facts: Mapping[str, Any]) -> str:
    """The sentences of a part with their figures, as a list."""
    return "".join(f"- {words.filled(sentence, facts)}\n" for sentence in words["impact"][name]) + "\n"


def shown(words: Wording, found: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with lists and shares as text."""
    share = found["alone"]
    return {
        **found,
        "unused": ", ".join(map(code, found["unused"])) or words["none"],
        "alone": DASH if share is None else percent(share, 1, words.language),
    }


def description(
    words: Wording, facts: Mapping[str, Any], stated: ControllerStatements, found: Sequence[Combination]
) -> str:
    """Part a: purposes, data, steps, combined sources; what only the controller can describe."""
    return (
        purposes(words, stated)
        + sentences(words, "known", facts)
        + f"{combined(words, found).strip()}\n\n"
        + points(words, DESCRIPTION, stated)
    )


def necessity(words: Wording, facts: Mapping[str, Any], stated: ControllerStatements) -> str:
    """Part b: how data are kept few and short, and the rights of persons; why all this is needed."""
    texts = words["impact"]
    objections = texts["objections" if words.facts.has_objections else "no_objections"]
    deletion = f"{words.filled(texts['due'], facts)} {expiry(words, facts['days'], stated)}"
    listed = f"{sentences(words, 'few', facts).strip()}\n- {deletion}\n- {texts['erasure']}\n- {objections}\n\n"
    return f"{listed}{points(words, NECESSITY, stated)}"


def level(words: Wording, value: str | None, point: str) -> Markdown:
    """How high the controller rates something, or the mark."""
    return Markdown(words["impact"]["levels"][value]) if value else words.to_fill_in(point)


def risks(words: Wording, facts: Mapping[str, Any], stated: ControllerStatements) -> str:
    """Part c: what the run knows of each risk, and how the controller rates it."""
    texts, ratings = words["impact"], []
    sources = [[texts["risks"][name], Markdown(words.filled(texts["sources"][name], facts))] for name in RISKS]
    for name in RISKS:
        title, rating = texts["risks"][name], stated.risks.get(name, RiskRating())
        ratings.append([
            title,
            level(words, rating.likelihood, f"{title}: {texts['likelihood']}"),
            level(words, rating.severity, f"{title}: {texts['severity']}"),
            words.stated(rating.why, f"{title}: {texts['why']}"),
        ])  # fmt: skip
    known, rated = table(texts["sources_head"], sources), table(texts["ratings_head"], ratings)
    return f"{known}{texts['risks_text']}\n\n{rated}"


def measures(words: Wording, policy: Mapping[str, Any], facts: Mapping[str, Any], stated: ControllerStatements) -> str:
    """Part d: what lowers each risk, what was checked in the run, what the controller adds."""
    texts = words["impact"]
    rows = [[texts["risks"][name], Markdown(words.filled(texts["remedies"][name], facts))] for name in RISKS]
    more = words.stated(stated.measures, words["record"]["points"]["measures"])
    return (
        table(texts["remedies_head"], rows)
        + f"{texts['checked']}\n\n{checked_statements(words, policy)}\n"
        + f"{words['record']['more_measures'].format(text=more)}\n\n"
    )


def document(
    words: Wording,
    found: Mapping[str, Any],
    policy: Mapping[str, Any],
    stated: ControllerStatements,
    sources: Sequence[Combination],
) -> str:
    """The document as Markdown; `found`: of elt/privacy/impact.py."""
    texts, facts = words["impact"], shown(words, found)
    sections = [
        section(texts["description"], description(words, facts, stated, sources)),
        section(texts["necessity"], necessity(words, facts, stated)),
        section(texts["risks_title"], risks(words, facts, stated)),
        section(texts["measures"], measures(words, policy, facts, stated)),
        section(texts["review"], points(words, REVIEW, stated)),
    ]
    return f"{words.head(texts['title'])}{texts['intro']}\n\n{words.opening()}{''.join(sections)}"
