"""The words of published text: what can be no value of a person goes; a day, a moment, a telephone number is one word.

A day becomes a word of its own (day19711006), so that neighbouring numbers of a table are no day; so does the day of a
moment (at19711006), as those of the clock are told apart by their day. A telephone number is known in any grouping.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from elt.privacy.leak_encodings import PSEUDONYM
from elt.privacy.leak_stretches import BREAK

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e01ef]"
)
DASH = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
BLANK = re.compile("[\u00a0\u2007\u2009\u202f]")
DIGEST = re.compile(
    r"[0-9a-fA-F](?<![0-9a-zA-Z].)(?:(?<=[0-9])(?=[0-9]*[a-fA-F])|(?<=[a-fA-F])(?=[a-fA-F]*[0-9]))"
    r"[0-9a-fA-F]{15,127}(?![0-9a-zA-Z])"
)
DIGIT = re.compile(r"\d")
DECIMAL = re.compile(r"\d(?<![\w.]\d)\d*\.\d{2,}(?:e[+-]?\d+)?(?![\w.])")
FIRST = r"\d(?<!\d\d)"  # a digit that begins a number
CLOCK = r"(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?"
MOMENT = re.compile(rf"({FIRST}\d{{3}})-(\d\d)-(\d\d)(?:[Tt+_]| +){CLOCK}(?![\d:])")
MOMENT_OF_DIGITS = re.compile(
    r"([12](?<!\d[12])(?:(?<=1)[89]|(?<=2)0)\d\d)([01]\d)([0-3]\d)[Tt_ ]?([0-2]\d)([0-5]\d)([0-5]\d)?(?:\.\d+|Z)?(?!\d)"
)
EPOCH = re.compile(r"[-\d](?<![\w.].)(?:(?<=-)\d|(?<=\d))\d{8,18}(?=(?:\.0+)?(?![\w.]))")
UNITS = (1, 10**3, 10**6, 10**9)  # of a second
SECONDS = 86_400
YEARS = range(1850, 2100)
APART = r"(?<!\d[.,]\d)"  # after one: that is no part of a decimal number
YEAR_FIRST = re.compile(rf"({FIRST}{APART}\d{{3}})([-./_])(\d{{1,2}})\2(\d{{1,2}})(?!\d)")
YEAR_LAST = re.compile(rf"({FIRST}{APART}\d?)([-./_])(\d{{1,2}})\2(\d{{4}})(?!\d)")
CALL = re.compile(r"date(?<!\wdate)(?:time)?\((\d{4}), ?(\d{1,2}), ?(\d{1,2})")  # as Python shows a day
MONTHS = (
    "January February March April May June July August September October November December",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Jänner Feber Maerz - - - - - Sept - - -",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
)
MONTH = {name.lower(): number for names in MONTHS for number, name in enumerate(names.split(), start=1) if name != "-"}
PARTED = rf"(?:[^\w{BREAK}]|_){{1,3}}"
DAY_FIRST = re.compile(rf"({FIRST}\d?)(?:st|nd|rd|th)?(?: of)?{PARTED}([^\W\d_]{{3,9}}){PARTED}(\d{{4}})(?!\d)")
INITIALS = "".join(sorted({name[0] + name[0].upper() for name in MONTH}))
MONTH_FIRST = re.compile(
    rf"([{INITIALS}](?<![^\W_].)[^\W\d_]{{2,8}}){PARTED}(\d{{1,2}})(?:st|nd|rd|th)?{PARTED}(\d{{4}})(?!\d)"
)
TELEPHONE = re.compile(
    r"[+(\d](?<![\w.+].)(?:(?<!\d)[+(]?\d|(?<=\d))(?:[\d()/.\-]| (?=[\d(/\-])|(?<=[)/\-]) ){6,28}\d(?!\w)"
)
CALLED = 8  # digits of a telephone number without its prefix, at least
PATH = re.compile(r'\b(d|points)="[MmLlHhVvCcSsQqTtAaZz\d\s.,+-]*"')  # geometry of a figure
INNER = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-ZÀ-ÖØ-Þ])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
RUN = re.compile(r"\w+")
JOINED = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?:[a-zß-ÿ][A-ZÀ-ÖØ-Þ]|[^\W\d_]\d|\d[^\W\d_])\w*")


def day_word(year: str, month: str, day: str) -> str:
    """A day as one word."""
    return f"day{int(year):04}{int(month):02}{int(day):02}"


def apart(found: re.Match[str], word: str) -> str:
    """A word in the place of a find, with a blank where a letter or digit follows or stands before it."""
    before, after = found.string[max(0, found.start() - 1) : found.start()], found.string[found.end() : found.end() + 1]
    return f"{' ' if before.isalnum() else ''}{word}{' ' if after.isalnum() else ''}"


def days_in_digits(found: re.Match[str], readings: list[tuple[str, str, str]]) -> str:
    """A day in digits as one word in each of its readings (year, month, day); what can be no day as it is."""
    words = [day_word(*parts) for parts in readings if 1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31]
    return apart(found, " ".join(words)) if words else found[0]


def named_day(found: re.Match[str], year: str, month: str, day: str) -> str:
    """A day whose month is a word, as one word; anything else as it is."""
    number = MONTH.get(month.lower())
    return apart(found, day_word(year, str(number), day)) if number else found[0]


def moment_words(found: re.Match[str]) -> str:
    """The day of a moment, and the day after for a time at which another time zone has midnight."""
    try:
        day = date(*map(int, found.groups()[:3]))
    except ValueError:
        return found[0]
    hour, minute, second = (int(part or 0) for part in found.groups()[3:6])
    days = [day]
    if hour >= 10 and minute % 15 == 0 and second == 0 and day.year < 9999:
        days.append(day + timedelta(days=1))
    return apart(found, " ".join(f"at{day:%Y%m%d}" for day in days))


def epoch_words(found: re.Match[str]) -> str:
    """A whole number, and the day whose first second it is as a count of seconds or parts of them since 1970."""
    number = int(found[0])
    for unit in UNITS:
        days, rest = divmod(number, SECONDS * unit)
        if not rest and YEARS.start - 1970 <= days / 366 and days / 365 <= YEARS.stop - 1970:
            return f"{found[0]} at{date(1970, 1, 1) + timedelta(days=days):%Y%m%d}"
    return found[0]


def called_numbers(text: str) -> Iterator[str]:
    """The digits that a telephone number may be known by: without zeros in front, and without a prefix of a country."""
    text = text.strip(" (")
    digits = "".join(filter(str.isdigit, text))
    bare = digits.lstrip("0")
    found = [bare]
    if text.startswith(("+", "00")):
        found += [bare[count:].lstrip("0") for count in (1, 2, 3)]
    yield from (number for number in dict.fromkeys(found) if len(number) >= CALLED)


def telephone_words(found: re.Match[str]) -> str:
    """A run of digits, and the words of the telephone numbers that it, or its beginning, may be."""
    text = found[0]
    ends = [end.start() for end in re.finditer(r"(?<=[\d)])(?=[^\d)])|$", text)]
    words = dict.fromkeys(f"tel{number}" for end in ends for number in called_numbers(text[:end]))
    return f"{text} {' '.join(words)} " if words else text


def normalised(text: str) -> str:
    """A text without what is no value of a person: pseudonyms, digests, decimal numbers, geometry, invisible signs."""
    if not text.isascii():
        text = BLANK.sub(" ", DASH.sub("-", INVISIBLE.sub("", text)))
    text = DIGEST.sub("~", PSEUDONYM.sub("~", PATH.sub("", text) if 's="' in text or 'd="' in text else text))
    if DIGIT.search(text) is None:  # there is neither a day nor a number in it
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = MOMENT_OF_DIGITS.sub(moment_words, MOMENT.sub(moment_words, text))
    text = CALL.sub(
        lambda found: apart(found, day_word(*found.groups())), EPOCH.sub(epoch_words, DECIMAL.sub("~", text))
    )
    text = YEAR_FIRST.sub(lambda found: days_in_digits(found, [(found[1], found[3], found[4])]), text)
    text = YEAR_LAST.sub(
        lambda found: days_in_digits(found, [(found[4], found[3], found[1]), (found[4], found[1], found[3])]), text
    )
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = DAY_FIRST.sub(lambda found: named_day(found, found[3], found[2], found[1]), text)
    text = MONTH_FIRST.sub(lambda found: named_day(found, found[3], found[1], found[2]), text)
    return TELEPHONE.sub(telephone_words, text)


def inner_words(text: str) -> str:
    """The words of a normalised text that are made of several, such as AnnaGreen or anna1978, taken apart."""
    found = {joined[0] for word in {*RUN.findall(text)} if not _is_one(word) and (joined := JOINED.search(word))}
    return BREAK.join(sorted({INNER.sub(" ", word) for word in found}))


def _is_one(word: str) -> bool:
    """Whether a run of letters and digits is one word by its looks: most are, and the pattern is slow on them."""
    return word.isascii() and word.isalpha() and word[1:].islower()
