"""What the documents for the data protection officer share: words of a language, marks where an entry is open."""

from collections.abc import Mapping, Sequence
from typing import Any

from elt.privacy.data_map import PERSONAL
from elt.report.languages import in_language
from elt.report.markdown import Markdown, code, escape
from elt.report.numbers import number
from elt.run.contract import Contract
from elt.run.entries import Words
from elt.run.fields import Field
from elt.run.surroundings import Surroundings

DASH = "–"


class Wording:
    """The words of one language, and the points of a document that are open."""

    def __init__(self, words: Mapping[str, Any], facts: Surroundings) -> None:
        self.words, self.facts = words, facts
        self.language = words["language"]
        self.open_points: list[str] = []
        self.untranslated: list[str] = []

    def __getitem__(self, name: str) -> Any:
        return self.words[name]

    def head(self, title: str) -> str:
        """Title, where the document comes from, and what its data are."""
        made = self["run"].format(run=escape(self.facts.run), company=escape(self.facts.company))
        return f"# {title}\n\n{made}\n\n{self['status']}\n\n"

    def opening(self) -> str:
        """How many points are open, and which; to be asked for when the rest of the document is made."""
        count, file = self.number(len(self.open_points)), code(self.facts.statements_file)
        text = self["open_count" if self.open_points else "complete"].format(count=count, file=file)
        listed = "".join(f"- {point}\n" for point in self.open_points)
        parts = [f"{text}\n\n", f"{listed}\n" if listed else ""]
        if self.untranslated:
            count, folder = self.number(len(self.untranslated)), code(f"{self.facts.folder}/contracts")
            parts.append(f"{self['untranslated_count'].format(count=count, folder=folder)}\n\n")
        return "".join(parts)

    def to_fill_in(self, point: str) -> Markdown:
        """The mark of a point that the controller has to fill in; `point`: how the opening calls it, as Markdown."""
        self.open_points.append(point)
        return Markdown(f"**{self['open']}**")

    def stated(self, text: Words | None, point: str) -> Markdown:
        """A text of the controller in the language, or the mark."""
        return Markdown(escape(in_language(text, self.language))) if text else self.to_fill_in(point)

    def listed(self, texts: Sequence[Words] | None, point: str) -> Markdown:
        """Texts of the controller, one after the other; "none" for an empty list, the mark for a missing one."""
        if texts is None:
            return self.to_fill_in(point)
        return Markdown("; ".join(self.stated(text, point) for text in texts) or self["none"])

    def meaning(self, table: str, item: Field) -> Markdown:
        """What a field means in the language; one text alone counts as English and is marked elsewhere."""
        text = Markdown(escape(in_language(item.description, self.language)))
        if self.language == "en" or not isinstance(item.description, str):
            return text
        self.untranslated.append(f"{table}.{item.name}")
        return Markdown(f"{text} **({self['untranslated']})**")

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
