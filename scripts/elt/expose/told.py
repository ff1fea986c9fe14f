"""Findings as sentences of the exposé: the messages of page one, each with its figures in the ledger."""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from elt.expose.bridge import by_size
from elt.expose.number_ledger import FEWEST, NOT_MEANINGFUL, NumberLedger, say
from elt.expose.products import shortened
from elt.findings.statement import Finding
from elt.report.figure_ledger import query
from elt.sales.periods import NO_CATEGORY, YEAR, add_months

MESSAGES = 3
PARTS = ("category", "place")
PLACES = 6  # rows of the table of places at most
# By how much a part moved more than the whole, in money; {name} stands for what the part is called in the ledger.
SHIFT = "[{name}.this] - [{name}.last] * [revenue.this] / [revenue.last]"
WEIGHTS = {
    "returns": SHIFT.replace("{name}", "kpi.returns"),
    "season": "[month.{month}.revenue] - [revenue.this] / 12",
    "unknown": "[{subject}.n/a.this]",
    "silent_months": "([silent_months.last] + [silent_months.this]) * [revenue.this] / [period.this.months]",
}


def direction(value: Decimal | int) -> str:
    """up, down or same."""
    return "up" if value > 0 else "down" if value < 0 else "same"


def entered(ledger: NumberLedger, finding: Finding) -> Mapping[str, str | None]:
    """The names of a finding's figures: this, last, weight, and difference and change of revenues.

    What a table of the exposé enters as well has its name from there.
    """
    name = ".".join(part for part in (finding.kind, finding.subject) if part)
    if finding.kind == "silent_months":
        name = finding.kind
    if finding.kind == "gap":
        return {"this": f"category.{finding.subject}.this", "weight": f"category.{finding.subject}.this"}
    subject = finding.subject
    formula = WEIGHTS.get(finding.kind, SHIFT).format(name=name, subject=subject, month=subject[:7])
    rule = finding.evidence.get("weight") or {"formula": formula}
    weight = ledger.enter(f"{name}.weight", finding.weight, "money", rule, 0, people=finding.people)
    if finding.kind == "margin":
        return {year: f"kpi.gross_margin_rate.{year}" for year in ("last", "this")} | {"weight": weight}
    if finding.kind == "returns":
        figures = {part: f"kpi.returns.{part}" for part in ("last", "this", "difference")}
        return {part: figure for part, figure in figures.items() if figure in ledger.figures} | {"weight": weight}
    if finding.kind == "unknown":
        return {year: f"{finding.subject}.{NO_CATEGORY}.{year}" for year in ("last", "this")} | {"weight": weight}
    if finding.kind == "silent_months":
        return {
            year: ledger.enter(f"silent_months.{year}", int(getattr(finding, year)), "count", origin)
            for year, origin in finding.evidence.items()
        } | {"weight": weight}
    if finding.kind == "season":
        month = date.fromisoformat(subject)
        months = {"last": add_months(month, -YEAR), "this": month}
        return {year: f"month.{one:%Y-%m}.revenue" for year, one in months.items()} | {"weight": weight}
    figures = {
        year: ledger.enter(
            f"{name}.{year}", getattr(finding, year), "money", origin, 0, people=finding.customers[year] or None
        )
        for year, origin in finding.evidence.items()
    }
    return {**figures, **ledger.compared(name, figures["this"], figures["last"]), "weight": weight}


def statement(ledger: NumberLedger, finding: Finding) -> dict[str, Any]:
    """A finding as a sentence."""
    figures = {name: figure for name, figure in entered(ledger, finding).items() if figure}
    texts = part_of(finding)
    if finding.kind == "silent_months":
        rule = query(f"SELECT DATE '{finding.subject}' WHERE {no_line(finding.subject)}")
        figures["first"] = ledger.enter("silent_months.first", date.fromisoformat(finding.subject), "month", rule)
        return say("silent_months", figures)
    if finding.kind == "unknown":
        return say(f"unknown_{finding.subject}_revenue", figures | {"share": share_of_unknown(ledger, finding)})
    if finding.kind == "season":
        sums = "SELECT DATE_TRUNC('month', order_date) AS month, SUM(sales_amount) AS revenue FROM this_year GROUP BY 1"
        rule = query(f"SELECT CAST(month AS DATE) FROM ({sums}) AS sums ORDER BY revenue DESC, month DESC LIMIT 1")
        figures["month"] = ledger.enter("season.month", date.fromisoformat(finding.subject), "month", rule)
        return say("season", figures)
    if finding.kind in PARTS and not (finding.this and finding.last):
        return say("part_new" if finding.this else "part_gone", figures, texts)
    kind = "part" if finding.kind in PARTS else finding.kind
    key = f"{kind}_{direction(finding.amount)}"
    if figures.get("change") == NOT_MEANINGFUL:
        del figures["change"]
        return say(f"{key}_plain", figures, texts)
    return say(key, figures, texts)


def part_of(finding: Finding) -> dict[str, Any]:
    """The text of a sentence on the part that a finding is about; of a place, which has a name in each language."""
    named = {"place": finding.subject} if finding.kind == "place" else finding.subject
    return {"part": named} if finding.subject else {}


def no_line(month: str) -> str:
    """That the lines of a month have no revenue, as SQL."""
    own = f"DATE_TRUNC('month', order_date) = DATE '{month}'"
    return f"NOT EXISTS (SELECT 1 FROM lines WHERE {own} HAVING SUM(sales_amount) <> 0)"


def share_of_unknown(ledger: NumberLedger, finding: Finding) -> str:
    """Share of this year's revenue that has no known category or place."""
    part = f"{finding.subject}.{NO_CATEGORY}.this"
    return ledger.ratio(f"{finding.subject}.{NO_CATEGORY}.share", part, "revenue.this") or part


def revenue_of(ledger: NumberLedger) -> str:
    """What the ledger calls all revenue: the key figure of that name, or of a company that does not show it the sums of
    both years."""
    if "kpi.revenue.this" in ledger.figures:
        return "kpi.revenue"
    years = [f"revenue.{year}" for year in ("this", "last")]
    if all(year in ledger.figures for year in years):
        ledger.compared("revenue", *years)
    return "revenue"


def carrier(ledger: NumberLedger, found: Iterable[Finding]) -> Finding | None:
    """The category that moved most in the direction of all revenue; None if no category did."""
    moved = ledger.value(f"{revenue_of(ledger)}.difference")
    own = [one for one in found if one.kind == "category" and one.amount * moved > 0]
    return min(own, key=lambda one: (-abs(one.amount), one.subject), default=None)


def revenue_message(
    ledger: NumberLedger,
    bridge: Sequence[Mapping[str, str]],
    found: Sequence[Finding],
    absent: dict[str, Any] | None,
) -> dict[str, Any] | None:
    """How revenue moved and which category brought most of it, or else which step of the bridge; without a comparison
    only what it was.

    absent: why a year is not shown.
    """
    name = revenue_of(ledger)
    figures = {"revenue": f"{name}.this"}
    if f"{name}.this" not in ledger.figures:
        return absent
    if f"{name}.difference" not in ledger.figures:
        return say("revenue_alone" if absent else "revenue_only", figures)
    if f"{name}.change" not in ledger.figures:
        return say("revenue_compared", figures | {"last": f"{name}.last"})
    figures |= {"change": f"{name}.change", "difference": f"{name}.difference"}
    key = f"revenue_{direction(ledger.value(f'{name}.difference'))}"
    if part := carrier(ledger, found):
        figures["effect"] = f"category.{part.subject}.difference"
        if figures["effect"] in ledger.figures:
            return say(f"{key}_part", figures, {"part": part.subject})
    if not bridge:
        return say(key, figures)
    main = by_size(ledger, bridge)[0]
    return say(f"{key}_by", figures | {"effect": main["effect"]}, words={"step": main["step"]})


def messages(
    ledger: NumberLedger,
    first: dict[str, Any] | None,
    gaps: Iterable[dict[str, Any]],
    found: Sequence[Finding],
    others: Iterable[dict[str, Any] | None],
) -> list[dict[str, Any]]:
    """Three messages: how revenue moved (`first`), categories that end early (`gaps`), and the weightiest findings;
    `others` where these are fewer."""
    used = (first or {}).get("texts", {}).get("part")
    moves = [one for one in found if one.kind not in ("gap", "season") and one.subject != used]
    told = [first, *gaps, *(statement(ledger, one) for one in moves[:MESSAGES])]
    return [message for message in (*told, *others) if message][:MESSAGES]


def place_table(ledger: NumberLedger, rows: Sequence[dict[str, Any]], places: Sequence[Finding]) -> dict[str, Any]:
    """The places whose share of revenue moved most, and the weightiest of them as title; of fewer than two, which rank
    nothing, those with most revenue under their own title, and the others together. rows: of all places, in whose order
    they stay."""
    if len(places) < FEWEST:
        return {"places": shortened(ledger, [*rows], "place")}
    most = {one.subject for one in places[:PLACES]}
    return {"places_title": statement(ledger, places[0]), "places": [row for row in rows if row["place"] in most]}


def listed(ledger: NumberLedger, found: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings for the ledger, the weightiest first: kind, subject, measure, names of figures, people and the
    sentence (that of a gap stands on page one)."""
    return [
        {
            "kind": one.kind,
            "subject": one.subject,
            "measure": one.measure,
            "figures": entered(ledger, one),
            "people": one.people,
            "said": None if one.kind == "gap" else statement(ledger, one),
        }
        for one in found
    ]
