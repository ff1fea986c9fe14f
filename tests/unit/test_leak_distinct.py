"""What was published is read once, however often it says the same; nothing that is said is left out."""

import base64
from pathlib import PurePath

import pytest

from elt.privacy.leak_distinct import distinct_texts
from elt.privacy.leak_fingerprints import NGrams, tokens
from elt.privacy.leak_published import Published, new_words_of
from elt.privacy.leak_stretches import BREAK, marked


def pieces(*files):
    """The pieces that are handed on, sorted, without the line ends that part them."""
    return sorted(piece.strip("\n") for text in distinct_texts(files) for piece in text.split(BREAK))


def test_a_piece_is_given_once_whatever_file_it_stands_in():
    assert pieces([f"Jörg Müller{BREAK}12 May"], [f"12 May{BREAK}Anna"]) == ["12 May", "Anna", "Jörg Müller"]


def test_pieces_with_escapes_are_parted_from_those_that_say_what_they_show():
    texts = list(distinct_texts([[f"plain{BREAK}J&ouml;rg{BREAK}more"]]))
    assert texts == [f"plain{BREAK}\nmore", "J&ouml;rg"]


def test_pieces_beyond_ascii_are_parted_from_the_others():
    assert list(distinct_texts([["Jörg"], ["Anna"], ["Zoë"]])) == ["Anna", f"Jörg{BREAK}\nZoë"]


def test_a_word_that_folding_parts_hides_no_middle_name_of_another_piece():
    name = "Zoë Maria Müller"
    alone, beside = (Published.of([text]).parted for text in (name, f"¼ cup{BREAK}{name}{BREAK}½ l"))
    assert len(alone) == len(beside) > 0


@pytest.mark.parametrize("text", ["Jörg Wolfgang Müller", "J&ouml;rg", "SsO2cmcgTcO8bGxlcg==", "Green, Anna", "a\nb c"])
def test_the_fingerprints_are_those_of_the_whole(text):
    whole = Published.of([f"x{BREAK}{text}{BREAK}{text}"])
    once = Published.of(distinct_texts([[f"x{BREAK}{text}"], [text]]))
    for name in ("phrases", "parted"):
        assert len(getattr(whole, name)) == len(getattr(once, name))


def embedded(figure: str, kind: str = "image/svg+xml") -> str:
    """A page of two lines with a figure inside it."""
    return f'<p>Page</p>\n<img src="data:{kind};base64,{base64.b64encode(figure.encode()).decode()}">'


FIGURE = "<svg>\n<text>Anna Green</text>\n<text>München</text>\n</svg>\n"


def test_a_figure_inside_a_page_says_nothing_that_its_own_file_does_not():
    figure, page = marked(FIGURE, PurePath("a.svg")), marked(embedded(FIGURE), PurePath("a.html"))
    both = pieces([figure, page])
    assert [piece for piece in both if "Anna" in piece or "München" in piece] == ["<text>Anna Green", "<text>München"]
    assert not [piece for piece in both if "base64" in piece]
    assert page.count("\n") == embedded(FIGURE).count("\n"), "a find keeps its line"


@pytest.mark.parametrize(
    "page",
    [
        embedded(FIGURE, "image/png"),
        embedded(FIGURE).replace("PHN2", "P"),
        '<img src="data:image/svg+xml;base64,/////w==">',
    ],
)
def test_what_is_no_figure_or_no_text_stays_as_it_is(page):
    assert marked(page, PurePath("a.html")).replace(BREAK, "") == page


def test_a_piece_that_has_two_spellings_is_read_in_both_and_one_that_has_one_is_read_once():
    text = f"½ Zoë Green{BREAK}Jörg Müller{BREAK}Zoë"
    published = Published.of([text])
    for spelling in ("joerg mueller", "jorg muller", "zoe green"):
        assert published.phrases.has(NGrams(tokens(spelling)).of_words(2)).all()
    read = [piece.strip("\n") for words in new_words_of(text) for piece in words.text.split(BREAK)]
    assert [read.count(piece) for piece in ("joerg mueller", "jorg muller", "zoe")] == [1, 1, 1]


def test_pieces_are_handed_on_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr("elt.privacy.leak_distinct.FULL", 8)
    assert list(distinct_texts([[BREAK.join(("aaaa", "bbbb", "cccc"))]])) == [f"aaaa{BREAK}\nbbbb", "cccc"]
