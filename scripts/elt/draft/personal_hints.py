"""What makes a column look personal: its name, in German or English, and what stands in it.

These are hints for a person who decides, with a class that such a column usually gets. They are never complete.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import polars as pl

from elt.draft.name_lists import DOCUMENTS, FIRST_NAMES, LAST_NAMES, MEASURES, NAMES, NUMBERS, THINGS

SAMPLE = 20_000  # cells of a batch that are checked one by one
LEAST_CELLS, LEAST_SHARE = 5, 0.5  # from which on cells of a kind are no chance
LEAST_NAMES = 0.1  # share of cells that hold a common name
BIRTH_YEARS, BIRTH_SPAN = (1900, 2015), 30  # years of birth of people who buy, and a generation
COMMON_YEAR = 500  # a year counts into which one of so many days falls
MOST_LIKELY = 0.9  # share of the days that must lie in BIRTH_YEARS
SHORTEST_OWNER = 3  # letters of a word for a document, above which a name may begin with it
OWNERLESS = ("entity", "record", "datensatz", "object", "objekt")  # words that tell nothing of what it is
GENERAL = ("name", "bezeichnung", "beschreibung", "description", "text", "title", "titel", "label")
GOODS = (
    "teile",
    "=teil",
    "=items",
    "=goods",
    "waren",
    "sortiment",
    "produkt",
    "product",
    "artikel",
    "article",
    "preis",
)
LABELS = ("bezeichnung", "beschreibung", "description", "=text", "artikeltext", "goods")
BAR_CODES = ("ean", "gtin", "upc", "isbn", "barcode", "strichcode")
OF_NUMBERS = ("a tax or VAT number",)
OF_TEXTS = ("a postal code", "a telephone number", "bank details", "a tax or VAT number")
LONG_PART = 6  # letters from which on a part of a name is no chance

COMMON_NAMES = frozenset(f"{FIRST_NAMES} {LAST_NAMES}".split())
WORD_LIKE_NAME = r"^\p{Lu}\p{Ll}{2,}$"
NAME_LIKE = (  # two or more words with capitals, or an initial
    r"^\p{Lu}[\p{L}.'’-]*(?:,? +(?:(?:von|van|vom|zu|zur|de|del|di|el|al|der|den|la) +)*\p{Lu}[\p{L}.'’-]*)+$"
)

EMAIL = r"[^\s@;,<>]+@[^\s@;,<>]+\.[A-Za-z]{2,}"
PHONE = r"^(?:\+|00[1-9]|0[1-9]|\()[0-9(][0-9()/. -]{5,20}[0-9]$"
PHONE_DIGITS = 7  # of the shortest telephone number
PHONE_SIGNS = r"^(?:\+|00)|[ /()-]"
DATE_LIKE = r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
IBAN = r"^[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}$"
VAT = r"^[A-Z]{2}[A-Z0-9.\- ]{7,16}$"
TAX_NUMBER = r"^[0-9]{2,3}[ /][0-9]{3,4}[ /][0-9]{4,5}$"
TAX_ID = r"^[1-9][0-9 ]{10,14}$"
STREET = r"(?i)(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ring| street| road| avenue) ?\d+ ?[a-z]?$"
IP = r"^(?:\d{1,3}\.){3}\d{1,3}$"


def plain(name: str) -> tuple[str, list[str]]:
    """(name without signs, its words): lower case, umlauts written out; a change of case begins a word."""
    text = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z]{2})", " ", unicodedata.normalize("NFC", name))
    text = text.lower()
    for letter, written in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
        text = text.replace(letter, written)
    words = re.findall(r"[a-z]+", text)
    return "".join(words), words


def by_name(name: str, table: str = "", *, is_amount: bool = False) -> tuple[str, str] | None:
    """(what a column is by its name, the class it usually gets) if the name sounds personal.

    `table`: what the column is in: a general name such as Nr. or name is that of what the table is about; `is_amount`:
    whether it holds amounts, which are no number of a person.
    """
    own_name = name
    if is_general(name) and table:
        if is_about_things(table):
            return None
        own = " ".join(word for word in plain(name)[1] if word not in OWNERLESS)
        name = f"{singular(table)} {own}" if is_number_word(name) else name
    found = by_own_name(name)
    if found and found[1] == "direct" and is_number_word(own_name):
        return "the number of a person", "identifier"  # the code of an address is no street
    return None if found and is_amount and found[1] in ("identifier", "direct") and found[0] in OF_NUMBERS else found


def singular(table: str) -> str:
    """The name of a table without the s of its plural, and without words that every table may have."""
    return "_".join(re.sub(r"(?<=[a-z]{3})s$", "", part) for part in table.split("_") if part not in OWNERLESS)


def is_general(name: str) -> bool:
    """Whether a name alone does not tell what it is the number or name of."""
    return plain(name)[0] in GENERAL or is_number_word(name)


def is_number_word(name: str) -> bool:
    """Whether a name is only a word for a number: Nr., number, entity_id."""
    words = [word for word in plain(name)[1] if word not in OWNERLESS]
    return bool(words) and all(word in NUMBERS.split() for word in words)


def is_about_things(table: str) -> bool:
    """Whether a table is about things by its name: articles, categories, stores."""
    whole, words = plain(table)
    ends = ["".join(words[start:]) for start in range(len(words))]
    documents = DOCUMENTS.split()
    is_thing = bool(words) and any(words[-1].startswith(part.strip("=")) for part in (*THINGS.split(), *GOODS))
    is_document = not is_thing and any(
        word.startswith(one) for word in words for one in documents if len(one) > SHORTEST_OWNER
    )
    return not is_document and any(is_part(part, whole, words, ends) for part in (*THINGS.split(), *GOODS))


def is_label_of_things(name: str, table: str, found: Mapping[str, int]) -> bool:
    """Whether a column with common names of persons in it rather names things: Regal Emma is an article."""
    if any(found.get(kind, 0) for kind in KINDS if kind != "name"):
        return False
    whole, words = plain(name)
    ends = ["".join(words[start:]) for start in range(len(words))]
    is_thing = any(is_part(part, whole, words, ends) for part in (*THINGS.split(), *LABELS))
    return is_thing or (is_general(name) and is_about_things(table))


def named_text(name: str) -> bool:
    """Whether a column holds numbers that are text by its name: postal codes, telephone numbers, bar codes."""
    whole, words = plain(name)
    sound = by_own_name(name)
    return bool(sound and sound[0] in OF_TEXTS) or any(word in BAR_CODES for word in (*words, whole))


def by_own_name(name: str) -> tuple[str, str] | None:
    """`by_name` of a name that tells all itself."""
    whole, words = plain(name)
    ends = ["".join(words[start:]) for start in range(len(words))]

    def holds(parts: str) -> bool:
        return any(is_part(part, whole, words, ends) for part in parts.split())

    is_thing, is_measure = holds(THINGS), holds(MEASURES) or "%" in name
    for sound in NAMES:
        is_other = (is_thing and sound.of_things) or (is_measure and sound.of_measures)
        if not is_other and (holds(sound.parts) or is_number_of(sound.numbers_of.split(), words)):
            return sound.meaning, sound.usual
    return None


def is_number_of(owners: Collection[str], words: Sequence[str]) -> bool:
    """Whether a name is that of a number of some owners: one word, two side by side, or the number in front."""
    ends = NUMBERS.split()
    pairs = list(pairwise(words))
    return (
        any(word.endswith(end) and word.removesuffix(end) in owners for word in words for end in ends)
        or any(one in owners and other in ends for one, other in pairs)
        or any(one in ends and other in owners for one, other in pairs[:1])
    )


def is_part(part: str, whole: str, words: list[str], ends: list[str]) -> bool:
    """Whether a part stands in a name, where its sign allows it (see `Sound`)."""
    if part.startswith("=="):
        return part[2:] == whole
    if part.startswith("="):
        return part[1:] in (*words, whole)
    if part.endswith("$"):
        return any(word.endswith(part[:-1]) for word in words)
    if any(end.startswith(part.removeprefix("^")) for end in ends):
        return True
    return len(part) >= LONG_PART and not part.startswith("^") and any(part in word for word in words)


def without_persons(text: str) -> str:
    """The beginning of a file's name before its first word that is a common name of persons; all of it without one."""
    for word in re.finditer(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])", text):
        if word[0].casefold() in COMMON_NAMES:
            return text[: word.start()].rstrip(" _-.(")
    return text


def looks_personal(cell: str) -> bool:
    """Whether a cell of a header is a first name, an address or a number of a person, and so no header."""
    series = pl.Series("cell", [cell])
    found = content(series)
    return cell.casefold() in COMMON_NAMES or any(found[kind] for kind in KINDS if kind != "name")


def holds_name(text: pl.Series) -> pl.Series:
    """Whether the first or the last word of each text is a common first or last name."""
    common = list(COMMON_NAMES)
    words = pl.col("text").str.to_lowercase().str.extract_all(r"\p{L}+").list
    found = words.first().is_in(common).fill_null(value=False) | words.last().is_in(common).fill_null(value=False)
    return text.to_frame("text").select(found).to_series()


def may_be_names(values: list[str], *, beside_persons: bool) -> bool:
    """Whether one of some values is a common name, or written like one; so that no such list is shown.

    Beside columns that look personal one word with a capital is enough: a family name looks like any noun.
    """
    text = pl.Series("text", values, pl.String)
    found = text.str.contains(NAME_LIKE) | holds_name(text)
    return bool((found | text.str.contains(WORD_LIKE_NAME)).any() if beside_persons else found.any())


def valid(kind: str, text: str) -> bool:
    """Whether a text is a number of a kind, check digits included; by python-stdnum."""
    from stdnum import iban
    from stdnum.de import idnr, stnr
    from stdnum.eu import vat

    return {"IBAN": iban, "VAT number": vat, "tax id": idnr, "tax number": stnr}[kind].is_valid(text)


KINDS: Mapping[str, tuple[str, str]] = {  # kind -> (what the cells look like, usual class)
    "e-mail": ("e-mail addresses", "direct"),
    "phone": ("telephone numbers", "direct"),
    "IBAN": ("IBANs with right check digits", "direct"),
    "VAT number": ("VAT numbers with right check digits", "direct"),
    "tax id": ("German tax ids with right check digits", "direct"),
    "tax number": ("German tax numbers", "direct"),
    "street": ("streets with a house number", "direct"),
    "IP address": ("IP addresses", "direct"),
    "name": ("names of persons (a common first or last name stands in them)", "direct"),
}
EVERY_ONE_COUNTS = ("e-mail", "IBAN")  # one of them is enough to tell a person


def content(text: pl.Series) -> Counter[str]:
    """Cells of a column by kind of personal content, and how many were looked at (`cells`); missing ones do not count.

    E-mail addresses are looked for in every cell, also inside longer texts; the rest in the first cells of a batch.
    """
    text = text.drop_nulls()
    sample = text.head(SAMPLE)
    found = Counter({"cells": sample.len(), "e-mail": int(text.str.contains(EMAIL).sum())})
    if not sample.len():
        return found
    digits = sample.str.replace_all(r"[^0-9]", "").str.len_bytes()
    phones = sample.str.contains(PHONE) & sample.str.contains(PHONE_SIGNS) & (digits >= PHONE_DIGITS)
    found["phone"] = int((phones & ~sample.str.contains(DATE_LIKE)).sum())
    found["street"] = int(sample.str.contains(STREET).sum())
    found["IP address"] = int(sample.str.contains(IP).sum())
    found["name"] = int(holds_name(sample).sum())
    for kind, form in (("IBAN", IBAN), ("VAT number", VAT), ("tax id", TAX_ID), ("tax number", TAX_NUMBER)):
        like = sample.filter(sample.str.contains(form))
        found[kind] = sum(valid(kind, cell) for cell in like)
    return found


def by_content(found: Mapping[str, int]) -> tuple[str, str] | None:
    """(what the cells of a column look like, with counts, and the usual class), from the sums of `content`."""
    cells = found.get("cells", 0)
    for kind, (meaning, usual) in KINDS.items():
        count = found.get(kind, 0)
        least = 1 if kind in EVERY_ONE_COUNTS else max(LEAST_CELLS, cells * share_needed(kind))
        if count >= least:
            return f"{count} of its cells look like {meaning}", usual
    return None


def share_needed(kind: str) -> float:
    """The share of cells from which on a column is of a kind."""
    return LEAST_NAMES if kind == "name" else LEAST_SHARE


def birth_dates(years: Mapping[int, int]) -> bool:
    """Whether days with these numbers by year may be dates of birth: spread over a generation, none of them recent."""
    total = sum(years.values())
    likely = [count for year, count in years.items() if BIRTH_YEARS[0] <= year <= BIRTH_YEARS[1]]
    common = [year for year, count in years.items() if count * COMMON_YEAR >= total]
    return bool(common) and sum(likely) >= MOST_LIKELY * total and max(common) - min(common) >= BIRTH_SPAN
