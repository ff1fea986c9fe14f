"""What the documents for the data protection officer share: words of a language, marks where an entry is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.privacy.data_map import PERSONAL
from elt.report.languages import in_language
from elt.report.markdown import Markdown, escape
from elt.report.numbers import number
from elt.run.company import Contract, Field, Words

DASH = "–"


@dataclass(frozen=True)
class RunFacts:
    """What the head of a document names: run, company, and the file with the controller's statements."""

    run: str
    company: str
    statements_file: str


class Wording:
    """The words of one language, and how many entries the controller has not filled in yet."""

    def __init__(self, words: Mapping[str, Any], facts: RunFacts) -> None:
        self.words, self.facts = words, facts
        self.language, self.open_entries = words["language"], 0

    def __getitem__(self, name: str) -> Any:
        return self.words[name]

    def head(self, title: str) -> str:
        """Title, where the document comes from, and what its data are."""
        made = self["run"].format(run=escape(self.facts.run), company=escape(self.facts.company))
        return f"# {title}\n\n{made}\n\n{self['status']}\n\n"

    def to_fill_in(self) -> Markdown:
        """The mark of an entry that the controller has to fill in; counted."""
        self.open_entries += 1
        return Markdown(f"**{self['open']}**")

    def stated(self, text: Words | None) -> Markdown:
        """A text of the controller in the language, or the mark."""
        return Markdown(escape(in_language(text, self.language))) if text else self.to_fill_in()

    def listed(self, texts: Sequence[Words] | None) -> str:
        """Texts of the controller, one after the other; "none" for an empty list, the mark for a missing one."""
        if texts is None:
            return self.to_fill_in()
        return ", ".join(self.stated(text) for text in texts) or self["none"]

    def number(self, value: int) -> str:
        """A number as people of the language write it."""
        return number(value, language=self.language)

    def filled(self, sentence: str, facts: Mapping[str, Any]) -> str:
        """A sentence with its figures; a missing one is a dash."""
        shown = {
            name: self.number(value) if type(value) is int else DASH if value is None else value
            for name, value in facts.items()
        }
        return sentence.format(**shown)


def section(title: str, text: str) -> str:
    """A heading with what belongs under it."""
    return f"## {title}\n\n{text.strip()}\n\n"


def personal_fields(contracts: Mapping[str, Contract]) -> list[tuple[str, Field]]:
    """(contract, field) of every personal field, in the order of the contracts."""
    return [(name, item) for name, c in contracts.items() for item in c.fields if item.personal in PERSONAL]
