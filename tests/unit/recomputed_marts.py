"""The standard marts computed again from the star schema, with pandas and exact fractions instead of their SQL."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from elt.run.columns import Column
from elt.run.mart import Mart

DAYS = ("date", "month_start", "order_date")
WHOLE = ("customer_key", "product_key", "location_key", "line_number", "quantity")
MONEY = ("sales_amount", "cost_amount", "current_cost_amount")
MATERIAL = Fraction(1, 20)  # of the revenue of the months before


def texts(path: Path) -> pd.DataFrame:
    """A CSV file as it is written; what is missing is an empty text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Days, whole numbers, flags, and money in whole cents; a missing amount is NA."""
    table = table.copy()
    for name in table.columns:
        if name in DAYS:
            table[name] = pd.to_datetime(table[name])
        elif name in WHOLE:
            table[name] = table[name].astype("int64")
        elif name in MONEY:
            cents = [int(Decimal(text) * 100) if text else None for text in table[name]]
            table[name] = pd.array(cents, dtype="Int64")
        elif name.startswith("is_"):
            table[name] = table[name] == "true"
    return table


def rounded(value: Any, decimals: int) -> str:
    """An exact number as text, half away from zero; missing is an empty text."""
    if value is None or pd.isna(value):
        return ""
    value = Fraction(value)
    digits = int(abs(value) * 10**decimals + Fraction(1, 2))
    return str(Decimal(-digits if value < 0 else digits).scaleb(-decimals))


def share(part: Any, whole: Any) -> Fraction | None:
    """part / whole, exact; missing where either is missing or there is nothing to divide by."""
    return None if pd.isna(part) or pd.isna(whole) or not whole else Fraction(int(part), int(whole))


def shares(parts: pd.Series, wholes: Any) -> pd.Series:
    """`share` of every row."""
    wholes = wholes if isinstance(wholes, pd.Series) else pd.Series(wholes, parts.index)
    return pd.Series([share(p, w) for p, w in zip(parts, wholes, strict=True)], parts.index, dtype=object)


def abc_classes(revenue: pd.Series) -> pd.Series:
    """A, B, C by the revenue of all that come before, largest first, ties by name."""
    order = revenue.reset_index()
    order.columns = ["name", "revenue"]
    order = order.sort_values(["revenue", "name"], ascending=[False, True])
    gains = [max(int(value), 0) for value in order["revenue"]]
    total, before, found = sum(gains), 0, {}
    for name, gain in zip(order["name"], gains, strict=True):
        is_a, is_b = 100 * before < 80 * total, 100 * before < 95 * total
        found[name] = "C" if gain == 0 else "A" if is_a else "B" if is_b else "C"
        before += gain
    return pd.Series(found)[revenue.index]


def fifths(values: pd.Series) -> pd.Series:
    """1 to 5 by how many are smaller: the place among all, in fifths, rounded up; equal values are equal."""
    smaller = values.map({value: int((values < value).sum()) for value in values.unique()})
    return -(-5 * (smaller + 1) // len(values))


class Star:
    """A star schema with its lines joined to what they refer to; one method a standard mart, keyed by its key."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        found = {name: typed(table) for name, table in tables.items()}
        self.products, self.places, self.days = found["dim_product"], found["dim_location"], found["dim_date"]
        self.facts = found["fact_sales"]
        lines = self.facts.merge(self.products.drop(columns="is_current"), on="product_key", how="left")
        lines = lines.merge(self.places, on="location_key", how="left", suffixes=("", "_place"))
        lines["month_start"] = lines["order_date"].dt.to_period("M").dt.to_timestamp()
        for name in ("category", "country"):
            if name in lines:
                lines[name] = lines[name].mask(lines[name] == "", "n/a")
        if "category" in lines:
            lines["category"] = lines["category"].mask(lines["product_key"] == 0, "n/a")
        self.lines, self.total = lines, int(lines["sales_amount"].sum())

    def grouped(self, key: str) -> pd.DataFrame:
        """The figures that several marts have, by the values of a column."""
        lines = self.lines
        group = lines.groupby(key)
        found = pd.DataFrame({"revenue": group["sales_amount"].sum()})
        for cost, names in (("cost_amount", ("cost", "gross_margin")), ("current_cost_amount", ("", "gross_margin_at_current_cost"))):  # fmt: skip
            if cost not in lines:
                continue
            known = lines[lines[cost].notna()].groupby(key)
            sold, paid = known["sales_amount"].sum().reindex(found.index), known[cost].sum().reindex(found.index)
            found[names[1]] = sold - paid
            if names[0]:
                found[names[0]], found["gross_margin_rate"] = paid, shares(sold - paid, sold)
        back = lines[lines["document_type"] == "credit_note"].groupby(key)["sales_amount"].sum()
        found["returns"] = back.reindex(found.index).fillna(0).astype("int64")
        found["gross_sales"] = found["revenue"] - found["returns"]
        bought = lines[lines["document_type"] == "order"]  # a credit note is none
        found["orders"] = bought.groupby(key)["order_number"].nunique().reindex(found.index).fillna(0).astype("int64")
        found["order_lines"] = bought.groupby(key).size().reindex(found.index).fillna(0).astype("int64")
        found["units"] = group["quantity"].sum()
        people = bought[bought["customer_key"] != 0].groupby(key)["customer_key"].nunique()
        found["customers"] = people.reindex(found.index).fillna(0).astype("int64")
        days = bought.groupby(key)["order_date"]
        found["first_order_date"], found["last_order_date"] = days.min(), days.max()
        found["average_order_value"] = shares(found["revenue"], found["orders"])
        found["revenue_share"] = shares(found["revenue"], self.total)
        return found

    def agg_exec_kpis(self) -> pd.DataFrame:
        found = self.grouped("month_start").rename(columns={"customers": "active_customers"})
        purchases = self.lines[(self.lines["customer_key"] != 0) & (self.lines["document_type"] == "order")]
        firsts = purchases.groupby("customer_key")["month_start"].min()
        found["new_customers"] = firsts.value_counts().reindex(found.index).fillna(0).astype("int64")
        first, last = self.lines["order_date"].min(), self.lines["order_date"].max()
        found["is_complete"] = [month >= first and month + pd.offsets.MonthEnd() <= last for month in found.index]
        found["is_covered"] = [not self.missing_categories(month) for month in found.index]
        usable = found[found["is_complete"] & found["is_covered"]]["revenue"]
        growth = []
        for month in found.index:
            before = usable.get(month - pd.DateOffset(years=1))
            is_told = month in usable.index and before is not None and before > 0
            growth.append(Fraction(int(usable[month] - before), int(before)) if is_told else None)
        found["revenue_growth"] = pd.Series(growth, found.index, dtype=object)
        return found

    def missing_categories(self, month: pd.Timestamp) -> list[str]:
        """Categories of the year before, regular, material and not long gone, that the month lacks."""
        if "category" not in self.lines:
            return []
        lines = self.lines[self.lines["document_type"] == "order"]
        year = lines[(lines["month_start"] < month) & (lines["month_start"] >= month - pd.DateOffset(months=12))]
        here = lines[lines["month_start"] == month]
        now = set(here["category"])
        rise = self.unknown_share(here) - self.unknown_share(year)
        found = []
        for category, own in year.groupby("category"):
            sold = own["month_start"].nunique()
            is_regular = 2 * sold > year["month_start"].nunique()
            is_material = int(own["sales_amount"].sum()) >= MATERIAL * int(year["sales_amount"].sum())
            is_recent = own["month_start"].max() >= month - pd.DateOffset(months=6)
            is_candidate = category not in now and category != "n/a"
            if is_candidate and is_regular and is_material and is_recent:
                own_share = share(own["sales_amount"].sum(), year["sales_amount"].sum()) or 0
                if rise < own_share / 2:  # else its lines may have lost their product
                    found.append(category)
        return found

    @staticmethod
    def unknown_share(lines: pd.DataFrame) -> Fraction:
        """The share of revenue without a category; 0 where there is no revenue."""
        total = int(lines["sales_amount"].sum())
        unknown = int(lines[lines["category"] == "n/a"]["sales_amount"].sum())
        return Fraction(unknown, total) if total > 0 else Fraction(0)

    def agg_product_performance(self) -> pd.DataFrame:
        found = self.grouped("product_number")
        today = self.products[self.products["is_current"]].set_index("product_number")
        for name in ("product_name", "category", "subcategory", "product_line"):
            if name in today:
                found[name] = today[name].reindex(found.index)
        ranks = found.reset_index().sort_values(["revenue", "product_number"], ascending=[False, True])
        places = dict(zip(ranks["product_number"], range(1, len(ranks) + 1), strict=True))
        found["revenue_rank"] = found.index.map(places)
        found["abc_class"] = abc_classes(found["revenue"])
        return found

    def agg_category_performance(self) -> pd.DataFrame:
        found = self.grouped("category")
        bought = self.lines[self.lines["document_type"] == "order"]
        found["products"] = bought.groupby("category")["product_number"].nunique().reindex(found.index).fillna(0)
        found["products"] = found["products"].astype("int64")
        return found

    def agg_geo_performance(self) -> pd.DataFrame:
        found = self.grouped("country_place" if "country_place" in self.lines else "country")
        found.index.name = "country"
        return found

    def agg_customer_value(self) -> pd.DataFrame:
        found = self.grouped("customer_key")
        known = found[(found.index != 0) & (found["orders"] > 0)]
        for name, column in (("recency", "last_order_date"), ("frequency", "orders"), ("monetary", "revenue")):
            found[f"{name}_score"] = fifths(known[column]).reindex(found.index).astype("Int64")
        found["abc_class"] = abc_classes(found[found.index != 0]["revenue"]).reindex(found.index)
        return found

    def agg_cohort_retention(self) -> pd.DataFrame:
        visits = self.lines[self.lines["customer_key"] != 0]
        months = visits["order_date"].dt.to_period("M")
        purchases = visits["document_type"] == "order"
        firsts = months[purchases].groupby(visits["customer_key"]).min()
        cohort, newest, rows = visits["customer_key"].map(firsts), months.max(), []
        for first, members in firsts.groupby(firsts):
            own = visits[cohort == first]
            for month in pd.period_range(first, newest, freq="M"):
                active = own[own["order_date"].dt.to_period("M") == month]
                people = active[active["document_type"] == "order"]["customer_key"].nunique()
                rows.append(
                    {
                        "cohort_month": first.to_timestamp(),
                        "months_since": (month.year - first.year) * 12 + month.month - first.month,
                        "customers": len(members),
                        "active_customers": people,
                        "retention": Fraction(people, len(members)),
                        "revenue": int(active["sales_amount"].sum()),
                    }
                )
        return pd.DataFrame(rows).set_index(["cohort_month", "months_since"])


def as_written(value: Any, column: Column) -> str:
    """A value of a column as its CSV file should say it."""
    if value is None or pd.isna(value):
        return ""
    if column.type == "decimal":
        return rounded(in_units(value, column), column.scale)
    if column.type == "date":
        return str(value.date())
    return str(bool(value)).lower() if column.type == "boolean" else str(value)


def in_units(value: Any, column: Column) -> Fraction:
    """An exact number in the unit of its column; amounts are kept in cents."""
    return Fraction(value) / (100 if column.unit == "money" else 1)


def is_close(text: str, value: Any, column: Column) -> bool:
    """Whether a share is the exact one, rounded; the database divides with few digits, so a half may fall either way."""
    if column.unit != "share" or not text or value is None or pd.isna(value):
        return False
    return abs(Fraction(text) - in_units(value, column)) < Fraction(6, 10 ** (column.scale + 1))


def differences(written: pd.DataFrame, expected: pd.DataFrame, mart: Mart) -> list[str]:
    """What a mart's file says otherwise than the recomputation; empty if every cell of every column is the same."""
    wanted = expected.reset_index().sort_values(list(mart.key), kind="stable", ignore_index=True)
    if list(written.columns) != mart.names:
        return [f"columns {list(written.columns)} instead of {mart.names}"]
    if len(written) != len(wanted):
        return [f"{len(written)} rows instead of {len(wanted)}"]
    return [
        f"{column.name}, row {i}: {text} instead of {as_written(value, column)}"
        for column in mart.columns
        for i, (text, value) in enumerate(zip(written[column.name], wanted[column.name], strict=True))
        if text != as_written(value, column) and not is_close(text, value, column)
    ]
