"""What only the controller can state (privacy.yaml of a company), for the documents of the data protection officer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from elt.run.entries import Words


@dataclass(frozen=True)
class Contact:
    """Who bears a role, and how to reach them; what is missing is None."""

    name: str | None = None
    address: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Purpose:
    """A purpose of the processing and the legal basis for it."""

    purpose: "Words | None" = None
    legal_basis: "Words | None" = None


@dataclass(frozen=True)
class Recipient:
    """To whom data are disclosed, and why."""

    who: "Words | None" = None
    why: "Words | None" = None


@dataclass(frozen=True)
class Transfer:
    """A country or organisation outside the Union that gets data, and the safeguards."""

    country: "Words | None" = None
    safeguards: "Words | None" = None


@dataclass(frozen=True)
class Expiry:
    """That `snakemake expire` is scheduled: every so many days, and how."""

    every_days: int
    how: "Words | None" = None


@dataclass(frozen=True)
class Answer:
    """Whether a criterion of the threshold check applies, and the reason."""

    applies: bool
    why: "Words"


@dataclass(frozen=True)
class AcknowledgedFind:
    """A find of the leak gate that is no leak, by what its message gives (file, place, column, keyed hash), and why."""

    file: str
    place: str
    column: str
    hash: str
    why: "Words"


@dataclass(frozen=True)
class ClassException:
    """A column whose class is weaker than that of what it is made of, and why that gives nobody away.

    `column`: gold.<mart>.<column>, silver.<table>.<field> or kpi.<name>; `instead_of`: the strictest class that it may
    be made of; `personal`, `path`: its class and where its value comes from, as computed.
    """

    column: str
    instead_of: str
    why: "Words"
    personal: str = "none"
    path: tuple[str, ...] = ()
    is_of_company: bool = True  # and not of the standard marts


@dataclass(frozen=True)
class RiskRating:
    """How likely and how severe a risk to persons is, and why; what is missing is None."""

    likelihood: str | None = None
    severity: str | None = None
    why: "Words | None" = None


@dataclass(frozen=True)
class ControllerStatements:
    """The content of privacy.yaml. None: not stated, left to be filled in; an empty tuple says that there are none."""

    controller: Contact | None = None
    joint_controllers: tuple[Contact, ...] | None = None
    representative: Contact | None = None
    data_protection_officer: Contact | None = None
    purposes: tuple[Purpose, ...] | None = None
    data_subjects: "tuple[Words, ...] | None" = None
    special_categories: "tuple[Words, ...] | None" = None  # of personal data (Art. 9 GDPR)
    recipients: tuple[Recipient, ...] | None = None
    key_holders: "tuple[Words, ...] | None" = None
    database_readers: "tuple[Words, ...] | None" = None
    third_countries: tuple[Transfer, ...] | None = None
    expiry: Expiry | None = None
    deletion: "Words | None" = None
    measures: "Words | None" = None
    acknowledged_finds: tuple[AcknowledgedFind, ...] = ()
    class_exceptions: tuple[ClassException, ...] = ()
    threshold_check: Mapping[str, Answer] = field(default_factory=dict)  # criterion -> answer
    impact_assessment: "Mapping[str, Words]" = field(default_factory=dict)  # point -> text
    risks: Mapping[str, RiskRating] = field(default_factory=dict)  # risk -> how the controller rates it

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The statements of a privacy.yaml that its schema allows."""
        stated: dict[str, Any] = {}
        for key, value in entry.items():
            if key in SINGLE:
                stated[key] = SINGLE[key](**value)
            elif key in LISTED:
                stated[key] = tuple(LISTED[key](**item) for item in value)
            elif key in NAMED:
                stated[key] = {name: NAMED[key](**item) for name, item in value.items()}
            elif key == "third_countries":
                stated[key] = tuple(transfer(item) for item in value)
            else:
                stated[key] = tuple(value) if isinstance(value, list) else value
        return cls(**stated)


SINGLE = {"controller": Contact, "representative": Contact, "data_protection_officer": Contact, "expiry": Expiry}
LISTED = {
    "joint_controllers": Contact,
    "purposes": Purpose,
    "recipients": Recipient,
    "acknowledged_finds": AcknowledgedFind,
    "class_exceptions": ClassException,
}
NAMED = {"threshold_check": Answer, "risks": RiskRating}


def transfer(item: Any) -> Transfer:
    """An entry of third_countries: a text alone, in one language or two, is a country without stated safeguards."""
    is_split = isinstance(item, Mapping) and "country" in item
    return Transfer(**item) if is_split else Transfer(item)
