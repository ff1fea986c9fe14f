"""The record of processing activities (Art. 30(1) GDPR), its letters a to g in this order."""

from collections.abc import Mapping, Sequence
from typing import Any

from elt.privacy.combined import Combination
from elt.privacy.document_text import DASH, Wording, personal_fields, section
from elt.privacy.recipients_text import recipients, transfers
from elt.privacy.time_limits_text import time_limits
from elt.report.markdown import Markdown, code, table
from elt.run.contract import Contract
from elt.run.controller import Contact, ControllerStatements, Purpose

PARTS = ("name", "address", "contact")


def contact_row(words: Wording, role: str, one: Contact) -> list[str]:
    """A role with name, address and contact; what is missing is marked."""
    title, parts = words["record"]["roles"][role], words["record"]["contact_parts"]
    return [title, *(words.stated(getattr(one, part), f"{title}: {parts[part]}") for part in PARTS)]


def roles(words: Wording, stated: ControllerStatements) -> str:
    """Who is responsible: name, address and contact of each role; of joint controllers and a representative if any."""
    named = [("controller", stated.controller or Contact())]
    named += [("joint_controller", one) for one in stated.joint_controllers or ()]
    named += [("representative", stated.representative)] if stated.representative else []
    named += [("data_protection_officer", stated.data_protection_officer or Contact())]
    rows = [contact_row(words, role, one) for role, one in named]
    remark = words["record"]["who_more"] if len(named) == 2 else ""
    return f"{table(words['record']['who_head'], rows)}{remark}"


def purposes(words: Wording, stated: ControllerStatements) -> str:
    """Purposes and legal basis."""
    texts, rows = words["record"], []
    for entry in stated.purposes or (Purpose(),):
        purpose = words.stated(entry.purpose, texts["points"]["purpose"])
        where = f" ({purpose})" if entry.purpose else ""
        rows.append([purpose, words.stated(entry.legal_basis, f"{texts['points']['legal_basis']}{where}")])
    return table(texts["purposes_head"], rows)


def subjects(
    words: Wording, contracts: Mapping[str, Contract], policy: Mapping[str, Any], stated: ControllerStatements
) -> str:
    """Categories of persons and of personal data: every personal field, by the policy."""
    texts, rows = words["record"], []
    for name, item in personal_fields(contracts):
        leaves = policy["raw_tables"][name][item.name]["leaves_protected_layers"]
        rows.append([
            code(name), code(item.name), words.meaning(name, item), words["classes"][item.personal],
            words["actions"][item.personal], words["agreed"] if leaves else words["denied"],
        ])  # fmt: skip
    people = texts["subjects_text"].format(subjects=words.listed(stated.data_subjects, texts["points"]["subjects"]))
    special = words.listed(stated.special_categories, texts["points"]["special"])
    classes = texts["special_text"].format(special=special)
    return f"{people}\n\n{classes}\n\n{table(texts['subjects_head'], rows)}{exceptions(words, policy)}"


def exceptions(words: Wording, policy: Mapping[str, Any]) -> str:
    """Columns with a weaker class than what they are made of, and the reasons; nothing without such."""
    rows = [
        [code(one["column"]), words["classes"][one["class"]], words["classes"][one["instead_of"]],
         code(one["path"][0] if one["path"] else ""), words.stated(one["why"], "")]
        for one in policy["class_exceptions"]
    ]  # fmt: skip
    texts = words["record"]
    return f"{texts['exceptions']}\n\n{table(texts['exceptions_head'], rows)}" if rows else ""


def names(tables: Sequence[str]) -> Markdown:
    """Names of tables in code letters, or a dash."""
    return Markdown(", ".join(map(code, tables)) or DASH)


def combined(words: Wording, found: Sequence[Combination]) -> str:
    """Where personal fields of two or more raw tables come together."""
    texts = words["record"]
    if not found:
        return texts["combined_none"]
    rows = [[code(one.where), names(one.by_value), names(one.choosing)] for one in found]
    return f"{texts['combined_text']}\n\n{table(texts['combined_head'], rows)}"


def measures(words: Wording, policy: Mapping[str, Any], stated: ControllerStatements) -> str:
    """Technical and organisational measures: those checked in the run, and those that the controller states."""
    texts = words["record"]
    more = words.stated(stated.measures, texts["points"]["measures"])
    listed = checked_statements(words, policy) + acknowledged(words, policy)
    return f"{listed}\n{texts['more_measures'].format(text=more)}\n"


def acknowledged(words: Wording, policy: Mapping[str, Any]) -> str:
    """Each find of the leak search that the controller has acknowledged, with the reason, as a list."""
    text, finds = words["record"]["acknowledged"], policy["acknowledged_finds"]
    return "".join(
        f"- {text.format(file=code(one['file']), column=code(one['column']), why=words.stated(one['why'], ''))}\n"
        for one in finds
    )


def checked_statements(words: Wording, policy: Mapping[str, Any]) -> str:
    """Each sentence of the policy with what was counted for it, as a list."""
    facts = {name: policy["pseudonyms"][name] for name in ("scheme", "version")}
    return "".join(
        f"- {words.filled(words['statements'][entry['id']], {**facts, **entry['checked']})}\n"
        for entry in policy["statements"]
    )


def document(
    words: Wording,
    contracts: Mapping[str, Contract],
    policy: Mapping[str, Any],
    stated: ControllerStatements,
    found: Sequence[Combination],
) -> str:
    """The document as Markdown; it opens with the points that are left for the controller to fill in."""
    texts = words["record"]
    sections = [
        section(texts["who"], roles(words, stated)),
        section(texts["purposes"], purposes(words, stated)),
        section(texts["subjects"], subjects(words, contracts, policy, stated)),
        section(texts["combined"], combined(words, found)),
        section(texts["recipients"], recipients(words, contracts, policy, stated)),
        section(texts["transfers"], transfers(words, stated)),
        section(texts["deletion"], time_limits(words, policy, stated)),
        section(texts["measures"], measures(words, policy, stated)),
    ]
    return f"{words.head(texts['title'])}{words.opening()}{''.join(sections)}"
