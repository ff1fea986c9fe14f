"""What makes a column look personal, by its name and by its cells."""

from collections import Counter

import polars as pl
import pytest

from elt.draft import personal_hints as personal


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("Vorname", "direct"), ("nachname", "direct"), ("LastName", "direct"), ("cst_firstname", "direct"),
        ("Straße", "direct"), ("RECHNUNGSSTRASSE", "direct"), ("E-Mail", "direct"), ("email_privat", "direct"),
        ("Telefon", "direct"), ("Tel.", "direct"), ("IBAN", "direct"), ("USt-IdNr.", "direct"), ("Steuernummer", "direct"),
        ("vat_id", "direct"), ("Sachbearbeiter", "direct"), ("Bemerkung", "direct"), ("PLZ", "quasi"), ("Ort", "quasi"),
        ("Geburtsdatum", "quasi"), ("birthDate", "quasi"), ("Geschlecht", "quasi"), ("gndr", "quasi"),
        ("Kundennummer", "identifier"), ("Kunden-Nr.", "identifier"), ("customer_id", "identifier"),
        ("sls_cust_id", "identifier"), ("Rechnungsnummer", "identifier"),
    ],
)  # fmt: skip
def test_a_name_that_sounds_personal_is_seen_with_its_usual_class(name: str, usual: str):
    assert personal.by_name(name)[1] == usual


@pytest.mark.parametrize(
    "name",
    [
        "Menge",
        "Preis",
        "Artikel-Nr.",
        "Warengruppe",
        "category",
        "quantity",
        "Position",
        "sls_sales",
        "Sorte",
        "Storno",
    ],
)
def test_a_name_that_tells_of_things_is_not_suspected(name: str):
    assert personal.by_name(name) is None


def suspected(cells: list[str]) -> str:
    """What a column of these cells looks like, or an empty text."""
    found = personal.by_content(personal.content(pl.Series("cell", cells, pl.String)))
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["x"] * 999 + ["write to a.b@example.org"], "1 of its cells look like e-mail addresses"),
        (["DE89 3704 0044 0532 0130 00", "n/a"], "1 of its cells look like IBANs"),
        (["DE136695976"] * 9, "9 of its cells look like VAT numbers"),
        (["181/815/08155"] * 9, "tax numbers"),
        (["36574261809"] * 9, "tax ids"),
        (["+49 30 123456-0", "030/1234567", "(0171) 123 45 67"] * 3, "telephone numbers"),
        (["Lindenweg 3", "Hauptstraße 17a"] * 5, "streets"),
        (["192.168.0.17"] * 9, "IP addresses"),
        (["Anna Beispiel", "Müller, Jürgen", "Someone Else"] * 9, "names of persons"),
    ],
)
def test_personal_content_is_seen_and_counted_but_not_quoted(cells: list[str], words: str):
    assert words in suspected(cells)
    assert not any(cell in suspected(cells) for cell in cells if len(cell) > 3)


@pytest.mark.parametrize(
    "cells",
    [
        ["DE89 3704 0044 0532 0130 01"] * 9,  # wrong check digits
        ["DE136695977"] * 9,
        ["2024-01-31", "31.12.2023"] * 9,
        ["12.50", "1.249,00", "7"] * 9,
        ["Kanne Ton", "Tisch Eiche"] * 9,
        ["4006381333931"] * 9,
        [],
    ],
)
def test_what_only_resembles_personal_content_is_not_suspected(cells: list[str]):
    assert suspected(cells) == ""


def test_days_spread_over_generations_may_be_dates_of_birth_and_order_days_are_none():
    assert personal.birth_dates(Counter(dict.fromkeys(range(1940, 2005), 10)))
    assert not personal.birth_dates(Counter(dict.fromkeys(range(2015, 2025), 10)))
    assert not personal.birth_dates(Counter())
