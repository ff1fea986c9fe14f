"""A made-up star schema as CSV files, and the standard marts built over it by the real rule."""

import json
import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

import gold_calendar
import gold_mart
from elt.gold import documents
from elt.gold.budgets import Budgets
from elt.run import sql_names, standard
from elt.run.columns import Column
from elt.run.company import Company
from elt.run.mart import Calendar, Mart, Query

ROOT = Path(__file__).resolve().parents[2]
STANDARD = standard.read(ROOT)
TABLES = ("dim_customer", "dim_product", "dim_location", "dim_date", "fact_sales")
FORMULAS = {name: kpi.formula for name, kpi in STANDARD.kpis.items() if kpi.over == "lines"}
CATEGORIES = {1: "Bikes", 2: "Bikes", 3: "Parts", 4: "Parts", 5: "Clothing", 6: ""}


def line(number: int, day: date, product: int = 1, customer: int = 1, amount: str = "10.00", **more: Any) -> dict:
    """One order line; costs are half of the amount and a third of it today, unless told otherwise."""
    half, third = (str((Decimal(amount) / part).quantize(Decimal("0.01"))) for part in (2, 3))
    found = {
        "order_number": f"O{number:05}",
        "line_number": 1,
        "customer_key": customer,
        "product_key": product,
        "location_key": customer % 3,
        "order_date": day.isoformat(),
        "quantity": -1 if amount.startswith("-") else 1,
        "sales_amount": amount,
        "cost_amount": half,
        "current_cost_amount": third,
    }
    return found | more


def random_lines(seed: int, count: int = 400) -> list[dict]:
    """Order lines over 26 months with returns, orders of several lines, unknown customers and products, no cost."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        day = date(2022, 1, 10) + timedelta(days=draw.randrange(790))
        customer = draw.choice([0, *range(1, 40)])
        for position in range(1, draw.choice([1, 1, 1, 2, 3]) + 1):
            product = draw.choice([0, 1, 1, 1, 2, 3, 3, 4, 5, 6])
            sign = "-" if draw.random() < 0.08 else ""
            amount = f"{sign}{draw.randrange(30000) / 100:.2f}"
            row = line(number, day, product, customer, amount, line_number=position)
            if product in (0, 6) or draw.random() < 0.1:
                row |= {"cost_amount": ""}
            if product == 0:
                row |= {"current_cost_amount": ""}
            rows.append(row)
    return rows


def star_of(lines: list[dict]) -> dict[str, pd.DataFrame]:
    """The star schema around order lines: 40 customers, 6 products in 8 versions, 3 places, all days."""
    products = [
        {"product_key": 0, "product_number": "n/a", "product_name": "n/a", "category": "n/a", "is_current": "true"},
        *(
            {
                "product_key": key,
                "product_number": f"P{key}",
                "product_name": f"Product {key}",
                "category": category,
                "is_current": "false" if key == 2 else "true",
            }
            for key, category in CATEGORIES.items()
        ),
        {"product_key": 7, "product_number": "P2", "product_name": "Newer", "category": "Bikes", "is_current": "true"},
    ]
    for row in products:
        row |= {"subcategory": row["category"][:2], "product_line": "M"}
    days = [str(day.date()) for day in pd.date_range("2021-12-01", "2024-12-31")]
    found = {
        "dim_customer": [{"customer_key": key, "customer_number": f"C{key}"} for key in range(41)],
        "dim_product": products,
        "dim_location": [
            {"location_key": key, "country": name} for key, name in enumerate(("n/a", "Germany", "France"))
        ],
        "dim_date": [{"date": day, "month_start": f"{day[:7]}-01"} for day in days],
        "fact_sales": lines,
    }
    frames = {name: pd.DataFrame(rows).astype(str) for name, rows in found.items()}
    frames["fact_sales"]["document_type"] = document_types(lines)
    return frames


def document_types(lines: list[dict]) -> list[str]:
    """The document type of each order line, as the mart fact_sales derives it."""
    kinds = {"order_number": pl.String, "order_date": pl.String, "product_key": pl.Int64, "quantity": pl.Int64}
    frame = pl.DataFrame(lines, schema_overrides=kinds)
    frame = frame.with_columns(pl.col("sales_amount").cast(pl.String).cast(pl.Decimal(38, 2)))
    return documents.with_types(frame)["document_type"].to_list()


def own_marts(frames: Mapping[str, pd.DataFrame]) -> dict[str, Mart]:
    """The star schema's tables, with the columns that the frames have; amounts in cents, whole quantities."""

    def column(table: str, name: str) -> Column:
        return Column(name, "integer" if name == "quantity" else STANDARD.star[table][name].type, 2)

    return {
        name: Mart(name, name, "", (), tuple(column(name, c) for c in frame.columns)) for name, frame in frames.items()
    }


class Warehouse:
    """A folder with a star schema; `build` makes a standard mart over it."""

    def __init__(self, folder: Path, frames: Mapping[str, pd.DataFrame]) -> None:
        self.folder, own = folder, own_marts(frames)
        self.marts, self.left_out = standard.fitted(own, STANDARD.marts)
        for name, frame in frames.items():
            frame.to_csv(folder / f"{name}.csv", index=False)

    def company(self, name: str, query: Query) -> Company:
        """The company of the star schema, with the SQL of one standard mart."""
        return Company(
            "firm", {}, self.marts, {name: query}, Calendar("DE"), {}, FORMULAS, None,
            star=STANDARD.star, standard=tuple(STANDARD.marts), left_out=self.left_out,
        )  # fmt: skip

    def months(self, company: Company) -> str:
        """File of the complete months, by the rule's own main."""
        file = self.folder / "complete_months.csv"
        gold_calendar.main(
            facts=str(self.folder / "fact_sales.csv"),
            columns=company.typed_columns("gold.fact_sales"),
            calendar=company.calendar,
            analysis_date="newest",
            analysis=str(self.folder / "analysis.json"),
            months=str(file),
        )
        return str(file)

    def build(self, name: str, sql: str | None = None) -> tuple[pd.DataFrame, dict[str, Any]]:
        """(the mart as texts, its metadata), by the rule's own main; `sql` takes the place of the standard SQL."""
        file, output = self.folder / f"{name}.sql", self.folder / "artifacts/runs/r/gold"
        text = STANDARD.sql[name].read_text(encoding="utf-8") if sql is None else sql
        file.write_text(text, encoding="utf-8")
        company = self.company(name, Query(str(file), text))
        absent = company.absent_columns(name)
        gold_mart.main(
            sql=sql_names.bare(sql_names.read(file)),
            mart=self.marts[name],
            sources={
                table: gold_mart.Source(
                    str(self.folder / f"{table.removeprefix('gold.')}.csv"), company.typed_columns(table), absent[table]
                )
                for table in company.sources(name)
            },
            calendar=company.calendar_of(name),
            months=self.months(company) if company.queries[name].reads_months else None,
            formulas=company.formulas_of(name),
            budgets=Budgets(),
            output=str(output / f"data/{name}.csv"),
            twin=str(output / f"parquet/{name}.parquet"),
            metadata=str(output / f"_meta/marts/{name}.json"),
        )
        metadata = json.loads((output / f"_meta/marts/{name}.json").read_text(encoding="utf-8"))
        return pd.read_csv(output / f"data/{name}.csv", dtype=str, keep_default_na=False), metadata
