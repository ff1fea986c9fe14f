"""Spellings of a key that people take for the same one: other leading zeros, case, blanks inside, a trailing .0."""

import polars as pl

# what every spelling holds that `harmonised` changes; other spellings may hold it too
MAY_BE_HARMONISED = r"[a-z\s]|[^\x00-\x7f]|^[^0-9]*0[0-9]|[.,]0{1,2}$"
MIXED = "mixed"  # kind of keys that differ in more than one way


def without_zeros(key: pl.Expr) -> pl.Expr:
    """Keys without the zeros in front of their first digits: 00017 is 17, K-0017 is K-17."""
    return key.str.replace(r"^([^0-9]*)0+([0-9])", "${1}${2}")


def in_capitals(key: pl.Expr) -> pl.Expr:
    """Keys in capital letters."""
    return key.str.to_uppercase()


def without_blanks(key: pl.Expr) -> pl.Expr:
    """Keys without blanks inside, no-break ones included."""
    return key.str.replace_all(r"[\s\u00a0\u2007\u2009\u202f]+", "")


def without_decimals(key: pl.Expr) -> pl.Expr:
    """Numbers without the .0 that a program wrote which took them for amounts."""
    return key.str.replace(r"^([0-9]+)[.,]0{1,2}$", "${1}")


KINDS = {"zeros": without_zeros, "case": in_capitals, "blanks": without_blanks, "decimals": without_decimals}


def harmonised(key: pl.Expr) -> pl.Expr:
    """Keys without all that people do not look at."""
    return without_zeros(without_decimals(in_capitals(without_blanks(key))))


def kind_of(key: pl.Expr, group: str) -> pl.Expr:
    """The one kind in which the keys of a group differ, else MIXED; over a frame that has a row a spelling."""
    found = pl.lit(MIXED)
    for kind, plain in reversed(KINDS.items()):
        found = pl.when(plain(key).n_unique().over(group) == 1).then(pl.lit(kind)).otherwise(found)
    return found
