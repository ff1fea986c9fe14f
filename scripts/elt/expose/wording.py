"""Wording: the sentences of the exposé in a language, filled with figures of the number ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from elt.expose.number_ledger import NOT_MEANINGFUL
from elt.report import assumptions, countries
from elt.report.numbers import NO_BREAK, number, percent
from elt.report.words import named, read
from elt.run.key_figures import Kpi

COUNTED = {0: "none", 1: "one"}  # forms of a wording by the count that it states, where it has them
PLACE = "place"  # the key of the name of a place, in texts of a sentence and in rows of tables
WHOLE_PERCENT_FROM = 10  # a change of 1,000 % and more is printed without decimals


class Figure:
    """A figure that prints itself in a language: `{x}`, with its sign `{x:+}`, without it `{x:abs}`."""

    def __init__(self, entry: Mapping[str, Any], words: Mapping[str, Any]) -> None:
        self.entry, self.words = entry, words

    def __format__(self, form: str) -> str:
        value, unit, language = self.entry["value"], self.entry["unit"], self.words["language"]
        if value is None:
            return "–"
        if unit in ("date", "month"):
            day = date.fromisoformat(value)
            parts = {"day": day.day, "month": self.words["months"][day.month - 1], "year": day.year}
            return NO_BREAK.join(
                (self.words["date"] if unit == "date" else "{month} {year}").format(**parts).split(" ")
            )
        amount = abs(Decimal(value)) if form == "abs" else Decimal(value)
        decimals, sign = self.entry.get("decimals"), form == "+"
        if unit == "share":
            standard = 0 if abs(amount) >= WHOLE_PERCENT_FROM else 1
            return percent(amount, standard if decimals is None else decimals, language, sign=sign)
        if unit == "points":
            return number(amount * 100, 1, language, sign=sign) + NO_BREAK + self.words["points"]
        standard = 2 if unit in ("ratio", "score") else 0
        return number(amount, standard if decimals is None else decimals, language, sign=sign)

    def __str__(self) -> str:
        return format(self, "")


@dataclass(frozen=True)
class Texts:
    """Files of words of one language: of a page beside the exposé, of the exposé, of the assumptions it speaks of."""

    page: str
    expose: str
    assumptions: str
    countries: Sequence[str] = ()  # of all languages


class Wording:
    """Sentences and words of one language over the figures of one run."""

    def __init__(self, words: Mapping[str, Any], figures: Mapping[str, Any], kpis: Mapping[str, Kpi]) -> None:
        self.words, self.figures, self.kpis = words, figures, kpis
        self.language = words["language"]
        self.places: Mapping[str, str] = words.get("places", {})

    @classmethod
    def of(cls, texts: Texts, figures: Mapping[str, Any], kpis: Mapping[str, Kpi]) -> Self:
        """The wording of files of words."""
        words = read(texts.expose)
        places = countries.names(texts.countries, words["language"])
        return cls({**words, "contradicted": read(texts.assumptions), "places": places}, figures, kpis)

    def text(self, value: Any) -> str:
        """A text of the data or the settings: as it is, or by language; the name of a place in the page's language."""
        if isinstance(value, Mapping) and PLACE in value:
            return named(self.words, countries.called(self.places, value[PLACE]))
        return named(self.words, str(value[self.language] if isinstance(value, Mapping) else value))

    def group(self, row: Mapping[str, Any], kind: str) -> str:
        """The name of the category or place of a row."""
        return self.text({PLACE: row[kind]} if kind == PLACE else row[kind])

    def traits(self, traits: Sequence[Mapping[str, Any]]) -> str:
        """What sets a segment apart, features that differ alike together: "Orders, Revenue: far above average"."""
        named: dict[str, list[str]] = {}
        for trait in traits:
            named.setdefault(self.text(trait["words"]), []).append(self.text(trait["label"]))
        return "; ".join(f"{', '.join(labels)}: {how}" for how, labels in named.items())

    def kpi(self, name: str | Sequence[str]) -> str:
        """The name of a KPI, or of several."""
        names = [name] if isinstance(name, str) else name
        return ", ".join(self.text(self.kpis[one].name) for one in names)

    def figure(self, name: str | None, form: str = "") -> str:
        """A figure of the ledger as text; a dash for one that is hidden or does not exist."""
        if name == NOT_MEANINGFUL:
            return str(self.words["not_meaningful"])
        return "–" if name is None else format(Figure(self.figures[name], self.words), form)

    def value(self, name: str) -> Decimal:
        """A figure of the ledger as a number, for a chart."""
        return Decimal(self.figures[name]["value"])

    def month(self, iso: str) -> str:
        """A month such as January 2014."""
        return format(Figure({"value": iso, "unit": "month"}, self.words), "")

    def sentence(self, said: Mapping[str, Any]) -> str:
        """A sentence of the ledger with its figures and texts filled in."""
        figures = said.get("figures", {})
        wording = self.words["sentences"][said["say"]]
        if isinstance(wording, Mapping):
            form = COUNTED.get(self.figures[figures[wording["by"]]]["value"], "other")
            wording = wording.get(form, wording["other"])
        filled: dict[str, Any] = {name: Figure(self.figures[figure], self.words) for name, figure in figures.items()}
        filled |= {name: self.text(value) for name, value in said.get("texts", {}).items()}
        filled |= {name: self.words["steps"][step] for name, step in said.get("words", {}).items()}
        filled |= {name: self.kpi(kpi) for name, kpi in said.get("kpis", {}).items()}
        text = wording.format(**filled)
        return text[:1].upper() + text[1:] if wording.startswith("{step}") else text

    def assumption(self, said: Mapping[str, Any]) -> str:
        """An assumption that the data contradict, in the words of `assumptions`, with figures of the ledger."""
        words: Mapping[str, Any] = self.words["contradicted"]
        amounts = [
            (part["field"], *(self.figure(part[name]) if part[name] else None for name in ("amount", "share")))
            for part in said["amounts"]
        ]
        figures = {name: self.figure(figure) for name, figure in said["figures"].items()}
        texts = {name: self.text(value) for name, value in said["texts"].items()}
        texts["where"] = assumptions.place(words, texts["where"])
        return assumptions.wording(words, said["texts"]["code"]).format(
            **figures, **texts, money=assumptions.money_text(words, amounts, is_published=True)
        )

    def statement(self, said: Mapping[str, Any]) -> str:
        """A sentence with its full stop, where it is not a heading."""
        return self.sentence(said).rstrip(".") + "."

    def heading(self, said: Mapping[str, Any]) -> str:
        """A sentence as a heading, which ends without a full stop."""
        return self.sentence(said).removesuffix(".")

    def scale(self, situation: Mapping[str, Any]) -> int:
        """1, 1,000 or 1,000,000: the scale of all amounts in the charts of page one, from a usual month."""
        months = [self.value(row["this"]) for row in situation["months"] if row["this"] and not row["partial"]]
        usual = sorted(months)[len(months) // 2] if months else 0
        return next((unit for unit in (1_000_000, 1_000) if usual >= 10 * unit), 1)

    def unit_note(self, situation: Mapping[str, Any]) -> str:
        """The unit of the charts of page one, said once a chart; of one chart alone nothing of a common mark."""
        scale = self.words["scales"][self.scale(situation)]
        if not situation["bridge_title"]:
            return self.words["figures"]["unit_alone"].format(scale=scale) if scale else ""
        return self.words["figures"]["unit" if scale else "no_unit"].format(scale=scale)
