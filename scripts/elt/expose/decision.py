"""The decision wanted: what the weightiest finding asks for, with value at stake, baseline, success and who decides.

The value at stake is arithmetic on what was sold, never a forecast.
"""

# ruff: noqa: S608 - these queries are told, not run

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from elt.expose.number_ledger import NumberLedger, say
from elt.expose.told import PARTS, direction, entered, part_of, revenue_of
from elt.findings.compared import VIEWS
from elt.findings.statement import Finding
from elt.report.figure_ledger import query, quoted

LINES = ("whom", "stake", "today", "success", "who")
OF_ALL = ("new_customers", "returns", "margin")  # findings about the whole company that somebody can act on


def decision(
    key: str,
    figures: Mapping[str, str],
    texts: Mapping[str, Any],
    common: Mapping[str, str] | None = None,
    said: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A decision: what, and a line each for whom, value at stake, baseline, success and who decides by when.

    common: by line the key of a wording that several decisions share; said: by line a sentence that is there already.
    """
    keys = {line: f"decide_{(common or {}).get(line, key)}_{line}" for line in LINES}
    lines = [
        {"label": line, "said": (said or {}).get(line) or say(wording, figures, texts)}
        for line, wording in keys.items()
    ]
    return {"what": say(f"decide_{key}", figures, texts), "lines": lines}


def of_gap(ledger: NumberLedger, finding: Finding, gaps: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What to decide on a category that ended; None if too few people stand behind its end. gaps: their sentences."""
    told = next((gap for gap in gaps if gap["texts"]["category"] == finding.subject), None)
    revenue = f"category.{finding.subject}.this"
    if told is None or revenue not in ledger.figures or "revenue.this" not in ledger.figures:
        return None
    share = ledger.ratio("decision.share", revenue, "revenue.this")
    figures = {"revenue": revenue, "share": share or revenue, "first": told["figures"]["first"]}
    figures |= customers(ledger, replace(finding, kind="category"))
    return decision("gap", figures, {"part": finding.subject})


def customers(ledger: NumberLedger, finding: Finding) -> dict[str, str]:
    """How many known customers stand behind a finding in each year, where there are any."""
    name = ".".join(part for part in (finding.kind, finding.subject) if part)
    return {
        f"customers_{year}": ledger.enter(
            f"{name}.customers.{year}",
            count,
            "people",
            query(f"SELECT COUNT(DISTINCT customer_key) FROM {lines_behind(finding, year)}"),
        )
        for year, count in finding.customers.items()
        if count
    }


def lines_behind(finding: Finding, year: str) -> str:
    """The lines of known customers that a finding is about in a year, as SQL."""
    if finding.kind == "new_customers":
        return finding.evidence[year]["query"].partition(" FROM ")[2]
    if finding.kind not in VIEWS:
        return f"{year}_year WHERE customer_key <> 0"
    return f"{year}_year WHERE {VIEWS[finding.kind][1]} = {quoted(finding.subject)} AND customer_key <> 0"


def of_part(ledger: NumberLedger, finding: Finding) -> dict[str, Any]:
    """What to decide on a category or place whose share of revenue moved most."""
    figures = {name: figure for name, figure in entered(ledger, finding).items() if figure in ledger.figures}
    figures |= customers(ledger, finding) | total(ledger)
    for year in ("last", "this"):
        share = ledger.ratio(f"{finding.kind}.{finding.subject}.share.{year}", figures[year], f"revenue.{year}")
        figures[f"share_{year}"] = share or figures[year]
    key = f"{finding.kind}_{direction(finding.weight)}"
    common = dict.fromkeys(LINES, f"part_{direction(finding.weight)}") | {"who": finding.kind}
    return decision(key, figures, part_of(finding), common)


def of_stopped(ledger: NumberLedger, finding: Finding) -> dict[str, Any]:
    """What to decide on a place that sold for long and then no more, which may be missing in the export."""
    figures = {name: figure for name, figure in entered(ledger, finding).items() if figure in ledger.figures}
    return decision("stopped", figures | customers(ledger, finding), part_of(finding))


def total(ledger: NumberLedger) -> dict[str, str]:
    """How all revenue moved, as an amount where a share of last year's means nothing."""
    parts = (f"{revenue_of(ledger)}.{part}" for part in ("change", "difference"))
    return {"total": next(part for part in parts if part in ledger.figures)}


def of_whole(ledger: NumberLedger, finding: Finding) -> dict[str, Any] | None:
    """What to decide on new customers, returns or margin; None where none is to be made: what moved against its weight
    only kept less pace, and returns and margin that got better ask for nothing."""
    if finding.amount * finding.weight <= 0 or (finding.kind != "new_customers" and finding.amount > 0):
        return None
    figures = {name: figure for name, figure in entered(ledger, finding).items() if figure in ledger.figures}
    figures |= customers(ledger, finding) | total(ledger)
    key = f"{finding.kind}_{direction(finding.amount)}"
    return decision(key, figures, {}, {"who": finding.kind})


def decided(
    ledger: NumberLedger,
    found: Sequence[Finding],
    gaps: Sequence[Mapping[str, Any]],
    segment: dict[str, Any] | None,
    stopped: Collection[str] = (),
) -> dict[str, Any]:
    """The decision on the weightiest finding that somebody can act on: a category, a place, new customers, returns or
    margin; else that on a segment, or that there is none.

    stopped: countries that sold for long and then no more. What they are missing moves all other shares, so whether
    they ended is decided before anything else. Where revenue fell, what lost share comes before what gained it. A
    category or place without sales in one of the years has no customers to speak of there: the next one decides.
    """
    for finding in found:
        if finding.kind == "place" and finding.subject in stopped and finding.last > 0 and finding.customers["last"]:
            return of_stopped(ledger, finding)
    moved = f"{revenue_of(ledger)}.difference"
    has_fallen = moved in ledger.figures and ledger.value(moved) < 0
    for finding in sorted(found, key=lambda one: has_fallen and one.weight > 0):
        if finding.kind == "gap" and (told := of_gap(ledger, finding, gaps)):
            return told
        if finding.kind in OF_ALL and (told := of_whole(ledger, finding)):
            return told
        if finding.kind in PARTS and finding.this > 0 and finding.last > 0 and all(finding.customers.values()):
            return of_part(ledger, finding)
    return segment or {"what": say("decide_nothing"), "lines": []}
