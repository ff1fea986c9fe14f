"""What only the controller can state (privacy.yaml of a company), for the documents of the data protection officer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from elt.run.company import Words


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
class Answer:
    """Whether a criterion of an impact assessment applies, and the reason."""

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
class ControllerStatements:
    """The content of privacy.yaml. None: not stated, left to be filled in; an empty tuple says that there are none."""

    controller: Contact | None = None
    representative: Contact | None = None
    data_protection_officer: Contact | None = None
    purposes: tuple[Purpose, ...] | None = None
    data_subjects: "tuple[Words, ...] | None" = None
    recipients: tuple[Recipient, ...] | None = None
    third_countries: "tuple[Words, ...] | None" = None
    deletion: "Words | None" = None
    measures: "Words | None" = None
    acknowledged_finds: tuple[AcknowledgedFind, ...] = ()
    impact_assessment: Mapping[str, Answer] = field(default_factory=dict)  # criterion -> answer

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The statements of a privacy.yaml that its schema allows."""
        kinds = {"controller": Contact, "representative": Contact, "data_protection_officer": Contact}
        lists = {"purposes": Purpose, "recipients": Recipient, "acknowledged_finds": AcknowledgedFind}
        stated: dict[str, Any] = {}
        for key, value in entry.items():
            if key in kinds:
                stated[key] = kinds[key](**value)
            elif key in lists:
                stated[key] = tuple(lists[key](**item) for item in value)
            elif key == "impact_assessment":
                stated[key] = {criterion: Answer(**answer) for criterion, answer in value.items()}
            else:
                stated[key] = tuple(value) if isinstance(value, list) else value
        return cls(**stated)
