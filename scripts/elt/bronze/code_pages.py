"""Whether text that was taken for cp1252 reads like text, and under which other code page it would.

A word is judged by its letters alone: whether a language has them, and whether signs that are no letters stand in it.
The words of a file are gathered in one pass, and only so many of them are kept that memory does not grow.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

FALLBACK = "cp1252"
LIKELY = (  # tried in this order; of those that read as well the first are named
    *("cp850", "cp437", "mac-roman", "iso-8859-15", "cp1250", "iso-8859-2", "cp852", "mac-latin2", "cp1254", "cp857"),
    *("cp1257", "cp775", "cp1251", "cp866", "koi8-r", "iso-8859-5", "mac-cyrillic", "cp1253", "cp737", "cp865"),
)
NAMED = 3  # code pages in a message
KEPT = 2_000  # words of each kind
REMEMBERED = 50_000  # judgements
LARGEST_REST = 1 << 16  # bytes of a word that may go on in the next chunk

NATIVE, FOREIGN, ODD, BAD = 0, 1, 2, 4  # cost of a word: German, another language, none, no text at all
BUDGET = 0.02  # share of bad words above which a file is refused whatever else it may be
GAIN = 3  # cost that another code page must save: one bad word that becomes one of another language
WORSE = 0.1  # words that it may spoil, as a share of those it mends
BLANKED = bytes(sign if sign >= 0x80 or chr(sign).isalpha() else 32 for sign in range(256))  # all but letters
EDGE = rb"A-Za-z\x80-\xff"

GERMAN = frozenset("äöüßé")
LANGUAGES = tuple(
    map(
        frozenset,
        (
            *(
                "àâæçéèêëîïôœùûüÿ",
                "áéíñóúüç",
                "áâãàçéêíóôõúü",
                "àèéìíîòóùú",
                "áéíóúèëïöüê",
                "æøåéôòóêàüäö",
                "åäöéàüšžõ",
            ),
            *("àçèéíïòóúü", "ëç", "áéíóúâêîôû", "ąćęłńóśźżé", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž"),
            *("áéíóöőúüű", "ăâîșțşţ", "čćđšž", "çğıöşüâîû", "ąčęėįšųūž", "āčēģīķļņšūž"),
        ),
    )
)
SCRIPTS = ("CYRILLIC", "GREEK")
SEPARATORS = re.compile("[\u00a0–—…’‘´]+")
BEFORE = "„“”‚«»‹›¿¡•†°º§µ½¼¾±×©¶"  # signs that may stand in front of a word
BEHIND = "“”«»‹›™®©²³¹ªº°€†‡‰×½¼¾µ"
NO_LETTERS = "ªºµƒ"  # which Unicode calls letters
UNIT = re.compile(r"[kcdmµ]?m[²³][a-z]{0,2}")
BEFORE_CAPITAL = re.compile("[®™×][A-ZÄÖÜ]")
JOINED = re.compile("[a-z][–—…][a-z]")
AFTER_VOWEL = re.compile("[aou][äöü]|[äöü](?!ß)[aio]|[öü]u")  # as no German word has them
WRONG_ESZETT = re.compile("(?<![aeiouyäöüé])ß")
NEVER = "¤\ufffd"


@lru_cache(REMEMBERED)
def cost(word: str) -> int:
    """How unlikely it is that a word was meant so: NATIVE, FOREIGN, ODD or BAD."""
    if any(sign in NEVER or unicodedata.category(sign) == "Cc" or "\u2500" <= sign <= "\u25a0" for sign in word):
        return BAD
    worst = FOREIGN if JOINED.search(word) else NATIVE
    return max([worst, *map(cost_of_part, SEPARATORS.split(word.replace("\u00ad", "")))])


def cost_of_part(part: str) -> int:
    """The cost of a word without apostrophes, dashes and ellipses."""
    if UNIT.fullmatch(part):
        return NATIVE
    core = part.lstrip(BEFORE).rstrip(BEHIND)
    if part.startswith("†") and core[:1].islower():
        return BAD
    worst = FOREIGN if BEFORE_CAPITAL.search(core) else NATIVE
    core = re.sub("(?<=[lL])·(?=[lL])|[®™×](?=[A-ZÄÖÜ])", "", core)
    if not core.isalpha():
        return BAD if any(sign.isalpha() for sign in core) else NATIVE
    if any(sign in core for sign in NO_LETTERS):
        return BAD
    return max(worst, cost_of_case(core), cost_of_letters(core))


def cost_of_case(core: str) -> int:
    """BAD where a capital letter beyond ASCII follows a small one; the German ones may, as in BioÖl."""
    capitals = {b for a, b in pairwise(core) if a.islower() and b.isupper() and not b.isascii()}
    if not capitals:
        return NATIVE
    return FOREIGN if {letter.lower() for letter in capitals} <= GERMAN else BAD


def cost_of_letters(core: str) -> int:
    """The cost of the letters of a word: all of one language, or of one script."""
    letters = {letter for letter in core.replace("İ", "i").lower() if not letter.isascii()}
    for script in SCRIPTS:
        inside = [unicodedata.name(letter, "").startswith(script) for letter in core]
        if any(inside):
            return FOREIGN if all(inside) else BAD
    small = core.lower()
    if re.search(r"[^\x00-\x7f]{3}", small) or WRONG_ESZETT.search(small):
        return BAD
    if letters <= GERMAN:
        is_odd = not core[0].isascii() and core[0].islower() and len(core) > 1
        return FOREIGN if is_odd or AFTER_VOWEL.search(small) else NATIVE
    return FOREIGN if any(letters <= language for language in LANGUAGES) else ODD


def read_as(word: bytes, encoding: str) -> int:
    """The cost of a word under a code page."""
    return cost(word.decode(encoding, "replace"))


@dataclass
class Words:
    """The words beyond ASCII of a file that is taken for cp1252, gathered chunk by chunk.

    By cost: how many words have it (`counts`), the offset of the first one (`first`), and some of them (`kept`).
    """

    counts: Counter[int] = field(default_factory=Counter)
    first: dict[int, int] = field(default_factory=dict)
    kept: dict[int, set[bytes]] = field(default_factory=dict)
    known: dict[bytes, int] = field(default_factory=dict)

    def add(self, chunk: bytes, offset: int) -> None:
        """Take the words of a chunk that begins at an offset of the file."""
        words = Counter(word for word in chunk.translate(BLANKED).split() if not word.isascii())
        for word, count in words.items():
            price = self.known.get(word)
            if price is None:
                price = self.judged(word)
            self.counts[price] += count
            if price not in self.first:
                alone = re.search(rb"(?<![" + EDGE + rb"])" + re.escape(word) + rb"(?![" + EDGE + rb"])", chunk)
                self.first[price] = offset + (alone.start() if alone else 0)

    def judged(self, word: bytes) -> int:
        """The cost of a new word, which is kept."""
        price = read_as(word, FALLBACK)
        if len(self.known) == REMEMBERED:
            self.known.clear()
        self.known[word] = price
        kept = self.kept.setdefault(price, set())
        if len(kept) < KEPT:
            kept.add(word)
        return price

    def worst(self) -> tuple[int, int | None]:
        """(words of the kinds that speak against cp1252, offset of the first): bad ones, or else none of German."""
        prices = [price for price in ((BAD,) if self.counts[BAD] else (ODD, FOREIGN)) if self.counts[price]]
        return sum(self.counts[price] for price in prices), min((self.first[price] for price in prices), default=None)

    @property
    def are_unlikely(self) -> bool:
        """Whether too many words are no text, or another code page makes text of them and spoils no other."""
        return self.counts[BAD] > BUDGET * self.counts.total() or bool(self.likely())

    def likely(self) -> list[str]:
        """The code pages under which these words read best, if they read better than under cp1252."""
        words = [(word, price) for price, kept in self.kept.items() for word in kept]
        gains: dict[str, int] = {}
        for encoding in LIKELY if any(price for _, price in words) else ():
            saved = [price - read_as(word, encoding) for word, price in words]
            mended, spoiled = sum(one > 0 for one in saved), sum(one < 0 for one in saved)
            if sum(saved) >= GAIN and spoiled <= WORSE * mended:
                gains[encoding] = sum(saved)
        best = [encoding for encoding, gain in gains.items() if gain == max(gains.values())]
        return best[:NAMED]


def words_of(chunks: Iterator[bytes]) -> Words:
    """The words beyond ASCII of a file."""
    found, rest, offset = Words(), b"", 0
    for chunk in chunks:
        whole = rest + chunk
        cut = whole.rfind(b"\n") + 1 or (len(whole) if len(whole) - len(chunk) > LARGEST_REST else 0)
        if not whole.isascii():
            found.add(whole[:cut], offset)
        rest, offset = whole[cut:], offset + cut
    found.add(rest, offset)
    return found
