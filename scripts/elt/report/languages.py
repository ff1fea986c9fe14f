"""Texts that a company's settings give once, or in English and German."""

from collections.abc import Mapping

LANGUAGES = ("en", "de")


def in_language(text: str | Mapping[str, str], language: str = "en") -> str:
    """A text as it is, or the one of the language."""
    return text if isinstance(text, str) else text[language]
