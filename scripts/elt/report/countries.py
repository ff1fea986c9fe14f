"""Names of countries in the language of a page, whatever the data call them: tables keep what the source says."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from elt.report.words import read_all


def names(paths: Iterable[str | Path], language: str) -> dict[str, str]:
    """Spelling -> name in the language: of the code (AT), the name in each language, and other names of a country.

    `paths`: countries.<language>.yaml of all languages; none: no country is known.
    """
    words = read_all(paths)
    if not words:
        return {}
    own = words[language]["countries"]
    spellings = {str(code): code for code in own}
    for told in words.values():
        spellings |= {name: code for code, name in told["countries"].items()} | dict(told["also"])
    return {spelling.casefold(): str(own[code]) for spelling, code in spellings.items()}


def called(known: Mapping[str, str], country: str) -> str:
    """What a page calls a country; as the data call it where no country has that name."""
    return known.get(country.strip().casefold(), country)
