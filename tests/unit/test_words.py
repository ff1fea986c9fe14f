"""The words of pages: both languages of a page hold the same texts, with the same placeholders."""

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest
from conftest import ROOT

from elt.report.languages import LANGUAGES
from elt.report.words import in_all_languages, phrase, read, read_all

TEMPLATES = ROOT / "scripts/templates"
PAGES = sorted({path.name.split(".")[0] for path in TEMPLATES.glob("*.yaml")})


def texts(words: Any, place: str = "") -> Iterator[tuple[str, set[str] | None]]:
    """(place, names of placeholders) of every text; None where no text stands."""
    if isinstance(words, dict | list):
        for key, part in words.items() if isinstance(words, dict) else enumerate(words):
            yield from texts(part, f"{place}.{key}")
    else:
        is_text = isinstance(words, str)
        yield place, {name for _, name, _, _ in Formatter().parse(words) if name is not None} if is_text else None


def differences(one: Any, other: Any) -> list[str]:
    """Places at which two languages differ in what they hold."""
    first, second = dict(texts(one)), dict(texts(other))
    return sorted(place for place in first.keys() | second.keys() if first.get(place, 0) != second.get(place, 0))


@pytest.mark.parametrize("page", PAGES)
def test_every_language_of_a_page_has_the_same_keys_and_placeholders(page):
    english, german = (read(TEMPLATES / f"{page}.{language}.yaml") for language in LANGUAGES)
    assert differences(english, german) == []


IN_WORDS = {"row", "table", "version"}  # what is no number, and may follow another one


def beside(text: str) -> list[str]:
    """Values of a text that stand behind a comma, right after another one: two numbers there are read as one."""
    found = re.findall(r"(?<=\})\)?, \{(\w+)", text)
    return [name for name in found if name not in IN_WORDS]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.name)
def test_no_two_numbers_of_a_sentence_stand_beside_each_other(path):
    assert beside("{this}, {less} less") == ["less"] and beside("{last}), {inside:+}") == ["inside"]
    assert beside(path.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_file_of_words_names_its_language(page):
    assert list(read_all(TEMPLATES / f"{page}.{language}.yaml" for language in LANGUAGES)) == list(LANGUAGES)


@pytest.mark.parametrize(
    "german",
    [
        {"a": {"x": "{n} Kunden"}, "b": ["1", "2"]},
        {"a": {"y": "{m} Kunden"}, "b": ["1", "2"]},
        {"a": {"y": "{n} Kunden"}, "b": ["1"]},
    ],
    ids=["another key", "another placeholder", "a shorter list"],
)
def test_the_comparison_sees_planted_differences(german):
    english = {"a": {"y": "{n} customers"}, "b": ["1", "2"]}
    assert differences(english, german) != []
    assert differences(english, {"a": {"y": "{n} Kunden"}, "b": ["3", "4"]}) == []


def test_every_category_and_label_of_the_report_of_snakemake_has_a_phrase_and_no_phrase_is_left_over():
    rules = "".join(path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.smk")))
    written = set(re.findall(r'\bcategory="([^"]+)"|labels=\{"what": "([^"]+)"\}', rules))
    titles = [
        re.findall(r': "([^"]+)",$', block, re.M)
        for block in re.findall(r"^[A-Z_]+ = \{\n(.*?)^\}", rules, re.M | re.S)
    ]
    told = {"what", *(one or other for one, other in written), *(title for block in titles for title in block)}
    phrases = {text.removesuffix(" (*)") for text in read(TEMPLATES / "results.de.yaml")["phrases"]}
    assert phrases == told


def test_a_phrase_is_found_by_its_text_or_its_pattern_and_other_texts_stay():
    phrases = {"comma": "Komma", "* taken as *": "* als * erkannt", "delimiter": "Trennzeichen"}
    assert phrase(phrases, "comma taken as delimiter") == "Komma als Trennzeichen erkannt"
    assert phrase(phrases, "x{y} taken as delimiter") == "x{y} als Trennzeichen erkannt"
    assert phrase(phrases, "something else") == "something else"


def test_a_text_in_all_languages_has_its_placeholders_filled():
    words = {"en": {"names": {"one": "Segment {n}"}}, "de": {"names": {"one": "Gruppe {n}"}}}
    assert in_all_languages(words, "names", "one", n=3) == {"en": "Segment 3", "de": "Gruppe 3"}


CUSTOMER_BEFORE_NUMBER = re.compile(  # "Kunde 16" is what many exports without names call their customers
    r"(?i)\b(?:kunde|kundin|customer|client|person|mitglied|member|patient|mandant|firma|company|debitor|account|user)"
    r"\W{1,4}\{"
)


def sentences(words: Any) -> Iterator[str]:
    """Every text with placeholders."""
    if isinstance(words, dict | list):
        for part in words.values() if isinstance(words, dict) else words:
            yield from sentences(part)
    elif isinstance(words, str) and "{" in words:
        yield words


def test_no_sentence_puts_a_number_right_behind_what_a_customer_may_be_called_as_the_leak_gate_would_find_it():
    told = [text for path in TEMPLATES.glob("*.yaml") for text in sentences(read(path))]
    assert len(told) > 500 and CUSTOMER_BEFORE_NUMBER.search("Angaben je Kunde: {columns}")
    assert [text for text in told if CUSTOMER_BEFORE_NUMBER.search(text)] == []
