"""The record of processing activities (Art. 30(1) GDPR), its letters a to g in this order."""

from collections.abc import Mapping
from typing import Any

from elt.privacy.document_text import Wording, personal_fields, section
from elt.report.markdown import code, table
from elt.run.company import Contract
from elt.run.controller import Contact, ControllerStatements, Purpose, Recipient

ROLES = ("controller", "representative", "data_protection_officer")
NEEDED = ("controller", "data_protection_officer")  # a representative is only for controllers outside the Union


def roles(words: Wording, stated: ControllerStatements) -> str:
    """Who is responsible: name, address and contact of each role."""
    contacts = {role: getattr(stated, role) for role in ROLES}
    named = {role: contact or Contact() for role, contact in contacts.items() if contact or role in NEEDED}
    rows = [
        [words["record"]["roles"][role], *map(words.stated, (one.name, one.address, one.contact))]
        for role, one in named.items()
    ]
    return table(words["record"]["who_head"], rows)


def purposes(words: Wording, stated: ControllerStatements) -> str:
    """Purposes and legal basis."""
    entries = (Purpose(),) if stated.purposes is None else stated.purposes
    rows = [[words.stated(entry.purpose), words.stated(entry.legal_basis)] for entry in entries]
    return table(words["record"]["purposes_head"], rows)


def subjects(
    words: Wording, contracts: Mapping[str, Contract], policy: Mapping[str, Any], stated: ControllerStatements
) -> str:
    """Categories of persons and of personal data: every personal field, by the policy."""
    rows = []
    for name, item in personal_fields(contracts):
        leaves = policy["raw_tables"][name][item.name]["leaves_protected_layers"]
        rows.append([
            code(name), code(item.name), item.description, words["classes"][item.personal],
            words["actions"][item.personal], words["agreed"] if leaves else words["denied"],
        ])  # fmt: skip
    people = words["record"]["subjects_text"].format(subjects=words.listed(stated.data_subjects))
    return f"{people}\n\n{table(words['record']['subjects_head'], rows)}"


def recipients(words: Wording, policy: Mapping[str, Any], stated: ControllerStatements) -> str:
    """Recipients, what was published with a row a customer, and transfers to third countries."""
    texts = words["record"]
    entries = (Recipient(),) if stated.recipients is None else stated.recipients
    rows = [[words.stated(entry.who), words.stated(entry.why)] for entry in entries]
    listed = table(texts["recipients_head"], rows) if rows else f"{words['none']}\n\n"
    tables = [
        [code(name), words.number(facts["rows"]), len(facts["columns"]), code("customer")]
        for name, facts in policy["published_row_level_tables"].items()
    ]
    countries = texts["countries"].format(countries=words.listed(stated.third_countries))
    return f"{listed}{texts['published']}\n\n{table(texts['published_head'], tables)}{countries}"


def measures(words: Wording, policy: Mapping[str, Any], stated: ControllerStatements) -> str:
    """Technical and organisational measures: those checked in the run, and those that the controller states."""
    facts = {name: policy["pseudonyms"][name] for name in ("scheme", "version")}
    checked = "".join(
        f"- {words.filled(words['statements'][entry['id']], {**facts, **entry['checked']})}\n"
        for entry in policy["statements"]
    )
    checked += "".join(
        "- "
        + words["record"]["acknowledged"].format(
            file=code(find["file"]), column=code(find["column"]), why=words.stated(find["why"])
        )
        + "\n"
        for find in policy["acknowledged_finds"]
    )
    return f"{checked}\n{words['record']['more_measures'].format(text=words.stated(stated.measures))}\n"


def document(
    words: Wording, contracts: Mapping[str, Contract], policy: Mapping[str, Any], stated: ControllerStatements
) -> str:
    """The document as Markdown; it opens with how many entries are left for the controller to fill in."""
    texts = words["record"]
    deletion = texts["deletion_text"].format(days=words.number(policy["retention"]["days"]))
    beyond = texts["deletion_more"].format(text=words.stated(stated.deletion))
    sections = [
        section(texts["who"], roles(words, stated)),
        section(texts["purposes"], purposes(words, stated)),
        section(texts["subjects"], subjects(words, contracts, policy, stated)),
        section(texts["recipients"], recipients(words, policy, stated)),
        section(texts["deletion"], f"{deletion}\n\n{beyond}"),
        section(texts["measures"], measures(words, policy, stated)),
    ]
    state = texts["open_count"] if words.open_entries else texts["complete"]
    opening = state.format(count=words.number(words.open_entries), file=words.facts.statements_file)
    return f"{words.head(texts['title'])}**{opening}**\n\n{''.join(sections)}"
