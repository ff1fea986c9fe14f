"""The hash of a find: of the value and of the words around it, of a long text the nearest ones."""

import hashlib
import sys
from pathlib import PurePath

import pytest

from elt.privacy.leak_digests import ALGORITHMS, digests_of
from elt.privacy.leak_finds import LONGEST, Find, beside, found_at
from elt.privacy.leak_names import shortened
from elt.privacy.leak_search import Hit, located
from elt.privacy.leak_stretches import BREAK

KEY = b"k" * 32
NOTED = (
    "position None missing None compute None convert None codes DE Germany AT Austria CH Switzerland otherwise None "
    "minimum None maximum None invalid quarantine"
)
FAR = " ".join(f"field{letter} type string" for letter in "abcdefghij" * 30)


def hash_of(text: str, value: str = "germany austria") -> str:
    """The hash of a find of a value in a string of Snakemake's records."""
    hit = Hit("gold.dim_customer.name", value, 0, text)
    place, words = found_at(hit, 1, PurePath("record"), text)
    return Find(".snakemake/metadata", place, hit.column, words).hash(KEY)


def test_what_is_far_away_in_a_long_text_does_not_change_the_hash():
    longer, other = f"{FAR} {NOTED} {FAR}", f"{FAR} fieldz type integer {FAR} {NOTED} erasure {FAR}"
    assert min(len(longer), len(other)) > LONGEST
    assert hash_of(longer) == hash_of(other)


@pytest.mark.parametrize(
    "near",
    [NOTED.replace("convert None", "convert upper"), NOTED.replace("CH Switzerland", "FR France"), "Germany Austria"],
)
def test_other_words_beside_the_value_are_another_place(near):
    assert hash_of(f"{FAR} {NOTED} {FAR}") != hash_of(f"{FAR} {near} {FAR}")


def test_of_a_short_text_every_word_counts():
    assert hash_of(f"one {NOTED}") != hash_of(f"two {NOTED}")
    assert len(f"one {NOTED}") <= LONGEST


def test_another_value_in_the_same_place_is_another_find():
    text = f"{FAR} {NOTED} {FAR}"
    assert hash_of(text) != hash_of(text, "austria switzerland")


def test_a_value_whose_words_are_not_found_again_has_the_whole_text_around_it():
    text = f"{FAR} {NOTED}"
    assert beside(text, "Österreich") == beside(text, "") == " ".join(text.casefold().split())


def test_no_text_is_searched_twice_while_a_value_is_located():
    asked = []

    def find(text):
        asked.append(text)
        return {("name", "anna green")} if "anna green" in text else set()

    text = "\n".join([*map(str, range(40)), BREAK.join(["one", "anna green", *"abcdefgh"]), *map(str, range(40, 90))])
    assert located(find, text) == [Hit("name", "anna green", 40, "anna green", 1)]
    assert len(asked) == len(set(asked))


def test_names_of_several_words_are_searched_by_one_word_of_each_part_too():
    expected = [f"{first} {last}" for first in ("Anna", "Maria") for last in ("von", "der", "Berg")]
    assert list(shortened([("Anna Maria", "von der Berg"), ("Ida", "Au")])) == expected


def test_a_value_is_known_by_the_first_bytes_of_its_digest_in_each_case_of_its_letters():
    values = ["Ab", "7", "Cd"]
    found = {
        (one, of) for prints, owners in digests_of(values) for one, of in zip(prints.tolist(), owners, strict=True)
    }
    for value in values:
        for make in (hashlib.md5, hashlib.sha256, hashlib.blake2b):
            for form in (value, value.lower(), value.upper()):
                assert (int.from_bytes(make(form.encode()).digest()[:8], sys.byteorder), value) in found
    assert len(found) == 7 * len(ALGORITHMS)
