"""Numbers as people of a language write them: 29,356,250 and 39.8 % or 29.356.250 and 39,8 %."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MARKS = {"en": (",", "."), "de": (".", ",")}
NO_BREAK = "\N{NO-BREAK SPACE}"


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
