"""What a format of dates says: whether it reads a time zone, cuts one off, or puts the day before the month.

Formats are those of `strftime`. Zones are read by `%z`: an offset such as +02:00, Z, UTC, GMT, or a name of `OFFSETS`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

OFFSETS = {  # names of zones whose offset nobody doubts; EST or BST are other hours on another continent
    **dict.fromkeys(("UTC", "UT", "GMT", "WET"), "+00:00"),
    **dict.fromkeys(("CET", "MEZ", "WEST"), "+01:00"),
    **dict.fromkeys(("CEST", "MESZ", "EET"), "+02:00"),
    "EEST": "+03:00",
}
# those, and names that are read nowhere
NAMES = "UTC?|GMT|MES?Z|[WE]ES?T|CES?T|BST|MSK|[ECMP][SD]T|AE[SD]T|IST|JST"
DIRECTIVE = re.compile(r"%[-_0]?(?:\.?[369]?f|:{0,3}z|#z|[A-Za-z%+])")
WHOLE = {"%D": "%m/%d/%y", "%x": "%m/%d/%y", "%F": "%Y-%m-%d", "%v": "%e-%b-%Y", "%+": "%Y-%m-%dT%H:%M:%S%.f%z"}
FORMATS = (  # in which exports write days, the usual ones first
           "%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d.%m.%y",
           "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y",
           "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%z",
           "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M",
           "%Y-%m-%d %H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M%z", "%Y%m%dT%H%M%S%z", "%d.%m.%Y %H:%M:%S",
           "%d.%m.%Y %H:%M:%S%z", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M%z", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S",
           "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M",
           "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y")  # fmt: skip
ZONE, EPOCH = "%z", "%s"  # seconds since 1970 are counted in UTC
DAY, MONTH, YEAR = ("d", "e"), ("m", "b", "B", "h"), ("Y", "y", "G", "g", "C")
TIME = ("H", "I", "k", "l", "M", "S", "T", "R", "r", "X", "p", "P", "f")
LITERAL_ZONE = re.compile(  # text of a format that stands where a time stamp has its zone
    rf"(?<![A-Za-z])(?:[Zz]|{NAMES})(?![A-Za-z])"
    r"|[+-]\d{2}:?\d{2}(?!\d)"
)


def spelt(form: str) -> str:
    """A format with its abbreviations written out, and one way to write a zone and a fraction of a second.

    `%S.%f`, as Python writes it, becomes `%S%.f`, which reads a second without a fraction too.
    """
    form = re.sub(r"%[DxFv+]", lambda found: WHOLE[found[0]], form)
    form = re.sub(r"%(?::{1,3}|#)z", ZONE, form)
    return re.sub(r"\.%[369]?f|%\.[369]f", "%.f", form)


def directives(form: str) -> list[str]:
    """The directives of a format by their last letter, in order."""
    return [found[-1] for found in DIRECTIVE.findall(spelt(form))]


def has_time(form: str) -> bool:
    """Whether a format reads a time of day."""
    return any(letter in TIME for letter in directives(form))


def is_zoned(form: str) -> bool:
    """Whether a format reads time stamps whose zone is known; a day without a time has none."""
    return EPOCH in form or (ZONE in spelt(form) and has_time(form))


def cut_zone(form: str) -> str | None:
    """What stands in a format for a zone that it does not read, such as the letter Z; None if there is nothing."""
    if "Z" in directives(form):
        return "%Z"
    found = LITERAL_ZONE.search(DIRECTIVE.sub("\n", spelt(form).replace("%%", "\n")))
    return found[0] if found else None


def place(form: str, letters: tuple[str, ...]) -> int | None:
    """Place of the first of some directives in a format; None if it has none of them."""
    return next((at for at, letter in enumerate(directives(form)) if letter in letters), None)


def is_day_first(form: str) -> bool | None:
    """Whether a format has the day before the month; None if it lacks one of them."""
    day, month = place(form, DAY), place(form, MONTH)
    return None if day is None or month is None else day < month


def is_year_first(form: str) -> bool:
    """Whether a format is year, month, day, as ISO 8601 has it; nobody writes year, day, month."""
    year, month, day = (place(form, letters) for letters in (YEAR, MONTH, DAY))
    return year is not None and month is not None and day is not None and year < month < day


def twin(form: str) -> str | None:
    """The same format with day and month exchanged; None where the month has a name, or one of them is missing."""
    form = spelt(form)
    day, month = (re.search(f"%[-_0]?[{letters}]", form) for letters in ("de", "m"))
    if not day or not month:
        return None
    (first, second) = sorted((day, month), key=lambda found: found.start())
    between = form[first.end() : second.start()]
    return form[: first.start()] + second[0] + between + first[0] + form[second.end() :]


@dataclass(frozen=True)
class FormatFault:
    """A fault of a field's dates: the key of the contract, what is wrong, what to do."""

    key: str
    words: str
    remedy: str


def faults(formats: Sequence[str], day_first: Sequence[bool], time_zone: str | None) -> Iterator[FormatFault]:
    """Formats that cut a zone off or need one that is not stated; orders of day and month that they contradict.

    `day_first`: of each format, or nothing; `time_zone`: in which the days of time stamps count, if it is known.
    """
    for form in formats:
        if (zone := cut_zone(form)) is not None:
            words = f"{zone} in {form} would cut the time zone off, so that days near midnight are wrong"
            remedy = "Write %z in its place, which reads Z, UTC, GMT, CET, CEST and offsets such as +02:00"
            yield FormatFault("format", words, remedy)
        elif is_zoned(form) and time_zone is None:
            words = f"{form} reads time stamps with a zone, and the calendar's country does not say the company's zone"
            yield FormatFault("format", words, "State timeZone in the contract, such as America/New_York")
    if day_first and len(day_first) != len(formats):
        words = f"{len(day_first)} are stated for {len(formats)} formats"
        yield FormatFault("dayFirst", words, "State one for each format, or one for all")
        return
    for form, is_first in zip(formats, day_first, strict=False):
        if is_day_first(form) not in (is_first, None):
            words = f"{str(is_first).lower()} contradicts the format {form}"
            remedy = "Correct one of them; of several formats dayFirst may be a list, with true or false for each"
            yield FormatFault("dayFirst", words, remedy)
