"""The words of pages and figures: one file a page and language, scripts/templates/<page>.<language>.yaml.

A rule names the file of the language it writes, or those of all languages, as input; scripts read them here. The files
of a page have the same keys and, under each, the same {placeholders}.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from elt.files import read_yaml

Words = Mapping[str, Any]
NOT_KNOWN = "n/a"  # in the star schema, what the source does not name


def read(*paths: str | Path) -> Words:
    """The words of a page in one language, from one file or several; `language` says in which."""
    return {key: text for path in paths for key, text in read_yaml(path).items()}


def read_all(paths: Iterable[str | Path]) -> dict[str, Words]:
    """The words of a page by language, from one file a language."""
    return {words["language"]: words for words in map(read, paths)}


def in_all_languages(words: Mapping[str, Words], *keys: str, **values: Any) -> dict[str, str]:
    """One text by language, as metadata keep it: the one under these keys, its placeholders filled with the values."""
    return {language: _at(of_language, keys).format(**values) for language, of_language in words.items()}


def phrase(phrases: Mapping[str, str], text: str) -> str:
    """A text that metadata keep in English as a page has it; as it is where no phrase is like it.

    `phrases`: text -> text; `*` stands on both sides for the same texts in the same order, phrases themselves.
    """
    if text in phrases:
        return phrases[text]
    for pattern, told in phrases.items():
        if "*" in pattern and (found := re.fullmatch(re.escape(pattern).replace(r"\*", "(.+?)"), text)):
            return told.replace("*", "{}").format(*(phrase(phrases, part) for part in found.groups()))
    return text


def named(words: Words, value: str) -> str:
    """A value of the data as a page calls it: what the source does not name has a word of the language."""
    return str(words["not_known"]) if value == NOT_KNOWN else value


def _at(words: Words, keys: Iterable[str]) -> str:
    """The text under a path of keys."""
    found: Any = words
    for key in keys:
        found = found[key]
    return found
