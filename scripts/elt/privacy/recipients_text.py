"""Recipients and transfers of the record: whom the controller names, and who can get at data as the run leaves them."""

from collections.abc import Mapping
from typing import Any

from elt.privacy.data_map import PERSONAL
from elt.privacy.document_text import Wording
from elt.report.languages import in_language
from elt.report.markdown import code, escape, table
from elt.run.contract import Contract
from elt.run.controller import ControllerStatements, Recipient


def named(words: Wording, stated: ControllerStatements) -> str:
    """The recipients that the controller states."""
    texts = words["record"]
    entries = (Recipient(),) if stated.recipients is None else stated.recipients
    rows = []
    for entry in entries:
        who = words.stated(entry.who, texts["points"]["recipient"])
        where = f" ({who})" if entry.who else ""
        rows.append([who, words.stated(entry.why, f"{texts['points']['recipient_why']}{where}")])
    return table(texts["recipients_head"], rows) if rows else f"{texts['recipients_none']}\n\n"


def departments(words: Wording, contracts: Mapping[str, Contract]) -> str:
    """The owners of the raw tables with personal fields, for whom a run lists what to mend; a line, or nothing."""
    owners: dict[str, list[str]] = {}
    for name, contract in contracts.items():
        if contract.department and any(item.personal in PERSONAL for item in contract.fields):
            owners.setdefault(in_language(contract.department, words.language), []).append(name)
    listed = "; ".join(f"{escape(owner)} ({', '.join(map(code, names))})" for owner, names in owners.items())
    return f"- {words['record']['owners'].format(owners=listed or words['none'])}\n"


def database(words: Wording, stated: ControllerStatements) -> str:
    """Whether gold went to a database, and who can read it there, as lines of a list."""
    texts, facts = words["record"], words.facts
    if facts.publication:
        kind = {name: escape(str(facts.publication[name])) for name in ("database", "schema", "views", "published_at")}
        text = texts["database_published"].format(**kind)
    else:
        text = texts["database_configured" if facts.has_database else "database_none"]
    if not facts.publication and not facts.has_database:
        return f"- {text}\n"
    readers = words.listed(stated.database_readers, texts["points"]["database_readers"])
    return f"- {text} {texts['database_readers'].format(readers=readers)}\n"


def recipients(
    words: Wording, contracts: Mapping[str, Contract], policy: Mapping[str, Any], stated: ControllerStatements
) -> str:
    """Whom the controller names, who has the key, the databases, the owners of data; tables with a row a customer."""
    texts = words["record"]
    holders = words.listed(stated.key_holders, texts["points"]["key_holders"])
    lines = [
        f"- {texts['protected_layers']}\n",
        f"- {texts['key'].format(key_id=code(policy['pseudonyms']['key_id']), holders=holders)}\n",
        database(words, stated),
        departments(words, contracts),
    ]
    tables = [
        [code(name), words.number(facts["rows"]), words.number(len(facts["columns"])), code("customer")]
        for name, facts in policy["published_row_level_tables"].items()
    ]
    published = f"{texts['published']}\n\n{table(texts['published_head'], tables)}"
    return f"{named(words, stated)}{texts['access']}\n\n{''.join(lines)}\n{published}"


def transfers(words: Wording, stated: ControllerStatements) -> str:
    """Transfers to third countries and international organisations, with the safeguards."""
    texts = words["record"]
    if stated.third_countries is None:
        return texts["transfers_open"].format(countries=words.to_fill_in(texts["points"]["countries"]))
    if not stated.third_countries:
        return texts["transfers_none"]
    rows = []
    for entry in stated.third_countries:
        country = words.stated(entry.country, texts["points"]["countries"])
        rows.append([country, words.stated(entry.safeguards, f"{texts['points']['safeguards']} ({country})")])
    return table(texts["transfers_head"], rows)
