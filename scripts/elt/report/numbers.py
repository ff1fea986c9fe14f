"""Numbers as people of a language write them: 29,356,250 and 39.8 % or 29.356.250 and 39,8 %."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MARKS = {"en": (",", "."), "de": (".", ",")}
NO_BREAK = "\N{NO-BREAK SPACE}"


def with_decimals(value: Decimal, least: int) -> str:
    """An exact decimal as text, with at least so many decimals and no needless zeros behind them."""
    exponent = value.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    return f"{value:.{max(least, needed)}f}"


def decimals_of(value: Any, least: int = 2) -> int:
    """Decimals with which an exact amount is printed: as many as it has, and at least so many."""
    return len(with_decimals(Decimal(str(value)), least).partition(".")[2])


def number(value: Any, decimals: int = 0, language: str = "en", *, sign: bool = False) -> str:
    """A number with group and decimal marks, rounded half up; `sign` writes + before gains."""
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP) + 0  # + 0: no minus before zero
    text = f"{rounded:{'+' if sign and rounded else ''},f}"
    group, decimal = MARKS[language]
    text = text.translate({ord(","): group, ord("."): decimal})
    return text.replace("-", "\N{MINUS SIGN}")


def percent(share: Any, decimals: int = 1, language: str = "en", *, sign: bool = False) -> str:
    """A share (0.398) as per cent (39.8 %), with a no-break space."""
    return number(Decimal(str(share)) * 100, decimals, language, sign=sign) + NO_BREAK + "%"


@dataclass(frozen=True)
class Numbers:
    """Numbers of a page in one language."""

    language: str = "en"

    def __call__(self, value: Any, decimals: int = 0) -> str:
        """A number with so many decimals."""
        return number(value, decimals, self.language)

    def exact(self, amount: Any, *, sign: bool = False) -> str:
        """An exact amount with as many decimals as it has, and at least two."""
        return number(amount, decimals_of(amount), self.language, sign=sign)

    def percent(self, share: Any, decimals: int = 1) -> str:
        """A share (0.398) as per cent (39.8 %)."""
        return percent(share, decimals, self.language)
