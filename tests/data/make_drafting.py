"""Write tests/data/drafting/: made-up exports in the shapes of real systems, each with the right draft beside it.

A folder is the raw folder of one system, `truth.yaml` in it says of each table how it is written, its type and format a
column, which columns are its key, what they refer to, which are personal and what they are in the star schema. The
headers are those of the systems; all values are made up. Each folder has faults that such exports really have. The
folders of HELD_OUT are not looked at while the drafter is made better.
"""

import csv
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "drafting"
HELD_OUT = ("datev", "jtl", "shopware6", "magento", "excel_by_hand", "pos_english", "crm_english", "wholesaler")
FIRST = (
    "Anna Bernd Claudia Dieter Emma Frank Gisela Horst Ines Jürgen Karin Lars Maria Olaf Petra Ralf Sabine Tom".split()
)
LAST = "Ahlbeck Müller Börner Schmidt Eichhorn Weber Glück Hövel Jäger Kühn Lüders Zorn Möller Becker Krause".split()
STREETS = ("Hauptstraße 12", "Am Markt 3", "Lindenweg 7a", "Schulgasse 41", "Bahnhofstr. 9", "Ringstraße 110")
CITIES = {"DE": ("Köln", "Münster", "Lübeck", "Dresden"), "AT": ("Wien", "Graz"), "CH": ("Zürich", "Basel")}
POSTCODES = {"Köln": "50667", "Münster": "48143", "Lübeck": "23552", "Dresden": "01067", "Wien": "1010", "Graz": "8010",
             "Zürich": "8001", "Basel": "4051"}  # fmt: skip
FURNITURE = ("Regal Emma", "Sofa Oskar", "Stuhl Frieda", "Tisch Anton", "Sessel Paula", "Bank Hugo", "Bett Clara")
TOOLS = ("Hammer 300 g", "Zange", "Bohrer 6 mm", "Säge", "Schraube M4x20", "Dübel 8", "Leiter 3 m", "Kelle", "Winkel")
GOODS = ("Wool scarf", "Leather belt", "Rain jacket", "Sun hat", "Running socks", "Denim shirt", "Canvas bag", "Cap")
CATEGORIES = ("Möbel", "Leuchten", "Textil", "Garten", "Werkzeug")
TEXTS = ("bitte klingeln", "Herr Zorn ruft an", "Lieferung ab 9 Uhr", "Frau Glück fragen", "dringend")


@dataclass
class Column:
    """A column: its header, what makes its cells, and what is right of it."""

    name: str
    cells: Callable[[int], Any]
    kind: str = "string"
    formats: tuple[str, ...] = ()
    personal: str = "none"
    role: str = ""


@dataclass
class Table:
    """A table: its columns, its file, how it is written, and what is right of it."""

    name: str
    columns: Sequence[Column]
    rows: int
    keys: Sequence[Sequence[str]]
    file: str = ""
    references: Sequence[tuple[str, str, str]] = ()
    delimiter: str = ";"
    encoding: str = "utf-8"
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    end: str = ""
    files: int = 1
    quoted: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)  # header that no field may have -> name of the field


def german(value: float, digits: int = 2) -> str:
    """A number with a point for thousands and a decimal comma."""
    return f"{value:,.{digits}f}".replace(",", "_").replace(".", ",").replace("_", ".")


class Maker:
    """Makes cells; row numbers begin with 0, and equal rows of two columns belong together."""

    def __init__(self, name: str) -> None:
        self.chance = random.Random(name)

    def number(self, first: int, form: str = "{}", step: int = 1) -> Callable[[int], str]:
        """Running numbers."""
        return lambda row: form.format(first + row * step)

    def of(self, *values: Any) -> Callable[[int], Any]:
        """One of some values."""
        return lambda row: self.chance.choice(values)

    def owned(self, count: int, form: str, first: int = 1) -> Callable[[int], str]:
        """The number of something that several rows belong to."""
        return lambda row: form.format(first + self.chance.randrange(count))

    def parent(self, form: str, first: int, lines: int) -> Callable[[int], str]:
        """The number of a document with so many lines."""
        return lambda row: form.format(first + row // lines)

    def line(self, lines: int, step: int = 1, form: str = "{}") -> Callable[[int], str]:
        """The number of a line in a document."""
        return lambda row: form.format((row % lines + 1) * step)

    def money(self, low: float, high: float, how: Callable[[float], str] = german) -> Callable[[int], str]:
        """Amounts."""
        return lambda row: how(self.chance.randrange(int(low * 100), int(high * 100)) / 100)

    def whole(self, low: int, high: int) -> Callable[[int], str]:
        """Small whole numbers."""
        return lambda row: str(self.chance.randint(low, high))

    def day(self, form: str, start: date = date(2023, 1, 9), step: float = 5) -> Callable[[int], str]:
        """Days that go up."""
        return lambda row: (start + timedelta(days=int(row * step))).strftime(form)

    def moment(
        self, form: str, start: datetime = datetime(2024, 2, 1, 8, 3, 11), hours: int = 31
    ) -> Callable[[int], str]:
        """Points in time that go up."""
        return lambda row: (start + timedelta(hours=row * hours, seconds=row * 37)).strftime(form)[
            : 23 if "%f" in form else None
        ]

    def birth(self, form: str) -> Callable[[int], str]:
        """Dates of birth."""
        return lambda row: date(1942 + self.chance.randrange(60), 1 + row % 12, 1 + row * 7 % 28).strftime(form)

    def first(self, row: int) -> str:
        """A first name."""
        return FIRST[row * 7 % len(FIRST)]

    def last(self, row: int) -> str:
        """A last name."""
        return LAST[row * 4 % len(LAST)]

    def person(self, row: int) -> str:
        """A full name."""
        return f"{self.first(row)} {self.last(row)}"

    def firm(self, row: int) -> str:
        """A company."""
        return f"{self.last(row)} {('GmbH', 'KG', 'AG', 'e. K.')[row % 4]}"

    def mail(self, row: int) -> str:
        """An e-mail address."""
        return f"kunde{row}@example.org"

    def phone(self, row: int) -> str:
        """A telephone number."""
        return f"0{211 + row}/{4455 + row * 13}0"

    def street(self, row: int) -> str:
        """A street with a house number."""
        return STREETS[row % len(STREETS)]

    def country(self, row: int) -> str:
        """A country."""
        return ("DE", "DE", "AT", "DE", "CH")[row % 5]

    def city(self, row: int) -> str:
        """A city."""
        places = CITIES[self.country(row)]
        return places[row % len(places)]

    def postcode(self, row: int) -> str:
        """The postal code of the city."""
        return POSTCODES[self.city(row)]

    def mixed(self, often: Callable[[int], Any], rarely: Any, every: int) -> Callable[[int], Any]:
        """Cells of which some are something else."""
        return lambda row: rarely if row % every == every - 1 else often(row)

    def uuid(self, what: str) -> Callable[[int], str]:
        """32 hexadecimal digits, as Shopware names things."""
        return lambda row: uuid.uuid5(uuid.NAMESPACE_OID, f"{what}{row}").hex

    def uuid_of(self, what: str, count: int) -> Callable[[int], str]:
        """The same of one of several things."""
        return lambda row: self.uuid(what)(self.chance.randrange(count))

    def from_list(self, values: Sequence[str]) -> Callable[[int], str]:
        """Values one after the other."""
        return lambda row: values[row % len(values)]


def english(value: float) -> str:
    """A number with a comma for thousands."""
    return f"{value:,.2f}"


def plain(value: float) -> str:
    """A number with a decimal point."""
    return f"{value:.2f}"


def dollars(value: float) -> str:
    """An amount as a till of the United States prints it, with a blank behind."""
    return f"${value:,.2f} "


def euros(value: float) -> str:
    """An amount with the sign of the currency behind."""
    return f"{german(value)} €"


def behind(value: float) -> str:
    """An amount of SAP, a minus behind; every tenth or so is one."""
    return f"{german(value)}-" if int(value * 100) % 10 == 0 else german(value)


def sap() -> list[Table]:
    """Tables of SAP as SE16 downloads them: technical headers, zeros in front, empty days as 00000000, minus behind."""
    m = Maker("sap")
    return [
        Table("kna1", [
            Column("MANDT", m.of("100"), "integer"), Column("KUNNR", m.number(100001, "{:010}"), personal="identifier", role="customer_number"),
            Column("LAND1", m.country, personal="quasi", role="customer_country"), Column("NAME1", m.firm, personal="direct", role="customer_name"),
            Column("ORT01", m.city, personal="quasi", role="city"), Column("PSTLZ", m.postcode, personal="quasi"),
            Column("STRAS", m.street, personal="direct"), Column("TELF1", m.phone, personal="direct"),
            Column("ERDAT", m.day("%Y%m%d"), "date", ("%Y%m%d",)), Column("LOEVM", m.mixed(m.of(""), "X", 9)),
        ], 40, [["KUNNR"]], "KNA1.txt", delimiter="\t", encoding="cp1252"),
        Table("vbak", [
            Column("VBELN", m.number(4711, "{:010}"), personal="identifier", role="order_number"),
            Column("ERDAT", m.day("%d.%m.%Y", step=2), "date", ("%d.%m.%Y",)), Column("ERNAM", m.of("MUELLERK", "ZORNP", "BATCH"), personal="direct"),
            Column("AUART", m.of("TA", "TA", "TA", "RE"), role="document_type"), Column("AUDAT", m.day("%d.%m.%Y", step=2), "date", ("%d.%m.%Y",), role="order_date"),
            Column("KUNNR", m.owned(40, "{:010}", 100001), personal="identifier", role="customer_number"),
            Column("WAERK", m.of("EUR", "EUR", "CHF"), role="currency"), Column("NETWR", m.money(20, 9000, behind), "number"),
            Column("VDATU", m.mixed(m.day("%d.%m.%Y", date(2023, 1, 20), 2), "00.00.0000", 6), "date", ("%d.%m.%Y",)),
        ], 50, [["VBELN"]], "VBAK.txt", [("KUNNR", "kna1", "KUNNR")], "\t", "cp1252"),
        Table("vbap", [
            Column("VBELN", m.parent("{:010}", 4711, 2), personal="identifier", role="order_number"), Column("POSNR", m.line(2, 10, "{:06}"), role="line_number"),
            Column("MATNR", m.owned(9, "{:018}", 5001), role="product_number"), Column("ARKTX", m.from_list(TOOLS)),
            Column("KWMENG", lambda row: german(1 + row % 7, 3), "number", role="quantity"), Column("VRKME", m.of("ST", "KG")),
            Column("NETPR", m.money(1, 90), "number", role="unit_price"), Column("NETWR", m.money(2, 900, behind), "number", role="sales_amount"),
            Column("WERKS", m.of("1000", "2000"), "integer"),
        ], 60, [["VBELN", "POSNR"]], "VBAP.txt", [("VBELN", "vbak", "VBELN"), ("MATNR", "mara", "MATNR")], "\t", "cp1252"),
        Table("mara", [
            Column("MATNR", m.number(5001, "{:018}"), role="product_number"), Column("MAKTX", m.from_list(TOOLS), role="product_name"),
            Column("MATKL", m.of("0010", "0020", "0030"), role="category"), Column("MEINS", m.of("ST", "KG")),
            Column("STPRS", m.money(1, 50), "number", role="unit_cost"), Column("BRGEW", lambda row: german(0.125 + row * 1.25, 3), "number"),
        ], 9, [["MATNR"]], "MARA.txt", delimiter="\t", encoding="cp1252"),
    ]  # fmt: skip


def datev() -> list[Table]:
    """Postings and debtors of DATEV: a line of its own above, days without a year, Soll and Haben beside the amount."""
    m = Maker("datev")
    top = '"EXTF";700;21;"Buchungsstapel";13;20240131;;"RE";"";"";29098;55003;20240101;4;20240101;20240131;"";"";1'
    return [
        Table("buchungsstapel", [
            Column("Umsatz (ohne Soll/Haben-Kz)", m.money(5, 9000, lambda v: german(v).replace(".", "")), "number", role="sales_amount"),
            Column("Soll/Haben-Kennzeichen", m.of("S", "H")), Column("WKZ Umsatz", m.of("EUR"), role="currency"),
            Column("Konto", m.owned(20, "{}", 10001), "integer", personal="identifier"), Column("Gegenkonto (ohne BU-Schlüssel)", m.of("8400", "8300", "8125"), "integer"),
            Column("BU-Schlüssel", m.of("", "3")), Column("Belegdatum", lambda row: f"{1 + row % 28:02}01"),
            Column("Belegfeld 1", m.number(24001, "RE{}"), personal="identifier"), Column("Buchungstext", lambda row: f"Rechnung {m.last(row)}", personal="direct"),
        ], 45, [["Belegfeld 1"]], "EXTF_Buchungsstapel.csv", [("Konto", "debitoren", "Konto")], encoding="cp1252", above=[top]),
        Table("debitoren", [
            Column("Konto", m.number(10001), "integer", personal="identifier", role="customer_number"), Column("Name (Adressattyp Unternehmen)", m.firm, personal="direct", role="customer_name"),
            Column("EU-UStID", lambda row: f"DE{811000000 + row * 101}", personal="direct"), Column("Anrede", m.of("Herr", "Frau", "Firma"), personal="quasi"),
            Column("Straße", m.street, personal="direct"), Column("Postleitzahl", m.postcode, personal="quasi"), Column("Ort", m.city, personal="quasi", role="city"),
            Column("Land", m.country, personal="quasi", role="customer_country"), Column("Telefon", m.phone, personal="direct"), Column("IBAN-Nr. 1", lambda row: "DE89370400440532013000" if row % 3 else "", personal="direct"),
        ], 20, [["Konto"]], "Debitoren.csv", encoding="cp1252"),
    ]  # fmt: skip


def lexware() -> list[Table]:
    """Lists of Lexware: euro signs, salutations, articles named like persons, postal codes as numbers without a zero."""
    m = Maker("lexware")
    return [
        Table("kunden", [
            Column("Kundennr.", m.number(10001), "integer", personal="identifier", role="customer_number"), Column("Anrede", m.of("Herr", "Frau"), personal="quasi"),
            Column("Vorname", m.first, personal="direct"), Column("Nachname", m.last, personal="direct"), Column("Straße", m.street, personal="direct"),
            Column("PLZ", lambda row: str(int(m.postcode(row))), personal="quasi"), Column("Ort", m.city, personal="quasi", role="city"),
            Column("Geburtstag", m.birth("%d.%m.%Y"), "date", ("%d.%m.%Y",), "quasi", "birth_date"), Column("E-Mail", m.mail, personal="direct"), Column("Rabatt %", m.of("0", "3", "5"), "integer"),
        ], 36, [["Kundennr."], ["E-Mail"]], encoding="cp1252"),
        Table("artikel", [
            Column("Artikelnr.", m.number(1, "M-{:03}"), role="product_number"), Column("Bezeichnung", m.from_list(FURNITURE), role="product_name"), Column("Warengruppe", m.of(*CATEGORIES), role="category"),
            Column("VK netto", m.money(20, 2500, euros), "number", role="unit_price"), Column("EK", m.money(10, 1200, euros), "number", role="unit_cost"), Column("Bestand", m.whole(0, 40), "integer"),
        ], 14, [["Artikelnr."]], encoding="cp1252"),
        Table("rechnungen", [
            Column("Rechnungsnr.", m.number(240001, "RE{}"), personal="identifier", role="order_number"), Column("Datum", m.day("%d.%m.%y"), "date", ("%d.%m.%y",), role="order_date"),
            Column("Kundennr.", m.owned(36, "{}", 10001), "integer", personal="identifier", role="customer_number"), Column("Artikelnr.", m.owned(14, "M-{:03}"), role="product_number"),
            Column("Menge", m.whole(1, 9), "integer", role="quantity"), Column("Gesamt netto", m.money(20, 9000, euros), "number", role="sales_amount"), Column("Zahlungsart", m.of("Rechnung", "Lastschrift", "Bar")),
        ], 48, [["Rechnungsnr."]], references=[("Kundennr.", "kunden", "Kundennr."), ("Artikelnr.", "artikel", "Artikelnr.")], encoding="cp1252"),
    ]  # fmt: skip


def jtl() -> list[Table]:
    """Exports of JTL-Wawi (Ameise): long headers, quoted cells, numbers with a comma."""
    m = Maker("jtl")
    return [
        Table("kunden", [
            Column("Kundennummer", m.number(20001), "integer", personal="identifier", role="customer_number"), Column("Firma", m.mixed(m.of(""), "Zorn KG", 4), personal="direct"),
            Column("Vorname", m.first, personal="direct"), Column("Nachname", m.last, personal="direct"), Column("Strasse", m.street, personal="direct"), Column("PLZ", m.postcode, personal="quasi"),
            Column("Ort", m.city, personal="quasi", role="city"), Column("Land (ISO)", m.country, personal="quasi", role="customer_country"), Column("Mobil", m.phone, personal="direct"), Column("Kundengruppe", m.of("Endkunden", "Händler")),
            Column("Newsletter", m.of("J", "N")), Column("Erstellt am", m.moment("%d.%m.%Y %H:%M"), "date", ("%d.%m.%Y %H:%M",)),
        ], 38, [["Kundennummer"]], quoted=True),
        Table("artikel", [
            Column("Artikelnummer", m.number(300, "JT{}"), role="product_number"), Column("Artikelname", m.from_list(TOOLS), role="product_name"), Column("Kategorie Ebene 1", m.of(*CATEGORIES), role="category"),
            Column("GTIN", lambda row: str(4006381333931 + row * 11)), Column("Brutto-VK", m.money(2, 400), "number", role="unit_price"), Column("Durchschnittlicher Einkaufspreis (netto)", m.money(1, 200), "number", role="unit_cost"), Column("Lagerbestand gesamt", m.whole(0, 90), "integer"), Column("Gewicht (kg)", lambda row: german(0.25 + row / 8, 3), "number"),
        ], 16, [["Artikelnummer"], ["GTIN"]], quoted=True),
        Table("auftraege", [
            Column("Auftragsnummer", m.number(5000, "AU-2024-{}"), personal="identifier", role="order_number"), Column("Erstelldatum", m.moment("%d.%m.%Y %H:%M:%S"), "date", ("%d.%m.%Y %H:%M:%S",), role="order_date"),
            Column("Kundennummer", m.owned(38, "{}", 20001), "integer", personal="identifier", role="customer_number"), Column("Währung", m.of("EUR", "CHF"), role="currency"), Column("Verkaufskanal", m.of("eBay", "Shop", "Amazon"), role="channel"), Column("Auftragsstatus", m.of("versendet", "offen", "storniert"), role="order_status"), Column("Gesamtbetrag brutto", m.money(5, 1900), "number"),
        ], 44, [["Auftragsnummer"]], references=[("Kundennummer", "kunden", "Kundennummer")], quoted=True),
        Table("auftragspositionen", [
            Column("Auftragsnummer", m.parent("AU-2024-{}", 5000, 2), personal="identifier", role="order_number"), Column("Pos.", m.line(2), "integer", role="line_number"), Column("Artikelnummer", m.owned(16, "JT{}", 300), role="product_number"),
            Column("Menge", lambda row: german(1 + row % 5, 2), "number", role="quantity"), Column("Einzelpreis netto", m.money(1, 190), "number", role="unit_price"), Column("Rabatt in %", m.of("0,00", "5,00", "10,00"), "number", role="discount_share"), Column("MwSt.", m.of("19,00", "7,00"), "number"),
        ], 60, [["Auftragsnummer", "Pos."]], references=[("Auftragsnummer", "auftraege", "Auftragsnummer"), ("Artikelnummer", "artikel", "Artikelnummer")], quoted=True),
    ]  # fmt: skip


def shopware5() -> list[Table]:
    """Exports of Shopware 5: lower case, decimal points, a category table with few rows to which articles refer."""
    m = Maker("shopware5")
    return [
        Table("customers", [
            Column("customernumber", m.number(20001), "integer", personal="identifier", role="customer_number"), Column("email", m.mail, personal="direct"), Column("salutation", m.of("mr", "ms"), personal="quasi"), Column("firstname", m.first, personal="direct"), Column("lastname", m.last, personal="direct"),
            Column("street", m.street, personal="direct"), Column("zipcode", m.postcode, personal="quasi"), Column("city", m.city, personal="quasi", role="city"), Column("birthday", m.mixed(m.birth("%Y-%m-%d"), "0000-00-00", 5), "date", ("%Y-%m-%d",), "quasi", "birth_date"), Column("newsletter", m.of("0", "1"), "integer"),
        ], 35, [["customernumber"], ["email"]]),
        Table("articles", [
            Column("ordernumber", m.number(10001, "SW{}"), role="product_number"), Column("name", m.from_list(FURNITURE), role="product_name"), Column("category_id", m.of("3", "5", "8", "12"), "integer"), Column("supplier", m.of("Holzwerk", "Nordlicht")), Column("price", m.money(10, 900, plain), "number", role="unit_price"), Column("purchaseprice", m.money(5, 500, plain), "number", role="unit_cost"), Column("instock", m.whole(0, 60), "integer"), Column("ean", lambda row: str(4016671000000 + row * 17)),
        ], 20, [["ordernumber"], ["ean"]], references=[("category_id", "categories", "id")]),
        Table("categories", [Column("id", m.from_list(["3", "5", "8", "12", "14"]), "integer"), Column("description", m.from_list(CATEGORIES), role="category"), Column("position", m.number(0), "integer")], 5, [["id"]]),
        Table("orders", [
            Column("orderId", m.number(61), "integer", personal="identifier", role="order_number"), Column("number", m.number(20043), "integer", personal="identifier"), Column("ordertime", m.moment("%Y-%m-%d %H:%M:%S"), "date", ("%Y-%m-%d %H:%M:%S",), role="order_date"), Column("customernumber", m.owned(35, "{}", 20001), "integer", personal="identifier", role="customer_number"),
            Column("invoice_amount", m.money(10, 2000, plain), "number"), Column("currency", m.of("EUR"), role="currency"), Column("status", m.of("completed", "open", "cancelled"), role="order_status"), Column("remote_addr", lambda row: f"10.0.{row}.{row * 3}", personal="direct"), Column("payment", m.of("paypal", "prepayment", "invoice")),
        ], 40, [["orderId"], ["number"]], references=[("customernumber", "customers", "customernumber")]),
        Table("order_details", [
            Column("orderId", m.parent("{}", 61, 2), "integer", personal="identifier", role="order_number"), Column("detailId", m.number(301), "integer", role="line_number"), Column("articleordernumber", m.owned(20, "SW{}", 10001), role="product_number"), Column("quantity", m.whole(1, 6), "integer", role="quantity"), Column("price", m.money(5, 500, plain), "number", role="unit_price"), Column("taxRate", m.of("19", "7"), "integer"), Column("shipped", m.whole(0, 3), "integer"),
        ], 60, [["detailId"]], references=[("orderId", "orders", "orderId"), ("articleordernumber", "articles", "ordernumber")]),
    ]  # fmt: skip


def shopware6() -> list[Table]:
    """Tables of Shopware 6: 32 hexadecimal digits as keys, time stamps with milliseconds."""
    m = Maker("shopware6")
    moment = "%Y-%m-%d %H:%M:%S%.f"
    return [
        Table("customer", [
            Column("id", m.uuid("c"), personal="identifier", role="customer_number"), Column("customer_number", m.number(10001), "integer", personal="identifier"), Column("first_name", m.first, personal="direct"), Column("last_name", m.last, personal="direct"), Column("email", m.mail, personal="direct"), Column("birthday", m.birth("%Y-%m-%d"), "date", ("%Y-%m-%d",), "quasi", "birth_date"), Column("guest", m.of("0", "1"), "integer"), Column("created_at", m.moment("%Y-%m-%d %H:%M:%S.%f"), "date", (moment,)),
        ], 32, [["id"], ["customer_number"]], delimiter=","),
        Table("product", [
            Column("id", m.uuid("p"), role="product_number"), Column("product_number", m.number(100, "SWDEMO{}")), Column("name", m.from_list(GOODS), role="product_name"), Column("category_id", m.uuid_of("k", 4)), Column("manufacturer", m.of("Shopware Fashion", "Shopware Food")), Column("price", m.money(5, 300, plain), "number", role="unit_price"), Column("stock", m.whole(0, 99), "integer"),
        ], 16, [["id"], ["product_number"]], references=[("category_id", "category", "id")], delimiter=","),
        Table("category", [Column("id", m.uuid("k")), Column("name", m.from_list(CATEGORIES), role="category"), Column("level", m.of("1", "2"), "integer")], 4, [["id"], ["name"]], delimiter=","),
        Table("order", [
            Column("id", m.uuid("o"), personal="identifier", role="order_number"), Column("order_number", m.number(10000), "integer", personal="identifier"), Column("order_date_time", m.moment("%Y-%m-%d %H:%M:%S.%f"), "date", (moment,), role="order_date"), Column("customer_id", m.uuid_of("c", 32), personal="identifier", role="customer_number"), Column("amount_total", m.money(10, 900, plain), "number"), Column("currency_iso", m.of("EUR", "CHF"), role="currency"), Column("customer_comment", m.mixed(m.of(""), "bitte klingeln", 7), personal="direct"), Column("deep_link_code", lambda row: f"{uuid.uuid5(uuid.NAMESPACE_OID, str(row)).hex[:20]}"),
        ], 40, [["id"], ["order_number"], ["deep_link_code"]], references=[("customer_id", "customer", "id")], delimiter=","),
        Table("order_line_item", [
            Column("id", m.uuid("l"), role="line_number"), Column("order_id", lambda row: m.uuid("o")(row // 2), personal="identifier", role="order_number"), Column("product_id", m.uuid_of("p", 16), role="product_number"), Column("quantity", m.whole(1, 5), "integer", role="quantity"), Column("unit_price", m.money(5, 300, plain), "number", role="unit_price"), Column("total_price", m.money(5, 900, plain), "number", role="sales_amount"), Column("type", m.of("product", "product", "promotion")),
        ], 60, [["id"]], references=[("order_id", "order", "id"), ("product_id", "product", "id")], delimiter=","),
    ]  # fmt: skip


def woocommerce() -> list[Table]:
    """Exports of WooCommerce plugins: headers with blanks and brackets, time stamps without a zone."""
    m = Maker("woo")
    return [
        Table("wc_orders", [
            Column("Order Number", m.number(8801), "integer", personal="identifier", role="order_number"), Column("Order Status", m.of("Completed", "Processing", "Refunded")), Column("Order Date", m.moment("%Y-%m-%d %H:%M"), "date", ("%Y-%m-%d %H:%M",), role="order_date"), Column("Customer Note", m.mixed(m.of(""), "please ring", 8), personal="direct"),
            Column("First Name (Billing)", m.first, personal="direct"), Column("Last Name (Billing)", m.last, personal="direct"), Column("Company (Billing)", m.mixed(m.of(""), "Zorn Ltd", 6), personal="direct"), Column("Address 1&2 (Billing)", m.street, personal="direct"), Column("City (Billing)", m.city, personal="quasi", role="city"), Column("Postcode (Billing)", m.postcode, personal="quasi"), Column("Country Code (Billing)", m.country, personal="quasi", role="country"), Column("Email (Billing)", m.mail, personal="direct"), Column("Phone (Billing)", m.phone, personal="direct"),
            Column("Payment Method Title", m.of("PayPal", "Direct bank transfer")), Column("Cart Discount Amount", m.of("0", "5", "10"), "integer"), Column("Order Total Amount", m.money(10, 400, plain), "number"), Column("Customer User ID", m.owned(15, "{}", 2), "integer", personal="identifier", role="customer_number"),
        ], 40, [["Order Number"], ["Email (Billing)"]], "wc-orders.csv", delimiter=",", quoted=True),
        Table("wc_order_items", [
            Column("Order Number", m.parent("{}", 8801, 2), "integer", personal="identifier", role="order_number"), Column("Item #", m.line(2), "integer", role="line_number"), Column("SKU", m.owned(12, "WOO-{:02}"), role="product_number"), Column("Item Name", m.from_list(GOODS)), Column("Quantity (- Refund)", m.whole(1, 4), "integer", role="quantity"), Column("Item Cost", m.money(3, 90, plain), "number", role="unit_price"), Column("Item Total", m.money(3, 300, plain), "number", role="sales_amount"),
        ], 60, [["Order Number", "Item #"]], "wc-order-items.csv", [("Order Number", "wc_orders", "Order Number"), ("SKU", "wc_products", "SKU")], ","),
        Table("wc_products", [
            Column("ID", m.number(31, step=3), "integer"), Column("SKU", m.number(1, "WOO-{:02}"), role="product_number"), Column("Name", m.from_list(GOODS), role="product_name"), Column("Published", m.of("1", "0"), "integer"), Column("Categories", m.of("Clothing > Tops", "Clothing", "Bags"), role="category"), Column("Regular price", m.money(5, 90, plain), "number", role="unit_price"), Column("Stock", m.mixed(m.whole(0, 60), "", 4), "integer"), Column("Date sale price starts", m.mixed(m.of(""), "2024-05-01", 4), "date", ("%Y-%m-%d",)),
        ], 12, [["SKU"], ["ID"]], "wc-products.csv", delimiter=","),
    ]  # fmt: skip


def magento() -> list[Table]:
    """Tables of Magento 2: numbers with four decimals, NULL for what is missing, entity ids."""
    m = Maker("magento")

    def four(value: float) -> str:
        return f"{value:.4f}"

    return [
        Table("sales_order", [
            Column("entity_id", m.number(11), "integer", personal="identifier", role="order_number"), Column("increment_id", m.number(41, "{:09}"), personal="identifier"), Column("status", m.of("complete", "canceled", "processing"), role="order_status"), Column("store_id", m.of("1", "2"), "integer", role="store"), Column("customer_id", m.mixed(m.owned(30, "{}", 5), "NULL", 9), "integer", personal="identifier", role="customer_number"), Column("customer_email", m.mail, personal="direct"), Column("customer_dob", m.mixed(m.birth("%Y-%m-%d"), "NULL", 4), "date", ("%Y-%m-%d",), "quasi", "birth_date"), Column("grand_total", m.money(10, 900, four), "number"), Column("order_currency_code", m.of("EUR"), role="currency"), Column("remote_ip", lambda row: f"192.168.{row}.7", personal="direct"), Column("created_at", m.moment("%Y-%m-%d %H:%M:%S"), "date", ("%Y-%m-%d %H:%M:%S",), role="order_date"),
        ], 45, [["entity_id"], ["increment_id"]], references=[("customer_id", "customer_entity", "entity_id")], delimiter=","),
        Table("sales_order_item", [
            Column("item_id", m.number(201), "integer", role="line_number"), Column("order_id", m.parent("{}", 11, 2), "integer", personal="identifier", role="order_number"), Column("sku", m.owned(14, "24-MB{:02}"), role="product_number"), Column("name", m.from_list(GOODS)), Column("qty_ordered", lambda row: f"{1 + row % 4}.0000", "number", role="quantity"), Column("price", m.money(5, 90, four), "number", role="unit_price"), Column("discount_amount", m.of("0.0000", "2.5000"), "number", role="discount_amount"), Column("row_total", m.money(5, 300, four), "number", role="sales_amount"), Column("base_cost", m.money(2, 60, four), "number", role="cost_amount"),
        ], 60, [["item_id"]], references=[("order_id", "sales_order", "entity_id"), ("sku", "catalog_product", "sku")], delimiter=","),
        Table("customer_entity", [
            Column("entity_id", m.number(5), "integer", personal="identifier", role="customer_number"), Column("email", m.mail, personal="direct"), Column("firstname", m.first, personal="direct"), Column("lastname", m.last, personal="direct"), Column("gender", m.of("1", "2", "3"), "integer", personal="quasi", role="gender"), Column("taxvat", m.mixed(m.of(""), "DE136695976", 5), personal="direct"), Column("group_id", m.of("1", "2"), "integer"), Column("is_active", m.of("1"), "integer"),
        ], 30, [["entity_id"], ["email"]], delimiter=","),
        Table("catalog_product", [Column("sku", m.number(1, "24-MB{:02}"), role="product_number"), Column("product_name", m.from_list(GOODS), role="product_name"), Column("attribute_set", m.of("Bag", "Gear"), role="category"), Column("weight", lambda row: f"{0.5 + row / 4:.4f}", "number"), Column("cost", m.money(2, 60, four), "number", role="unit_cost")], 14, [["sku"]], delimiter=","),
    ]  # fmt: skip


def navision() -> list[Table]:
    """Lists of Navision: Nr. and Nr. of the debtor, years with two digits, dashes, a delimiter at the end of the footer."""
    m = Maker("navision")
    return [
        Table("debitor", [
            Column("Nr.", m.number(10000, "D{}"), personal="identifier", role="customer_number"), Column("Name", m.firm, personal="direct", role="customer_name"), Column("Adresse", m.street, personal="direct"), Column("PLZ-Code", m.postcode, personal="quasi"), Column("Ort", m.city, personal="quasi", role="city"), Column("Länder-/Regionscode", m.country, personal="quasi", role="customer_country"), Column("Verkäufercode", m.of("MZ", "KB"), personal="direct"), Column("Kreditlimit (MW)", m.of("0,00", "5.000,00", "10.000,00"), "number"), Column("Kontakt", m.person, personal="direct"),
        ], 34, [["Nr."]], encoding="cp850"),
        Table("artikel", [Column("Nr.", m.number(1000, "A{}"), role="product_number"), Column("Beschreibung", m.from_list(TOOLS), role="product_name"), Column("Artikelkategoriencode", m.of("HAND", "MASCH", "KLEIN"), role="category"), Column("Einstandspreis", m.money(1, 60), "number", role="unit_cost"), Column("VK-Preis", m.money(2, 120), "number", role="unit_price"), Column("Gesperrt", m.of("Nein", "Ja"))], 15, [["Nr."]], encoding="cp850"),
        Table("verkaufsrechnungszeile", [
            Column("Belegnr.", m.parent("VR24-{:05}", 1, 3), personal="identifier", role="order_number"), Column("Zeilennr.", m.line(3, 10000), "integer", role="line_number"), Column("Verk. an Deb.-Nr.", m.owned(34, "D{}", 10000), personal="identifier", role="customer_number"), Column("Buchungsdatum", m.day("%d.%m.%y", step=2), "date", ("%d.%m.%y",), role="order_date"), Column("Art", m.of("Artikel", "Artikel", "Sachkonto")), Column("Artikelnr.", m.owned(15, "A{}", 1000), role="product_number"), Column("Menge", m.whole(1, 40), "integer", role="quantity"), Column("VK-Preis", m.money(2, 120), "number", role="unit_price"), Column("Zeilenrabatt %", m.of("0", "5", "7,5"), "number", role="discount_share"), Column("Betrag", m.money(5, 900), "number", role="sales_amount"),
        ], 60, [["Belegnr.", "Zeilennr."]], references=[("Verk. an Deb.-Nr.", "debitor", "Nr."), ("Artikelnr.", "artikel", "Nr.")], encoding="cp850", below=["60 Datensätze"]),
    ]  # fmt: skip


def excel_by_hand() -> list[Table]:
    """Lists that people keep: a title, odd headers, a sum below, two formats of dates in one column, words for numbers."""
    m = Maker("excel")
    return [
        Table("umsatzliste", [
            Column("Nr", m.number(1), "integer"), Column("Kunde", m.firm, personal="direct", role="customer_name"), Column("Datum", m.mixed(m.day("%d.%m.%Y"), "2024-03-31", 6), "date", ("%d.%m.%Y", "%Y-%m-%d"), role="order_date"), Column("Produkt", m.from_list(TOOLS), role="product_name"), Column("Menge?", m.whole(1, 9), "integer", role="quantity"), Column("Preis [EUR]", m.money(2, 90), "number", role="unit_price"), Column("Umsatz", m.money(2, 2000), "number", role="sales_amount"), Column("2024", m.whole(0, 1), "integer"), Column("Bemerkung", m.mixed(m.of(""), "Herr Zorn ruft an", 5), personal="direct"),
        ], 42, [["Nr"]], "Umsatzliste 2024.csv", encoding="cp1252", above=["Umsatzliste Vertrieb;;;;;;;;", ";;;;;;;;"], below=[";;;;;;12.345,00;;"], renamed={"Menge?": "Menge", "Preis [EUR]": "Preis EUR", "2024": "column_8"}),
        Table("preisliste", [Column("Art.-Nr.", m.mixed(m.number(4711), "4711-B", 24), role="product_number"), Column("Bezeichnung", m.from_list(TOOLS), role="product_name"), Column("Gruppe", m.of("Hand", "Maschine"), role="category"), Column("Listenpreis €", m.mixed(m.money(2, 90), "auf Anfrage", 60), "number", role="unit_price"), Column("gültig ab", m.day("%d.%m.%Y", date(2024, 1, 1), 0), "date", ("%d.%m.%Y",), role="valid_from")], 24, [["Art.-Nr."]], "Preisliste.csv", encoding="cp1252", below=[";;;;"]),
        Table("teilnehmer", [Column("Vor- und Nachname", m.person, personal="direct"), Column("Handy", m.phone, personal="direct"), Column("geb.", m.birth("%d.%m.%y"), "date", ("%d.%m.%y",), "quasi"), Column("Kurs", m.of("A1", "A2", "B1")), Column("bezahlt", m.of("ja", "nein")), Column("Betrag", m.of("90.000 €", "45.000 €"), "number")], 22, [["Handy"]], "Teilnehmerliste.csv"),
    ]  # fmt: skip


def pos_german() -> list[Table]:
    """A till: a file a day, receipts, a code list of categories, times in a column of their own."""
    m = Maker("kasse")
    return [
        Table("bons", [
            Column("Bonnr", m.parent("{}", 70001, 2), "integer", personal="identifier", role="order_number"), Column("Pos", m.line(2), "integer", role="line_number"), Column("Datum", m.day("%d.%m.%Y", step=0.4), "date", ("%d.%m.%Y",), role="order_date"), Column("Uhrzeit", m.moment("%H:%M:%S")), Column("Filiale", m.of("Köln", "Bonn"), role="store"), Column("Kassierer", m.of("Anna Z.", "Lars K."), personal="direct"), Column("Artikel", m.owned(12, "{:04}", 1), role="product_number"), Column("Menge", m.of("1", "2", "0,5"), "number", role="quantity"), Column("Betrag", m.money(1, 60), "number", role="sales_amount"), Column("Kundenkarte", m.mixed(m.of(""), "9876500012", 3), personal="identifier", role="customer_number"),
        ], 60, [["Bonnr", "Pos"]], "Bons.csv", [("Artikel", "artikelstamm", "PLU")], files=6),
        Table("artikelstamm", [Column("PLU", m.number(1, "{:04}"), role="product_number"), Column("Artikeltext", m.from_list(("Brot", "Brezel", "Kuchen", "Kaffee", "Tee", "Saft")), role="product_name"), Column("WG", m.of("1", "2", "3"), "integer"), Column("Preis", m.money(1, 9), "number", role="unit_price"), Column("MwSt", m.of("7", "19"), "integer")], 12, [["PLU"]], "Artikelstamm.csv", [("WG", "warengruppen", "WG")]),
        Table("warengruppen", [Column("WG", m.number(1), "integer"), Column("Text", m.from_list(("Backwaren", "Getränke", "Sonstiges")), role="category")], 3, [["WG"], ["Text"]], "Warengruppen.csv"),
    ]  # fmt: skip


def pos_english() -> list[Table]:
    """A till of the United States: dollars with blanks, month first, years with two digits."""
    m = Maker("pos")
    return [
        Table("receipts", [
            Column("Receipt No", m.number(1, "R-{:06}"), personal="identifier", role="order_number"), Column("Trans Date", m.day("%m/%d/%y"), "date", ("%m/%d/%y",), role="order_date"), Column("Store", m.of("Boston", "Salem"), role="store"), Column("Loyalty Card", m.mixed(m.of(""), "LC100200", 3), personal="identifier", role="customer_number"), Column("Subtotal", m.money(3, 3000, dollars), "number"), Column("Tax", m.money(0, 90, dollars), "number"), Column("Tender", m.of("CASH", "VISA")), Column("Associate", m.person, personal="direct"),
        ], 46, [["Receipt No"]], delimiter=","),
        Table("receipt_lines", [
            Column("Receipt No", m.parent("R-{:06}", 1, 2), personal="identifier", role="order_number"), Column("Line", m.line(2), "integer", role="line_number"), Column("UPC", m.owned(10, "0{}", 36000291450), role="product_number"), Column("Qty", m.mixed(m.whole(1, 4), "-1", 15), "integer", role="quantity"), Column("Price", m.money(3, 200, dollars), "number", role="unit_price"), Column("Ext Price", m.money(3, 400, dollars), "number", role="sales_amount"), Column("Dept", m.of("10", "20"), "integer"),
        ], 60, [["Receipt No", "Line"]], references=[("Receipt No", "receipts", "Receipt No"), ("UPC", "items", "UPC"), ("Dept", "departments", "Dept")], delimiter=","),
        Table("items", [Column("UPC", m.number(36000291450, "0{}"), role="product_number"), Column("Description", m.from_list(GOODS), role="product_name"), Column("Unit Cost", m.money(1, 90, dollars), "number", role="unit_cost"), Column("Last Sold", m.day("%m/%d/%Y", date(2024, 1, 14), 3), "date", ("%m/%d/%Y",))], 10, [["UPC"]], delimiter=","),
        Table("departments", [Column("Dept", m.number(10, step=10), "integer"), Column("Dept Name", m.from_list(("Apparel", "Bags")), role="category")], 2, [["Dept"], ["Dept Name"]], delimiter=","),
    ]  # fmt: skip


def crm_german() -> list[Table]:
    """A German CRM: contacts of companies, notes, consent, owners."""
    m = Maker("crm")
    return [
        Table("firmen", [Column("Firmen-ID", m.number(501), "integer", personal="identifier", role="customer_number"), Column("Firmenname", m.firm, personal="direct", role="customer_name"), Column("Branche", m.of("Handel", "Bau", "IT")), Column("Webseite", lambda row: f"www.firma{row}.example", personal="direct"), Column("Umsatzklasse", m.of("A", "B", "C")), Column("Betreuer", m.of("Karin Kühn", "Olaf Zorn"), personal="direct"), Column("Angelegt", m.day("%d-%m-%Y"), "date", ("%d-%m-%Y",))], 30, [["Firmen-ID"]]),
        Table("kontakte", [Column("Kontakt-ID", m.number(9001), "integer", personal="identifier"), Column("Firmen-ID", m.owned(30, "{}", 501), "integer", personal="identifier"), Column("Titel", m.mixed(m.of(""), "Dr.", 5), personal="quasi"), Column("Vorname", m.first, personal="direct"), Column("Name", m.last, personal="direct"), Column("Durchwahl", m.phone, personal="direct"), Column("Funktion", m.of("Einkauf", "Leitung"), personal="quasi"), Column("Einwilligung", m.of("ja", "nein", "")), Column("Notiz", m.mixed(m.of(""), "Frau Glück fragen", 3), personal="direct")], 50, [["Kontakt-ID"]], references=[("Firmen-ID", "firmen", "Firmen-ID")]),
        Table("aktivitaeten", [Column("Lfd. Nr.", m.number(1), "integer"), Column("Kontakt-ID", m.owned(50, "{}", 9001), "integer", personal="identifier"), Column("Art", m.of("Anruf", "Besuch", "Mail")), Column("Zeitpunkt", m.moment("%Y-%m-%dT%H:%M:%SZ"), "date", ("%Y-%m-%dT%H:%M:%S%z",)), Column("Dauer (min)", m.whole(1, 90), "integer"), Column("Betreff", m.of(*TEXTS), personal="direct"), Column("Ergebnis", m.of("offen", "erledigt"))], 60, [["Lfd. Nr."]], references=[("Kontakt-ID", "kontakte", "Kontakt-ID")]),
    ]  # fmt: skip


def crm_english() -> list[Table]:
    """Exports in the manner of Salesforce: ids of 18 signs, personal words in English."""
    m = Maker("sf")
    return [
        Table("accounts", [Column("Account ID", m.number(1000, "001Hs00000ab{}AAA"), personal="identifier", role="customer_number"), Column("Account Name", m.firm, personal="direct", role="customer_name"), Column("Billing Street", m.street, personal="direct"), Column("Billing City", m.city, personal="quasi", role="city"), Column("Billing Country", m.country, personal="quasi", role="customer_country"), Column("Annual Revenue", m.money(9000, 90000, plain), "number"), Column("Employees", m.whole(5, 500), "integer"), Column("Account Owner", m.person, personal="direct"), Column("Last Activity", m.day("%d/%m/%Y"), "date", ("%d/%m/%Y",))], 30, [["Account ID"]], delimiter=",", quoted=True),
        Table("contacts", [Column("Contact ID", m.number(2000, "003Hs00000cd{}AAB"), personal="identifier"), Column("Account ID", m.owned(30, "001Hs00000ab{}AAA", 1000), personal="identifier"), Column("Salutation", m.of("Mr.", "Ms."), personal="quasi"), Column("First Name", m.first, personal="direct"), Column("Last Name", m.last, personal="direct"), Column("Job Title", m.of("Buyer", "CEO"), personal="quasi"), Column("Mobile Phone", m.phone, personal="direct"), Column("Birthdate", m.birth("%Y-%m-%d"), "date", ("%Y-%m-%d",), "quasi", "birth_date"), Column("Do Not Call", m.of("0", "1"), "integer")], 45, [["Contact ID"]], references=[("Account ID", "accounts", "Account ID")], delimiter=",", quoted=True),
        Table("opportunities", [Column("Opportunity ID", m.number(3000, "006Hs00000ef{}AAC"), personal="identifier"), Column("Account ID", m.owned(30, "001Hs00000ab{}AAA", 1000), personal="identifier"), Column("Stage", m.of("Closed Won", "Proposal", "Lost")), Column("Amount", m.money(100, 90000, english), "number"), Column("Probability (%)", m.of("10", "60", "100"), "integer"), Column("Close Date", m.day("%d/%m/%Y", step=6), "date", ("%d/%m/%Y",)), Column("Next Step", m.mixed(m.of(""), "call Mr Zorn", 4), personal="direct")], 40, [["Opportunity ID"]], references=[("Account ID", "accounts", "Account ID")], delimiter=",", quoted=True),
    ]  # fmt: skip


def accounting_english() -> list[Table]:
    """Books of a small firm: brackets for minus, swapped days and months that nothing tells, payments by reference."""
    m = Maker("books")

    def bracketed(value: float) -> str:
        return f"({value:,.2f})" if int(value * 100) % 7 == 0 else f"{value:,.2f}"

    return [
        Table("invoices", [Column("Invoice No", m.number(1001, "INV-{}"), personal="identifier", role="order_number"), Column("Invoice Date", m.day("%d/%m/%Y", step=4), "date", ("%d/%m/%Y",), role="order_date"), Column("Due Date", m.day("%d/%m/%Y", date(2023, 2, 9), 4), "date", ("%d/%m/%Y",), role="due_date"), Column("Customer", m.firm, personal="direct", role="customer_name"), Column("Customer No", m.owned(15, "C{:03}"), personal="identifier", role="customer_number"), Column("Net", m.money(5, 5000, bracketed), "number", role="sales_amount"), Column("VAT", m.money(1, 900, bracketed), "number"), Column("Currency", m.of("GBP", "EUR"), role="currency"), Column("PO Number", m.mixed(m.of(""), "PO-77", 4), personal="identifier")], 44, [["Invoice No"]], delimiter=","),
        Table("payments", [Column("Payment ID", m.number(1, "pay_{:05}"), personal="identifier"), Column("Invoice No", m.owned(44, "INV-{}", 1001), personal="identifier"), Column("Paid On", m.day("%Y-%m-%d"), "date", ("%Y-%m-%d",)), Column("Amount", m.money(5, 5000, english), "number"), Column("Fee", m.money(0.1, 9, plain), "number"), Column("Payer", m.person, personal="direct"), Column("Sort Code", lambda row: f"20-{10 + row % 60}-{30 + row % 40}", personal="direct")], 40, [["Payment ID"]], references=[("Invoice No", "invoices", "Invoice No")], delimiter=","),
        Table("fx_rates", [Column("Currency", m.from_list(("EUR", "USD", "CHF")), role="rate_currency"), Column("Month", lambda row: f"2024-{1 + row // 3:02}-01", "date", ("%Y-%m-%d",), role="rate_date"), Column("Rate", lambda row: f"{0.8 + row / 100:.4f}", "number", role="exchange_rate")], 30, [["Currency", "Month"]], delimiter=","),
    ]  # fmt: skip


def wholesaler() -> list[Table]:
    """A warehouse: small whole numbers that exist elsewhere by chance, few categories, document numbers with letters."""
    m = Maker("lager")
    return [
        Table("lieferscheine", [Column("LS-Nr", m.mixed(m.number(50001), "50047A", 47), personal="identifier", role="order_number"), Column("Datum", m.day("%Y/%m/%d"), "date", ("%Y/%m/%d",), role="order_date"), Column("Kd-Nr", m.owned(25, "{}", 101), "integer", personal="identifier", role="customer_number"), Column("Pakete", m.whole(1, 5), "integer"), Column("Gewicht kg", m.money(1, 40, plain), "number"), Column("Fahrer", m.of("Horst", "Ines"), personal="direct"), Column("Rampe", m.whole(1, 4), "integer")], 50, [["LS-Nr"]], references=[("Kd-Nr", "kundenstamm", "Kd-Nr")]),
        Table("kundenstamm", [Column("Kd-Nr", m.number(101), "integer", personal="identifier", role="customer_number"), Column("Firma", m.firm, personal="direct", role="customer_name"), Column("Ort", m.city, personal="quasi", role="city"), Column("Gebiet", m.of("1", "2", "3", "4"), "integer"), Column("Zahlungsziel Tage", m.of("10", "30"), "integer")], 25, [["Kd-Nr"]], references=[("Gebiet", "gebiete", "Gebiet")]),
        Table("gebiete", [Column("Gebiet", m.number(1), "integer"), Column("Bezeichnung", m.from_list(("Nord", "Süd", "Ost", "West")))], 4, [["Gebiet"], ["Bezeichnung"]]),
        Table("lagerbewegungen", [Column("Lfd", m.number(1), "integer"), Column("LS-Nr", m.parent("{}", 50001, 2), personal="identifier", role="order_number"), Column("Teilenummer", m.owned(20, "T{:04}"), role="product_number"), Column("Stück", m.whole(1, 30), "integer", role="quantity"), Column("EK-Wert", m.money(1, 900, plain), "number", role="cost_amount"), Column("Fach", m.whole(1, 25), "integer")], 60, [["Lfd"]], references=[("LS-Nr", "lieferscheine", "LS-Nr"), ("Teilenummer", "teile", "Teilenummer")]),
        Table("teile", [Column("Teilenummer", m.number(1, "T{:04}"), role="product_number"), Column("Text", m.from_list(TOOLS), role="product_name"), Column("Kategorie", m.of("Normteil", "Werkzeug"), role="category"), Column("Mindestbestand", m.whole(1, 25), "integer")], 20, [["Teilenummer"]]),
    ]  # fmt: skip


def service() -> list[Table]:
    """A service company: contracts, hours, no day above 12 in one column, a number that is none in two of a hundred cells."""
    m = Maker("service")
    return [
        Table("vertraege", [Column("Vertragsnr", m.mixed(m.number(8001), "8049-N", 49), personal="identifier"), Column("Kunde Nr", m.owned(18, "K{:04}"), personal="identifier", role="customer_number"), Column("Beginn", lambda row: f"{1 + row % 12:02}.{1 + row * 5 % 12:02}.2023", "date", ("%d.%m.%Y",)), Column("Ende", m.mixed(m.day("%d.%m.%Y", date(2024, 1, 1), 9), "unbefristet", 7), "string"), Column("Monatspauschale", m.money(50, 4000, euros), "number"), Column("Laufzeit", m.of("12", "24", "36"), "integer"), Column("Ansprechpartner", m.person, personal="direct")], 50, [["Vertragsnr"]]),
        Table("leistungen", [Column("Beleg", m.parent("L{:05}", 1, 2), personal="identifier", role="order_number"), Column("Zeile", m.line(2), "integer", role="line_number"), Column("Kunde Nr", m.owned(18, "K{:04}"), personal="identifier", role="customer_number"), Column("Leistungsdatum", m.day("%d-%m-%y"), "date", ("%d-%m-%y",), role="order_date"), Column("Stunden", m.of("1,5", "2", "0,25"), "number", role="quantity"), Column("Stundensatz", m.of("95,00", "120,00"), "number", role="unit_price"), Column("Mitarbeiter", m.of("Karin Kühn", "Olaf Zorn"), personal="direct"), Column("Leistungsart", m.of("Wartung", "Beratung"), role="product_name")], 60, [["Beleg", "Zeile"]]),
    ]  # fmt: skip


def sap_labels() -> list[Table]:
    """SAP tables as a list viewer saves them in German: labels for names, numbers with leading zeros."""
    m = Maker("sap labels")
    customers = [
        Column("Debitor", m.number(100200, "00{:08}"), personal="identifier", role="customer_number"),
        Column("Name 1", m.firm, personal="direct", role="customer_name"),
        Column("Länderschlüssel", m.of("DE", "AT", "CH"), personal="quasi", role="customer_country"),
        Column("Ort", m.of(*POSTCODES), personal="quasi", role="city"),
    ]
    materials = [
        Column("Material", m.number(4000, "MAT-{}"), role="product_number"),
        Column("Materialkurztext", m.of(*TOOLS), role="product_name"),
        Column("Warengruppe", m.of(*CATEGORIES), role="category"),
        Column("Verrechnungspreis", m.money(2, 90), "number", role="unit_cost"),
    ]
    documents = [
        Column("Verkaufsbeleg", m.number(70010, "00000{}"), personal="identifier", role="order_number"),
        Column("Verkaufsbelegart", m.of("TA", "RE", "TA"), role="document_type"),
        Column("Belegdatum", m.day("%d.%m.%Y"), "date", ("%d.%m.%Y",), role="order_date"),
        Column("Auftraggeber", m.owned(30, "00{:08}", 100200), personal="identifier", role="customer_number"),
        Column("Belegwährung", m.of("EUR"), role="currency"),
    ]
    lines = [
        Column("Verkaufsbeleg", m.parent("00000{}", 70010, 3), personal="identifier", role="order_number"),
        Column("Verkaufsbelegposition", m.line(3, 10), "integer", role="line_number"),
        Column("Material", m.owned(20, "MAT-{}", 4000), role="product_number"),
        Column("Bezeichnung", m.of(*TOOLS)),
        Column("Auftragsmenge", m.whole(1, 40), "integer", role="quantity"),
        Column("Nettowert", m.money(5, 900), "number", role="sales_amount"),
    ]
    return [
        Table("debitoren", customers, 30, [["Debitor"]], "Debitoren.csv"),
        Table("material", materials, 20, [["Material"]], "Material.csv"),
        Table(
            *("verkaufsbelege", documents, 60, [["Verkaufsbeleg"]], "Verkaufsbelege.csv"),
            references=[("Auftraggeber", "debitoren", "Debitor")],
        ),
        Table(
            *("verkaufsbelegpositionen", lines, 180, [["Verkaufsbeleg", "Verkaufsbelegposition"]]),
            "Verkaufsbelegpositionen.csv",
            references=[("Verkaufsbeleg", "verkaufsbelege", "Verkaufsbeleg"), ("Material", "material", "Material")],
        ),
    ]


def booking() -> list[Table]:
    """A booking program: guests and what they were billed for, in English."""
    m = Maker("booking")
    guests = [
        Column("Guest ID", m.number(5001, "G{}"), personal="identifier", role="customer_number"),
        Column("First name", m.first, personal="direct"),
        Column("Last name", m.last, personal="direct"),
        Column("Country", m.of("DE", "AT", "NL"), personal="quasi", role="customer_country"),
        Column("Date of birth", m.birth("%Y-%m-%d"), "date", ("%Y-%m-%d",), personal="quasi", role="birth_date"),
    ]
    bills = [
        Column("Invoice No", m.parent("IN-{}", 90100, 2), personal="identifier", role="order_number"),
        Column("Line", m.line(2), "integer", role="line_number"),
        Column("Invoice date", m.day("%Y-%m-%d", step=2), "date", ("%Y-%m-%d",), role="order_date"),
        Column("Guest ID", m.owned(40, "G{}", 5001), personal="identifier", role="customer_number"),
        Column("Item description", m.of("Double room", "Breakfast", "Sauna", "Parking"), role="product_name"),
        Column("Nights", m.whole(1, 9), "integer"),
        Column("Line amount", m.money(9, 700, "{:.2f}".format), "number", role="sales_amount"),
    ]
    return [
        Table("guests", guests, 40, [["Guest ID"]], "guests.csv", delimiter=","),
        Table(
            *("invoice_lines", bills, 160, [["Invoice No", "Line"]], "invoice_lines.csv"),
            references=[("Guest ID", "guests", "Guest ID")],
            delimiter=",",
        ),
    ]


def shopify() -> list[Table]:
    """Orders of Shopify: a line an article, what is of the order only on its first line, postal codes behind a quote."""
    m = Maker("shopify")

    def first(cells: Callable[[int], Any], lines: int = 2) -> Callable[[int], Any]:
        return lambda row: "" if row % lines else cells(row // lines)

    moment = m.moment("%Y-%m-%d %H:%M:%S +0100")
    return [
        Table("orders_export", [
            Column("Name", m.parent("#{}", 1001, 2), personal="identifier", role="order_number"), Column("Email", lambda row: m.mail(row // 2 % 23), personal="direct"),
            Column("Financial Status", first(m.of("paid", "paid", "refunded", "voided")), role="order_status"), Column("Paid at", first(moment), "date", ("%Y-%m-%d %H:%M:%S%z",)),
            Column("Accepts Marketing", first(m.of("yes", "no"))), Column("Currency", first(m.of("EUR")), role="currency"), Column("Subtotal", first(m.money(20, 400, plain)), "number"),
            Column("Shipping", first(m.of("4.90", "0.00")), "number"), Column("Total", first(m.money(20, 400, plain)), "number"), Column("Discount Code", first(m.mixed(m.of(""), "SPRING", 9))),
            Column("Discount Amount", first(m.of("0.00", "5.00")), "number"), Column("Created at", lambda row: moment(row // 2), "date", ("%Y-%m-%d %H:%M:%S%z",), role="order_date"),
            Column("Lineitem quantity", m.whole(1, 4), "integer", role="quantity"), Column("Lineitem name", m.from_list(GOODS), role="product_name"), Column("Lineitem price", m.money(9, 120, plain), "number", role="unit_price"),
            Column("Lineitem sku", lambda row: f"WS-{row % 8 + 101}", role="product_number"), Column("Billing Name", first(m.person), personal="direct"), Column("Billing Address1", first(m.street), personal="direct"),
            Column("Shipping City", first(m.city), personal="quasi", role="city"), Column("Shipping Zip", first(lambda row: f"'{m.postcode(row)}"), personal="quasi"), Column("Shipping Country", first(m.country), personal="quasi", role="country"),
            Column("Notes", first(m.mixed(m.of(""), TEXTS[1], 5)), personal="direct"), Column("Vendor", m.of("Wool & Co", "North Mill")), Column("Source", first(m.of("web", "pos"))), Column("Lineitem discount", m.of("0.00", "2.50"), "number", role="discount_amount"),
        ], 120, [["Name", "Lineitem sku"], ["Name", "Lineitem name"]], "orders_export_1.csv", delimiter=","),
    ]  # fmt: skip


def amazon() -> list[Table]:
    """A settlement of Amazon: names with hyphens, one amount a record, whatever it is for."""
    m = Maker("amazon")
    return [
        Table("settlement", [
            Column("settlement-id", m.of("16433991142"), "integer"), Column("currency", m.of("EUR"), role="currency"), Column("transaction-type", m.of("Order", "Order", "Refund"), role="document_type"),
            Column("order-id", lambda row: f"305-{1234500 + row // 3}-{7654300 + row // 3}", personal="identifier", role="order_number"), Column("shipment-id", lambda row: f"D{88000 + row // 3}", personal="identifier"),
            Column("marketplace-name", m.of("Amazon.de", "Amazon.fr"), role="channel"), Column("amount-type", m.from_list(("ItemPrice", "ItemPrice", "ItemFees"))), Column("amount-description", m.from_list(("Principal", "Shipping", "Commission"))),
            Column("amount", m.money(1, 90), "number", role="sales_amount"), Column("posted-date", lambda row: m.day("%d.%m.%Y")(row // 3), "date", ("%d.%m.%Y",), role="order_date"),
            Column("order-item-code", lambda row: str(61234567890123 + row // 3), "integer"), Column("sku", lambda row: f"AZ-{row // 3 % 11}", role="product_number"), Column("quantity-purchased", lambda row: str(1 + row // 3 % 3), "integer", role="quantity"),
        ], 120, [["order-id", "amount-description"], ["order-item-code", "amount-description"], ["shipment-id", "amount-description"]], "settlement.txt", delimiter="\t"),
    ]  # fmt: skip


def sevdesk() -> list[Table]:
    """Invoices of a web accounting: brackets in names, days as people write them, numbers with a comma."""
    m = Maker("sevdesk")
    return [
        Table("rechnungen", [
            Column("Rechnungsnummer", m.number(1001, "RE-{}"), personal="identifier", role="order_number"), Column("Status", m.of("Bezahlt", "Offen", "Storniert"), role="order_status"),
            Column("Rechnungsdatum", m.day("%d.%m.%Y"), "date", ("%d.%m.%Y",), role="order_date"), Column("Fälligkeit", m.day("%d.%m.%Y", date(2023, 1, 23)), "date", ("%d.%m.%Y",), role="due_date"),
            Column("Kundennummer", m.owned(18, "{}", 1000), "integer", personal="identifier", role="customer_number"), Column("Kunde", m.firm, personal="direct", role="customer_name"), Column("Betreff", lambda row: f"Rechnung für {m.person(row)}", personal="direct"),
            Column("Währung", m.of("EUR"), role="currency"), Column("Betrag (Netto)", m.money(90, 9000), "number", role="sales_amount"), Column("Betrag (Brutto)", m.money(90, 9900), "number"),
            Column("Umsatzsteuer %", m.of("19", "7"), "integer"), Column("Bezahlt am", m.mixed(m.day("%d.%m.%Y", date(2023, 2, 1)), "", 4), "date", ("%d.%m.%Y",)),
        ], 60, [["Rechnungsnummer"]], "Rechnungen_Export.csv"),
    ]  # fmt: skip


def odoo() -> list[Table]:
    """Odoo: external ids, fields of related records behind a slash, numbers with a point."""
    m = Maker("odoo")
    return [
        Table("res_partner", [
            Column("id", m.number(10, "__export__.res_partner_{}"), personal="identifier", role="customer_number"), Column("name", m.firm, personal="direct", role="customer_name"), Column("is_company", m.of("True", "False")),
            Column("street", m.street, personal="direct"), Column("zip", m.postcode, personal="quasi"), Column("city", m.city, personal="quasi", role="city"), Column("country_id/code", m.country, personal="quasi", role="customer_country"),
            Column("email", m.mail, personal="direct"), Column("phone", m.phone, personal="direct"), Column("vat", lambda row: f"DE{811000000 + row * 101}", personal="direct"), Column("customer_rank", m.whole(0, 9), "integer"),
        ], 30, [["id"], ["email"]], "res.partner.csv", delimiter=","),
        Table("sale_order_line", [
            Column("id", m.number(500, "__export__.sale_order_line_{}"), role="line_number"), Column("order_id/name", m.parent("S{:05}", 41, 2), personal="identifier", role="order_number"), Column("order_id/date_order", lambda row: m.moment("%Y-%m-%d %H:%M:%S")(row // 2), "date", ("%Y-%m-%d %H:%M:%S",), role="order_date"),
            Column("order_partner_id/id", m.owned(30, "__export__.res_partner_{}", 10), personal="identifier", role="customer_number"), Column("product_id/default_code", m.owned(9, "FURN_{:04}", 77), role="product_number"), Column("product_id/name", m.from_list(TOOLS), role="product_name"),
            Column("product_uom_qty", m.of("1.0", "2.0", "2.5"), "number", role="quantity"), Column("price_unit", m.money(2, 90, plain), "number", role="unit_price"), Column("discount", m.of("0.0", "10.0"), "number"), Column("price_subtotal", m.money(2, 300, plain), "number", role="sales_amount"), Column("state", m.of("sale", "done", "cancel"), role="order_status"),
        ], 100, [["id"]], "sale.order.line.csv", references=[("order_partner_id/id", "res_partner", "id")], delimiter=","),
    ]  # fmt: skip


def business_central() -> list[Table]:
    """Dynamics 365 Business Central in English: No. for every number, Sell-to and Bill-to, a sign of percent."""
    m = Maker("business_central")
    return [
        Table("customers", [
            Column("No.", m.number(10000, "C{}", 10), personal="identifier", role="customer_number"), Column("Name", m.firm, personal="direct", role="customer_name"), Column("Address", m.street, personal="direct"), Column("Post Code", m.postcode, personal="quasi"), Column("City", m.city, personal="quasi", role="city"),
            Column("Country/Region Code", m.country, personal="quasi", role="customer_country"), Column("Phone No.", m.phone, personal="direct"), Column("Salesperson Code", m.of("JR", "PS"), personal="quasi"), Column("Customer Posting Group", m.of("DOMESTIC", "FOREIGN")), Column("Credit Limit (LCY)", m.of("0", "5000"), "integer"),
        ], 25, [["No."]], "Customers.csv"),
        Table("posted_sales_invoice_lines", [
            Column("Document No.", m.parent("PSI{}", 103001, 2), personal="identifier", role="order_number"), Column("Line No.", m.line(2, 10000), "integer", role="line_number"), Column("Sell-to Customer No.", lambda row: f"C{10000 + row // 2 * 7 % 25 * 10}", personal="identifier", role="customer_number"),
            Column("Posting Date", lambda row: m.day("%m/%d/%Y")(row // 2), "date", ("%m/%d/%Y",), role="order_date"), Column("Type", m.of("Item", "G/L Account")), Column("No.", m.owned(12, "{}-S", 1900), role="product_number"), Column("Description", m.from_list(GOODS), role="product_name"), Column("Location Code", m.of("MAIN", "EAST")),
            Column("Quantity", m.whole(1, 12), "integer", role="quantity"), Column("Unit of Measure Code", m.of("PCS", "BOX")), Column("Unit Price Excl. VAT", m.money(9, 900, english), "number", role="unit_price"), Column("Line Discount %", m.of("0", "5", "10"), "integer", role="discount_share"), Column("Line Amount Excl. VAT", m.money(9, 9000, english), "number", role="sales_amount"), Column("Unit Cost (LCY)", m.money(4, 500, english), "number"),
        ], 90, [["Document No.", "Line No."]], "Posted Sales Invoice Lines.csv", references=[("Sell-to Customer No.", "customers", "No.")]),
    ]  # fmt: skip


def salesforce() -> list[Table]:
    """Objects of Salesforce as its Data Loader writes them: ids of eighteen letters, names without a blank."""
    m = Maker("salesforce")
    at = m.moment("%Y-%m-%dT%H:%M:%S.000+0000")
    stamp = ("%Y-%m-%dT%H:%M:%S%.f%z",)
    return [
        Table("account", [
            Column("Id", m.number(1, "0015g00000Ab{:03}AAB"), personal="identifier", role="customer_number"), Column("IsDeleted", m.of("false")), Column("Name", m.firm, personal="direct", role="customer_name"), Column("BillingStreet", m.street, personal="direct"), Column("BillingCity", m.city, personal="quasi", role="city"),
            Column("BillingPostalCode", m.postcode, personal="quasi"), Column("BillingCountry", m.country, personal="quasi", role="customer_country"), Column("Phone", m.phone, personal="direct"), Column("Industry", m.of("Retail", "Energy", "Media")), Column("OwnerId", m.of("0055g000001aaaQAA", "0055g000001bbbQAA"), personal="identifier"), Column("CreatedDate", at, "date", stamp),
        ], 30, [["Id"]], "Account.csv", delimiter=",", quoted=True),
        Table("opportunity", [
            Column("Id", m.number(1, "0065g00000Cd{:03}AAC"), personal="identifier"), Column("AccountId", m.owned(30, "0015g00000Ab{:03}AAB"), personal="identifier"), Column("Name", lambda row: f"{m.firm(row)} - renewal", personal="direct"), Column("StageName", m.of("Closed Won", "Closed Lost", "Prospecting")),
            Column("Amount", m.money(900, 90000, plain), "number"), Column("CloseDate", m.day("%Y-%m-%d"), "date", ("%Y-%m-%d",)), Column("OwnerId", m.of("0055g000001aaaQAA", "0055g000001bbbQAA"), personal="identifier"),
        ], 50, [["Id"]], "Opportunity.csv", references=[("AccountId", "account", "Id")], delimiter=",", quoted=True),
        Table("opportunity_line_item", [
            Column("Id", m.number(1, "00k5g00000Ef{:03}AAD")), Column("OpportunityId", m.owned(50, "0065g00000Cd{:03}AAC"), personal="identifier"), Column("Product2Id", m.owned(8, "01t5g00000Gh{:03}AAE")), Column("Quantity", m.of("1.0", "5.0", "10.0"), "number"), Column("UnitPrice", m.money(90, 900, plain), "number"), Column("TotalPrice", m.money(90, 9000, plain), "number"),
        ], 90, [["Id"]], "OpportunityLineItem.csv", references=[("OpportunityId", "opportunity", "Id"), ("Product2Id", "product2", "Id")], delimiter=",", quoted=True),
        Table("product2", [
            Column("Id", m.number(1, "01t5g00000Gh{:03}AAE"), role="product_number"), Column("Name", m.from_list(GOODS), role="product_name"), Column("ProductCode", m.number(1, "GC{:04}")), Column("Family", m.of("Hardware", "Services"), role="category"), Column("IsActive", m.of("true", "false")),
        ], 8, [["Id"], ["ProductCode"]], "Product2.csv", delimiter=",", quoted=True),
    ]  # fmt: skip


def hubspot() -> list[Table]:
    """HubSpot: a Record ID in every object, ids of associated records, names with blanks."""
    m = Maker("hubspot")
    return [
        Table("companies", [
            Column("Record ID", m.number(8811223301, step=17), "integer", personal="identifier", role="customer_number"), Column("Company name", m.firm, personal="direct", role="customer_name"), Column("Company owner", m.person, personal="direct"), Column("Create Date", m.moment("%Y-%m-%d %H:%M"), "date", ("%Y-%m-%d %H:%M",)), Column("Phone Number", m.phone, personal="direct"), Column("City", m.city, personal="quasi", role="city"), Column("Country/Region", m.country, personal="quasi", role="customer_country"), Column("Industry", m.of("RETAIL", "FOOD")), Column("Lifecycle Stage", m.of("Lead", "Customer")),
        ], 30, [["Record ID"]], "hubspot-companies.csv", delimiter=",", quoted=True),
        Table("deals", [
            Column("Record ID", m.number(5511220001, step=13), "integer", personal="identifier"), Column("Deal Name", lambda row: f"{m.firm(row)} Angebot", personal="direct"), Column("Deal Stage", m.of("Closed won", "Closed lost")), Column("Close Date", m.moment("%Y-%m-%d %H:%M"), "date", ("%Y-%m-%d %H:%M",)), Column("Deal owner", m.person, personal="direct"), Column("Amount", m.money(90, 9000, plain), "number"), Column("Associated Company IDs", lambda row: str(8811223301 + row % 30 * 17), "integer", personal="identifier"),
        ], 60, [["Record ID"]], "hubspot-deals.csv", references=[("Associated Company IDs", "companies", "Record ID")], delimiter=",", quoted=True),
    ]  # fmt: skip


def lightspeed() -> list[Table]:
    """Lines of a till of Lightspeed: dollars, a day with its time, an employee on every line."""
    m = Maker("lightspeed")
    return [
        Table("sales_lines", [
            Column("Sale ID", m.parent("{}", 220145, 3), "integer", personal="identifier", role="order_number"), Column("Line ID", m.number(700001), "integer", role="line_number"), Column("Date", lambda row: m.moment("%m/%d/%Y %H:%M")(row // 3), "date", ("%m/%d/%Y %H:%M",), role="order_date"),
            Column("Shop", m.of("Downtown", "Harbor"), role="store"), Column("Register", m.of("Register 1", "Register 2")), Column("Employee", m.person, personal="direct"), Column("Customer ID", lambda row: "" if row // 3 % 3 == 0 else str(40 + row // 3 % 17), "integer", personal="identifier", role="customer_number"),
            Column("System ID", lambda row: str(210000000001 + row % 14), "integer", role="product_number"), Column("Item", m.from_list(GOODS), role="product_name"), Column("Category", m.of("Tops", "Bags"), role="category"), Column("Qty", m.of("1", "1", "2", "-1"), "integer", role="quantity"), Column("Retail", m.money(9, 90, dollars), "number", role="unit_price"), Column("Discounts", m.of("$0.00", "$5.00"), "number", role="discount_amount"), Column("Subtotal", m.money(9, 190, dollars), "number", role="sales_amount"), Column("Cost", m.money(4, 90, dollars), "number", role="cost_amount"),
        ], 120, [["Line ID"]], "sales_lines.csv", delimiter=","),
    ]  # fmt: skip


def xentral() -> list[Table]:
    """Lists of Xentral: short names in lower case, Nummer for an article, a total in the head of an order."""
    m = Maker("xentral")
    return [
        Table("adressen", [
            Column("kundennummer", m.number(10000), "integer", personal="identifier", role="customer_number"), Column("name", m.firm, personal="direct", role="customer_name"), Column("ansprechpartner", m.person, personal="direct"), Column("strasse", m.street, personal="direct"), Column("plz", m.postcode, personal="quasi"), Column("ort", m.city, personal="quasi", role="city"), Column("land", m.country, personal="quasi", role="customer_country"), Column("email", m.mail, personal="direct"), Column("ustid", lambda row: f"DE{811000000 + row * 101}", personal="direct"),
        ], 32, [["kundennummer"], ["email"]]),
        Table("artikelliste", [
            Column("nummer", m.number(700001), "integer", role="product_number"), Column("name_de", m.from_list(TOOLS), role="product_name"), Column("artikelkategorie", m.of(*CATEGORIES), role="category"), Column("lagerbestand", m.whole(0, 99), "integer"), Column("lieferanteinkaufspreis", m.money(1, 90), "number", role="unit_cost"), Column("verkaufspreis1", m.money(2, 200), "number", role="unit_price"), Column("ean", lambda row: str(4006381333931 + row * 11)),
        ], 15, [["nummer"], ["ean"]]),
        Table("auftraege", [
            Column("belegnr", m.number(200001), "integer", personal="identifier", role="order_number"), Column("datum", m.day("%Y-%m-%d"), "date", ("%Y-%m-%d",), role="order_date"), Column("kundennummer", m.owned(32, "{}", 10000), "integer", personal="identifier", role="customer_number"), Column("status", m.of("freigegeben", "abgeschlossen", "storniert"), role="order_status"), Column("projekt", m.of("SHOP", "B2B")), Column("waehrung", m.of("EUR"), role="currency"), Column("gesamtsumme", m.money(20, 2000), "number"), Column("freitext", m.mixed(m.of(""), TEXTS[3], 6), personal="direct"),
        ], 50, [["belegnr"]], references=[("kundennummer", "adressen", "kundennummer")]),
        Table("auftrag_positionen", [
            Column("auftrag_belegnr", m.parent("{}", 200001, 2), "integer", personal="identifier", role="order_number"), Column("sort", m.line(2), "integer", role="line_number"), Column("artikelnummer", m.owned(15, "{}", 700001), "integer", role="product_number"), Column("bezeichnung", m.from_list(TOOLS)), Column("menge", m.whole(1, 9), "integer", role="quantity"), Column("preis", m.money(2, 200), "number", role="unit_price"), Column("rabatt", m.of("0", "5"), "integer", role="discount_share"), Column("umsatz_netto_einzeln", m.money(2, 900), "number"),
        ], 100, [["auftrag_belegnr", "sort"]], references=[("auftrag_belegnr", "auftraege", "belegnr"), ("artikelnummer", "artikelliste", "nummer")]),
    ]  # fmt: skip


SYSTEMS: dict[str, Callable[[], list[Table]]] = {
    "sap": sap, "datev": datev, "lexware": lexware, "jtl": jtl, "shopware5": shopware5, "shopware6": shopware6,
    "woocommerce": woocommerce, "magento": magento, "navision": navision, "excel_by_hand": excel_by_hand,
    "pos_german": pos_german, "pos_english": pos_english, "crm_german": crm_german, "crm_english": crm_english,
    "accounting_english": accounting_english, "wholesaler": wholesaler, "service": service,
    "sap_labels": sap_labels, "booking": booking, "shopify": shopify, "amazon": amazon, "sevdesk": sevdesk,
    "odoo": odoo, "business_central": business_central, "salesforce": salesforce, "hubspot": hubspot,
    "lightspeed": lightspeed, "xentral": xentral,
}  # fmt: skip


def truth(table: Table) -> dict[str, Any]:
    """What is right of a table, as YAML has it."""
    fields = {}
    for column in table.columns:
        found: dict[str, Any] = {"type": column.kind, "personal": column.personal}
        if column.formats:
            found["formats"] = list(column.formats)
        if column.role:
            found["role"] = column.role
        fields[table.renamed.get(column.name, column.name)] = found
    return {
        "files": names(table),
        "dialect": {
            "delimiter": table.delimiter,
            "encoding": table.encoding,
            "skipLines": len(table.above),
            "skipFooterLines": len(
                [line for line in table.below if line.count(table.delimiter) < len(table.columns) - 1]
            ),
        },
        "keys": [list(key) for key in table.keys],
        "references": [list(one) for one in table.references],
        "fields": fields,
    }


def names(table: Table) -> list[str]:
    """The files of a table."""
    name = table.file or f"{table.name}.csv"
    if table.files == 1:
        return [name]
    stem, _, ending = name.rpartition(".")
    return [f"{stem}_202401{day + 1:02}.{ending}" for day in range(table.files)]


def write(folder: Path, table: Table) -> None:
    """The files of a table."""
    rows = [[column.cells(row) for column in table.columns] for row in range(table.rows)]
    share = -(-table.rows // table.files)
    quoting = csv.QUOTE_ALL if table.quoted else csv.QUOTE_MINIMAL
    for at, name in enumerate(names(table)):
        with open(folder / name, "w", encoding=table.encoding, newline="") as file:
            file.writelines(f"{line}\r\n" for line in table.above)
            writer = csv.writer(file, delimiter=table.delimiter, lineterminator="\r\n", quoting=quoting)
            writer.writerow([column.name for column in table.columns])
            writer.writerows(rows[at * share : (at + 1) * share])
            file.writelines(f"{line}\r\n" for line in table.below)


def main(target: Path = FOLDER) -> None:
    """Write every system."""
    for name, tables in SYSTEMS.items():
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        made = tables()
        for table in made:
            write(folder, table)
        found = {table.name: truth(table) for table in made}
        (folder / "truth.yaml").write_text(
            yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=100), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
