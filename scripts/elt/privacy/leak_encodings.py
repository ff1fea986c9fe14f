"""What an encoded text says: escapes of HTML, URL and JSON, mark-up, misread bytes, base64 and hex undone."""

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote

import numpy as np

from elt.privacy.leak_stretches import BREAK, with_elements
from elt.protection import pseudonyms

JSON_CHARACTER = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|U([0-9a-fA-F]{8}))")
JSON_ESCAPE = re.compile(r"\\+[nrtbf\"\\]")
OPENED = re.compile(r"<wbr\s*/?>", re.I)  # where a word may be parted: no blank
TAG = re.compile(r"<[^<>]{0,2000}>")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
# What must not stand before a find is looked at after its first character, or its prefix, since a pattern is searched
# for several times as fast if it begins with a set of characters or with letters.
HEX = re.compile(r"[0-9a-fA-F](?<![0-9a-zA-Z].)[0-9a-fA-F](?:[0-9a-fA-F]{2}){3,}(?![0-9a-zA-Z])")
PSEUDONYM = re.compile(rf"{pseudonyms.PREFIX['customer']}(?<!\w{pseudonyms.PREFIX['customer']})[a-z2-7]{{26}}\b")
DIGEST_HEX = re.compile(r"[0-9a-fA-F](?<![0-9a-zA-Z].)[0-9a-fA-F]{15,127}(?![0-9a-zA-Z])")
DIGEST_BASE64 = re.compile(r"[A-Za-z0-9+/_-](?<![\w+/-].)[A-Za-z0-9+/_-]{21,85}={0,2}(?![\w+/=-])")
DIGEST_LENGTHS = {22, 27, 38, 43, 64, 86}  # of 16, 20, 28, 32, 48 and 64 bytes in base64, without padding
ROUNDS = 4  # of undoing escapes: \\\\u00fc and &amp;uuml; are escaped twice
LINE_ENDS_AND_TABS = str.maketrans("", "", "\r\n\t")
LONG_LINE = 2_000  # characters of a line from which on only what stands near those beyond ASCII is read again
AROUND = 500  # characters on either side of one, and to the next blank: six words take less
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
MISREAD = ("cp1252", "cp850", "cp437", "mac-roman", "cp1250")  # code pages that UTF-8 is read in by mistake
CONFUSED = (("cp850", "cp1252"), ("cp1252", "cp850"), ("mac-roman", "cp1252"), ("cp1252", "mac-roman"))


def character(found: re.Match[str]) -> str:
    """The character that an escape stands for."""
    point = int(next(filter(None, found.groups())), 16)
    return chr(point) if point < 0x110000 else " "


def unescaped_json(text: str) -> str:
    """A text with the escapes of JSON and Python undone; line ends and quotes become blanks."""
    plain = JSON_CHARACTER.sub(character, text)
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return JSON_ESCAPE.sub(" ", plain.replace("\\/", "/"))


UNDOING = (("\\", unescaped_json), ("%", unquote), ("&", html.unescape))


def unescaped(text: str) -> Iterator[str]:
    """The text itself, what it says with more and more of its escapes undone, and the last without tags; each once."""
    yield text
    for _ in range(ROUNDS):
        before = text
        for sign, undo in UNDOING:
            if sign in text and (plain := undo(text)) != text:
                yield (text := plain)
        if text == before:
            break
    if "<" in text and (plain := TAG.sub(" ", OPENED.sub("", text))) != text:
        yield plain


def recoded(text: str, written: str, read: str) -> str:
    """What was meant where bytes in the code page `read` were taken for `written`; the rest stays."""
    return BEYOND_ASCII.sub(lambda found: _meant(found[0], written, read), text)


@lru_cache(1 << 14)
def _meant(signs: str, written: str, read: str) -> str:
    """What signs beyond ASCII were meant to say, if anything; the same few stand in most texts."""
    raw = b"".join(_byte(sign, written) for sign in signs)
    try:
        return raw.decode(read)
    except UnicodeDecodeError:
        return signs


def _byte(sign: str, code_page: str) -> bytes:
    """A character in a code page; characters that have no place there stand for their own number, or for themselves."""
    try:
        return sign.encode(code_page)
    except UnicodeEncodeError:
        return sign.encode("latin-1", "ignore") or sign.encode()


def near_beyond_ascii(line: str) -> str:
    """The parts of a line around characters beyond ASCII, with a mark between two; all that reading them anew changes.

    Snakemake notes parameters of 30,000 characters in a line, with one sign beyond ASCII in it.
    """
    if len(line) <= LONG_LINE:
        return line
    parts, kept_to = list[str](), 0
    for found in BEYOND_ASCII.finditer(line):
        begin = max(line.rfind(" ", 0, max(0, found.start() - AROUND)) + 1, kept_to)
        end = line.find(" ", found.end() + AROUND)
        end = len(line) if end < 0 else end
        parts += [BREAK] if begin > kept_to else []
        parts.append(line[begin:end])
        kept_to = max(kept_to, end)
    return " ".join(filter(None, parts))


def repaired(text: str) -> Iterator[str]:
    """What the lines of a text beyond ASCII say if their bytes were read in the wrong code page, once or twice."""
    if text.isascii():
        return
    lines = "\n".join(near_beyond_ascii(line) for line in text.split("\n") if not line.isascii())
    for code_page in MISREAD:
        once = recoded(lines, code_page, "utf-8")
        if once != lines:
            yield once
            if (twice := recoded(once, code_page, "utf-8")) != once:
                yield twice
    for written, read in CONFUSED:
        yield recoded(lines, written, read)


def decodings(text: str, depth: int = 2) -> Iterator[str]:
    """The text itself and what it says with escapes, tags and misreading undone and base64 and hex decoded; each once.

    `depth`: how many layers of base64 or hex are undone.
    """
    found = list(unescaped(with_elements(text)))
    yield from dict.fromkeys([*found, *repaired(found[-1])])
    if depth and (inner := "\n".join(decoded_words(found))):
        yield from decodings(inner, depth - 1)


def decoded_words(texts: Sequence[str]) -> list[str]:
    """What words of the first and last texts in base64 or hex say, where it is text; sorted."""
    plain = [PSEUDONYM.sub(" ", text) for text in dict.fromkeys([texts[0], *texts[-2:]])]
    found = {as_text(bytes.fromhex(word)) for word in {word for text in plain for word in HEX.findall(text)}}
    for word in {word for text in plain for word in BASE64.findall(text)}:
        bare = word.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            found.add(as_text(base64.b64decode(bare + "=" * (-len(bare) % 4))))
        except (binascii.Error, ValueError):
            continue
    return sorted(found - {""})


def as_text(raw: bytes) -> str:
    """Bytes as text, or "" where they are none."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.translate(LINE_ENDS_AND_TABS).isprintable() else ""


def digest_words(text: str) -> dict[bytes, set[str]]:
    """First 8 bytes -> words, of all words that may be digests: hex of 16 digits or more, base64."""
    found: dict[bytes, set[str]] = {}
    for word in DIGEST_HEX.findall(text):
        found.setdefault(bytes.fromhex(word[:16]), set()).add(word)
    for word in DIGEST_BASE64.findall(text):
        bare = word.rstrip("=")
        if len(bare) in DIGEST_LENGTHS:
            begin = base64.b64decode(bare[:12].replace("-", "+").replace("_", "/"))[:8]
            found.setdefault(begin, set()).add(word)
    return found


def pseudonym_words(text: str) -> dict[bytes, set[str]]:
    """First 8 bytes -> words, of all words of the form of a pseudonym."""
    found: dict[bytes, set[str]] = {}
    for word in PSEUDONYM.findall(text):
        letters = word.removeprefix(pseudonyms.PREFIX["customer"]).upper()
        found.setdefault(base64.b32decode(letters[:16])[:8], set()).add(word)
    return found


def prints_of(words: Iterable[bytes]) -> np.ndarray:
    """First 8 bytes each as numbers, sorted, each once."""
    return np.unique(np.frombuffer(b"".join(words), np.uint64))
