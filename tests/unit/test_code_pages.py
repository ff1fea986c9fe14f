"""Text that is not UTF-8 is taken for cp1252 only if it then reads like text; likely code pages are named."""

import json
import unicodedata
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from one_table import CANARY, PEOPLE, clean, contract, field

from elt.bronze import code_pages, encodings
from elt.faults import Fault

STATED = ROOT / "config/company.schema.yaml"
WESTERN = {
    "German": "Größe Öhmke Müller „Haus“ »Buch« ‚so‘ Köln–Bonn 20€ § 5 m² m³/h Foo® Bar™ 20 °C ½l µm Peter´s d’Or Café René "
    "Škoda weiß STRAßE GRÖSSE BioÖl über äußere Äpfel T€ • Punkt … ja… Nr.² ©2024 †Müller† Bäuerin süße Füße geändert "
    "Grüezi Zürich 3×4 B×H×T CO² Saša Miloš Žiga Šimek neuöffnen beäugen Lego®Steine Fußgängerüberführung",
    "French": "école française œuvre Noël forêt crème brûlée à où garçon naïve L’été « Bonjour » Île Ça Élève Cœur Œuf",
    "Spanish": "García Pérez Muñoz España ¿Qué? ¡Hola! niño Málaga Ibáñez Jesús Mª Nº 1º Zúñiga Martínez Rodríguez",
    "Danish": "Jørgen Sørensen Åse Kjær Ærø smørrebrød Østergård København Håkon",
    "Swedish": "Åsa Malmö Östersund får Gävle Räksmörgås Västerås Örebro",
    "Portuguese": "São João coração Conceição Gonçalves Antônio Açores",
    "Italian": "perché città Niccolò virtù così È caffè",
    "Dutch": "België coöperatie Daniël één",
    "Finnish": "Jyväskylä Pääkkönen Hämeenlinna äiti yö",
}
GERMAN = "Söhren Öhmke Großkopf Bahnhofstraße Hausröstung Präsentkorb Käthe groß Björn Schäle"
OTHERS = [
    ("cp850", GERMAN),
    ("cp850", GERMAN + " Müller Übung"),
    ("cp437", GERMAN),
    ("cp850", "Bahnhofstraße Hauptstraße Schulstraße Großkopf"),
    ("cp850", "Hausröstung"),
    ("cp850", "René Café Hélène"),
    ("mac-roman", GERMAN + " Müller Übung Äpfel"),
    ("mac-roman", "Bahnhofstraße"),
    ("iso-8859-15", "Größe Müller 20 € 30 €"),
    ("cp1250", "Müller Größe Wałęsa Łódź Kraków Żółty"),
    ("cp1250", "Novák Dvořák Černý Jiří"),
    ("iso-8859-2", "Müller Größe Wałęsa Łódź Kraków Żółty"),
    ("cp852", "Müller Wałęsa Łódź Kraków"),
    ("cp1257", "Müller Žukauskas Šiauliai Jānis Bērziņš"),
    ("cp1251", "Москва Иванов Пётр"),
    ("koi8-r", "Москва Иванов Пётр"),
    ("cp866", "Москва Иванов Пётр"),
    ("cp1253", "Αθήνα Γιώργος"),
]


def table(text: str) -> str:
    """A file with a record a word."""
    return "id,name,joined\n" + "".join(f"{n},{word},\n" for n, word in enumerate(text.split(), 1))


def found(folder: Path, raw: bytes) -> tuple[str, str]:
    """The encoding of a file of a contract that leaves it open."""
    path = folder / "x.csv"
    path.write_bytes(raw)
    return encodings.find_encoding(path, "x.csv", "auto")


@pytest.mark.parametrize("language", WESTERN)
def test_text_in_a_language_of_cp1252_is_read(tmp_path, language):
    assert found(tmp_path, table(WESTERN[language]).encode("cp1252"))[0] == "cp1252"


@pytest.mark.parametrize(("encoding", "text"), OTHERS)
def test_text_of_another_code_page_is_refused_and_the_page_is_named(tmp_path, encoding, text):
    with pytest.raises(encodings.UnlikelyText) as caught:
        found(tmp_path, table(text).encode(encoding))
    assert encoding in caught.value.likely
    assert encoding in str(caught.value)
    assert not any(word in str(caught.value) for word in text.split())


@pytest.mark.parametrize("chunk", [7, 64, 1 << 20])
def test_the_first_unlikely_word_is_named_by_its_line_wherever_chunks_end(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    raw = b"id,name,joined\n" + b"1,Anna,\n" * 40 + "41,Hausröstung,\n42,Präsent,\n".encode("cp850")
    with pytest.raises(Fault, match=r"x\.csv, line 42"):
        found(tmp_path, raw)


def test_one_export_behind_another_is_refused_at_the_line_where_the_other_begins(tmp_path):
    raw = table("Größe Müller Käthe " * 20).encode("cp1252") + "61,Präsentkorb,\n62,Hausröstung,\n".encode("cp850")
    with pytest.raises(Fault, match=r"line 62.+2 of 62 words"):
        found(tmp_path, raw)


def test_memory_is_bounded_whatever_the_words(tmp_path, monkeypatch):
    monkeypatch.setattr(code_pages, "REMEMBERED", 10)
    monkeypatch.setattr(code_pages, "KEPT", 5)
    words = (f"Größe{'abcdefghij'[n % 10]}{'abcdefghij'[n // 10 % 10]}x" for n in range(100))
    gathered = code_pages.words_of(iter([" ".join(words).encode("cp1252")]))
    assert gathered.counts == {code_pages.NATIVE: 100}
    assert len(gathered.known) <= 10
    assert len(gathered.kept[code_pages.NATIVE]) == 5


def test_what_the_contract_states_is_not_doubted(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(table(GERMAN).encode("cp850"))
    assert encodings.find_encoding(path, "x.csv", "cp1252") == ("cp1252", "the contract says so")


def codecs_of_contracts() -> list[str]:
    """Every encoding that a contract may state and that is not decided by its bytes."""
    schema = yaml.safe_load(STATED.read_text(encoding="utf-8"))
    named = schema["$defs"]["contract"]["properties"]["dialect"]["properties"]["encoding"]["enum"]
    return [name for name in named if name not in ("auto", "utf-8", "utf-16")]


def test_every_likely_page_may_be_stated():
    assert {*code_pages.LIKELY} <= {*codecs_of_contracts()}


@pytest.mark.parametrize("encoding", codecs_of_contracts())
def test_every_stated_encoding_is_read_and_written_back_as_it_was(tmp_path, encoding):
    letters = bytes(range(0xA0, 0x100)).decode("cp850" if encoding.startswith("utf") else encoding, "ignore")
    assert letters.encode(encoding).decode(encoding) == letters
    word = "".join(letter for letter in letters if letter.isalpha() and letter == letter.casefold())[:9]
    raw = f"id,name,joined\n1,{word},2024-01-05\n2,b,\n".encode(encoding)
    cleaned = clean(tmp_path, {**PEOPLE, "dialect": {"encoding": encoding}}, raw)
    assert cleaned.table.splitlines()[1] == f"1,{unicodedata.normalize('NFC', word)},2024-01-05"


def test_a_control_character_is_no_letter_of_iso_8859(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"id\nM\x81ller\n")
    with pytest.raises(Fault, match="line 2: the byte 0x81 at position 5 is not iso-8859-15"):
        encodings.find_encoding(path, "x.csv", "iso-8859-15")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_named_and_read_where_it_is_stated(tmp_path, encoding):
    raw = table("Müller Größe").encode(encoding)
    with pytest.raises(Fault, match=f"state encoding: {encoding}"):
        found(tmp_path, raw)
    cleaned = clean(tmp_path, {**PEOPLE, "dialect": {"encoding": encoding}}, raw)
    assert "1,Müller," in cleaned.table


def test_utf7_is_refused_unless_the_contract_states_utf8(tmp_path):
    raw = table("Hauptstraße Käthe Müller").encode("utf-7")
    with pytest.raises(Fault, match="3 lines look like UTF-7"):
        clean(tmp_path, PEOPLE, raw)
    stated = clean(tmp_path, {**PEOPLE, "dialect": {"encoding": "utf-8"}}, raw)
    assert stated.summary["silver"] == 3


def test_article_numbers_with_a_plus_are_no_utf7(tmp_path):
    assert clean(tmp_path, PEOPLE, table("CPU+APU-Kit B+AMG-Paket A+APY-9 DIN+A4-Heft")).summary["silver"] == 4


def test_signs_inside_words_are_counted_with_the_amount_where_they_are_few_or_the_file_is_utf8(tmp_path):
    shop = contract(field("id"), field("name"), field("amount", "number", decimals=2, money=True, unit="money"))
    raw = "id,name,amount\n1,Hausr”stung,1.50\n2,Präsentkorb,2.00\n3,d’Or „Haus“ m²,4.00\n"
    assert clean(tmp_path, shop, raw).summary["warnings"] == [
        {"column": "name", "warning": "unlikely_letters", "cells": 1, "of": 3, "money": {"amount": "1.50"}}
    ]


def test_a_message_quotes_no_word(tmp_path):
    raw = table(f"{CANARY}straße {CANARY}öl Müller").encode("cp850")
    with pytest.raises(Fault) as caught:
        found(tmp_path, raw)
    assert CANARY not in json.dumps(str(caught.value))
