"""Texts without what nobody sees: blanks at both ends, invisible characters, decomposed letters."""

import polars as pl

ASCII_BLANK = " \t\r\n"
BLANK = " \t\r\n\u00a0\u2007\u202f\ufeff\u200b"
INVISIBLE = "[\u200b\u00ad\ufeff]"


def normalised(text: pl.Expr) -> pl.Expr:
    """Without blanks at both ends and invisible characters, in Unicode normal form C."""
    return text.map_batches(trimmed, return_dtype=pl.String, is_elementwise=True)


def is_ascii(text: pl.Series) -> bool:
    """Whether all cells are plain ASCII."""
    return text.str.len_bytes().sum() == text.str.len_chars().sum()


def trimmed(text: pl.Series) -> pl.Series:
    """`normalised` of a column; where all cells are ASCII there is nothing to compose and nothing invisible."""
    if is_ascii(text):
        return text.str.strip_chars(ASCII_BLANK)
    return text.str.replace_all(INVISIBLE, "").str.normalize("NFC").str.strip_chars(BLANK)


def is_blank(raw: pl.Expr) -> pl.Expr:
    """Whether nothing is left of a cell when it is trimmed."""
    return raw.str.strip_chars(BLANK + "\u00ad") == ""
