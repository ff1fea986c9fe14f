"""How a comparison puts it in one language: its words, with numbers as people of the language write them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from elt.comparison.states import MISSING
from elt.report import numbers
from elt.report.markdown import Markdown, code
from elt.report.words import Words, phrase

NAMED = 20  # of a list, before the rest is counted


@dataclass(frozen=True)
class Wording:
    """The words of scripts/templates/comparison.<language>.yaml, and what is put into them.

    `phrases`: what metadata keep in English, as the report of silver says it.
    """

    words: Words
    phrases: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language."""
        return str(self.words["language"])

    def say(self, *keys: str, **values: Any) -> str:
        """The text under keys, its placeholders filled."""
        found: Any = self.words
        for key in keys:
            found = found[key]
        return str(found).format(**values)

    def counted(self, key: str, count: int, **values: Any) -> str:
        """A text with a count as {n}, in the singular or the plural."""
        one, several = self.words["counts"][key]
        return str(one if count == 1 else several).format(n=self.number(count), **values)

    def number(self, value: Any, decimals: int = 0, *, sign: bool = False) -> str:
        """A number as text."""
        return numbers.number(value, decimals, self.language, sign=sign)

    def shown(self, value: Any) -> str:
        """A number as text, what is not there by its word, and anything else as it is."""
        if value == MISSING:
            return self.say("missing")
        return self.number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)

    def conversion(self, rule: str) -> str:
        """What silver did to a cell."""
        return phrase(self.phrases, rule)

    def count_of(self, key: str) -> str:
        """What a count is of: `rows.<mart>`, or `tables.<table>.<outcome of a record>`."""
        kind, _, name = key.partition(".")
        table, _, outcome = name.rpartition(".")
        is_outcome = kind == "tables" and outcome in self.words["outcomes"]
        return self.say("outcomes", outcome, table=table) if is_outcome else self.say("rows_of", name=name)

    def columns(self, *keys: str) -> tuple[str, ...]:
        """The header of a table."""
        return tuple(self.say("columns", key) for key in keys)

    def listed(self, names: Iterable[str]) -> Markdown:
        """Names for a line, the first of them and how many more."""
        every = list(names)
        more = [self.counted("more", len(every) - NAMED)] if len(every) > NAMED else []
        return Markdown(", ".join([*map(code, every[:NAMED]), *more]))
