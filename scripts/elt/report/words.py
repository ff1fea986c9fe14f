"""The words of pages and figures: one file a page and language, scripts/templates/<page>.<language>.yaml.

A rule names the file of the language it writes, or those of all languages, as input; scripts read them here. The files
of a page have the same keys and, under each, the same {placeholders}.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from elt.files import read_yaml

Words = Mapping[str, Any]


def read(path: str | Path) -> Words:
    """The words of a page in one language; `language` says in which."""
    return read_yaml(path)


def read_all(paths: Iterable[str | Path]) -> dict[str, Words]:
    """The words of a page by language, from one file a language."""
    return {words["language"]: words for words in map(read, paths)}


def in_all_languages(words: Mapping[str, Words], *keys: str, **values: Any) -> dict[str, str]:
    """One text by language, as metadata keep it: the one under these keys, its placeholders filled with the values."""
    return {language: _at(of_language, keys).format(**values) for language, of_language in words.items()}


def _at(words: Words, keys: Iterable[str]) -> str:
    """The text under a path of keys."""
    found: Any = words
    for key in keys:
        found = found[key]
    return found
