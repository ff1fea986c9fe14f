"""The feature dictionary as Markdown: what each feature means, how it is spread, what is left out and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from elt.features.catalogue import Feature
from elt.features.rounding import DAYS, ROUNDED, told
from elt.features.scaling import Refused, scale
from elt.protection.disclosure import count_text
from elt.report.markdown import Markdown, code, table
from elt.report.numbers import number
from elt.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

PERCENTILES = (5, 50, 95)  # not the smallest and the largest value, which may be one person
DECIMALS = {"money": 2, "share": 3, "lines": 2, "pieces": 2}  # of a percentile, by unit; other units 0
OPTIONAL = (
    "days_between_orders",
    "gross_margin_rate",
    "main_category_share",
)  # what some data do not allow
MAY_BE_NONE = ("objections_awaited", "collective_accounts")  # counts that are told only where there are any


@dataclass(frozen=True)
class NotInTable:
    """Customers and order lines that are counted, but not in the table of features."""

    customers_without_orders: int = 0
    customers_objected: int = 0
    lines_unknown: int = 0
    lines_later: int = 0
    objections_awaited: int = 0
    collective_accounts: int = 0
    remarks: Sequence[str] = ()

    def counts(self, minimum_group: int) -> dict[str, int | str]:
        """How many of each; a count of few people is hidden."""
        of_people = ("customers_without_orders", "customers_objected", "objections_awaited")
        counts: dict[str, int | str] = {
            name: count_text(getattr(self, name), minimum_group) if name in of_people else getattr(self, name)
            for name in (*of_people, "collective_accounts", "lines_unknown", "lines_later")
        }
        return {name: count for name, count in counts.items() if count or name not in MAY_BE_NONE}


def spread(values: "pd.Series", decimals: int, minimum_group: int) -> list[str | None]:
    """The percentiles with their decimals; one with fewer than the minimum of people at or beyond it is None."""
    found = [beyond(values, percentile) for percentile in PERCENTILES]
    return [number_text(value, decimals) if heads >= minimum_group else None for value, heads in found]


def number_text(value: float, decimals: int) -> str:
    """A number as a plain decimal, rounded half up as pages print it."""
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP))


def people_behind(
    frame: "pd.DataFrame", entries: Sequence[Feature], absent: NotInTable, minimum_group: int
) -> dict[str, int]:
    """People behind what the dictionary shows of people, by its place in it; what is hidden is not in it."""
    found = {"customers": len(frame)}
    for entry in entries:
        values = frame[entry.name]
        for percentile in PERCENTILES:
            found[f"{entry.name}.{percentile}"] = beyond(values, percentile)[1]
    found["without orders"] = absent.customers_without_orders
    found["objected"], found["awaited"] = absent.customers_objected, absent.objections_awaited
    return {place: count for place, count in found.items() if count >= minimum_group}


def beyond(values: "pd.Series", percentile: int) -> tuple[float, int]:
    """A percentile and how many people have it or a smaller value, or it or a larger one: the fewer of them."""
    value = values.quantile(percentile / 100, interpolation="lower" if percentile < 50 else "nearest")
    return value, int(min((values <= value).sum(), (values >= value).sum())) if len(values) else 0


def facts(
    frame: "pd.DataFrame",
    entries: Sequence[Feature],
    today: date | None,
    not_in_table: NotInTable,
    minimum_group: int,
    published: str = ROUNDED,
) -> dict[str, Any]:
    """What the dictionary tells, without words, so that another language computes no feature.

    frame: exact features; today: the analysis date, None without orders; published: how.
    """
    names = [entry.name for entry in entries]
    refused: Mapping[str, Refused] = scale(frame, names).refused if len(frame) >= minimum_group else {}
    features = [
        {
            "name": entry.name,
            "category": entry.category,
            "unit": entry.unit,
            "source": entry.source,
            "rounding": told(entry, published),
            "refused": list(refused.get(entry.name, ())),
            "percentiles": spread(frame[entry.name], DECIMALS.get(entry.unit, 0), minimum_group),
        }
        for entry in entries
    ]
    return {
        "customers": count_text(len(frame), minimum_group),
        "analysis_date": today.isoformat() if today else None,
        "minimum_group": minimum_group,
        "published": published,
        "features": features,
        "absent": sorted({*OPTIONAL} - {entry.name for entry in entries}),
        "counted": not_in_table.counts(minimum_group),
        "remarks": list(not_in_table.remarks),
    }


def dictionary(found: Mapping[str, Any], words: Words) -> str:
    """The whole dictionary as Markdown; found: as `facts` gives it."""
    language, heads, columns = words["language"], words["headings"], words["columns"]

    def count(value: int | str) -> str:
        return value if isinstance(value, str) else number(value, 0, language)

    def meaning(feature: Mapping[str, Any]) -> list[str]:
        said, formula = words["features"]["category_share" if feature["category"] is not None else feature["name"]]
        rounding = words["rounding"][feature["rounding"]].format(days=DAYS)
        unit = words["units"][feature["unit"]]
        return [
            code(feature["name"]),
            said.format(category=feature["category"]),
            formula,
            unit,
            rounding,
            feature["source"],
        ]

    def apart(feature: Mapping[str, Any]) -> str:
        reason, twin = feature["refused"] or ("yes", None)
        return words["apart"][reason].format(twin=twin or "")

    def percentiles(feature: Mapping[str, Any]) -> list[str]:
        of = DECIMALS.get(feature["unit"], 0)
        return ["–" if value is None else number(value, of, language) for value in feature["percentiles"]]

    features, day = found["features"], found["analysis_date"] or words["no_orders"]
    names = ("feature", "meaning", "formula", "unit", "published", "source")
    parts = [
        "# " + words["title"].format(customers=count(found["customers"]), features=len(features)),
        words["grain"].format(day=day),
        words["personal"],
        f"## {heads['meaning']}",
        words["order"],
        words["published"][found["published"]],
        table([columns[name] for name in names], map(meaning, features)).rstrip(),
        *(words["absent"][name] for name in found["absent"]),
        f"## {heads['spread']}",
        words["spread"].format(minimum=found["minimum_group"]),
        table(
            [columns["feature"], "5 %", "50 %", "95 %", columns["apart"]],
            [[code(feature["name"]), *percentiles(feature), apart(feature)] for feature in features],
        ).rstrip(),
        f"## {heads['counted']}",
        table(
            [columns["what"], columns["number"]],
            [[words["counted"][name], count(value)] for name, value in found["counted"].items()],
        ).rstrip(),
        *(words["remark"].format(remark=remark) for remark in found["remarks"]),
        f"## {heads['left_out']}",
        table([columns["what"], columns["why"]], words["left_out"]).rstrip(),
    ]
    return Markdown("\n\n".join(parts) + "\n")
