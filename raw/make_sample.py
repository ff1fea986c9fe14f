"""Sample data: the CRM and ERP exports of an invented bicycle and outdoor retailer.

The retailer sells bicycles, components, clothing and accessories in Germany and around it. Its
customers fall into the five groups of GROUPS; orders follow SEASONS and grow year by year. Into
the clean tables the generator plants the faults such exports have, and writes down every one of
them in `planted.json`, record by record (data records counted from 1).

    python make_sample.py [folder]      the default folder is the one of this script

Every person, product and number is made up. The same bytes come out of every run: one fixed
seed, no floating-point functions whose last digit differs between machines.
"""

import json
import sys
from bisect import bisect_right
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

SEED = 11000
FIRST_DAY, LAST_DAY = date(2022, 1, 3), date(2025, 9, 14)
DAYS = [FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
MIGRATION_DAY, MIGRATION_DAYS = date(2025, 9, 15), 47  # the CRM's creation dates: all after this
FIRST_CUSTOMER, FIRST_ORDER, FIRST_PRODUCT = 11000, 50001, 1001
WITHOUT_ORDER = 180
CENT = Decimal("0.01")

# Per year: what the price list asks and what the supplier takes, against 2022.
PRICE_LEVEL = {2022: "1.00", 2023: "1.03", 2024: "1.05", 2025: "1.07"}
COST_LEVEL = {2021: "1.00", 2022: "1.02", 2023: "1.05", 2024: "1.07"}
# Weight of each month, January first; of each weekday, Monday first.
SEASONS = {
    "bikes": (3, 5, 11, 15, 15, 13, 11, 9, 7, 5, 3, 5),
    "parts": (5, 5, 8, 10, 12, 12, 11, 9, 8, 6, 5, 7),
}
WEEKDAYS = (10, 9, 9, 10, 12, 14, 7)


class Group(NamedTuple):
    """One customer group; pairs are lowest and highest, four-tuples are weights of 2022 to 2025."""

    customers: int
    joined: tuple[int, int, int, int]  # when the first order comes
    active: tuple[int, int, int, int]  # when the others come
    orders: tuple[int, int]
    bike_orders: tuple[int, int]
    lines: tuple[int, int]
    bikes: dict[str, int]  # weight by start of category id
    others: dict[str, int]
    bike_prices: tuple[int, int]
    prices: tuple[int, int]
    discount: str
    season: str
    born: tuple[int, int]


GROUPS = {
    "bargain hunters": Group(
        customers=1740, joined=(60, 40, 0, 0), active=(1, 0, 0, 0), orders=(1, 1),
        bike_orders=(0, 0), lines=(1, 2), bikes={}, others={"AC": 6, "CL_SO": 2, "CL_MU": 1},
        bike_prices=(0, 0), prices=(4, 40), discount="0.25", season="parts", born=(1955, 2006),
    ),
    "bike buyers": Group(
        customers=1380, joined=(3, 31, 38, 28), active=(0, 1, 1, 1), orders=(1, 1),
        bike_orders=(1, 1), lines=(1, 3), bikes={"BI_EB": 6, "BI_RR": 3, "BI_TR": 2, "BI_CI": 1},
        others={"AC_HE": 2, "AC_SL": 3, "AC_TA": 1, "AC_FL": 1}, bike_prices=(500, 6000),
        prices=(4, 160), discount="0", season="bikes", born=(1945, 1995),
    ),
    "commuters": Group(
        customers=1340, joined=(90, 10, 0, 0), active=(125, 100, 95, 90), orders=(4, 8),
        bike_orders=(0, 0), lines=(1, 2), bikes={},
        others={"AC": 6, "CO_KE": 2, "CO_BR": 2, "CO_SA": 1, "CO_PT": 1},
        bike_prices=(0, 0), prices=(5, 75), discount="0", season="parts", born=(1960, 2004),
    ),
    "outdoor shoppers": Group(
        customers=800, joined=(0, 10, 60, 30), active=(0, 10, 10, 10), orders=(4, 7),
        bike_orders=(0, 0), lines=(1, 3), bikes={}, others={"CL": 8, "AC_TA": 1, "AC_FL": 1},
        bike_prices=(0, 0), prices=(15, 200), discount="0", season="parts", born=(1965, 2005),
    ),
    "enthusiasts": Group(
        customers=560, joined=(88, 12, 0, 0), active=(135, 110, 80, 130), orders=(9, 16),
        bike_orders=(2, 3), lines=(1, 3), bikes={"BI_RR": 4, "BI_GR": 3, "BI_MB": 3},
        others={"CO": 5, "CL": 4, "AC": 3}, bike_prices=(1800, 6000), prices=(5, 500),
        discount="0", season="bikes", born=(1958, 1998),
    ),
}  # fmt: skip

# category | subcategory | maintenance | product line | sizes or colours | models, price of 2022
# Planted: CO_PT is in no category table, CO_PE has no product, a model of price 0 has no cost.
CATALOGUE = """
BI_RR|Rennräder|Ja|R|50 52 54 56 58|Kondor AL 1199, Kondor Carbon 2799, Steinadler Aero 4299
BI_GR|Gravelbikes|Ja|R|50 53 56 59|Schotterfuchs 1499, Schotterfuchs Pro 2499, Eifelläufer 3299
BI_MB|Mountainbikes|Ja|M|S M L XL|Gämse 29 999, Gämse Trail 2199, Watzmann Enduro 3899
BI_TR|Trekkingräder|Ja|T|48 52 56 60|Donauwind 749, Donauwind Plus 1099, Weitblick Tour 1699
BI_EB|E-Bikes|Ja|T|S M L XL|Flüsterwind City 2399, Flüsterwind Tour 3299, Höhenflug MTB 4999
BI_CI|Citybikes|Nein|S|46 50 54|Hansestädter 549, Grüne Welle 699, Lastenesel 999
CO_BR|Bremsen|Ja|M|Vorn Hinten|Scheibenbremse Halt 89, Felgenbremse Solide 29, Bremsbeläge Biss 14
CO_KE|Ketten|Ja|R|9-fach 10-fach 11-fach|Kette Läufer 24, Kette Läufer Gold 46, Kette Rostfrei 35
CO_KA|Kassetten|Ja|R|9-fach 10-fach 11-fach|Kassette Berg 59, Kassette Sprint 119, Kassette Alpe 179
CO_KU|Kurbeln|Ja|R|170 175|Kurbelgarnitur Stahl 79, Kurbelgarnitur Carbon 289
CO_SW|Schaltwerke|Ja|M|Kurz Lang|Schaltwerk Präzis 69, Schaltwerk Präzis Pro 189, Umwerfer 45
CO_GA|Gabeln|Ja|M|27 29|Federgabel Sänfte 249, Federgabel Sänfte Luft 649
CO_LE|Lenker|Nein|R|40 42 44|Lenker Brücke 39, Lenker Brücke Carbon 179
CO_SA|Sättel|Nein|S|Schmal Breit|Sattel Wölkchen 34, Sattel Wölkchen Leder 99, Sattel Fliege 149
CO_LR|Laufräder|Ja|R|Vorn Hinten|Laufrad Roller 119, Laufrad Segler 449, Laufrad Segler Carbon 890
CO_RA|Rahmen|Ja|M|S M L|Rahmen Fichtel 490, Rahmen Fichtel Carbon 899, Rahmen Urmodell 0
CO_AK|Akkus|Ja|T|400 500 625|Akku Dauerläufer 549
CO_PT|||T|-|Pedal Tritt 19, Pedal Tritt Grip 29, Pedal Stadt 24, Pedal Öse 35, Pedal Alpin 59, \
Pedal Klick 69, Pedal Klick Carbon 149
CO_PE|Pedale|Nein|||
CL_TK|Trikots|Nein|S|S M L XL|Trikot Frühtau 49, Trikot Frühtau Merino 89, Trikot Rundfahrt 69
CL_RH|Radhosen|Nein|S|S M L XL|Radhose Kürze 45, Radhose Länge 65, Radhose Polster 79
CL_TH|Trägerhosen|Nein|R|S M L XL|Trägerhose Etappe 89, Trägerhose Königsetappe 159, Latzhose 119
CL_HS|Handschuhe|Nein|S|S M L|Handschuhe Sommer 24, Handschuhe Frost 44, Handschuhe Gel 29
CL_SO|Socken|Nein|S|S M L|Socken Streifen 20, Socken Wolle 25
CL_RJ|Regenjacken|Nein|S|S M L XL|Regenjacke Schauer 79, Regenjacke Nordsee 169
CL_WE|Westen|Nein|S|S M L|Weste Böe 59, Weste Sichtbar 35
CL_MU|Mützen|Nein||Rot Blau Grün|Mütze Unterhelm 22, Kappe Kopfstein 24
CL_SC|Radschuhe|Nein|R|39 41 43 45|Radschuh Klack 119, Radschuh Klack Pro 199, Radschuh Pfad 139
AC_HE|Helme|Nein|S|Rot Schwarz Weiß|Helm Nusschale 39, Helm Haselnuss 79, Helm Walnuss Aero 149
AC_SL|Schlösser|Nein|S|Kurz Lang|Bügelschloss Riegel 49, Faltschloss Käfer 89, Kettenschloss 35
AC_LI|Beleuchtung|Ja|S|Vorn Hinten|Leuchte Glühwurm 19, Leuchte Glühwurm Akku 45, Leuchtturm 99
AC_TA|Taschen|Nein|T|Rot Schwarz Grün|Packtasche Maultier 69, Lenkertasche Krämer 45, Beutel 19
AC_FL|Trinkflaschen|Nein|S|Rot Blau Weiß|Trinkflasche Quelle 9, Quelle Isolier 24, Quelle Stahl 19
AC_SB|Schutzbleche|Nein|S|26 28 29|Schutzblech Pfütze 24, Schutzblech Pfütze Steck 15
AC_PU|Luftpumpen|Ja|S|-|Minipumpe Puste 19, Standpumpe Böenmeister 49, Dämpferpumpe 39
AC_RS|Reifen und Schläuche|Nein|S|26 27 28 29|Schlauch Dicht 6, Reifen Teer 29, Reifen Wald 45
AC_GT|Gepäckträger|Nein|T|26 28|Gepäckträger Lasttier 35, Gepäckträger Lasttier Alu 59
AC_PF|Pflegemittel|Nein||100 500|Kettenöl Flutsch 7, Reiniger Blitzblank 9, Montagefett 12
"""
RANGES = {"BI": "Fahrräder", "CO": "Komponenten", "CL": "Bekleidung", "AC": "Zubehör"}
MODEL_CHANGE = date(2024, 3, 1)  # models listed from this day on were not sold before
# Weight and version starts of a model. All but the models of MODEL_CHANGE are sold from the first
# day: a list that begins in 2023 lost the versions before it.
LISTINGS = (
    (40, (date(2021, 10, 1),)),
    (16, (date(2021, 10, 1), date(2023, 1, 1))),
    (10, (date(2021, 10, 1), date(2023, 1, 1), date(2024, 7, 1))),
    (18, (date(2023, 7, 1),)),
    (6, (date(2023, 1, 1), date(2024, 7, 1))),
    (40, (MODEL_CHANGE,)),
)

# country | customers in 1,000 | spellings in the ERP with weights | women | men | family names
COUNTRIES = """
Deutschland|780|Deutschland 45, DE 35, Germany 20|Anke Annika Bärbel Carla Dörte Elke Franziska \
Friederike Greta Heike Ilse Jördis Käthe Leonie Lieselotte Maren Nele Paula Rosa Silke Tanja \
Ute Wiebke Änne|Arne Björn Detlef Eike Falk Günther Hannes Holger Ingo Jörg Jürgen Karsten Lasse \
Lennart Malte Moritz Nils Ole Rüdiger Sönke Tjark Uwe Volker Wenzel|Ackerbühl Amselböck Bärwald \
Birkhölzer Brückner Dörfler Eschenbrücher Flößer Förstel Fröhling Grünspan Haselbüchel Heidkämper \
Hüttner Kämmerling Kleinschmidt Köhlbrand Krähwinkel Kühnast Lindgräfe Löwenherz Mühlbach Möwe \
Nußbaumer Öhlers Pfützner Quellmalz Räderscheid Röhricht Rübsam Sägebrecht Schönwetter \
Spätling Störtebecker Süßmilch Tännesberg Überall Vöge Wäldchen Weißdorn Wöhrmann Zündorf
Österreich|80|Österreich 50, AT 30, Austria 20|Alma Burgi Gerti Hermine Resi Traudl|Alois Ferdl \
Korbinian Leopold Poldi Xaver|Almbauer Enzböck Gletschner Haflöcher Jausner Knödler Rosenöder
Schweiz|60|Schweiz 50, CH 35, Switzerland 15|Annamirl Corina Ladina Regula Seraina|Beat Flurin \
Reto Ueli Urs Jürg|Alpenzell Bünzlin Chäsli Gipfelmann Rütimann Stäheler Zwickli
Frankreich|20|Frankreich 1|Amélie Chloé Océane Zoé|Benoît Gaël Loïc Rémi|Beaupré Delorée Fougère
Niederlande|18|Niederlande 1|Anouk Femke Sanne Sterre|Daan Joost Ruben Sjoerd|Bloemveld Fietsma
Polen|12|Polen 1|Agnieszka Bożena Małgosia Zofia|Łukasz Mirosław Paweł Zbigniew|Brzoza Jeżyna Sówka
Belgien|10|Belgien 1|Elise Lotte Maëlle Noor|Jef Maxime Thibault Wout|Kasseier Pavémont Vlaanderick
Dänemark|8|Dänemark 1|Freja Mette Signe Sørine|Jeppe Mikkel Rasmus Søren|Cykelgård Nørrebæk Østerå
Tschechien|7|Tschechien 1|Božena Jiřina Ludmila Zdeňka|Bořivoj Jiří Ondřej Zdeněk|Jarů Lesní
Luxemburg|5|Luxemburg 1|Danielle Josée Mariette Nadine|Fränk Jempi Luc Pol|Hämmelmaus Kiirchen Musel
"""
# How the ERP writes a gender, by weight: the true one, and rarely none at all.
ERP_GENDERS = {
    "F": {"Female": 480, "weiblich": 400, "F": 40, "F ": 4, "": 74, " ": 1, "  ": 1},
    "M": {"Male": 480, "männlich": 400, "M": 40, "M ": 4, "": 74, " ": 1, "  ": 1},
}
NO_GENDER_CRM, NO_COUNTRY, PREFIXED = 0.20, 0.015, 0.60
PADDED_NAMES, CONTRADICTIONS = 30, 20
PADDING = ((" ", ""), ("  ", ""), ("", " "), ("", "   "), (" ", " "))
FUTURE_BIRTH_YEARS = (*range(2030, 2081, 5), 2980, 9999, 9999, 9999, 9999)
# What stands in records without a customer number; the last is the last line of the file.
KEYLESS = (("TEST-07", "Test"), ("99120045", ""), ("B02Alt", ""), ("XK-881", ""))
# Superseded records, customer by customer: days before the record that counts, place against it
# (0: right before), what differs.
SUPERSEDED = (
    ((2, 0, {"cst_firstname": "", "cst_lastname": "", "cst_gndr": ""}),),
    ((1, 0, {"cst_firstname": "", "cst_gndr": ""}),),
    ((3, 0, {"cst_marital_status": "", "cst_lastname": ""}), (1, 2, {"cst_gndr": ""})),
    ((4, -40, {"cst_lastname": "Vormann"}),),
    ((1, 25, {"cst_marital_status": "", "cst_gndr": ""}),),
)
BAD_DATES = ("0",) * 17 + ("32154", "5489")
# Faults in money, 35 lines: (column, how) and on how many lines.
BAD_MONEY = {
    ("sls_sales", "empty"): 7,
    ("sls_sales", "zero"): 2,
    ("sls_sales", "negative"): 3,
    ("sls_sales", "quantity forgotten"): 7,
    ("sls_sales", "mistyped"): 4,
    ("sls_price", "empty"): 7,
    ("sls_price", "negative"): 5,
}
# Contract table: file, header, encoding, whether the last line ends in a line break.
TABLES = {
    "crm_customers": ("source_crm/cust_info.csv",
        "cst_id,cst_key,cst_firstname,cst_lastname,cst_marital_status,cst_gndr,cst_create_date",
        "utf-8", False),
    "crm_products": ("source_crm/prd_info.csv",
        "prd_id,prd_key,prd_nm,prd_cost,prd_line,prd_start_dt,prd_end_dt", "utf-8", True),
    "crm_sales": ("source_crm/sales_details.csv",
        "sls_ord_num,sls_prd_key,sls_cust_id,sls_order_dt,sls_ship_dt,sls_due_dt,sls_sales,"
        "sls_quantity,sls_price", "utf-8", True),
    "erp_customers": ("source_erp/CUST_AZ12.csv", "CID;BDATE;GEN", "cp1252", False),
    "erp_locations": ("source_erp/LOC_A101.csv", "CID;CNTRY", "cp1252", True),
    "erp_categories": ("source_erp/PX_CAT_G1V2.csv", "ID;CAT;SUBCAT;MAINTENANCE", "cp1252", False),
}  # fmt: skip


class Product(NamedTuple):
    """One sellable product: its key in the CRM, price of 2022 (0: never sold), list of versions."""

    key: str
    name: str
    line: str
    price: Decimal
    cost_share: Decimal
    starts: tuple[date, ...]

    @property
    def category(self) -> str:
        """Category id of the ERP, from the first five characters of the key."""
        return self.key[:5].replace("-", "_")


class Customer(NamedTuple):
    """One customer: number, group (empty: never bought), true gender, names, country, birth."""

    number: int
    group: str
    gender: str
    first_name: str
    last_name: str
    spellings: str
    born: date


def pick(rng: Random, weights: dict[Any, int]) -> Any:
    """One key of `weights`, drawn by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def random_day(rng: Random, first_year: int, last_year: int) -> date:
    """A day between the years' ends; never 29 February, so that every year has it."""
    return date(rng.randint(first_year, last_year), rng.randint(1, 12), rng.randint(1, 28))


def make_products(rng: Random) -> list[Product]:
    """All products of CATALOGUE, in catalogue order; a model's sizes share price and versions."""
    products = []
    for row in CATALOGUE.strip().splitlines():
        category, subcategory, _, line, options, models = row.split("|")
        for number, model in enumerate(models.split(", ") if models else [], start=1):
            name, price = model.rsplit(" ", 1)
            # only third models are new: every category has something to sell from the first day
            listings = LISTINGS if number > 2 else LISTINGS[:-1]
            starts = pick(rng, {starts: weight for weight, starts in listings})
            plain = not subcategory or price == "0"
            share = Decimal(rng.randint(55, 68)) / 100
            for option in options.split():
                code = option.split("-")[0].upper().replace("Ü", "U")[:3]
                key = f"{category.replace('_', '-')}-{category[3:]}-{number}10-{code}".rstrip("-")
                full_name = f"{name} {option}".removesuffix(" -")
                listed = LISTINGS[0][1] if plain else starts
                products.append(Product(key, full_name, line, Decimal(price), share, listed))
    return products


def list_price(product: Product, year: int) -> Decimal:
    """The price a customer pays in `year`: whole euros from 500 on, below with 90 cents."""
    price = product.price * Decimal(PRICE_LEVEL[year])
    return Decimal(int(price / 10) * 10 + 9) if price >= 500 else int(price) + Decimal("0.90")


def make_customers(rng: Random) -> list[Customer]:
    """All customers by ascending number; the groups are spread at random over the numbers."""
    groups = [name for name, group in GROUPS.items() for _ in range(group.customers)]
    groups += [""] * WITHOUT_ORDER
    rng.shuffle(groups)
    countries = [row.split("|") for row in COUNTRIES.strip().splitlines()]
    shares = [int(country[1]) for country in countries]
    customers = []
    for number, group in enumerate(groups, start=FIRST_CUSTOMER):
        _, _, spellings, women, men, families = rng.choices(countries, shares)[0]
        gender = rng.choice("FM")
        first_names = women if gender == "F" else men
        names = (rng.choice(first_names.split()), rng.choice(families.split()))
        born = random_day(rng, *(GROUPS[group].born if group else (1935, 2007)))
        customers.append(Customer(number, group, gender, *names, spellings, born))
    return customers


@cache
def day_weights(season: str, years: tuple[int, ...]) -> list[int]:
    """Cumulated weights of DAYS: month by season, weekday, year."""
    weights = [
        SEASONS[season][day.month - 1] * WEEKDAYS[day.weekday()] * years[day.year - FIRST_DAY.year] for day in DAYS
    ]
    return list(accumulate(weights))


def order_days(rng: Random, group: Group) -> list[date]:
    """The days one customer of the group orders on, ascending, none twice."""
    first, later = day_weights(group.season, group.joined), day_weights("parts", group.active)
    days = {bisect_right(first, rng.random() * first[-1])}
    start = min(days)
    wanted = min(rng.randint(*group.orders), 1 + (len(DAYS) - 1 - start) // 20)
    while len(days) < wanted:
        weight = later[start] + rng.random() * (later[-1] - later[start])
        days.add(bisect_right(later, weight))
    return [DAYS[n] for n in sorted(days)]


def make_shelves(rng: Random, products: list[Product]) -> dict[tuple[str, str, bool], list[Product]]:
    """Products by group, start of category id and "after MODEL_CHANGE"; the most liked first."""
    liked = rng.sample(products, len(products))
    shelves = {}
    for name, group in GROUPS.items():
        for start in (*group.bikes, *group.others):
            low, high = group.bike_prices if start.startswith("BI") else group.prices
            for late in (False, True):
                shelves[name, start, late] = [
                    product
                    for product in liked
                    if product.category.startswith(start)
                    and low <= product.price <= high
                    and product.price
                    and (late or product.starts[0] < MODEL_CHANGE)
                ]
    return shelves


def make_lines(rng: Random, customers: list[Customer], products: list[Product]) -> list[dict[str, Any]]:
    """All order lines by order number, with true values: one row a product of an order."""
    shelves = make_shelves(rng, products)
    orders = []
    for customer in customers:
        if not customer.group:
            continue
        group = GROUPS[customer.group]
        days = order_days(rng, group)
        more_bikes = min(len(days), rng.randint(*group.bike_orders)) - 1  # the first order has one
        with_bike = {days[0], *rng.sample(days[1:], more_bikes)} if group.bikes else set()
        for day in days:
            tastes = [group.bikes] if day in with_bike else []
            tastes += [group.others] * (rng.randint(*group.lines) - len(tastes))
            basket: dict[Product, int] = {}
            for taste in tastes:
                shelf = shelves[customer.group, pick(rng, taste), day >= MODEL_CHANGE]
                product = shelf[int(len(shelf) * rng.random() * rng.random())]
                basket[product] = rng.choice((1, 1, 1, 2, 2, 3)) if product.price < 30 else 1
            orders.append((day, customer.number, basket, Decimal(group.discount)))
    orders.sort(key=lambda order: order[:2])
    lines = []
    for number, (day, customer_number, basket, discount) in enumerate(orders, FIRST_ORDER):
        for product, quantity in basket.items():
            price = (list_price(product, day.year) * (1 - discount)).quantize(CENT)
            lines.append(
                {
                    "order": f"SO{number}",
                    "product": product,
                    "customer": customer_number,
                    "day": day,
                    "quantity": quantity,
                    "price": price,
                    "amount": quantity * price,
                }
            )
    return lines


def sales_table(rng: Random, lines: list[dict[str, Any]]) -> tuple[list[list[str]], dict]:
    """Rows of sales_details with faults in dates and money, and what was planted."""
    rows = []
    for line in lines:
        days = [f"{line['day'] + timedelta(n):%Y%m%d}" for n in (0, 7, 12)]
        money = [f"{line['amount']:.2f}", str(line["quantity"]), f"{line['price']:.2f}"]
        key = line["product"].key[6:]
        rows.append([line["order"], key, str(line["customer"]), *days, *money])

    faults: list[Any] = [("sls_order_dt", written) for written in BAD_DATES]
    faults += [fault for fault, count in BAD_MONEY.items() for _ in range(count)]
    # a forgotten quantity, or a price to divide for, shows only where several pieces were bought
    several = [n for n, line in enumerate(lines) if line["quantity"] > 1]
    single = [n for n, line in enumerate(lines) if line["quantity"] == 1]
    several, single = rng.sample(several, len(faults)), rng.sample(single, len(faults))
    dates, repairs = [], []
    for column, how in faults:
        place = (several if how == "quantity forgotten" or column == "sls_price" else single).pop()
        line, row = lines[place], rows[place]
        if column == "sls_order_dt":
            row[3] = how
            true_date = line["day"].isoformat()
            dates.append({"record": place + 1, "written": how, "true_date": true_date})
            continue
        true = line["amount" if column == "sls_sales" else "price"]
        written = {
            "empty": "",
            "zero": "0.00",
            "negative": f"{-true:.2f}",
            "quantity forgotten": f"{line['price']:.2f}",
            "mistyped": f"{true + rng.randint(1, 9) * 10:.2f}",
        }[how]
        row[6 if column == "sls_sales" else 8] = written
        fault = {"record": place + 1, "column": column, "written": written}
        repairs.append(fault | {"repaired": f"{true:.2f}"})
    raw = sum(Decimal(row[6] or 0) for row in rows)
    repaired = sum(line["amount"] for line in lines)
    return rows, {
        "unusable_order_date": sorted(dates, key=lambda fault: fault["record"]),
        "repairs": sorted(repairs, key=lambda fault: fault["record"]),
        "money": {"raw": str(raw), "repaired": str(repaired), "effect": str(repaired - raw)},
    }


def product_table(products: list[Product], lines: list[dict[str, Any]]) -> tuple[list[list[str]], dict]:
    """Rows of prd_info, one a version, and what was planted."""
    rows, ends, unknown, costless = [], [], [], []
    known = {row[0] for row in category_table()}
    for product in products:
        for start, following in zip(product.starts, (*product.starts[1:], None), strict=True):
            record = len(rows) + 1
            cost = product.price * product.cost_share * Decimal(COST_LEVEL[start.year])
            end = ""
            if following:  # the day before the next version, but five years too early
                day_before = following - timedelta(1)
                end = day_before.replace(year=day_before.year - 5).isoformat()
                ends.append(record)
            if product.category not in known:
                unknown.append(record)
            if not product.price:
                costless.append(record)
            number, cost_text = str(FIRST_PRODUCT + len(rows)), f"{cost:.2f}" if cost else ""
            line = product.line and product.line + " "
            days = [start.isoformat(), end]
            rows.append([number, product.key, product.name, cost_text, line, *days])
    used = {product.category for product in products}
    (unused,) = known - used
    (unknown_id,) = used - known
    return rows, {
        "end_before_start": ends,
        "versions": sum(len(product.starts) > 1 for product in products),
        "unknown_category": {"id": unknown_id, "records": unknown},
        "unused_category": unused,
        "missing_cost": costless,
        "lines_before_first_version": sum(line["day"] < line["product"].starts[0] for line in lines),
        "padded": {"prd_line": sum(bool(row[4]) for row in rows)},
    }


def category_table() -> list[list[str]]:
    """Rows of PX_CAT_G1V2, one a category that has a name."""
    rows = [row.split("|")[:3] for row in CATALOGUE.strip().splitlines()]
    return [[id_, RANGES[id_[:2]], name, care] for id_, name, care in rows if name]


def customer_records(rng: Random, customers: list[Customer]) -> list[dict[str, str]]:
    """The true CRM records, one a customer: gender at times not given, made after the migration."""
    header = TABLES["crm_customers"][1].split(",")
    records = []
    for place, customer in enumerate(customers):
        key, marital = f"AW{customer.number:08d}", rng.choice("MMS")
        gender = "" if rng.random() < NO_GENDER_CRM else customer.gender
        created = MIGRATION_DAY + timedelta(place * MIGRATION_DAYS // len(customers))
        names = (customer.first_name, customer.last_name)
        values = (str(customer.number), key, *names, marital, gender, created.isoformat())
        records.append(dict(zip(header, values, strict=True)))
    return records


def crm_customer_table(rng: Random, true: list[dict[str, str]]) -> tuple[list[list[str]], dict]:
    """Rows of cust_info: true records, superseded ones, ones without key; and what was planted."""
    marked = [(record.copy(), "") for record in true]
    late = [n for n in range(len(true) // 2, len(true)) if true[n]["cst_gndr"]]
    places = sorted(rng.sample(late, len(SUPERSEDED)), reverse=True)
    for place, surplus in zip(places, SUPERSEDED, strict=True):
        for days, distance, changes in surplus:
            created = date.fromisoformat(true[place]["cst_create_date"]) - timedelta(days)
            old = true[place] | changes | {"cst_create_date": created.isoformat()}
            marked.insert(place + distance, (old, "superseded"))
    blank = dict.fromkeys(true[0], "")
    keyless = [blank | {"cst_key": key, "cst_firstname": name} for key, name in KEYLESS]
    for part, record in enumerate(keyless[:-1], start=1):
        marked.insert(len(marked) * part // len(KEYLESS), (record, "missing_key"))
    marked.append((keyless[-1], "missing_key"))

    padded: dict[str, list[int]] = {"cst_firstname": [], "cst_lastname": []}
    plain = [n for n, (_, kind) in enumerate(marked) if not kind]
    for place in sorted(rng.sample(plain, PADDED_NAMES)):
        column, (before, after) = rng.choice(list(padded)), rng.choice(PADDING)
        marked[place][0][column] = before + marked[place][0][column] + after
        padded[column].append(place + 1)
    numbered = [(number, kind) for number, (_, kind) in enumerate(marked, start=1)]
    return [list(record.values()) for record, _ in marked], {
        "missing_key": [number for number, kind in numbered if kind == "missing_key"],
        "superseded": [number for number, kind in numbered if kind == "superseded"],
        "padded": padded,
        "empty": {column: sum(not record[column].strip() for record, _ in marked) for column in blank},
    }


def erp_customer_table(
    rng: Random, customers: list[Customer], true: list[dict[str, str]]
) -> tuple[list[list[str]], dict]:
    """Rows of CUST_AZ12, one a customer, and what was planted."""
    given = [n for n, record in enumerate(true) if record["cst_gndr"]]
    contradicting = set(rng.sample(given, CONTRADICTIONS))
    unborn = rng.sample(range(len(customers)), len(FUTURE_BIRTH_YEARS))
    future = dict(zip(unborn, FUTURE_BIRTH_YEARS, strict=True))
    rows, prefixed = [], 0
    for place, customer in enumerate(customers):
        gender = pick(rng, ERP_GENDERS[customer.gender])
        if place in contradicting:
            gender = {"F": "Male", "M": "weiblich"}[customer.gender]
        is_prefixed = rng.random() < PREFIXED
        prefixed += is_prefixed
        born = f"{customer.born:%d.%m}.{future.get(place, customer.born.year)}"
        rows.append(["NAS" * is_prefixed + true[place]["cst_key"], born, gender])
    return rows, {
        "prefixed": prefixed,
        "birth_date_in_future": sorted(place + 1 for place in future),
        "gender_as_written": Counter(row[2] for row in rows),
        "contradicts_crm": len(contradicting),
    }


def erp_location_table(rng: Random, customers: list[Customer]) -> tuple[list[list[str]], dict]:
    """Rows of LOC_A101, one a customer, and what was planted."""
    rows = []
    for customer in customers:
        spellings = [item.split() for item in customer.spellings.split(", ")]
        country = pick(rng, {spelling: int(weight) for spelling, weight in spellings})
        if rng.random() < NO_COUNTRY:
            country = rng.choice(("", "", "", " ", "  "))
        rows.append([f"AW-{customer.number:08d}", country])
    return rows, {"dashed": len(rows), "country_as_written": Counter(row[1] for row in rows)}


def make_sample() -> tuple[dict[str, list[list[str]]], dict[str, dict]]:
    """All six tables as rows of text by contract table, and what was planted in each."""
    rng = Random(SEED)
    products, customers = make_products(rng), make_customers(rng)
    lines, records = make_lines(rng, customers, products), customer_records(rng, customers)
    made = {
        "crm_customers": crm_customer_table(rng, records),
        "crm_products": product_table(products, lines),
        "crm_sales": sales_table(rng, lines),
        "erp_customers": erp_customer_table(rng, customers, records),
        "erp_locations": erp_location_table(rng, customers),
        "erp_categories": (category_table(), {}),
    }
    tables = {table: rows for table, (rows, _) in made.items()}
    planted = {
        table: {"file": TABLES[table][0], "records": len(rows)} | faults for table, (rows, faults) in made.items()
    }
    return tables, planted


def main(folder: Path) -> None:
    """Write the six files and planted.json into `folder`."""
    tables, planted = make_sample()
    for table, (file, header, encoding, last_break) in TABLES.items():
        delimiter = ";" if ";" in header else ","
        text = "\r\n".join([header, *map(delimiter.join, tables[table])])
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((text + "\r\n" * last_break).encode(encoding))
    text = json.dumps(planted, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "planted.json").write_bytes((text + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
