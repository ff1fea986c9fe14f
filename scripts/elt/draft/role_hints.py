"""What a column may be in the star schema, by its name, its type and what its table is about.

Proposals for a person, written as comments: a wrong role gives a wrong report that looks right, so none counts before
somebody has said so. The roles are those of the contracts' schema.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from elt.draft.column_profile import ColumnProfile
from elt.draft.personal_hints import plain

CUSTOMERS, PRODUCTS, CATEGORIES, RATES, SALES = "customers", "products", "categories", "rates", "sales"
OTHER, UNKNOWN = "other", ""  # payments, contacts, activities; a table whose name tells nothing
# what a table is about, by its name; the first that fits
ABOUT = (
    (OTHER, r"payment|zahlung|contact|kontakt|activit|aktivit|opportunit|ticket|lead|^deals?$|(^|_)deals?$"),
    (RATES, r"kurs|rate|fx"),
    (SALES, r"order|auftr|bestell|rechnung|invoice|beleg|receipt|bon|sales|verkauf|umsatz|position|zeile|line|vbak|"
            r"vbap|lieferschein|bewegung|movement|leistung|transaction|buchung|booking|faktur|vorgang|purchase"),
    (CUSTOMERS, r"kund|custom|^cust|debitor|client|account|firm|kna1|mitglied|patient|guest|^g(a|ae)(st|e?ste)$|member|"
                r"subscriber|abonnent|buyer|kaeufer|besteller|partner|mandant|compan|unternehmen|^adress(e|en)$"),
    (CATEGORIES, r"categor|kategor|warengruppe|produktgruppe|department"),
    (PRODUCTS, r"artik|articl|prod|^prd|item|mara|teile|material|preisliste|sortiment|goods|sku"),
)  # fmt: skip
TEXT, WHOLE, AMOUNT, DAY = "string", "integer", "number", "date"
NUMBER_OF = (TEXT, WHOLE)
MEASURED = (WHOLE, AMOUNT)


@dataclass(frozen=True)
class Role:
    """A role: the tables in which it is looked for, types, and names as a regular expression over letters alone."""

    name: str
    tables: tuple[str, ...]
    kinds: tuple[str, ...]
    called: str
    is_numbered: bool = False  # whether all cells must be like numbers of orders, where the name alone means a person
    is_share: bool = False  # whether the numbers must be shares of one, where the name alone may mean money too
    holds: str = ""  # what one of the values must be like


CANCELLED = r"(?i)storn|cancel|void|annull|abgebrochen"  # a status of what does not count
ROLES = (
    Role("exchange_rate", (RATES,), MEASURED, r"rate|kurs|faktor"),
    Role("rate_currency", (RATES,), (TEXT,), r"currency|waehrung|curr"),
    Role("rate_date", (RATES,), (DAY,), r"."),
    Role("birth_date", (CUSTOMERS, SALES), (DAY,), r"geb(urt|dat|$)|birth|dob$"),
    Role("gender", (CUSTOMERS, SALES), (TEXT, WHOLE), r"^(gender|geschlecht|sex|gndr)$"),
    Role("marital_status", (CUSTOMERS,), (TEXT,), r"familienstand|marital"),
    Role("customer_country", (CUSTOMERS,), (TEXT,), r"^(land|country)|country$|laender|^land1?$"),
    Role("order_status", (SALES,), (TEXT,), r"status$|^state$|zustand|storn|cancel|void", holds=CANCELLED),
    Role("region", (CUSTOMERS, SALES), (TEXT,), r"bundesland|^state$|^region$|province"),
    Role("country", (SALES,), (TEXT,), r"^(land|country)|country(code)?$|lieferland"),
    Role("city", (CUSTOMERS, SALES), (TEXT,), r"^(ort|ort01|stadt|city|town)|city$|wohnort"),
    Role("due_date", (SALES,), (DAY,), r"due|faellig"),
    Role("ship_date", (SALES,), (DAY,), r"ship|versand|lieferdat|geliefert"),
    Role("order_date", (SALES,), (DAY,), r"^(audat|order(date|time|datetime|dt)|bestell(datum|tag|tam)|auftragsdat|"
                                         r"kaufdatum|purchasedate)|orderdate"),
    Role("order_date", (SALES,), (DAY,), r"rechnungsdatum|belegdatum|buchungsdatum|invoicedate|erstelldatum|transdate|"
                                         r"leistungsdatum|verkaufsdatum|sales?date|fakturadat|belegdat|bookingdate|angelegtam|"
                                         r"erfasstam|billingdate|^(datum|date|tag|day)$|createdat|^datecreated|placed"),
    Role("order_number", (SALES,), NUMBER_OF, r"^(vbeln|ordnum|ordno|ordernumber|orderno|orderid|bestellnr|"
                                              r"bestellnummer|auftragsnummer|auftragsnr|order(s)?nr|verkaufsbeleg|kundenauftrag|"
                                              r"vertriebsbeleg|bestell?id|auftragsid|salesorder|bookingn(o|umber)|vorgangsn(r|ummer))$"),
    Role("order_number", (SALES,), NUMBER_OF, r"rechnungsn|invoicen|invoiceid|receiptn|bonn|^bon$|belegn|^beleg$|lsnr|"
                                              r"lieferscheinn|orderid|ordernumber|transactionid|fakturan|^faktura$|billn(o|umber)|"
                                              r"rechnungsid|billingdocument|^auftrag$|^order$|entityid|documentn(o|umber)$|"
                                              r"^sales?(id|no|number)$"),
    Role("order_number", (SALES,), NUMBER_OF, r"^name$", is_numbered=True),
    Role("line_number", (SALES,), NUMBER_OF, r"^(pos|posnr|position|zeile|zeilennr|line|lineno|linenumber|item|itemid|"
                                             r"detailid|itemno|linen(r|um)|lineid|sort|orderline(no|number)?|lfdnr)$|"
                                             r"(auftrags|beleg|rechnungs|bestell|faktura)position(snr|snummer)?$|^positionsn(r|ummer)$"),
    Role("customer_number", (SALES, CUSTOMERS), NUMBER_OF, r"^custid$|kunden?(nr|nummer|id|karte)$|^kunnr|^kdnr|"
                                                           r"customer(id|no|nr|number|userid|key)$|debnr$|debitor$|debitorennr|"
                                                           r"clientid|loyalty|accountid|firmenid|^auftraggeber(nr|nummer)?$|soldto(party)?$|"
                                                           r"^(guest|member|patient|buyer|subscriber)(id|no|number|code)$|gastn(r|ummer)$|"
                                                           r"mitgliedsn(r|ummer)$|partnern(r|ummer)$|^geschaeftspartner$|businesspartner$|"
                                                           r"bestellern(r|ummer)$|kundenkonto$|partnerid(id)?$"),
    Role("customer_name", (CUSTOMERS,), (TEXT,), r"^(name|name1|firma|firmenname|accountname|kundenname|customername|"
                                                 r"company)|^name"),
    Role("customer_name", (SALES,), (TEXT,), r"^(kunde|customer|client|kundenname|customername)$"),
    Role("product_number", (PRODUCTS, SALES), NUMBER_OF, r"^(matnr|prdkey|prodkey|sku|upc|plu|ean|artnr|artikel|"
                                                         r"article|productid|artikeln(r|ummer)|teilenummer|itemnumber|material(n(r|ummer))?|itemcode|"
                                                         r"produktn(r|ummer)|warennummer|artikelid|artno|productcode|materialnumber|"
                                                         r"articleordernumber|productnumber|partnumber|stockcode|(line)?itemsku)$"),
    Role("product_number", (SALES,), NUMBER_OF, r"artikeln|articlen|productid|produktn|servicecode|"
                                               r"leistungsn"),
    Role("product_name", (PRODUCTS,), (TEXT,), r"^(maktx|nm|name|text|bezeichnung|beschreibung|description|artikel|"
                                               r"artikelname|artikeltext|artikelbezeichnung|productname|produkt|kurztext|"
                                               r"material(kurz)?text|materialbezeichnung|produktbezeichnung|warenbezeichnung|"
                                               r"itemdescription|productdescription|materialdescription|"
                                               r"produktname|itemname|title|titel|(name|bezeichnung|title|titel)(de|en))$"),
    Role("product_name", (SALES,), (TEXT,), r"^(produkt|product|productname|produktname|leistungsart|artikelname|"
                                             r"bezeichnung|artikel(text|bezeichnung)|material(kurz)?text|kurztext|positionstext|"
                                             r"(item|product)?description|item|itemname|lineitemname|productidname|produktbezeichnung|warenbezeichnung|"
                                             r"service|servicename|leistung)$"),
    Role("subcategory", (PRODUCTS,), (TEXT,), r"untergruppe|subcat|unterkategorie|ebene2"),
    Role("category", (PRODUCTS, SALES), (TEXT,), r"kategor|categor|warengruppe|^gruppe$|matkl|attributeset|"
                                                r"produktgruppe|product(type|group|family)$|^family$"),
    Role("category", (CATEGORIES,), (TEXT,), r"name$|text|bezeichnung|description|beschreibung"),
    Role("product_line", (PRODUCTS,), (TEXT,), r"produktlinie|productline|serie$|^line$"),
    Role("unit_cost", (PRODUCTS,), MEASURED, r"^ek|einkauf|einstand|cost|purchase|stprs|selbstkosten|herstellkosten|"
                                             r"verrechnungspreis|durchschnittspreis|standardpreis"),
    Role("unit_price", (PRODUCTS,), MEASURED, r"vk|preis|price"),
    Role("valid_from", (PRODUCTS,), (DAY,), r"gueltig(ab|von)|validfrom|start(date|dt)|^(ab|seit)$"),
    Role("quantity", (SALES,), MEASURED, r"^(menge|qty|quantity|anzahl|stueck|stueckzahl|kwmeng|stunden|hours|"
                                         r"units|pieces)|^qtyordered|(auftrags|bestell|liefer|faktura|verkaufs|rechnungs|absatz)menge|"
                                         r"order(ed)?q(uanti)?ty|quantityordered|^(line)?itemq(uanti)?ty$|^productuomqty$"),
    Role("discount_share", (SALES,), MEASURED, r"^(zeilen)?rabatt(in)?(percent|prozent|satz)?$|"
                                               r"discount(percent|pct|share)"),
    Role("discount_share", (SALES,), (AMOUNT,), r"^(line|item)?discount(rate)?$|^nachlass$", is_share=True),
    Role("discount_amount", (SALES,), MEASURED, r"rabattbetrag|discountamount|^lineitemdiscount$|^discounts$"),
    Role("cost_amount", (SALES,), MEASURED, r"ekwert|basecost|costamount|wareneinsatz|einstandswert"),
    Role("unit_price", (SALES,), MEASURED, r"einzelpreis|stueckpreis|unitprice|^price|netpr|^vkpreis|itemcost|"
                                           r"stundensatz|hourlyrate|^(line)?itemprice$|^retail(price)?$|^preis$|verkaufspreis|nettopreis|salesprice"),
    Role("sales_amount", (SALES,), MEASURED, r"^(line|item|row|zeilen|positions)?net(to)?(total|amount|sales|betrag|"
                                             r"summe|umsatz)|^(line|item|row|zeilen|positions)?(total|amount|betrag|summe)net(to)?$"),
    Role("sales_amount", (SALES,), MEASURED, r"^(?!.*einzeln)(netwr|pricesubtotal|(line|item)?subtotal|"
                                             r"betrag|umsatz|rowtotal|totalprice|extprice|itemtotal|linetotal|"
                                             r"gesamtnetto|netto(betrag|wert|umsatz)|net|amount|positions(wert|betrag)|sales|lineamount|"
                                             r"zeilen(betrag|summe|wert)|total$|gesamtpreis|warenwert|erloes|revenue|extendedprice)"),
    Role("currency", (SALES,), (TEXT,), r"waehrung|currency|waerk|^wkz"),
    Role("document_type", (SALES,), (TEXT,), r"^(auart|(verkaufs)?belegart|documenttype|doctype|vorgangsart|"
                                             r"auftragsart|belegtyp|fkart|fakturaart|dokumentart|dokumenttyp|ordertype|invoicetype|transactiontype)$"),
    Role("channel", (SALES,), (TEXT,), r"kanal|channel|marktplatz|marketplace|vertriebsweg|absatzweg"),
    Role("store", (SALES,), NUMBER_OF, r"^(filiale|store|storeid|shop|markt|kasse|branch|niederlassung|"
                                        r"verkaufsstelle|verkaufsbuero|outlet)"),
)  # fmt: skip
OF_LINES = (  # not where the lines lie in another table
    *("sales_amount", "quantity", "unit_price", "line_number", "product_number", "discount_amount", "discount_share"),
    *("cost_amount", "product_name"),
)
OF_KEYS = {CUSTOMERS: "customer_number", PRODUCTS: "product_number"}
OF_PLACES = r"addresse?s?$|adressen?$|anschrift(en)?$"
LABELS = ("category", "subcategory", "product_name", "city", "country", "customer_name")  # no numbers of other tables
OF_PRODUCTS = ("product_name", "category", "subcategory")  # not where the product refers to a table of its own
LEAST_FILLED = 0.9  # share of the cells of the fullest column
SOLD = ("sales_amount", "quantity", "unit_price")  # without one of them a table is none of sales


def about(table: str) -> str:
    """What a table is about by its name; nothing where no word tells."""
    whole, _ = plain(table)
    return next((kind for kind, called in ABOUT if re.search(called, whole) or re.search(called, table)), UNKNOWN)


def proposed(
    table: str,
    columns: Sequence[ColumnProfile],
    key: Sequence[str],
    *,
    referred: Sequence[str],
    refers: Sequence[str],
    has_lines: bool,
) -> dict[str, str]:
    """Column -> role, each role once.

    `referred`: columns to which others refer; `refers`: columns that refer to others; `has_lines`: whether another
    table of sales refers to this one.
    """
    kind, found = about(table), dict[str, str]()
    kind, has_lines = (kind, has_lines) if kind else (SALES, False)
    names = list(dict.fromkeys(referred)) or list(key)
    is_of_places = re.search(OF_PLACES, plain(table)[0]) is not None  # addresses have a number that is no customer's
    if len(names) == 1 and not is_of_places and (kind in OF_KEYS or (kind == SALES and has_lines)):
        found[names[0]] = OF_KEYS.get(kind, "order_number")
    for role in ROLES:
        is_elsewhere = kind == SALES and has_lines and role.name in OF_LINES
        is_elsewhere |= role.name in OF_PRODUCTS and any(found.get(name) == "product_number" for name in refers)
        if kind in role.tables and role.name not in found.values() and not is_elsewhere:
            is_label = role.name in LABELS
            open_ones = (c for c in columns if c.name not in found and not (is_label and c.name in refers))
            if fitting := named(role, open_ones, shared_start([column.name for column in columns])):
                found[fitting] = role.name
    days = [c.name for c in columns if c.kind == DAY]
    if kind == SALES and len(days) == 1 and (has_lines or sold(found)) and "order_date" not in found.values():
        found.setdefault(days[0], "order_date")  # whatever the only day of an order is called
    is_lines = kind == SALES and not has_lines and "order_number" in found.values() and bool(sold(found))
    if is_lines and "product_number" not in found.values():
        plain_numbers = (c.name for c in columns if c.name not in key and spelt(c.name, "") in ("no", "nr", "nummer"))
        found.update({name: "product_number" for name in plain_numbers if name not in found})
    if is_lines and "line_number" not in found.values() and len(key) == 1:
        found.setdefault(key[0], "line_number")
    is_of_sales = kind != SALES or has_lines or not found.keys().isdisjoint(sold(found))
    return found if is_of_sales else {}


def sold(found: Mapping[str, str]) -> list[str]:
    """The columns that say what was sold."""
    return [name for name, role in found.items() if role in SOLD]


def named(role: Role, columns: Iterable[ColumnProfile], start: str) -> str | None:
    """The first column whose name (without the start of all names), type and numbers are those of a role."""
    columns = list(columns)
    fitting = (c for c in columns if c.kind in role.kinds and re.search(role.called, spelt(c.name, start)))
    fitting = (c for c in fitting if c.is_numbered or not role.is_numbered)
    if role.name == "line_number":
        fitting = (c for c in fitting if c.integers or c.lettered)  # an item may be a name, too
    if role.name in ("sales_amount", "discount_amount"):
        most = max((c.filled for c in columns), default=0)  # what stands on the first line of an order is the order's
        fitting = (c for c in fitting if c.filled >= LEAST_FILLED * most)
    fitting = (c for c in fitting if not role.holds or any(re.search(role.holds, value) for value in c.codes or ()))
    return next((c.name for c in fitting if c.is_share or not role.is_share), None)


def shared_start(names: Sequence[str]) -> str:
    """The letters in front of a _ with which all names of a table begin, as those of many a database."""
    starts = {name.partition("_")[0] if "_" in name else "" for name in names}
    return f"{starts.pop()}_" if len(starts) == 1 and len(names) > 1 else ""


def spelt(name: str, start: str) -> str:
    """The letters of a name, in lower case; a sign of percent is a word."""
    return plain(name.removeprefix(start).replace("%", " percent"))[0]


def of_one_kind(name: str, other: str) -> bool:
    """Whether two columns are numbers of customers, or both of products, by their names: Auftraggeber and Debitor."""
    called = (role.called for role in ROLES if role.name in OF_KEYS.values())
    return any(re.search(one, spelt(name, "")) and re.search(one, spelt(other, "")) for one in called)
