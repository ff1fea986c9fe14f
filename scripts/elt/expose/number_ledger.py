"""The number ledger: every figure of the exposé with its value, unit and origin.

Sentences and tables refer to figures by name; nothing is printed that has no entry.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from elt.findings.statement import is_meaningful
from elt.report.figure_ledger import FigureLedger, Origin, at, exact

UNITS = ("money", "count", "people", "share", "points", "ratio", "date", "month", "score")
FEWEST = 2  # of one alone nothing is more or less than another
NOT_MEANINGFUL = "n.m."  # in place of the name of a figure


class NumberLedger(FigureLedger):
    """The figures of the exposé. `decimals`: of the amounts that come as whole numbers of the last one."""

    def __init__(self, decimals: int = 2) -> None:
        super().__init__()
        self.decimals = decimals

    def total(self, names: Iterable[str]) -> dict[str, str]:
        """The origin of a sum of figures."""
        return {"formula": " + ".join(f"[{name}]" for name in names)}

    def amount(self, units: int) -> Decimal:
        """An amount that was counted in units of its last decimal."""
        return Decimal(int(units)).scaleb(-self.decimals)

    def enter(
        self,
        name: str,
        value: Any,
        unit: str,
        origin: Origin,
        decimals: int | None = None,
        people: int | None = None,
    ) -> str:
        """Enter a figure and return its name.

        `origin` says where it comes from, as `elt.report.figure_ledger` has it. `decimals` overrules how many are
        printed; `people` says how many stand behind the figure.
        """
        if unit not in UNITS:
            raise ValueError(f"unknown unit {unit}")
        entry = {"value": exact(value), "unit": unit, **origin}
        if decimals is not None:
            entry["decimals"] = decimals
        if people is not None or unit == "people":
            entry["people"] = value if people is None else people
        return self.keep(name, entry)

    def value(self, name: str) -> Any:
        """The value of a figure: int, Decimal, text of a date, or None."""
        value = self.figures[name]["value"]
        return (
            Decimal(value) if isinstance(value, str) and self.figures[name]["unit"] not in ("date", "month") else value
        )

    def difference(self, name: str, later: str, former: str) -> str:
        """Enter `later` minus `former`; for shares in points."""
        unit = self.figures[later]["unit"]
        unit = {"share": "points", "people": "count"}.get(unit, unit)
        change = self.value(later) - self.value(former)
        origin, decimals = {"formula": f"[{later}] - [{former}]"}, self.figures[later].get("decimals")
        return self.enter(name, change, unit, origin, decimals, people=self.behind(later, former))

    def compared(self, name: str, this: str, last: str) -> dict[str, str | None]:
        """Enter the difference of two figures and its share of the former one; NOT_MEANINGFUL stands for a share of a
        base that is not above zero, or tiny beside the difference."""
        difference = self.difference(f"{name}.difference", this, last)
        if not is_meaningful(Decimal(self.value(difference)), Decimal(self.value(last))):
            return {"difference": difference, "change": NOT_MEANINGFUL if self.value(difference) else None}
        return {"difference": difference, "change": self.ratio(f"{name}.change", difference, last)}

    def behind(self, *names: str) -> int | None:
        """The fewest people behind any of these figures; None if none of them is about people."""
        known = [self.figures[name]["people"] for name in names if self.figures[name].get("people")]
        return min(known, default=None)

    def ratio(self, name: str, part: str, whole: str, unit: str = "share", decimals: int | None = None) -> str | None:
        """Enter `part` divided by `whole`; None where `whole` is zero or missing."""
        over, under = self.value(part), self.value(whole)
        if over is None or not under:
            return None
        origin, people = {"formula": f"[{part}] / [{whole}]"}, self.behind(part, whole)
        return self.enter(name, Decimal(over) / Decimal(under), unit, origin, decimals, people=people)


def minimum_group(ledger: NumberLedger, minimum: int) -> str:
    """Enter the smallest number of people behind a figure, as the settings state it."""
    return ledger.enter("risk.minimum_group", minimum, "count", at("step1_eda/data/eda_summary.json", "minimum_group"))


def say(
    key: str, figures: Mapping[str, str] | None = None, texts: Mapping[str, Any] | None = None, **kinds: Any
) -> dict[str, Any]:
    """A sentence: the key of its wording, the figures it quotes by name, and texts that stand in the data.

    kinds: `words` are keys of further wordings (the name of a step), `kpis` are names of KPIs, or lists of them.
    """
    sentence = {"say": key, "figures": dict(figures or {}), "texts": dict(texts or {}), **kinds}
    return {name: part for name, part in sentence.items() if part}
