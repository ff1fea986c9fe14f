"""What makes a column look personal, by its name and by its cells."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from elt.draft import personal_hints as personal

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["tuned", "held out", "round 1", "round 2", "round 3", "round 4"]
with (ROOT / "tests/data/column_names.csv").open(encoding="utf-8", newline="") as _file:
    LISTED = list(csv.DictReader(_file))


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


class Measured(NamedTuple):
    """How the hints do on a part of the list: personal names among all, and shares in percent with one decimal."""

    names: int
    personal: int
    recall: float
    precision: float


def measured(part: str | None) -> Measured:
    """What the hints say of the names of one part of the list, or of all."""
    rows = [row for row in LISTED if part in (None, row["part"])]
    pairs = [(row["class"] != "none", personal.by_name(row["name"]) is not None) for row in rows]
    both, truth, hinted = (sum(map(count, pairs)) for count in (all, lambda pair: pair[0], lambda pair: pair[1]))
    return Measured(len(rows), truth, round(100 * both / truth, 1), round(100 * both / hinted, 1))


@pytest.mark.slow
@pytest.mark.parametrize("part", [*PARTS, None])
def test_hints_miss_few_names_of_real_systems_and_rarely_cry_wolf(part: str | None):
    found = measured(part)
    assert found.recall >= (97.0 if part == "round 1" else 98.0)
    assert found.precision >= 99.0


@pytest.mark.slow
def test_the_page_states_what_is_measured():
    page = (ROOT / "docs/bring_your_own_data.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z0-9 ]+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) % \| ([\d.]+) % \|", page, re.M)
    stated = {
        name: Measured(int(n.replace(",", "")), int(p.replace(",", "")), float(r), float(q))
        for name, n, p, r, q in rows
    }
    assert stated == {**{part: measured(part) for part in PARTS}, "all": measured(None)}


def test_the_list_is_long_and_says_each_name_once():
    names = [row["name"] for row in LISTED]
    assert len(names) == len(set(names)) >= 300
    assert {row["class"] for row in LISTED} == {"none", "quasi", "identifier", "direct"}


@pytest.mark.slow
def test_most_hints_give_the_class_that_the_column_has():
    hints = [(row["class"], personal.by_name(row["name"])) for row in LISTED if row["class"] != "none"]
    assert sum(hint is not None and hint[1] == truth for truth, hint in hints) >= 0.98 * sum(
        hint is not None for _, hint in hints
    )


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("ship_address", "a street or house number"), ("BillingAddress", "a street or house number"),
        ("Address", "a street or house number"), ("income", "income or means"), ("education", "education or occupation"),
        ("children", "family, faith, origin or health"), ("ip_address", "a device or an account of a person"),
    ],
)  # fmt: skip
def test_a_name_is_given_the_meaning_that_it_has(name: str, meaning: str):
    assert personal.by_name(name)[0] == meaning


@pytest.mark.parametrize(
    "name", ["product_category_name", "ticket_price", "Kinderwagen", "country_of_origin", "email_open_rate"]
)
def test_a_name_of_a_thing_or_a_measure_is_no_persons(name: str):
    assert personal.by_name(name) is None
