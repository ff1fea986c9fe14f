"""An attacker who reads everything a run publishes about groups and solves for what was hidden.

He shares no code with the pipeline. He knows the names of all groups (months, countries, categories, products), which
are no secret, that revenue and counts are not negative, and that totals are sums. Row-level tables under pseudonyms
are no part of what he has: they are personal data and say so.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

Cell = tuple  # (measure, what, name …), hashable
TOLERANCE = 0.006  # of a cent amount as money


@dataclass
class Knowledge:
    """Known cells and sums of cells; cells that no entry names are unknown and not negative."""

    known: dict[Cell, float] = field(default_factory=dict)
    sums: list[tuple[dict[Cell, float], float]] = field(default_factory=list)
    at_most: list[tuple[dict[Cell, float], float]] = field(default_factory=list)

    def learn(self, cell: Cell, value: float) -> None:
        """A cell that was published."""
        if abs(self.known.setdefault(cell, value) - value) > TOLERANCE:
            raise AssertionError(f"two publications disagree about {cell}")

    def total(self, cells: Iterable[Cell], value: float) -> None:
        """A sum of cells that was published."""
        self.sums.append((dict.fromkeys(cells, 1.0), value))

    def open(self, part: Mapping[Cell, float], value: float) -> tuple[dict[Cell, float], float]:
        """What is left of an equation when the known cells are put in."""
        left = {cell: factor for cell, factor in part.items() if cell not in self.known}
        return left, value - sum(factor * self.known[c] for c, factor in part.items() if c in self.known)

    def bounds(self, most: int = 80) -> dict[Cell, tuple[float, float]]:
        """Lowest and highest possible value of every unknown cell that an equation names.

        A linear program for every cell, within each set of equations that have unknowns in common; of sets with more
        than `most` unknowns only the cells that the equations alone determine (those no null vector moves).
        """
        equations = [(left, rest) for left, rest in (self.open(*s) for s in self.sums) if left]
        limits = [(left, rest) for left, rest in (self.open(*s) for s in self.at_most) if left]
        found: dict[Cell, tuple[float, float]] = {}
        for cells in connected([left for left, _ in (*equations, *limits)]):
            place = {cell: number for number, cell in enumerate(cells)}
            matrix, values = system(equations, place)
            upper, tops = system(limits, place)
            fixed = determined(matrix, values)
            for cell, number in place.items():
                if number in fixed:
                    found[cell] = (fixed[number], fixed[number])
                elif len(cells) > most:
                    found[cell] = (0.0, np.inf)
                else:
                    found[cell] = extremes(number, len(cells), matrix, values, upper, tops)
        return found


def connected(equations: list[dict[Cell, float]]) -> list[list[Cell]]:
    """Cells by sets that no equation links to another set."""
    sets: list[set[Cell]] = []
    for equation in equations:
        mine = set(equation)
        apart = []
        for other in sets:
            if mine & other:
                mine |= other
            else:
                apart.append(other)
        sets = [*apart, mine]
    return [sorted(cells, key=str) for cells in sets]


def system(equations: list, place: Mapping[Cell, int]) -> tuple[np.ndarray, np.ndarray]:
    """Matrix and right side of the equations about these cells."""
    mine = [(left, rest) for left, rest in equations if next(iter(left)) in place]
    matrix = np.zeros((len(mine), len(place)))
    for row, (left, _) in enumerate(mine):
        for cell, factor in left.items():
            matrix[row, place[cell]] = factor
    return matrix, np.array([rest for _, rest in mine], dtype=float)


def determined(matrix: np.ndarray, values: np.ndarray) -> dict[int, float]:
    """Unknowns that the equations alone determine: their unit vector lies in the row space."""
    if not len(matrix):
        return {}
    _, strengths, rows = np.linalg.svd(matrix, full_matrices=False)
    basis = rows[strengths > 1e-9]
    solution = np.linalg.lstsq(matrix, values, rcond=None)[0]
    inside = (basis**2).sum(axis=0)
    return {number: float(solution[number]) for number in np.flatnonzero(inside > 1 - 1e-9)}


def extremes(number: int, cells: int, matrix, values, upper, tops) -> tuple[float, float]:
    """Lowest and highest value of one unknown."""
    goal = np.zeros(cells)
    goal[number] = 1
    equal = {"A_eq": matrix, "b_eq": values} if len(matrix) else {}
    under = {"A_ub": upper, "b_ub": tops} if len(upper) else {}
    low, high = (linprog(sign * goal, **equal, **under, bounds=(0, None), method="highs") for sign in (1, -1))
    return (low.fun if low.status == 0 else 0.0, -high.fun if high.status == 0 else np.inf)


# What a run publishes


def load(run: Path) -> dict:
    """The published figures of a run that are about groups."""
    files = {
        "eda": "step1_eda/data/eda_summary.json",
        "expose": "reports/number_ledger.json",
        "model": "step3_segmentation/_meta/model_metadata.json",
        "books": "_meta/ledger.json",
    }
    return {name: json.loads((run / path).read_text(encoding="utf-8")) for name, path in files.items()}


def years(expose: Mapping) -> dict[str, tuple[str, str]]:
    """First and last month of this year and last."""
    figures = expose["figures"]
    return {
        year: tuple(figures[f"period.{year}.{end}"]["value"][:7] for end in ("start", "end"))
        for year in ("this", "last")
        if f"period.{year}.start" in figures
    }


def study(published: Mapping, names: Mapping) -> Knowledge:
    """Everything that the publications of one run say about revenue, order lines and heads.

    names: months, weekdays, countries, cohorts, segments, subcategories (by category), products of this year (number ->
    category) and their classes: names of the groups that exist, which everybody may know.
    """
    mind, eda, figures = Knowledge(), published["eda"], published["expose"]["figures"]
    revenue = float(published["books"]["kpis"]["revenue"]["total"])
    lines = float(published["books"]["rows"]["fact_sales"])
    parts = {
        "month": [(month,) for month in names["months"]],
        "weekday": [(day,) for day in names["weekdays"]],
        "country": [(country,) for country in names["countries"]],
        "category": [(category,) for category in names["subcategories"]],
        "subcategory": [(c, s) for c, found in names["subcategories"].items() for s in found],
    }
    for name, groups in parts.items():
        if name not in eda["breakdowns"]:
            continue
        columns = ["category", "subcategory"] if name == "subcategory" else [name]
        for entry in eda["breakdowns"][name]["groups"]:
            key = tuple(entry[column] for column in columns)
            mind.learn(("revenue", name, *key), entry["revenue"])
            mind.learn(("lines", name, *key), entry["order_lines"])
        for measure, total in (("revenue", revenue), ("lines", lines)):
            mind.total([(measure, name, *group) for group in groups], total)
    for category, found in names["subcategories"].items():
        for measure in ("revenue", "lines"):
            whole = (measure, "category", category)
            part = {(measure, "subcategory", category, name): 1.0 for name in found}
            mind.sums.append(({**part, whole: -1.0}, 0.0))
    study_expose(mind, figures, years(published["expose"]), names, revenue)
    study_heads(mind, published, names)
    return mind


def study_expose(mind: Knowledge, figures: Mapping, periods: Mapping, names: Mapping, revenue: float) -> None:
    """Months, years, categories and countries by year, new customers, classes and products of the exposé."""
    parts = {("category", "category"): names["subcategories"], ("country", "place"): names["countries"]}
    for month in names["months"]:
        if f"month.{month}.revenue" in figures:
            mind.learn(("revenue", "month", month), float(figures[f"month.{month}.revenue"]["value"]))
    for year, (first, last) in periods.items():
        for total in (f"revenue.{year}", f"kpi.revenue.{year}"):
            if total in figures:
                whole = float(figures[total]["value"])
                mind.total([("revenue", "month", m) for m in names["months"] if first <= m <= last], whole)
                for (kind, _), found in parts.items():
                    mind.total([("revenue", f"{kind} of year", part, year) for part in found], whole)
                mind.total([("revenue", "new of year", is_new, year) for is_new in (True, False)], whole)
                break
        if f"new_customers.{year}" in figures:
            value = float(figures[f"new_customers.{year}"]["value"])
            mind.learn(("revenue", "new of year", True, year), value)
    for (kind, family), found in parts.items():
        for part in found:
            cells = {("revenue", f"{kind} of year", part, year): 1.0 for year in (*periods, "rest")}
            mind.sums.append(({**cells, ("revenue", kind, part): -1.0}, 0.0))
            for year in periods:
                if f"{family}.{part}.{year}" in figures:
                    value = float(figures[f"{family}.{part}.{year}"]["value"])
                    mind.learn(("revenue", f"{kind} of year", part, year), value)
    products = {number: ("revenue", "product", number) for number in names["products"]}
    for number, cell in products.items():
        if f"product.{number}.revenue" in figures:
            mind.learn(cell, float(figures[f"product.{number}.revenue"]["value"]))
    for name in "ABC":
        members = [cell for number, cell in products.items() if names["classes"][number] == name]
        if f"abc.{name}.revenue" in figures:
            mind.total(members, float(figures[f"abc.{name}.revenue"]["value"]))
    for category in names["subcategories"]:
        members = {cell: 1.0 for number, cell in products.items() if names["products"][number] == category}
        if members:
            mind.sums.append(({**members, ("revenue", "category of year", category, "this"): -1.0}, 0.0))
    mind.total([("revenue", "segment", s) for s in names["segments"]], revenue)


def study_heads(mind: Knowledge, published: Mapping, names: Mapping) -> None:
    """Heads: segments, cohorts, customers of a country with and without orders, categories of customers."""
    eda, figures, model = published["eda"], published["expose"]["figures"], published["model"]
    buyers = eda["customers"]["rows"]
    for segment in model["segments"]:
        if segment["customers"] is not None:
            mind.learn(("heads", "segment", segment["label"]), segment["customers"])
            mind.learn(("revenue", "segment", segment["label"]), segment["revenue"])
    mind.total([("heads", "segment", s) for s in names["segments"]], buyers)
    for cohort in names["cohorts"]:
        if f"cohort.{cohort}.customers" in figures:
            mind.learn(("heads", "cohort", cohort), figures[f"cohort.{cohort}.customers"]["value"])
    mind.total([("heads", "cohort", c) for c in (*names["cohorts"], "rest")], buyers)
    profile = next(mart for mart in eda["marts"] if mart["name"] == "dim_customer")
    everyone = profile["rows"] - profile["unknown_member_rows"]
    for column in profile["columns"]:
        if "counts" in column:
            shown = [entry["value"] for entry in column["counts"]]
            for entry in column["counts"]:
                mind.learn(("heads", column["name"], entry["value"]), entry["rows"])
            others = [f"hidden {n}" for n in range(column["suppressed_groups"])]  # a gap is one of them, or known
            if isinstance(column["missing"], int):
                mind.learn(("heads", column["name"], "gap"), column["missing"])
                shown.append("gap")
            mind.total([("heads", column["name"], value) for value in (*shown, *others)], everyone)
    for entry in eda["breakdowns"]["country"]["groups"]:
        mind.learn(("heads", "buyers of country", entry["country"]), entry["customers"])
    for country in names["countries"]:
        split = {("heads", f"{kind} of country", country): 1.0 for kind in ("buyers", "without an order")}
        mind.sums.append(({**split, ("heads", "country", country): -1.0}, 0.0))
    study_histograms(mind, eda, buyers)


def study_histograms(mind: Knowledge, eda: Mapping, buyers: int) -> None:
    """Customers between the edges of all histograms of one measure, and between percentiles."""
    tables = [eda["customers"], *(mart for mart in eda["marts"] if mart["name"] == "agg_customer_value")]
    columns: dict[str, list[Mapping]] = {}
    for table in tables:
        for column in table["columns"]:
            if column["shown"] == "number":
                columns.setdefault(column["name"], []).append(column)
    for name, found in columns.items():
        charts = [column["histogram"] for column in found if column.get("histogram")]
        if name == "revenue" and eda["revenue_a_customer"]:
            charts.append(eda["revenue_a_customer"])
        shares = {(int(key[1:]) / 100, value) for column in found for key, value in column["percentiles"].items()}
        cuts = sorted({float(e) for chart in charts for e in chart["edges"]} | {v for _, v in shares if v is not None})
        cells = [("heads", f"between {name}", low, high) for low, high in pairwise([-np.inf, *cuts, np.inf])]
        mind.total(cells, buyers)
        for chart in charts:
            for (low, high), rows in zip(pairwise(chart["edges"]), chart["rows"], strict=True):
                mind.total([cell for cell in cells if low <= cell[2] and cell[3] <= high], rows)
        for share, value in shares:
            if value is not None:
                mind.at_most.append(({c: 1.0 for c in cells if c[3] <= value}, ceil(round(share * buyers, 6)) - 1))


def disclosed(mind: Knowledge, minimum: int) -> dict[Cell, tuple[float, float]]:
    """Hidden cells that are found: sums that are determined, and groups known to be of 1 to minimum - 1 heads."""
    found = {}
    for cell, (low, high) in mind.bounds().items():
        if cell[0] == "heads":
            is_found = low > 0.5 and high < minimum - 0.5
        else:
            is_found = high - low < TOLERANCE and high > TOLERANCE
        if is_found:
            found[cell] = (low, high)
    return found


def both(first: Knowledge, second: Knowledge, same: Iterable[Cell]) -> Knowledge:
    """Two runs as one system; `same` are the cells that the missing customer does not touch."""
    mind = Knowledge()
    for mark, one in (("first", first), ("second", second)):
        mind.known |= {(*cell, mark): value for cell, value in one.known.items()}
        mind.sums += [({(*c, mark): f for c, f in part.items()}, value) for part, value in one.sums]
        mind.at_most += [({(*c, mark): f for c, f in part.items()}, value) for part, value in one.at_most]
    mind.sums += [({(*cell, "first"): 1.0, (*cell, "second"): -1.0}, 0.0) for cell in same]
    return mind
