"""What a record of processing says (Art. 30 GDPR), as a facet of OpenLineage: purposes, classes, time limits.

Who the controller is, with names and contacts, stands in the record itself and not here: events are sent to others.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from elt.run.controller import ControllerStatements
from elt.run.entries import Words

RECORD = "_meta/privacy/record_of_processing.en.md"


def english(text: Words | None) -> str:
    """A text of the company, English where it is given in two languages; empty if it is not stated."""
    return str(text["en"]) if isinstance(text, Mapping) else str(text or "")


def listed(texts: Iterable[Words | None] | None) -> list[str] | None:
    """Texts of the company; None where nothing is stated, which an empty list is not."""
    return None if texts is None else [english(text) for text in texts]


def facet(policy: Mapping[str, Any], stated: ControllerStatements) -> dict[str, Any]:
    """The content of the facet; `policy`: data_policy.json of the run. What is not stated is missing."""
    transfers = stated.third_countries
    found = {
        "record": RECORD,
        "purposes": None
        if stated.purposes is None
        else [{"purpose": english(one.purpose), "legalBasis": english(one.legal_basis)} for one in stated.purposes],
        "dataSubjects": listed(stated.data_subjects),
        "specialCategories": listed(stated.special_categories),
        "recipients": None if stated.recipients is None else [english(one.who) for one in stated.recipients],
        "thirdCountries": None if transfers is None else [english(one.country) for one in transfers],
        "classes": policy["classes"],
        "retentionDays": policy["retention"]["days"],
        "pseudonyms": {name: policy["pseudonyms"][name] for name in ("scheme", "version")},
        "minimumGroup": policy["thresholds"]["minimum_group"],
        "status": policy["status"],
    }
    return {name: value for name, value in found.items() if value is not None}
