"""Every figure of a number ledger computed again from the run's files: with SQLite and pandas, not with its own code."""

import json
import math
import re
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

PAIR = re.compile(r"\[(?P<a>[^]]+)\] (?P<sign>[-/]) \[(?P<b>[^]]+)\]")


class Recomputed:
    """The run's files, and one method a kind of figure."""

    def __init__(self, run: Path, minimum: int = 5, classes: list[str] | None = None) -> None:
        self.run, gold = run, run / "gold" / "data"
        self.ledger = json.loads((run / "reports" / "number_ledger.json").read_text())
        self.figures, self.minimum, self.classes = self.ledger["figures"], minimum, classes or []
        self.facts = pd.read_csv(gold / "fact_sales.csv", parse_dates=["order_date"])
        self.facts["sales_amount"] = (self.facts["sales_amount"] * 100).round().astype("int64")
        self.facts["month"] = self.facts["order_date"].dt.to_period("M")
        products = pd.read_csv(gold / "dim_product.csv", keep_default_na=False)
        self.facts = self.facts.merge(products[["product_key", "product_number", "category"]], on="product_key")
        self.months = pd.read_csv(gold / "agg_exec_kpis.csv").set_index("month_start")
        self.silver = yaml.safe_load((run / "silver/_meta/silver_metadata.yaml").read_text())["tables"]
        self.accounts = json.loads((run / "_meta/ledger.json").read_text())["money"]
        self.model = json.loads((run / "step3_segmentation/_meta/model_metadata.json").read_text())
        self.uniqueness = json.loads((run / "_meta/uniqueness_report.json").read_text())
        self.database = sqlite3.connect(":memory:")
        self.database.execute("ATTACH ':memory:' AS gold")
        self._load(pd.read_csv(gold / "fact_sales.csv"))

    def _load(self, lines: pd.DataFrame) -> None:
        self.database.execute(f"CREATE TABLE gold.fact_sales ({', '.join(lines.columns)})")
        marks = ", ".join("?" * len(lines.columns))
        rows = lines.astype(object).where(lines.notna(), None).values.tolist()
        self.database.executemany(f"INSERT INTO gold.fact_sales VALUES ({marks})", rows)

    def value(self, name: str) -> Any:
        """A figure's value in the ledger as a number, or as text for dates."""
        value = self.figures[name]["value"]
        return value if self.figures[name]["unit"] in ("date", "month") else float(value)

    def period(self, year: str) -> pd.DataFrame:
        """The lines of this year or last."""
        start, end = (pd.Timestamp(self.value(f"period.{year}.{edge}")) for edge in ("start", "end"))
        return self.facts[self.facts["order_date"].between(start, end)]

    def again(self, name: str) -> Any:
        """The figure computed again."""
        entry = self.figures[name]
        if "query" in entry:
            return self.database.execute(re.sub(r"DATE ('[\d-]+')", r"\1", entry["query"])).fetchone()[0]
        if pair := PAIR.fullmatch(entry.get("formula", "")):
            a, b = self.value(pair["a"]), self.value(pair["b"])
            return a - b if pair["sign"] == "-" else a / b
        family, *rest = name.split(".")
        return getattr(self, f"of_{family}")(*rest)

    def whole_months(self) -> list[str]:
        gaps = {n.split(".")[1] for n in self.figures if n.startswith("gap.")}
        ends = [pd.Period(self.value(f"gap.{gap}.first_missing"), "M") for gap in gaps]
        complete = [pd.Period(m, "M") for m in self.months.index[self.months["is_complete"]]]
        return sorted(m for m in complete if not ends or m < min(ends))

    def of_doubt(self, flag: str, year: str) -> float:
        """Every flag of the companies here doubts the cost."""
        lines = self.period(year)
        doubted = lines[(lines[flag].astype(str).str.lower() == "true") & lines["cost_amount"].notna()]
        return doubted["sales_amount"].sum() / lines["sales_amount"].sum()

    def of_period(self, year: str, part: str) -> Any:
        whole = self.whole_months()
        count = len(pd.period_range(whole[0], whole[-1], freq="M"))
        length = count if count <= 12 else min(12, count - 12)
        last = whole[-1] if year == "this" else whole[-1] - 12
        if part == "months":
            return length
        month = last if part == "end" else last - length + 1
        return str((month.end_time if part == "end" else month.start_time).date())

    def of_data(self, _: str) -> str:
        return str(self.facts["order_date"].max().date())

    def of_month(self, *rest: str) -> Any:
        if rest[-1] == "revenue":
            return self.months.loc[f"{rest[0]}-01", "revenue"]
        rows = self.ledger["pages"]["situation"]["months"]
        pairs = [(self.value(r["this"]), self.value(r["last"])) for r in rows if r["this"] and r.get("last")]
        if rest[0] == "best":
            return max((self.value(r["this"]), r["month"]) for r in rows if r["this"] and not r["partial"])[1]
        return len(pairs) if rest[0] == "compared" else sum(a > b for a, b in pairs)

    def of_kpi(self, part: str) -> int:
        gains = [self.value(n) for n in self.figures if re.fullmatch(r"kpi\.[a-z_]+\.difference", n)]
        return len(gains) if part == "judged" else sum(gain > 0 for gain in gains)

    def of_bridge(self, step: str, _: str = "") -> float:
        if step == "steps":
            return sum(name.startswith("bridge.") and name.endswith(".effect") for name in self.figures)
        sums = {}
        for year in ("last", "this"):
            known = self.period(year).query("customer_key != 0")
            bought = known[known["document_type"] == "order"]
            orders, people = bought["order_number"].nunique(), bought["customer_key"].nunique()
            revenue = known["sales_amount"].sum() / 100
            rest = self.period(year)["sales_amount"].sum() / 100 - revenue
            sums[year] = {"revenue": revenue, "customers": people, "frequency": orders / people, "unknown": rest}
            sums[year]["order_value"] = revenue / orders
        if step == "unknown":
            return sums["this"]["unknown"] - sums["last"]["unknown"]
        a, b = sums["last"]["revenue"], sums["this"]["revenue"]
        return (b - a) / math.log(b / a) * math.log(sums["this"][step] / sums["last"][step])

    def of_gap(self, number: str, part: str) -> Any:
        said = self.ledger["pages"]["situation"]["gaps"][int(number) - 1]
        own = self.facts[self.facts["category"] == said["texts"]["category"]]
        newest = own["month"].max()
        before = [m for m in pd.period_range(newest - 11, newest, freq="M") if m >= self.facts["month"].min()]
        values = {
            "last_order": str(own["order_date"].max().date()),
            "months_sold": own[own["month"].isin(before)]["month"].nunique(),
            "months_before": len(before),
            "first_missing": str((newest + 1).start_time.date()),
        }
        if part in values:
            return values[part]
        window = self.facts[self.facts["month"].isin(before)]
        return own[own["month"].isin(before)]["sales_amount"].sum() / window["sales_amount"].sum()

    def customers(self) -> pd.DataFrame:
        known = self.facts[self.facts["customer_key"] != 0]
        bought = known[known["document_type"] == "order"].groupby("customer_key")
        found = pd.DataFrame(
            {
                "orders": bought["order_number"].nunique(),
                "last": bought["order_date"].max(),
                "first": bought["month"].min(),
            }
        )
        return found.assign(revenue=known.groupby("customer_key")["sales_amount"].sum())

    def of_pareto(self, tenth: str, part: str) -> float:
        if part == "customers":
            return int(tenth) / 10
        revenue = self.customers()["revenue"].sort_values(ascending=False)
        return revenue.iloc[: round(len(revenue) * int(tenth) / 10)].sum() / revenue.sum()

    def of_cohort(self, cohort: str, part: str) -> float:
        quarter = pd.Period(cohort.replace("-", ""), "Q")
        known = self.facts[self.facts["customer_key"] != 0].assign(q=lambda f: f["order_date"].dt.to_period("Q"))
        firsts = known.groupby("customer_key")["q"].min()
        members = firsts.index[firsts == quarter]
        if part == "customers":
            return len(members)
        back = known[known["customer_key"].isin(members) & (known["q"] == quarter + int(part))]
        return back["customer_key"].nunique() / len(members)

    def of_return(self, part: str) -> int:
        end = self.whole_months()[-1]
        visits = self.facts[(self.facts["customer_key"] != 0) & (self.facts["month"] <= end)]
        first = visits.groupby("customer_key")["month"].min().rename("first")
        visits = visits.merge(first[first <= end - 12], on="customer_key")
        if part == "customers":
            return visits["customer_key"].nunique()
        after = (visits["month"] > visits["first"]) & (visits["month"] <= visits["first"] + 12)
        return visits[after]["customer_key"].nunique()

    def of_abc(self, *rest: str) -> float:
        sums = self.period("this").query("product_key != 0").groupby("product_number")["sales_amount"].sum()
        if len(rest) == 1:
            return len(sums) if rest[0] == "products" else sums.sum() / 100
        ordered = sums.sort_values(ascending=False, kind="stable")
        before = (ordered.cumsum() - ordered) / ordered.sum()
        kind = before.map(lambda share: "A" if share < 0.8 else "B" if share < 0.95 else "C")
        mine = ordered[kind == rest[0]]
        return len(mine) if rest[1] == "products" else mine.sum() / 100

    def of_product(self, number: str, _: str) -> float:
        lines = self.period("this")
        return lines[lines["product_number"] == number]["sales_amount"].sum() / 100

    def of_best(self, part: str) -> float:
        rows = self.ledger["pages"]["products"]["best"]
        return (
            len(rows)
            if part == "products"
            else sum(self.of_product(r["number"], "") for r in rows) / self.of_abc("revenue")
        )

    def of_category(self, category: str, year: str) -> float:
        lines = self.period(year)
        return lines[lines["category"] == category]["sales_amount"].sum() / 100

    def of_cost(self, _: str) -> float:
        lines = self.period("this")
        return lines[lines["cost_amount"].notna()]["sales_amount"].sum() / lines["sales_amount"].sum()

    def of_risk(self, part: str) -> float:
        if part == "minimum_group":
            return self.minimum
        if part == "smallest_group":
            segments = [s["customers"] for s in self.model["segments"] if s["customers"]]
            others = json.loads((self.run / "step2_feature_engineering/_meta/dictionary_people.json").read_text())
            own = [entry["people"] for entry in self.figures.values() if entry.get("people")]
            return min([*own, *segments, *others.values()])
        return self.uniqueness["purchases"]["after"]["three_purchases"]["unique_share"]

    def of_segment(self, label: str, column: str) -> float:
        found = next(s for s in self.model["segments"] if s["label"] == int(label))
        return (
            found[column]
            if column in found
            else {t["feature"]: t["deviation"] for t in found["distinguishing"]}[column]
        )

    def of_action(self, part: str) -> int:
        rows = self.ledger["pages"]["segments"]["actions"]
        return len(rows) if part == "count" else sum(int(self.of_segment(str(r["label"]), "customers")) for r in rows)

    def of_model(self, part: str) -> float:
        choice = self.model["choice"]
        row = next(e for e in self.model["evidence"] if e["k"] == choice["k"])
        values = {"k": choice["k"], "seed": self.model["seed"], "silhouette": row["silhouette"]}
        values |= {"stability": row["lowest_jaccard"], "features": sum(f["is_used"] for f in self.model["features"])}
        return values[part]

    def of_quality(self, table: str, column: str) -> int:
        entry = self.silver[table]
        if column in ("quarantined", "repairs"):
            return sum(part["records"] for part in entry.get(column, []))
        return entry[column]

    def of_amount(self, table: str, column: str, part: str) -> float:
        entry = self.accounts[f"{table}.{column}"]
        if part == "repaired":
            return self.silver[table]["repaired_amounts"]
        if part == "sums":
            return len(entry["marts"])
        if part == "removed":
            return -sum(float(entry[fate]) for fate in ("quarantined", "superseded", "duplicates"))
        return float(entry[part])

    def of_open(self, *rest: str) -> float:
        if rest == ("count",):
            return len(self.ledger["pages"]["evidence"]["points"])
        table, kind, number, part = rest
        entry = self.silver[table]["repairs" if kind == "repaired" else kind][int(number) - 1]
        return entry["records"] if part == "records" else sum(float(v) for v in entry["money"].values())

    def of_policy(self, part: str) -> int:
        return len(self.classes) if part == "all" else self.classes.count(part)

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """(in the ledger, again) of every figure that comes out otherwise."""
        found = {}
        for name in self.figures:
            told, again = self.value(name), self.again(name)
            # amounts are whole cents, ratios have six decimals; the bridge's last step takes its rounding
            same = told == again if isinstance(told, str) else math.isclose(told, again, rel_tol=1e-9, abs_tol=0.011)
            if self.figures[name]["unit"] in ("share", "points", "ratio", "score"):
                same = math.isclose(told, again, rel_tol=2e-6, abs_tol=2e-6)
            if not same:
                found[name] = (told, again)
        return found
