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
        places = pd.read_csv(gold / "dim_location.csv", keep_default_na=False)
        self.facts = self.facts.merge(places[["location_key", "country"]], on="location_key")
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
        if "gold.fact_sales" in entry.get("query", "") and "_year" not in entry["query"]:  # the others: `Again`
            return self.database.execute(re.sub(r"DATE ('[\d-]+')", r"\1", entry["query"])).fetchone()[0]
        if pair := PAIR.fullmatch(entry.get("formula", "")):
            a, b = self.value(pair["a"]), self.value(pair["b"])
            return a - b if pair["sign"] == "-" else a / b
        family, *rest = name.split(".")
        return getattr(self, f"of_{'new' if family == 'new_customers' else family}")(*rest)

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

    def of_bridge(self, step: str, part: str = "") -> float:
        if step == "steps":
            return sum(re.fullmatch(r"bridge\.[a-z]+\.effect", name) is not None for name in self.figures)
        if step == "reach":
            orders = self.period(part).groupby("category")["order_number"].nunique()
            category = self.ledger["pages"]["situation"]["order_value"]["texts"]["category"]
            return orders[category] / self.period(part)["order_number"].nunique()
        if step.startswith("order_"):
            return self.order_value()[step.removeprefix("order_")]
        if step == "unknown":
            rest = [self.period(year).query("customer_key == 0")["sales_amount"].sum() for year in ("last", "this")]
            return (rest[1] - rest[0]) / 100
        return self.factors()[step]

    def order_value(self) -> dict[str, float]:
        """Change of the value of an order by what orders hold, and within categories."""
        sums = {"mix": 0.0, "inside": 0.0}
        for category in self.facts["category"].unique():
            reach, value = [], []
            for year in ("last", "this"):
                lines = self.period(year)
                own = lines[lines["category"] == category]
                reach.append(own["order_number"].nunique() / self.period(year)["order_number"].nunique())
                value.append(own["sales_amount"].sum() / 100 / own["order_number"].nunique())
            sums["mix"] += (reach[1] - reach[0]) * (value[0] + value[1]) / 2
            sums["inside"] += (value[1] - value[0]) * (reach[0] + reach[1]) / 2
        return sums

    def factors(self) -> dict[str, float]:
        """Effect of every factor of the bridge, summed over the categories."""
        sums = dict.fromkeys(("customers", "mix", "frequency", "quantity", "price"), 0.0)
        years = [self.period(year).query("customer_key != 0") for year in ("last", "this")]
        everybody = years[1]["customer_key"].nunique() / years[0]["customer_key"].nunique()

        def weight(a: float, b: float) -> float:
            return a if a == b else (b - a) / math.log(b / a)

        for category in self.facts["category"].unique():
            own = [lines[lines["category"] == category] for lines in years]
            ratio = {
                name: math.log(own[1][column].agg(how) / own[0][column].agg(how))
                for name, column, how in (
                    ("buyers", "customer_key", "nunique"),
                    ("orders", "order_number", "nunique"),
                    ("units", "quantity", "sum"),
                    ("revenue", "sales_amount", "sum"),
                )
            }
            money = weight(*(lines["sales_amount"].sum() / 100 for lines in own))
            sold = [lines.groupby("product_number")[["sales_amount", "quantity"]].sum() for lines in own]
            prices = sold[0].add_suffix("_a").join(sold[1].add_suffix("_b"), how="inner")
            price = sum(
                weight(row.sales_amount_a / 100, row.sales_amount_b / 100)
                * math.log(row.sales_amount_b / row.quantity_b / (row.sales_amount_a / row.quantity_a))
                for row in prices.itertuples()
            )
            sums["customers"] += money * math.log(everybody)
            sums["mix"] += money * (ratio["buyers"] - math.log(everybody) + ratio["revenue"] - ratio["units"]) - price
            sums["frequency"] += money * (ratio["orders"] - ratio["buyers"])
            sums["quantity"] += money * (ratio["units"] - ratio["orders"])
            sums["price"] += price
        return sums

    def moved(self, when: Any, part: str) -> float:
        """Revenue in money of the lines for which `when` holds, this year or last; or what its share of all moved."""
        sums = {
            year: {
                "own": lines[when(lines, year)]["sales_amount"].sum() / 100,
                "all": lines["sales_amount"].sum() / 100,
            }
            for year, lines in ((year, self.period(year)) for year in ("last", "this"))
        }
        if part != "weight":
            return sums[part]["own"]
        shares = {year: found["own"] / found["all"] for year, found in sums.items()}
        return (shares["this"] - shares["last"]) * sums["this"]["all"]

    def of_new(self, part: str, year: str = "") -> float:
        first = self.facts[self.facts["customer_key"] != 0].groupby("customer_key")["order_date"].min()

        def is_new(lines: pd.DataFrame, year: str) -> pd.Series:
            return lines["customer_key"].map(first) >= pd.Timestamp(self.value(f"period.{year}.start"))

        if part == "customers":
            return self.period(year).loc[lambda lines: is_new(lines, year), "customer_key"].nunique()
        return self.moved(is_new, part)

    def of_place(self, place: str, *parts: str) -> float:
        return self.of_part("country", place, *parts)

    def of_part(self, column: str, name: str, *parts: str) -> float:
        if parts[0] == "customers":
            lines = self.period(parts[1]).query("customer_key != 0")
            return lines[lines[column] == name]["customer_key"].nunique()
        return self.moved(lambda lines, _: lines[column] == name, parts[0])

    def of_unknown(self, kind: str, _: str) -> float:
        column = {"category": "category", "place": "country"}[kind]
        lines = self.period("this")
        return lines[lines[column] == "n/a"]["sales_amount"].sum() / 100

    def of_silent_months(self, part: str) -> Any:
        """What is told of the months that have no line."""
        periods = [
            pd.period_range(self.value(f"period.{year}.start"), self.value(f"period.{year}.end"), freq="M")
            for year in ("last", "this")
        ]
        silent = [sorted(set(months) - set(self.facts["month"])) for months in periods]
        if part == "first":
            return str(min(silent[0] + silent[1]).start_time.date())
        if part != "weight":
            return len(silent[("last", "this").index(part)])
        mean = self.period("this")["sales_amount"].sum() / 100 / len(periods[1])
        return mean * len(silent[0] + silent[1])

    def of_returns(self, part: str, year: str) -> float:
        assert part == "customers"
        return self.period(year).query("customer_key != 0")["customer_key"].nunique()

    def of_margin(self, part: str, year: str = "") -> float:
        if part == "customers":
            return self.of_returns(part, year)
        rates = []
        for year in ("last", "this"):
            known = self.period(year).dropna(subset="cost_amount")
            rates.append(1 - known["cost_amount"].sum() / (known["sales_amount"].sum() / 100))
        return (rates[1] - rates[0]) * self.period("this")["sales_amount"].sum() / 100

    def of_season(self, month: str, part: str = "") -> Any:
        sums = self.period("this").groupby("month")["sales_amount"].sum() / 100
        return str(sums.idxmax().start_time.date()) if month == "month" else sums.max() - sums.mean()

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

    def of_category(self, category: str, *parts: str) -> float:
        return self.of_part("category", category, *parts)

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
            return min([*own, *segments, *others.values(), *self.of_shares()])
        return self.uniqueness["purchases"]["after"]["three_purchases"]["unique_share"]

    def of_shares(self) -> list[int]:
        """Customers, and the other ones, of every share that is told of a segment."""
        found = []
        for segment in self.model["segments"]:
            told = [segment.get("borderline_share"), *(segment.get("figures") or {}).values()]
            names = ["borderline_share", *(segment.get("figures") or {})]
            for name, share in zip(names, told, strict=True):
                if share is not None and name.endswith("_share"):
                    some = round(share * segment["customers"])
                    found += [count for count in (some, segment["customers"] - some) if count]
        return found

    def of_segment(self, label: str, column: str) -> float:
        found = next(s for s in self.model["segments"] if s["label"] == int(label))
        if column == "stake":  # one more order of every tenth customer
            return math.floor(found["customers"] / 10 + 0.5) * found["figures"]["average_order_value"]
        known = {t["feature"]: t["deviation"] for t in found["distinguishing"]} | found["figures"] | found
        return known[column]

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
