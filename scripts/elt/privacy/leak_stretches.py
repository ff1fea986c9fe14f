"""Stretches of published text: a value is searched within one of them, never across two cells, elements or strings.

Between two stretches a mark is put that no n-gram crosses. Line ends stay where they are, so that a find has a line.
"""

import base64
import binascii
import re
from pathlib import PurePath

BREAK = "\x1e"  # the record separator of ASCII; no word
INLINE = (
    "a|abbr|b|bdi|bdo|big|br|cite|code|data|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|tspan"
    "|u|var|wbr"
)
ELEMENT = re.compile(rf"<(?=/?[a-zA-Z!?])(?!/?(?:{INLINE})\b)", re.I)  # opens or closes an element that stands apart
FIGURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/]+={0,2})")  # a figure inside a page
JSON_PART = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:])', re.S)
YAML_ENTRY = re.compile(r"^(?= *(?:- |\? |[^\s:#'\"][^:\n]*:(?:\s|$)))", re.M)
MARKDOWN_BLOCK = re.compile(r"^(?=[ \t]*(?:[-*+] |\d+[.)] |#|>|\||$))|(?<!\\)\|", re.M)
QUOTED_OR_END = {sign: re.compile(rf'"(?:[^"]|"")*"|[{sign}\n]') for sign in (",", "\t")}
COUNT = re.compile(rf"(?<=[,\t\n])-?\d{{1,5}}(?:\.\d+)?(?={BREAK})")  # what alone in a cell is no value of a person
TABLES = {".csv": ",", ".tsv": "\t"}
MARKUP = (".html", ".svg", ".xml")


def cells(text: str, separator: str) -> str:
    """A piece of a table with a mark before each separator and line end outside quotes."""
    if '"' not in text:
        return text.replace(separator, BREAK + separator).replace("\n", f"{BREAK}\n")
    return QUOTED_OR_END[separator].sub(lambda part: part[0] if part[0][0] == '"' else BREAK + part[0], text)


def marked(text: str, path: PurePath) -> str:
    """A text of a file with marks between cells of tables, strings of JSON, entries of YAML and blocks of Markdown."""
    text = text.replace(BREAK, " ")
    if path.suffix in TABLES:
        return cells(text, TABLES[path.suffix])
    if path.suffix == ".json" or (not path.suffix and text.startswith("{")):
        return BREAK.join(JSON_PART.split(text))
    if path.suffix in (".yaml", ".yml"):
        return YAML_ENTRY.sub(BREAK, text)
    if path.suffix == ".md":
        return MARKDOWN_BLOCK.sub(lambda part: BREAK + part[0], text)
    return with_elements(FIGURE.sub(figure_text, text)) if path.suffix in MARKUP else text


def figure_text(found: re.Match[str]) -> str:
    """What a figure inside a page says, in one line as it stood in one; as it is where that is no text."""
    try:
        said = base64.b64decode(found[1], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return found[0]
    return said.translate({ord("\n"): " ", ord(BREAK): " "})


def with_elements(text: str) -> str:
    """A text with a mark before every tag of an element that stands apart; bold words and the like do not."""
    return ELEMENT.sub(f"{BREAK}<", text) if "<" in text else text


def without_counts(text: str, path: PurePath) -> str:
    """A text with marks, of a table without the cells that are short numbers: most of them, and of nobody alone."""
    return COUNT.sub("", text) if path.suffix in TABLES else text
