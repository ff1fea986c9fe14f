"""Content of YAML files as it is taken over into dataclasses: dates as text, texts in Unicode normal form C."""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

Words = str | Mapping[str, str]  # one text, or {en: …, de: …}


def plain_dates(content: Any) -> Any:
    """YAML turns 2015-12-31 into a date; settings and contracts keep it as text."""
    if isinstance(content, dict):
        return {key: plain_dates(value) for key, value in content.items()}
    if isinstance(content, list):
        return [plain_dates(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def composed(content: Any) -> Any:
    """The texts of YAML content in Unicode normal form C, in which names and values are compared."""
    if isinstance(content, dict):
        return {composed(key): composed(value) for key, value in content.items()}
    if isinstance(content, list):
        return [composed(value) for value in content]
    return unicodedata.normalize("NFC", content) if isinstance(content, str) else content


def taken(kind: type, entry: Mapping[str, Any], **special: Any) -> dict[str, Any]:
    """Arguments of a dataclass from the keys of a YAML entry of the same names; lists become tuples."""
    names = {item.name for item in fields(kind)} - special.keys()
    found = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items() if key in names}
    return found | special
