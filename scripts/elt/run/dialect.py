"""What a contract says of the way its files are written: encoding, delimiter, quotes, signs of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class StatedDialect:
    """What a contract says of the way its files are written; `auto` is decided from the file."""

    delimiter: str = "auto"
    encoding: str = "auto"
    decimal_char: str = "auto"
    group_char: str = "auto"
    quote_char: str | None = None  # None: not stated; empty: fields are never quoted
    double_quote: bool = True
    escape_char: str | None = None
    skip_lines: int = 0
    skip_footer_lines: int = 0

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The dialect of a contract; its keys are those of the Frictionless CSV Dialect."""
        names = {"".join([p, *(w.title() for w in rest)]): item.name for item in fields(cls)
                 for p, *rest in [item.name.split("_")]}  # fmt: skip
        return cls(**{names[key]: value for key, value in entry.items()})
