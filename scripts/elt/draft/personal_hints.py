"""What makes a column look personal: its name, in German or English, and what stands in it.

These are hints for a person who decides, with a class that such a column usually gets. They are never complete.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

import polars as pl

SAMPLE = 20_000  # cells of a batch that are checked one by one
LEAST_CELLS, LEAST_SHARE = 5, 0.5
LEAST_NAMES = 0.1  # share of cells that hold a common name
BIRTH_YEARS, BIRTH_SPAN = (1900, 2015), 30
LONG_PART = 6

# meaning, usual class, and the parts of names that tell; "=x": only as a word of its own
NAMES: tuple[tuple[str, str, str], ...] = (
    (
        "an e-mail address",
        "direct",
        "email =mail emailadresse",
    ),
    (
        "a telephone number",
        "direct",
        "telefon telephone phone =tel telnr mobil handy =fax telefax =cell",
    ),
    (
        "bank details",
        "direct",
        "iban =bic swift kontonr kontonummer kontoinhaber bankverbindung bankleitzahl =blz accountholder "
        "kreditkarte creditcard cardnumber",
    ),
    (
        "a tax or VAT number",
        "direct",
        "ustid umsatzsteuer ustnr steuernummer steuernr steuerid =vat vatid vatno vatnumber taxid taxno "
        "taxnumber handelsregister =uid",
    ),
    (
        "an official number of a person",
        "direct",
        "ausweis passport =ssn sozialversicherung =svnr rentenversicherung krankenkasse fuehrerschein socialsecurity",
    ),
    (
        "a date or place of birth, or an age",
        "quasi",
        "geburt birth gebdat gebdatum bdate =dob =gebtag =alter =age jahrgang",
    ),
    (
        "a street or house number",
        "direct",
        "strasse =str street hausnummer hausnr =hnr adress anschrift postfach pobox",
    ),
    (
        "a postal code",
        "quasi",
        "=plz postleitzahl postcode postalcode =zip zipcode",
    ),
    (
        "a place",
        "quasi",
        "=ort wohnort ortsteil =stadt lieferort =city =town gemeinde =latitude =longitude =land =country "
        "cntry bundesland =region",
    ),
    (
        "gender",
        "quasi",
        "geschlecht gender =gndr =gen =sex anrede salutation =titel",
    ),
    (
        "family, faith, origin or health",
        "quasi",
        "familienstand marital religion konfession nationalit staatsang citizenship behinderung krankheit "
        "gesundheit health kinder",
    ),
    (
        "a first, last or full name",
        "direct",
        "vorname nachname familienname firstname lastname surname fullname forename middlename geburtsname "
        "rufname zuname =name kundenname customername ansprechpartner contactperson =kontakt =contact inhaber "
        "besteller =empfaenger =firma firmenname company",
    ),
    (
        "a person at work",
        "direct",
        "mitarbeiter sachbearbeit bearbeiter verkaeufer vertreter betreuer employee salesperson salesrep "
        "username benutzer =user =login erfasser fahrer angelegtvon geaendertvon createdby changedby "
        "=personal personalnr",
    ),
    (
        "a device or an account of a person",
        "direct",
        "ipadress ipaddr =ip cookie deviceid =mac kennzeichen licenseplate passwor socialmedia =twitter facebook",
    ),
    (
        "free text, in which persons may be named",
        "direct",
        "bemerkung notiz kommentar comment =note =notes remark freitext =memo",
    ),
    (
        "a customer number",
        "identifier",
        "kundennr kundennummer kundnr =kdnr customerid customerno customernumber customerkey custid custkey "
        "custno =cstid =cstkey clientid kundenid =cid debitor =kunde =kunden =customer mitgliedsnr "
        "mitgliedsnummer patient memberid",
    ),
    (
        "the number of an order or a document, which leads to a customer",
        "identifier",
        "bestellnr bestellnummer auftragsnr auftragsnummer auftragnr rechnungsnr rechnungsnummer belegnr "
        "belegnummer lieferscheinnr orderid orderno ordernumber ordnum invoiceno invoiceid invoicenumber "
        "ticketid",
    ),
)

FIRST_NAMES = """
ahmet alexander ali amanda andrea andreas andrew angela anja anke anna anne annette anthony antje anton antonio
ashley ayse barbara ben bernd berta bertha bettina betty birgit brian brigitte carina carlos carol carsten charles
charlotte christa christian christiane christina christine christoph christopher clara claudia daniel daniela david
deborah dennis dieter dirk donna doris eberhard edith edward egon elena elias elisabeth elke ella emil emilia emily
emma erich erika erna erwin eva fabian fatma felix finn florian frank franz franziska frieda friedrich gabriele
georg george gerd gerda gerhard giovanni gisela giuseppe greta gustav günter günther hanna hannah hans harald hedwig
heike heinrich heinz helga helmut henry herbert hermann hilde holger horst hugo ida inge ingrid irmgard ivan jakob
james jan jana jason jean jeffrey jennifer jens jessica joachim johanna johannes john jonas jose josef joseph juan
julia julian jutta jörg jürgen karin karl karla karsten katharina katja katrin kenneth kerstin kevin klara klaus
kurt lara lars laura lea lena leon leonie leopold lina linda lisa louis luc luca ludwig luigi luis lukas lutz
magdalena manfred manuela marc marco margaret maria marie marion markus marlene martin martina mary mathias matthew
matthias max maximilian mehmet melanie mia michael michaela michelle mila mohammed monika moritz mustafa nadine
nancy natalia nathalie nele nicole niklas nils noah norbert olaf olga oliver oskar otto patricia patrick paul paula
peter petra philipp pierre piotr rainer ralf regina reinhard renate richard robert roland rolf ronald rosemarie
rudolf ruth ryan rüdiger sabine sabrina sandra sara sarah sebastian silke silvia simon simone sonja sophia sophie
stefan stefanie steffen stephan steven susan susanne sven svenja sylvia tanja theo theresa therese thomas thorsten
tim tobias tom torsten ulrich ulrike ursula ute uwe valentin vanessa vera veronika vincent volker walter waltraud
werner wilhelm william wolfgang yvonne
"""
LAST_NAMES = """
albrecht arnold baumann berger bergmann brandt brown böhm davis demir dietrich fischer franke friedrich günther haas
hartmann heinrich herrmann hoffmann hofmann huber jansen janssen johnson jones jäger kaufmann kaya koehler kraus
krause krueger krämer krüger kuhn köhler kühn lehmann lorenz ludwig maier mayer meier meyer moeller mueller möller
müller neumann nguyen nowak peters pfeiffer pohl roth sauer schaefer schmid schmidt schmitt schneider scholz
schreiber schroeder schröder schubert schulz schulze schumacher schuster schäfer seidel simon smith thomas vogt
voigt wagner walther weber werner williams winkler yilmaz ziegler zimmermann
"""  # without those that are colours, sizes, animals or trades in which things are sold
COMMON_NAMES = frozenset(f"{FIRST_NAMES} {LAST_NAMES}".split())
WORD_LIKE_NAME = r"^\p{Lu}\p{Ll}{2,}$"
NAME_LIKE = (  # two or more words with capitals, or an initial
    r"^\p{Lu}[\p{L}.'’-]*(?:,? +(?:(?:von|van|vom|zu|zur|de|del|di|el|al|der|den|la) +)*\p{Lu}[\p{L}.'’-]*)+$"
)

EMAIL = r"[^\s@;,<>]+@[^\s@;,<>]+\.[A-Za-z]{2,}"
PHONE = r"^(?:\+|00|0|\()[0-9(][0-9()/. -]{5,20}[0-9]$"
PHONE_SIGNS = r"^(?:\+|00)|[ /()-]"
DATE_LIKE = r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
IBAN = r"^[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}$"
VAT = r"^[A-Z]{2}[A-Z0-9.\- ]{7,16}$"
TAX_NUMBER = r"^[0-9]{2,3}[ /][0-9]{3,4}[ /][0-9]{4,5}$"
TAX_ID = r"^[1-9][0-9 ]{10,14}$"
STREET = r"(?i)(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ring| street| road| avenue) ?\d+ ?[a-z]?$"
IP = r"^(?:\d{1,3}\.){3}\d{1,3}$"


def plain(name: str) -> tuple[str, list[str]]:
    """(name without signs, its words): lower case, umlauts written out; a change of case begins a word."""
    text = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", unicodedata.normalize("NFC", name)).lower()
    for letter, written in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
        text = text.replace(letter, written)
    words = re.findall(r"[a-z]+", text)
    return "".join(words), words


def by_name(name: str) -> tuple[str, str] | None:
    """(what a column is by its name, the class it usually gets) if the name sounds personal."""
    whole, words = plain(name)
    ends = ["".join(words[start:]) for start in range(len(words))]
    for meaning, usual, parts in NAMES:
        if any(is_part(part, whole, words, ends) for part in parts.split()):
            return meaning, usual
    return None


def is_part(part: str, whole: str, words: list[str], ends: list[str]) -> bool:
    """Whether a part stands in a name: at the start of a word, or anywhere if it is long enough to be no chance."""
    if part.startswith("="):
        return part[1:] in (*words, whole)
    return any(end.startswith(part) for end in ends) or (len(part) >= LONG_PART and part in whole)


def looks_personal(cell: str) -> bool:
    """Whether a cell of a header is a first name, an address or a number of a person, and so no header."""
    series = pl.Series("cell", [cell])
    found = content(series)
    return cell.casefold() in COMMON_NAMES or any(found[kind] for kind in KINDS if kind != "name")


def holds_name(text: pl.Series) -> pl.Series:
    """Whether the first or the last word of each text is a common first or last name."""
    common = list(COMMON_NAMES)
    words = pl.col("text").str.to_lowercase().str.extract_all(r"\p{L}+").list
    found = words.first().is_in(common).fill_null(False) | words.last().is_in(common).fill_null(False)
    return text.to_frame("text").select(found).to_series()


def may_be_names(values: list[str], beside_persons: bool) -> bool:
    """Whether one of some values is a common name, or written like one; so that no such list is shown.

    Beside columns that look personal one word with a capital is enough: a family name looks like any noun.
    """
    text = pl.Series("text", values, pl.String)
    found = text.str.contains(NAME_LIKE) | holds_name(text)
    return bool((found | text.str.contains(WORD_LIKE_NAME)).any() if beside_persons else found.any())


def valid(kind: str, text: str) -> bool:
    """Whether a text is a number of a kind, check digits included; by python-stdnum."""
    from stdnum import iban
    from stdnum.de import idnr, stnr
    from stdnum.eu import vat

    return {"IBAN": iban, "VAT number": vat, "tax id": idnr, "tax number": stnr}[kind].is_valid(text)


KINDS: Mapping[str, tuple[str, str]] = {  # kind -> (what the cells look like, usual class)
    "e-mail": ("e-mail addresses", "direct"),
    "phone": ("telephone numbers", "direct"),
    "IBAN": ("IBANs with right check digits", "direct"),
    "VAT number": ("VAT numbers with right check digits", "direct"),
    "tax id": ("German tax ids with right check digits", "direct"),
    "tax number": ("German tax numbers", "direct"),
    "street": ("streets with a house number", "direct"),
    "IP address": ("IP addresses", "direct"),
    "name": ("names of persons (a common first or last name stands in them)", "direct"),
}
EVERY_ONE_COUNTS = ("e-mail", "IBAN")  # one of them is enough to tell a person


def content(text: pl.Series) -> Counter[str]:
    """Cells of a column by kind of personal content, and how many were looked at (`cells`); missing ones do not count.

    E-mail addresses are looked for in every cell, also inside longer texts; the rest in the first cells of a batch.
    """
    text = text.drop_nulls()
    sample = text.head(SAMPLE)
    found = Counter({"cells": sample.len(), "e-mail": int(text.str.contains(EMAIL).sum())})
    if not sample.len():
        return found
    digits = sample.str.replace_all(r"[^0-9]", "").str.len_bytes()
    phones = sample.str.contains(PHONE) & sample.str.contains(PHONE_SIGNS) & (digits >= 7)
    found["phone"] = int((phones & ~sample.str.contains(DATE_LIKE)).sum())
    found["street"] = int(sample.str.contains(STREET).sum())
    found["IP address"] = int(sample.str.contains(IP).sum())
    found["name"] = int(holds_name(sample).sum())
    for kind, form in (("IBAN", IBAN), ("VAT number", VAT), ("tax id", TAX_ID), ("tax number", TAX_NUMBER)):
        like = sample.filter(sample.str.contains(form))
        found[kind] = sum(valid(kind, cell) for cell in like)
    return found


def by_content(found: Mapping[str, int]) -> tuple[str, str] | None:
    """(what the cells of a column look like, with counts, and the usual class), from the sums of `content`."""
    cells = found.get("cells", 0)
    for kind, (meaning, usual) in KINDS.items():
        count = found.get(kind, 0)
        least = 1 if kind in EVERY_ONE_COUNTS else max(LEAST_CELLS, cells * share_needed(kind))
        if count >= least:
            return f"{count} of its cells look like {meaning}", usual
    return None


def share_needed(kind: str) -> float:
    """The share of cells from which on a column is of a kind."""
    return LEAST_NAMES if kind == "name" else LEAST_SHARE


def birth_dates(years: Mapping[int, int]) -> bool:
    """Whether days with these numbers by year may be dates of birth: spread over a generation, none of them recent."""
    total = sum(years.values())
    likely = [count for year, count in years.items() if BIRTH_YEARS[0] <= year <= BIRTH_YEARS[1]]
    common = [year for year, count in years.items() if count * 500 >= total]
    return bool(common) and sum(likely) >= 0.9 * total and max(common) - min(common) >= BIRTH_SPAN
