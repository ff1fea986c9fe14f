"""German sentences: quotation marks, no address of the reader, the word for a contract, numbers, and no English left."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT

from elt.files import read_yaml

FAULTS = {
    "English or straight quotation marks": r"[\"”«»]|“(?=\w)|(?<!\w)'\w",
    "an address of the reader": r"\b(?:Sie|Ihr|Ihre[nmrs]?|Ihnen|du|dein\w*|dir|dich)\b(?! (?:bleib|sind|änder|steh|werden|kommen))",
    "Vertrag for a contract of data": r"\b(?:der|des|dem|den|im|jedes|jeder|die|aus den) (?:Vertrag|Vertrags|Verträge|Verträgen)\b(?! hindert)",
    "a sign of per cent without a blank": r"\d%",
    "a decimal point": r"(?<![\w.])\d+\.\d{1,2}\b(?!\.)",
    "a blank before a colon, comma or full stop": r"\w [,;:](?! )",
    "two blanks": r"\S  \S",
    "a hyphen for a dash": r"\w - \w",
    "ss for ß": r"(?i)\b(?:gross|grösse|strasse|massnahme|ausserhalb|gemäss)\w*",
    "an English word": r"\b(?:the|and|of|with|which|not)\b",
}


def german(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, text) of every text under `de` in a file of a company."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "de" and isinstance(value, str):
                yield place, value
            yield from german(value, f"{place}.{key}")
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from german(value, f"{place}.{number}")


def texts(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, text) of every text in a file of words."""
    if isinstance(content, dict | list):
        for key, value in content.items() if isinstance(content, dict) else enumerate(content):
            yield from texts(value, f"{place}.{key}")
    elif isinstance(content, str):
        yield place, content


TEXTS = [
    *((f"{path.name}{place}", text) for path in sorted((ROOT / "scripts/templates").glob("*.de.yaml"))
      for place, text in texts(read_yaml(path))),
    *((f"{path.name}{place}", text) for path in sorted((ROOT / "config").rglob("*.yaml"))
      for place, text in german(read_yaml(path))),
]  # fmt: skip


def faults(text: str) -> list[str]:
    """What is wrong with a German sentence; code letters and placeholders apart."""
    plain = re.sub(r"`[^`]*`|\{[^}]*\}", "x", text)
    return [name for name, pattern in FAULTS.items() if re.search(pattern, plain)]


def test_german_texts_have_none_of_the_usual_faults():
    assert len(TEXTS) > 400
    assert {place: found for place, text in TEXTS if (found := faults(text))} == {}


@pytest.mark.parametrize(
    "text",
    [
        'Das "Segment"', "Geben Sie die Nummer an", "wie der Vertrag nennt", "5% der Kunden", "3.5 Tage", "Tage ,fällig",
        "zwei  Leerzeichen", "Kunden - nicht alle", "eine Massnahme", "Number of the Kunde",
    ],
)  # fmt: skip
def test_the_search_finds_a_planted_fault(text):
    assert faults(text) != []
    assert faults("Das Segment „Treue Kunden“ hat 5 % der Kunden; der Datenvertrag nennt sie.") == []
