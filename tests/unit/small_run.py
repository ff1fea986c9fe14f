"""A run folder with a small made-up warehouse, as far as the exposé reads it."""

import csv
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

import expose_figures
import expose_numbers
import expose_report
from elt.expose.wording import Texts
from elt.run.columns import Column
from elt.run.key_figures import Kpi
from elt.tables import ColumnType

TEMPLATES = Path(expose_report.__file__).parent / "templates"
KINDS = {"key": "integer", "quantity": "integer", "date": "date", "amount": "decimal", "revenue": "decimal"}
REPEATS = "AVG(CASE WHEN orders > 1 THEN 1.0 ELSE 0.0 END)"


def kpi(en: str, de: str, formula: str, unit: str, over: str = "lines") -> Kpi:
    """A key figure of which more is better."""
    return Kpi({"en": en, "de": de}, {"en": en, "de": de}, formula, unit, "up", over=over)


KPIS = {
    "revenue": kpi("Revenue", "Umsatz", "SUM(sales_amount)", "money"),
    "gross_margin": kpi("Gross margin", "Rohertrag", "SUM(sales_amount) - SUM(cost_amount)", "money"),
    "repeat_rate": kpi("Repeat rate", "Wiederkaufrate", REPEATS, "share", "customers"),
}
CLASSES = ["none", "quasi", "identifier", "direct", "none"]


def both(text: str) -> dict[str, str]:
    """The same text in both languages."""
    return {"en": text, "de": text}


def segment(label: int, name: str, customers: int, share: float) -> dict[str, Any]:
    """A segment of the model's metadata."""
    trait = {"feature": "monetary", "label": both("Revenue"), "deviation": 1.25, "words": both("above")}
    return {
        "label": label,
        "name": both(name),
        "action": both("Call them"),
        "success": both("Orders within 90 days"),
        "is_no_action": label == 2,
        "is_suppressed": False,
        "measure": "average_order_value",
        "figures": {"average_order_value": 51.44, "repeat_share": None, "revenue_of_year": None},
        "customers": customers,
        "customer_share": 0.5,
        "revenue": 1000.0 * share,
        "revenue_share": share,
        "distinguishing": [trait],
    }


def lines(last_day: date = date(2024, 6, 10), bikes_until: date = date(2030, 1, 1)) -> list[dict[str, Any]]:
    """Order lines from January 2022 on: two customers a day order again every 30 days; products 1 and 2 in turn."""
    rows, day, number = [], date(2022, 1, 1), 0
    while day <= last_day:
        for customer in (day.toordinal() % 30 + 1, 0 if number % 40 == 0 else 31 + number % 29):
            number += 1
            product = 1 if number % 2 and day <= bikes_until else 2
            amount = (100 if product == 1 else 15) + number % 7 + (day.year - 2022) * 10
            rows.append(
                {
                    "order_number": f"O{number:05}",
                    "document_type": "order",
                    "customer_key": customer,
                    "product_key": product,
                    "order_date": day,
                    "quantity": 1 + number % 3,
                    "location_key": customer % 3,
                    "sales_amount": f"{amount}.50",
                    "cost_amount": f"{amount // 2}.25" if number % 5 else "",
                }
            )
        day += timedelta(days=1)
    return rows


def months(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of agg_exec_kpis; the last month is complete if its last day has orders."""
    sums: dict[date, float] = {}
    for row in rows:
        first = row["order_date"].replace(day=1)
        sums[first] = sums.get(first, 0) + float(row["sales_amount"])
    last = max(row["order_date"] for row in rows)
    ends = {m: (m + timedelta(days=31)).replace(day=1) - timedelta(days=1) for m in sums}
    return [
        {"month_start": m, "revenue": f"{s:.2f}", "is_complete": str(ends[m] <= last).lower()}
        for m, s in sorted(sums.items())
    ]


def kind_of(column: str) -> str:
    """The type of a column, from its name."""
    if column.startswith("is_"):
        return "boolean"
    return next(
        (kind for part, kind in KINDS.items() if column.endswith(part)), "date" if column == "month_start" else "string"
    )


COST = Column("is_guessed", "boolean", doubts=("cost_amount",), why={"en": "the cost is guessed", "de": "geschätzt"})


class SmallRun:
    """The run folder below a temporary folder; `compute` runs the scripts of the exposé over it."""

    def __init__(self, folder: Path, rows: list[dict[str, Any]], product_name: str = "Road bike") -> None:
        self.folder, self.columns = folder, {}
        self.table("fact_sales", rows)
        self.table(
            "dim_product",
            [
                {"product_key": 1, "product_number": "P1", "category": "Bikes"},
                {"product_key": 2, "product_number": "P2", "category": "Parts"},
            ],
        )
        places = ("n/a", "North", "South")
        self.table("dim_location", [{"location_key": key, "country": name} for key, name in enumerate(places)])
        self.months = months(rows)
        self.table("agg_exec_kpis", self.months)
        self.table("agg_product_performance", [{"product_number": "P1", "product_name": product_name}])
        self.model = {
            "seed": 42,
            "rows": 39,
            "minimum_group": 5,
            "choice": {"k": 2, "by": "evidence", "stable_from": 0.75, "minimum_customers": 5},
            "features": [{"is_used": True}, {"is_used": False}],
            "evidence": [{"k": 2, "silhouette": 0.51, "lowest_jaccard": 0.93}],
            "segments": [segment(1, "Regulars", 30, 0.8), segment(2, "Others", 9, 0.2)],
        }
        money = {
            "raw": "1000.00",
            "repairs": "48.00",
            "silver": "1048.00",
            "marts": {"fact_sales.sales_amount": "1048.00"},
        }
        self.accounts = {
            "money": {"sales.amount": money | dict.fromkeys(("quarantined", "superseded", "duplicates"), "0.00")}
        }
        self.people = {"recency_days.50": 20}
        self.uniqueness = {"purchases": {"after": {"three_purchases": {"unique_share": 0.025}}}}
        self.accounts["input_fingerprint"] = "00ff00ff00ff00ff"
        repair = {
            "column": "amount",
            "why": "amount must be quantity times price",
            "records": 12,
            "money": {"amount": "48.00"},
        }
        sales = {
            "title": "Sales, one row a line",
            "department": "Sales office",
            "files": [{"file": "sales.csv", "records": len(rows)}],
            "records": len(rows),
            "silver": len(rows),
        }
        self.silver = {"sales": sales | {"superseded": 0, "duplicates": 0, "quarantined": [], "repairs": [repair]}}
        self.silver["sales"]["repaired_amounts"] = 12

    def table(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Write a mart."""
        path = self.folder / "gold" / "data" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.columns[name] = [ColumnType(column, kind_of(column), 2) for column in rows[0]]
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def numbers(
        self, flags: Sequence[Column] = (), first_month: int | None = None, place_of: str | None = None
    ) -> dict[str, Any]:
        """Run expose_numbers; the ledger. flags: those of fact_sales that doubt a value."""
        files = {
            "model": ("step3_segmentation/_meta/model_metadata.json", json.dumps(self.model)),
            "silver": ("silver/_meta/tables/sales.json", json.dumps({"name": "sales"} | self.silver["sales"])),
            "all": ("silver/_meta/silver_metadata.yaml", yaml.safe_dump({"tables": self.silver})),
            "ledger": ("_meta/ledger.json", json.dumps(self.accounts)),
            "summary": ("step1_eda/data/eda_summary.json", json.dumps({"breakdowns": {}, "marts": []})),
            "dictionary": ("step2_feature_engineering/_meta/dictionary_people.json", json.dumps(self.people)),
            "uniqueness": ("_meta/uniqueness_report.json", json.dumps(self.uniqueness)),
        }
        inputs = {name: str(self.folder / "gold" / "data" / f"{name}.csv") for name in self.columns}
        for name, (path, text) in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text, encoding="utf-8")
            inputs[name] = str(self.folder / path)
        del inputs["all"]
        listed = inputs | {
            "silver": [inputs["silver"]],
            "references": [],
            "words": [str(TEMPLATES / f"silver.{language}.yaml") for language in ("en", "de")],
        }
        output = self.folder / "reports" / "number_ledger.json"
        run = {"company": "small_shop", "run_id": "r1", "seed": 42}
        expose_numbers.main(
            inputs=listed, told={"sales": {}}, columns=self.columns, personal=CLASSES, kpis=KPIS, flags=flags, minimum_group=5,
            analysis_date="newest", first_month=first_month, place_of=place_of, run=run, output=str(output),
        )  # fmt: skip
        return json.loads(output.read_text(encoding="utf-8"))

    def reports(
        self,
        language: str = "en",
        flags: Sequence[Column] = (),
        currency: str | None = None,
        logo: str | None = None,
        place_of: str | None = None,
        *,
        has_charts: bool = False,
    ) -> tuple[str, str]:
        """Run the scripts of numbers and pages; the HTML and the Markdown. has_charts: run that of the charts too, which
        takes longer than the others, instead of empty pictures."""
        self.numbers(flags, place_of=place_of)
        reports = self.folder / "reports"
        ledger = str(reports / "number_ledger.json")
        words, assumed = (str(TEMPLATES / f"{page}.{language}.yaml") for page in ("expose", "assumptions"))
        countries = [str(TEMPLATES / f"countries.{one}.yaml") for one in ("en", "de")]
        figures = [str(reports / "figures" / f"{name}.svg") for name in expose_figures.CHARTS]
        if has_charts:
            expose_figures.main(ledger, words, KPIS, figures)
        else:
            (reports / "figures").mkdir(exist_ok=True)
            for path in figures:
                Path(path).write_text("<svg></svg>", encoding="utf-8")
        templates, made = (
            expose_report.Pages(str(folder / f"final_expose.html{end}"), str(folder / f"final_expose.md{end}"))
            for folder, end in ((TEMPLATES, ".j2"), (reports, ""))
        )
        identity = ("Small & Shop", currency)
        expose_report.main(
            ledger, Texts(words, words, assumed, countries), figures, KPIS,
            templates=templates, made=made, identity=identity, logo=logo,
        )  # fmt: skip
        return tuple(Path(path).read_text(encoding="utf-8") for path in (made.html, made.markdown))
