"""The figures that the charts of the exploration write beside bars and points, entered in the ledger of its page.

Ticks of an axis are a scale and no figures. Amounts stand in a chart in thousands or millions: `scale` of an entry says
by what its value is divided there.
"""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from elt.eda.charts import LONGEST_LIST, ordered, scale, with_rest
from elt.eda.origins import among, place
from elt.report.figure_ledger import Told, query, quoted

Groups = Sequence[Mapping[str, Any]]
# by columns as far as the star schema has them
GROUPED_BY = {"category": ("category",), "subcategory": ("category", "subcategory"), "country": ("country",)}
SHOWN_TENTHS = (1, 2, 5)  # of the customers, largest first


def enter(summary: Mapping[str, Any], told: Told) -> None:
    """Enter each figure of each chart under figure.<chart>; summary: eda_summary.json."""
    groups = {name: part["groups"] for name, part in summary["breakdowns"].items()}
    enter_bars("revenue_by_category", {name: groups.get(name, []) for name in ("category", "subcategory")}, told)
    enter_bars("revenue_by_country", {"country": groups["country"]}, told)
    enter_people(groups["country"], told)
    enter_weekdays(groups["weekday"], told)
    enter_tenths(summary["concentration"], told)
    enter_counts(summary, told)
    enter_correlations(summary["correlations"]["customers"], told)


def enter_bars(chart: str, parts: Mapping[str, Groups], told: Told) -> None:
    """Enter the revenue of each bar, and how many groups are in the bar of the others."""
    bars = {name: with_rest(ordered(groups), name, told.words) for name, groups in parts.items()}
    size, _ = scale([bar["revenue"] for found in bars.values() for bar in found], told.words)
    for name, found in bars.items():
        rest = ordered(parts[name])[LONGEST_LIST - 1 :] if len(parts[name]) > LONGEST_LIST else []
        for bar in found:
            is_rest = bool(rest) and bar is found[-1]
            of = rest if is_rest else [bar]
            called = ("others",) if is_rest else tuple(str(bar[column]) for column in columns_of(name, bar))
            sql = f"SELECT SUM(sales_amount) FROM lines WHERE {condition(name, of)}"
            origin = {**query(sql), "scale": int(size)}
            entry = ".".join(("figure", chart, name, *called))
            told.enter(f"{entry}.revenue", bar["revenue"], "money", 0 if size == 1 else 2, origin)
            if is_rest:
                columns = ", ".join(columns_of(name, of[0]))
                count = f"SELECT COUNT(*) FROM (SELECT DISTINCT {columns} FROM lines WHERE {condition(name, of)})"
                told.enter(f"{entry}.count", len(rest), "count", 0, query(count))


def columns_of(name: str, group: Mapping[str, Any]) -> list[str]:
    """The columns by which a group of a breakdown is told from others."""
    return [column for column in GROUPED_BY[name] if column in group]


def condition(name: str, groups: Iterable[Mapping[str, Any]]) -> str:
    """The order lines of these groups, as SQL."""
    own = (" AND ".join(f"{one} = {quoted(group[one])}" for one in columns_of(name, group)) for group in groups)
    return " OR ".join(f"({one})" for one in own)


def enter_people(countries: Groups, told: Told) -> None:
    """Enter the customers of each country that has a bar of them."""
    shown = with_rest(ordered(countries), "country", told.words)
    for entry in (entry for entry in shown if "customers" in entry):
        country = entry["country"]
        at_place = place("breakdowns", "country", "groups", {"country": country}, "customers")
        told.enter(f"figure.revenue_by_country.{country}.customers", entry["customers"], "people", 0, at_place)


def enter_weekdays(weekdays: Groups, told: Told) -> None:
    """Enter the share of the order lines of each weekday, and how many all of them have."""
    total = sum(entry["order_lines"] for entry in weekdays)
    if not total:
        return
    shown = f"FROM lines WHERE document_type = 'order' AND {among('weekday', weekdays)}"
    told.enter("figure.lines_by_weekday.lines", total, "count", 0, query(f"SELECT COUNT(*) {shown}"))
    for entry in weekdays:
        sql = f"SELECT COUNT(*) FILTER (WHERE {among('weekday', [entry])}) * 1.0 / COUNT(*) {shown}"
        told.enter(f"figure.lines_by_weekday.{entry['weekday']}", entry["order_lines"] / total, "share", 1, query(sql))


def enter_tenths(tenths: Groups, told: Told) -> None:
    """Enter what the first tenths of the customers bring that the curve names."""
    for tenth in SHOWN_TENTHS if tenths else ():
        reached = f"place <= ROUND_EVEN(people * {tenth / 10}, 0)"
        sql = f"SELECT SUM(revenue) FILTER (WHERE {reached}) / SUM(revenue) FROM ranked_customers"
        told.enter(f"figure.lorenz_curve.{tenth}", tenths[tenth - 1]["revenue_share"], "share", 1, query(sql))


def enter_counts(summary: Mapping[str, Any], told: Told) -> None:
    """Enter how many customers and orders the two histograms are about."""
    orders = summary["order_values"]
    histograms = {
        "revenue_a_customer": (summary["revenue_a_customer"], ("revenue_a_customer",)),
        "order_values": (orders and orders["histogram"], ("order_values", "histogram")),
    }
    for chart, (found, steps) in histograms.items():
        if found:
            told.enter(
                f"figure.{chart}.rows", sum(found["rows"]), "count", 0, place(*steps, "rows", "*", function="sum")
            )


def enter_correlations(found: Mapping[str, Any] | None, told: Told) -> None:
    """Enter the correlation of each pair of measures, and over how many customers."""
    if not found:
        return
    where = ("correlations", "customers")
    told.enter("figure.correlations.customers", found["rows"], "people", 0, place(*where, "rows"))
    for row, name in enumerate(found["columns"]):
        for column, other in enumerate(found["columns"][:row]):
            value, origin = found["spearman"][row][column], place(*where, "spearman", row, column)
            if value is not None:
                told.enter(f"figure.correlations.{name}.{other}", value, "index", 2, origin)
