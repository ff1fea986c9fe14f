"""Page three of the exposé, first part: which products bring the revenue, and how categories moved."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from elt.expose.number_ledger import FEWEST, NumberLedger, say
from elt.expose.unknown import without_product
from elt.findings.compared import VIEWS, of_part
from elt.findings.groups import hidden_in
from elt.protection import people_behind
from elt.protection.disclosure import fragile, publishable_sums, together
from elt.report.figure_ledger import at, query, quoted
from elt.sales.overview import Sales
from elt.sales.periods import NO_CATEGORY

CLASS_LIMITS = (("A", Decimal("0.8")), ("B", Decimal("0.95")), ("C", Decimal(1)))
MOST_ROWS = 10  # of a table of categories or places: more on a page is looked up and not read
BEST_PRODUCTS = 5


def abc_classes(revenue: Mapping[str, int]) -> dict[str, str]:
    """Class of each product: A up to 80 % of the revenue, B up to 95 %, C the rest.

    revenue: by product number. Products in descending revenue; one belongs to A if those before it have not yet
    reached 80 %. Ties are broken by the product number; a product without positive revenue is C.
    """
    total, before, classes = sum(max(amount, 0) for amount in revenue.values()), 0, {}
    for product, amount in sorted(revenue.items(), key=lambda item: (-item[1], item[0])):
        reached = Decimal(before) / total if total else Decimal(1)
        classes[product] = next(name for name, limit in CLASS_LIMITS if amount <= 0 or reached < limit or name == "C")
        classes[product] = "C" if amount <= 0 else classes[product]
        before += max(amount, 0)
    return classes


def is_unknown(product: Mapping[str, Any]) -> bool:
    """Whether a row is that of lines without a product."""
    return bool(product.get("is_unknown"))


def known(products: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The products without the unknown one."""
    return {number: row for number, row in products.items() if not is_unknown(row)}


def abc_rows(ledger: NumberLedger, products: Mapping[str, Mapping[str, Any]], minimum: int) -> list[dict[str, str]]:
    """One row a class: products, share of products, revenue, share of revenue; empty if a class may not be shown.

    products: by product number: revenue and what disclosure control needs. A class is shown only if every
    one of its products might be shown or enough products hide the single one; the unknown product is in no class, but
    the total tells of it, so it is looked at like one.
    """
    sold = known(products)
    classes = abc_classes({number: row["revenue"] for number, row in sold.items()})
    if not classes or sum(row["revenue"] for row in sold.values()) <= 0:
        return []
    groups = {}
    for name, _ in CLASS_LIMITS:
        members = [products[number] for number in sorted(classes) if classes[number] == name]
        if members:
            groups[name] = {
                **together(members),
                "products": len(members),
            }
    unknown = [row for row in products.values() if is_unknown(row)]
    if not all(publishable_sums({**groups, **({"": together(unknown)} if unknown else {})}, minimum).values()):
        return []
    ledger.enter("abc.products", len(classes), "count", query("SELECT COUNT(*) FROM classes"))
    ledger.enter(
        "abc.revenue",
        ledger.amount(sum(int(g["revenue"]) for g in groups.values())),
        "money",
        query("SELECT SUM(revenue) FROM classes"),
        0,
        people=min(int(g["customers"]) for g in groups.values()),
    )
    rows = []
    for name, group in groups.items():
        key, own = f"abc.{name}", f"FROM classes WHERE class = '{name}'"
        revenue, counted = query(f"SELECT SUM(revenue) {own}"), query(f"SELECT COUNT(*) {own}")
        row: dict[str, Any] = {
            "class": name,
            "products": ledger.enter(f"{key}.products", group["products"], "count", counted),
            "revenue": ledger.enter(
                f"{key}.revenue",
                ledger.amount(int(group["revenue"])),
                "money",
                revenue,
                0,
                people=int(group["customers"]),
            ),
        }
        row["products_share"] = ledger.ratio(f"{key}.products_share", row["products"], "abc.products")
        row["revenue_share"] = ledger.ratio(f"{key}.revenue_share", row["revenue"], "abc.revenue")
        rows.append(row)
    return rows


def abc_message(ledger: NumberLedger, rows: list[dict[str, str]]) -> dict[str, Any] | None:
    """How few products bring how much; None if all of them are in one class, which says nothing."""
    if len(rows) < FEWEST or rows[0]["class"] != "A":
        return None
    first = rows[0]
    return say(
        "abc",
        {
            "products": first["products"],
            "of": "abc.products",
            "products_share": first["products_share"],
            "revenue_share": first["revenue_share"],
        },
    )


def without_telling(products: Mapping[str, Mapping[str, Any]], chosen: list[str], minimum: int) -> list[str]:
    """The chosen products, without the last of each class or category whose other products would be told by them.

    The total of every class and category is published, so what is left of it must be fit for publication as well.
    """
    classes = abc_classes({number: row["revenue"] for number, row in known(products).items()})
    cells: dict[tuple[str, str], set[str]] = {}
    for number, row in products.items():
        cells.setdefault(("class", classes.get(number, "")), set()).add(number)
        cells.setdefault(("category", row.get("category", "n/a")), set()).add(number)
    for members in cells.values():
        while mine := [number for number in chosen if number in members]:
            rest = [products[number] for number in sorted(members - set(chosen))]
            if not rest or not fragile(together(rest), minimum):
                break
            chosen = [number for number in chosen if number != mine[-1]]
    return chosen


def best_rows(
    ledger: NumberLedger, products: Mapping[str, Mapping[str, Any]], names: Mapping[str, str], minimum: int
) -> list[dict[str, Any]]:
    """The BEST_PRODUCTS products with most revenue that may be shown: name, revenue, share of revenue, customers.

    Fewer, if the total of a class or category would else tell of those of its products that are not shown.
    """
    shown = publishable_sums(products, minimum)
    order = sorted((n for n in known(products) if shown[n]), key=lambda number: (-products[number]["revenue"], number))
    rows = []
    for number in without_telling(products, order[:BEST_PRODUCTS], minimum):
        if "abc.revenue" not in ledger.figures:
            break
        rule = query(f"SELECT SUM(sales_amount) FROM this_year WHERE product_number = {quoted(number)}")
        name = f"product.{number}"
        row: dict[str, Any] = {"name": names.get(number) or number, "number": number}
        row["revenue"] = ledger.enter(
            f"{name}.revenue",
            ledger.amount(products[number]["revenue"]),
            "money",
            rule,
            0,
            people=products[number]["customers"],
        )
        row["share"] = ledger.ratio(f"{name}.share", row["revenue"], "abc.revenue")
        rows.append(row)
    return rows


def lead(products: Mapping[str, Mapping[str, Any]], rows: list[dict[str, Any]]) -> bool:
    """Whether the rows are the products with most revenue, none of them left out."""
    order = sorted(known(products), key=lambda number: (-products[number]["revenue"], number))
    return [row["number"] for row in rows] == order[: len(rows)]


def is_any_hidden(products: Mapping[str, Mapping[str, Any]], minimum: int) -> bool:
    """Whether a product may not be shown. Then nothing is said of its place among the others either."""
    shown = publishable_sums(products, minimum)
    return not all(shown[number] for number in known(products))


def best_message(ledger: NumberLedger, rows: list[dict[str, Any]], *, is_lead: bool) -> dict[str, Any] | None:
    """What the products with most revenue bring together; of all products that were sold, what the first of them does.

    `is_lead`: the rows are the products with most revenue, and none at all is hidden. None of fewer than two rows:
    there is no best of one.
    """
    if len(rows) < FEWEST:
        return None
    if len(rows) == ledger.value("abc.products"):
        figures = {"share": rows[0]["share"], "products": "abc.products"}
        return say("best_of_all", figures, texts={"product": rows[0]["name"]})
    counted = at(people_behind.NUMBERS, "pages", "products", "best", "*", function="count")
    share = sum(ledger.value(row["share"]) for row in rows)
    figures = {
        "products": ledger.enter("best.products", len(rows), "count", counted),
        "revenue_share": ledger.enter(
            "best.share",
            share,
            "share",
            ledger.total(row["share"] for row in rows),
            people=ledger.behind(*(row["revenue"] for row in rows)),
        ),
    }
    return say("best_products" if is_lead else "best_shown", figures)


def category_rows(
    ledger: NumberLedger,
    years: Mapping[str, Mapping[str, Mapping[str, Any]]],
    minimum: int,
    rest: Mapping[str, Mapping[str, Any]] | None = None,
    whole: Mapping[str, Mapping[str, Any]] | None = None,
    kind: str = "category",
) -> list[dict[str, Any]]:
    """One row a category (or place: `kind`), shown ones by descending revenue, hidden ones after them by name: this
    year, last year, difference, change.

    years: by year ("this", "last") and category: revenue and what disclosure control needs; rest, whole: the same of
    all other days, and of all days. A category that may not be shown in one of them has None in both years.
    """
    hidden = hidden_in(years, minimum, rest, whole)
    this = years["this"]
    names = sorted({name for groups in years.values() for name in groups})
    rows = []

    def place(name: str) -> tuple[bool, int, str]:
        """Hidden revenue decides on no place: a row between two others would tell within which limits it lies."""
        return name in hidden, 0 if name in hidden or name not in this else -this[name]["revenue"], name

    for name in sorted(names, key=place):
        row: dict[str, Any] = {kind: name, "this": None, "last": None, "difference": None, "change": None}
        for year, groups in years.items():
            if name in hidden:
                continue
            amount = ledger.amount(groups[name]["revenue"]) if name in groups else Decimal(0)
            people = groups[name]["customers"] if name in groups else None
            origin = of_part(VIEWS[kind][1], name, year)
            row[year] = ledger.enter(f"{kind}.{name}.{year}", amount, "money", origin, 0, people=people)
        if row["this"] and row["last"]:
            row |= ledger.compared(f"{kind}.{name}", row["this"], row["last"])
        rows.append(row)
    return rows


def largest_message(ledger: NumberLedger, rows: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    """The category or place with most revenue and its share; None of one alone."""
    visible = [row for row in rows if row["this"] and row[kind] != NO_CATEGORY]
    if (
        len(rows) < FEWEST
        or not visible
        or "revenue.this" not in ledger.figures
        or not ledger.value(visible[0]["this"])
    ):
        return None
    share = ledger.ratio(f"{kind}.largest.share", visible[0]["this"], "revenue.this")
    name = visible[0][kind]
    return (
        say(f"largest_{kind}", {"share": share}, {kind: {kind: name} if kind == "place" else name}) if share else None
    )


def shortened(ledger: NumberLedger, rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The first rows of a long table, and one of all the others together, which nobody would read one by one.

    The row of the others says how many they are. It has no figures where one of them is hidden: their sum would be that
    of the hidden ones alone but for what the number ledger holds of the others.
    """
    if len(rows) <= MOST_ROWS + 1:  # one row more takes as much room as the row of the others
        return rows
    shown, others = rows[:MOST_ROWS], rows[MOST_ROWS:]
    count = ledger.enter(f"further_{kind}.count", len(others), "count", {"formula": f"{len(rows)} - {MOST_ROWS}"})
    row: dict[str, Any] = {kind: None, "further": say("further", {"count": count})}
    row |= dict.fromkeys(("this", "last", "difference", "change"))
    for year in ("this", "last"):
        names = [other[year] for other in others]
        if all(names):
            total = sum(Decimal(ledger.value(name)) for name in names)
            people = ledger.behind(*names)
            row[year] = ledger.enter(f"further_{kind}.{year}", total, "money", ledger.total(names), 0, people=people)
    if row["this"] and row["last"]:
        row |= ledger.compared(f"further_{kind}", row["this"], row["last"])
    return [*shown, row]


def part_rows(ledger: NumberLedger, sales: Sales, kind: str) -> list[dict[str, Any]]:
    """The rows of all categories, or of all places; empty where the data have none."""
    view, column = VIEWS[kind]
    years = {year: sales.rows(f"{view} {year}", column) for year in sales.periods}
    if not any(years.values()):
        return []
    rest, whole = (sales.rows(f"{view} {part}", column) for part in ("rest", "whole"))
    return category_rows(ledger, years, sales.minimum, rest, whole, kind)


def page(ledger: NumberLedger, sales: Sales, names: Mapping[str, str]) -> dict[str, Any]:
    """The blocks about products, and what is in none of them. names: product name by product number, where known."""
    sold = sales.rows("products", "product_number")
    abc = abc_rows(ledger, sold, sales.minimum)
    best = best_rows(ledger, sold, names, sales.minimum)
    best_title = best_message(ledger, best, is_lead=lead(sold, best) and not is_any_hidden(sold, sales.minimum))
    categories, places = (part_rows(ledger, sales, kind) for kind in VIEWS)
    return {
        "unknown": without_product(ledger, sales),
        "abc_title": abc_message(ledger, abc),
        "abc": abc,
        "best_title": best_title,
        "best": best if best_title else [],
        "categories_title": largest_message(ledger, categories, "category"),
        "categories": shortened(ledger, categories, "category"),
        "places_title": largest_message(ledger, places, "place"),
        "places": places,  # all of them: `told.place_table` takes those that moved most, or shortens the table
    }
