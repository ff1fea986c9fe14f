"""What an encoded text says: escapes of HTML, URL and JSON, mark-up, base64 and hex undone; and the digests in it."""

import base64
import binascii
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

import numpy as np

from elt.protection import pseudonyms

JSON_CHARACTER = re.compile(r"\\+u([0-9a-fA-F]{4})")
JSON_ESCAPE = re.compile(r"\\+[nrtbf\"\\]")
TAG = re.compile(r"<[^<>]{0,2000}>")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
HEX = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-fA-F]{2}){4,}(?![0-9a-zA-Z])")
PSEUDONYM = re.compile(rf"\b{pseudonyms.PREFIX['customer']}[a-z2-7]{{26}}\b")
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d{2,}(?:e[+-]?\d+)?(?![\w.])")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d:?\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
YEAR_FIRST = re.compile(r"(?<![\w.])(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(?<![\w.])(\d{1,2})([-./])(\d{1,2})\2(\d{4})(?!\d)")
DIGEST_HEX = re.compile(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{16,128}(?![0-9a-zA-Z])")
DIGEST_BASE64 = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{22,86}={0,2}(?![\w+/=-])")
DIGEST_LENGTHS = {22, 27, 43}  # of MD5, SHA-1 and SHA-256 in base64, without padding
ALGORITHMS = ("md5", "sha1", "sha256")


def unescaped_json(text: str) -> str:
    """A text with the escapes of JSON undone; line ends and quotes become blanks."""
    plain = JSON_CHARACTER.sub(lambda found: chr(int(found[1], 16)), text)
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return JSON_ESCAPE.sub(" ", plain.replace("\\/", "/"))


def decodings(text: str, depth: int = 2) -> Iterator[str]:
    """The text itself and what it says with escapes and mark-up undone and base64 and hex decoded; each once.

    `depth`: how many layers of base64 or hex are undone.
    """
    found = [text]
    for sign, undo in (("\\", unescaped_json), ("%", unquote), ("<", lambda t: TAG.sub(" ", t)), ("&", html.unescape)):
        for known in list(found):
            if sign in known and (plain := undo(known)) not in found:
                found.append(plain)
    yield from found
    if depth and (inner := "\n".join(sorted({inner for known in found for inner in decoded_words(known)}))):
        yield from decodings(inner, depth - 1)


def decoded_words(text: str) -> Iterator[str]:
    """What words in base64 or hex say, where it is text."""
    text = PSEUDONYM.sub(" ", text)
    for word in set(HEX.findall(text)):
        if plain := as_text(bytes.fromhex(word)):
            yield plain
    for word in set(BASE64.findall(text)):
        bare = word.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(bare + "=" * (-len(bare) % 4))
        except (binascii.Error, ValueError):
            continue
        if plain := as_text(raw):
            yield plain


def as_text(raw: bytes) -> str:
    """Bytes as text, or "" where they are none."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if all(sign.isprintable() or sign in "\r\n\t" for sign in text) else ""


def normalised(text: str) -> str:
    """A text without what is no value of a person: whole pseudonyms, decimal numbers, moments of the clock.

    Days in digits become one word (day19711006), so that neighbouring numbers of a table are no day.
    """
    text = DECIMAL.sub("~", MOMENT.sub("~", PSEUDONYM.sub("~", text)))
    text = YEAR_FIRST.sub(lambda found: day_word(found[1], found[3], found[4]), text)
    return YEAR_LAST.sub(
        lambda found: f"{day_word(found[4], found[3], found[1])} {day_word(found[4], found[1], found[3])}", text
    )


def day_word(year: str, month: str, day: str) -> str:
    """A day as one word."""
    return f"day{int(year):04}{int(month):02}{int(day):02}"


def digests(text: str) -> np.ndarray:
    """First 8 bytes of every word of a text that may be a digest: hex of 16 digits or more, base64, a pseudonym."""
    found = {bytes.fromhex(word[:16]) for word in DIGEST_HEX.findall(text)}
    for word in set(DIGEST_BASE64.findall(text)):
        bare = word.rstrip("=")
        if len(bare) in DIGEST_LENGTHS:
            found.add(base64.b64decode(bare[:12].replace("-", "+").replace("_", "/"))[:8])
    for word in PSEUDONYM.findall(text):
        letters = word.removeprefix(pseudonyms.PREFIX["customer"]).upper()
        found.add(base64.b32decode(letters[:16])[:8])
    return np.sort(np.frombuffer(b"".join(sorted(found)), np.uint64))
