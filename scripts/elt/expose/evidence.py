"""Page three of the exposé, second part: data quality in money, open points, privacy, method and limits."""

# ruff: noqa: S608 - these queries are told, not run

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from elt.expose import doubts, unknown
from elt.expose.customers import unique_share
from elt.expose.data_quality import LEDGER, OUTCOMES, gap_points, money_messages, open_points, quality_rows, short_title
from elt.expose.number_ledger import NOT_MEANINGFUL, NumberLedger, minimum_group, say
from elt.protection import people_behind
from elt.protection.disclosure import dominated
from elt.protection.people_behind import Behind, smallest
from elt.report import assumptions
from elt.report.figure_ledger import at, query
from elt.report.languages import LANGUAGES
from elt.report.numbers import decimals_of
from elt.sales.overview import Sales

# assumptions about lines that have a place, a day or a currency in common: perhaps the lines of one customer
OF_A_GROUP = {"stopped_part", "crowded_day", "odd_rates", "stale_rates"}
WHOLE_FROM = 100  # amounts in a sentence about assumptions are printed without decimals from here on


@dataclass(frozen=True)
class Published:
    """What other published files say: uniqueness_report.json, and the people behind their figures."""

    uniqueness: Mapping[str, Any]
    others: Sequence[Behind] = ()


def rounded(share: Decimal, decimals: int | None) -> Decimal:
    """A share as it is, or in percent with so many decimals."""
    return share if decimals is None else round(share, decimals + 2)


def printed_decimals(amount: Decimal) -> int:
    """Decimals of an amount in a sentence: none of a large or whole one, else all that it has."""
    return 0 if abs(amount) >= WHOLE_FROM or amount == amount.to_integral_value() else decimals_of(amount)


def contradicted(
    ledger: NumberLedger,
    accounts: Mapping[str, Any],
    minimum: int,
    few: Collection[str] = (),
    tables: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """What was assumed and the data contradict, one sentence an entry of ledger.json, with counts of records.

    An amount of fewer records than the minimum is not stated: it would tell what a customer paid; nor that of lines on
    key 0 of a dimension that are about too few people (`few`: its surrogate keys), or that have a place, a day or a
    currency in common, as nobody has counted the people behind them;
    nor one of fewer persons, of whom shares in whole percent are told alone. `tables`: the source tables, for titles.
    """
    sentences, titles = [], {name: short_title(table) for name, table in (tables or {}).items()}
    for number, entry in enumerate(accounts.get("assumptions", []), start=1):
        name, place = f"assumption.{number}", ("assumptions", number - 1)
        is_hidden = assumptions.is_of_few(entry, minimum)
        decimals = 0 if is_hidden else None
        figures = {
            column: ledger.enter(f"{name}.{column}", entry[column], "count", at(LEDGER, *place, column))
            for column in (() if is_hidden else ("records", "of"))
        }
        share = assumptions.share_of(entry["records"], entry["of"])
        quotient = at(LEDGER, *place, "records", of=[*place, "of"], function="quotient")
        rule = quotient if is_hidden else {"formula": f"[{name}.records] / [{name}.of]"}
        figures["share"] = ledger.enter(f"{name}.share", rounded(share, decimals), "share", rule, decimals)
        amounts = []
        is_told = entry["records"] >= minimum and entry.get("key") not in few and entry["code"] not in OF_A_GROUP
        for field, amount, part in assumptions.amounts_of(entry) if is_hidden or is_told else []:
            column = at(LEDGER, *place, "money", field)
            known = {
                "field": field,
                "amount": None
                if is_hidden
                else ledger.enter(f"{name}.{field}", amount, "money", column, printed_decimals(amount)),
                "share": None,
            }
            if part is not None:
                rule = at(LEDGER, *place, "money", field, of=[*place, "of_money", field], function="quotient")
                figure = f"{name}.{field}.share"
                known["share"] = ledger.enter(figure, rounded(part, decimals), "share", rule, decimals)
            amounts.append(known)
        where = with_titles(entry["where"].partition(",")[0], titles)  # without the key of a person
        texts = {"code": entry["code"], "where": where, "why": entry.get("why", "")}
        sentences.append({"say": "assumption", "figures": figures, "texts": texts, "amounts": amounts})
    return sentences


def with_titles(where: str, titles: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """A place by language, with the titles of source tables; their field beside it where it leads to no other table."""
    parts = [part.partition(".") for part in where.split(assumptions.LEADS)]
    form = "{} ({})" if len(parts) == 1 else "{}"
    return {
        language: assumptions.LEADS.join(
            form.format(titles[table][language], field) if table in titles else f"{table}{dot}{field}"
            for table, dot, field in parts
        )
        for language in LANGUAGES
    }


def personal_columns(ledger: NumberLedger, classes: Sequence[str]) -> dict[str, Any]:
    """How many columns of the warehouse fall into which class of the data policy; classes: one a column."""
    columns = at("_meta/data_policy.json", "marts", "*", "*", "class", function="count")
    figures = {"all": ledger.enter("policy.all", len(classes), "count", columns)}
    for name in ("none", "quasi", "identifier", "direct"):
        figures[name] = ledger.enter(f"policy.{name}", classes.count(name), "count", columns | {"where": name})
    return say("columns_by_class", figures)


def smallest_group(ledger: NumberLedger, minimum: int, others: Iterable[Behind]) -> dict[str, Any] | None:
    """The smallest number of people behind any published figure; call it when all figures of the exposé are entered.

    others: those behind the figures of the other published files.
    """
    fewest = smallest([*people_behind.of_numbers(ledger.figures), *others])
    if fewest is None:
        return None
    rule = {"method": f"fewest people behind a published figure: {fewest.file}, {fewest.what}"}
    figures = {
        "smallest": ledger.enter("risk.smallest_group", fewest.people, "count", rule),
        "minimum": minimum_group(ledger, minimum),
    }
    return say("smallest_group", figures)


def tells_of_few(sales: Sales) -> bool:
    """Whether the sum of all sales tells what a few customers spent: fewer than the minimum, or one or two hold it."""
    revenue = sales.views["customers"]["revenue"].sort(descending=True)
    whole = int(sales.views["months"]["revenue"].sum())
    if not 0 < len(revenue) < sales.minimum:
        return whole > 0 and dominated(whole, int(revenue[:1].sum()), int(revenue[:2].sum()))
    return True


def apart(sentences: Iterable[dict[str, Any]], doubted: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the data contradict, without what page one says of the key figures (`doubted`)."""
    told = [said["texts"]["why"] for said in doubted]
    return [said for said in sentences if said["texts"]["why"] not in told]


def present(sentences: Iterable[dict[str, Any] | None]) -> list[dict[str, Any]]:
    """The sentences that could be computed."""
    return [sentence for sentence in sentences if sentence]


def method(ledger: NumberLedger, sales: Sales, pages: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Method and limits, up to seven lines; pages: the other pages."""
    situation, products = pages["situation"], pages["products"]
    absent, bridge = situation["absent"], situation["bridge"]
    tables = (situation["kpis"], products["categories"], products["places"])
    lines = [absent] if absent else []
    if sales.periods and not absent:
        key = "method_months" if "last" in sales.periods else "method_no_comparison"
        lines.append(say(key, {"months": "period.this.months"}))
    if bridge:
        counted = at(people_behind.NUMBERS, "pages", "situation", "bridge", "*", function="count")
        steps = ledger.enter("bridge.steps", len(bridge), "count", counted)
        lines.append(say("method_bridge", {"steps": steps}))
    if any(row.get("change") == NOT_MEANINGFUL for rows in tables for row in rows):
        lines.append(say("method_not_meaningful"))
    if "costs this" in sales.views:
        costs = sales.row("costs this")
        if costs["revenue"] and costs["with_cost"] and "revenue.this" in ledger.figures:
            share = Decimal(costs["with_cost"]) / costs["revenue"]
            known = "SUM(sales_amount) FILTER (WHERE cost_amount IS NOT NULL)"
            rule = query(f"SELECT {known} / SUM(sales_amount) FROM this_year")
            lines.append(
                say(
                    "method_cost",
                    {"share": ledger.enter("cost.known", share, "share", rule, people=ledger.behind("revenue.this"))},
                )
            )
    if situation["doubts"]:
        lines.append(say("method_doubts"))
    return [*lines, dict(pages["segments"]["method"]), say("method_limits")]


def page(
    ledger: NumberLedger,
    tables: Mapping[str, Mapping[str, Any]],
    accounts: Mapping[str, Any],
    personal: Sequence[str],
    sales: Sales,
    pages: Mapping[str, Mapping[str, Any]],
    published: Published,
) -> dict[str, Any]:
    """Data quality, open points, privacy, method. Call it last.

    tables: of silver_metadata.yaml; accounts: ledger.json; pages: the other pages; published: what other files say.
    """
    rows, is_about_few = quality_rows(ledger, tables), tells_of_few(sales)
    amounts = [] if is_about_few else money_messages(ledger, tables, accounts, sales.minimum)
    fewest = sys.maxsize if is_about_few else sales.minimum  # records from which on an amount is told
    points = [*gap_points(pages["situation"]["gaps"]), *open_points(ledger, tables, fewest)]
    privacy = [
        say("pseudonymised"),
        personal_columns(ledger, personal),
        smallest_group(ledger, sales.minimum, published.others),
    ]
    title, zeros = None, [name for name in OUTCOMES if not any(ledger.value(row[name]) for row in rows)]
    if points:
        counted = at(people_behind.NUMBERS, "pages", "evidence", "points", "*", function="count")
        figure = ledger.enter("open.count", len(points), "count", counted)
        title = say("points_title", {"points": figure})
    return {
        "quality_title": amounts[0] if amounts else None,
        "quality": rows,
        "quality_columns": [name for name in OUTCOMES if name not in zeros],
        "quality_zeros": zeros,
        "amounts": amounts[1:],
        "assumptions": contradicted(ledger, accounts, fewest, [*unknown.few(sales), *doubts.few(sales)], tables),
        "points_title": title,
        "points": points,
        "privacy_title": unique_share(ledger, published.uniqueness, len(sales.views["customers"]), sales.minimum),
        "privacy": present(privacy),
        "method": method(ledger, sales, pages),
    }
