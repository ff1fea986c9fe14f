"""Page two of the exposé, the segments: how many, what they bring, what to do for whom, and the decision wanted.

Everything but the revenue of all comes from the metadata of the segmentation; what is suppressed there stays hidden.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from elt.expose.decision import decision
from elt.expose.number_ledger import NumberLedger, say
from elt.findings.compared import FACTS
from elt.protection import people_behind
from elt.report.figure_ledger import at
from elt.sales.overview import Sales
from elt.segmentation.no_segments import figures as figures_of
from elt.segmentation.no_segments import reason
from elt.segmentation.stake import TENTH_OF, one_more_order

MODEL = "step3_segmentation/_meta/model_metadata.json"
MOST_ACTIONS = 5
MOST_TRAITS = 2  # features named in the segment table
INSTEAD = "revenue_of_year"  # the baseline where the measure of success would tell of too few people
SHARES = ("repeat_share", "active_share", "margin_rate")  # of a segment's figures; the others are money


def all_revenue(sales: Sales) -> int:
    """The revenue of all order lines up to the analysis date, as a whole number."""
    return int(sales.views["unknown customer_key"]["revenue"].sum())


def enter_revenue(ledger: NumberLedger, sales: Sales) -> str:
    """Enter the revenue of all order lines up to the analysis date, of which a segment's is told as a share."""
    condition = f"WHERE order_date <= DATE '{sales.today}'"
    query = f"SELECT SUM(sales_amount) FROM gold.fact_sales {condition}"  # noqa: S608 - told, not run
    revenue = ledger.amount(all_revenue(sales))
    people = len(sales.views["customers"]) or None
    return ledger.enter("sales.revenue", revenue, "money", {"file": FACTS, "query": query}, 0, people=people)


def segment_rows(ledger: NumberLedger, model: Mapping[str, Any], sales: Sales) -> list[dict[str, Any]]:
    """One row a segment that may be shown, by falling revenue; empty if the model found no segments or there is no
    revenue.

    name, action, success and traits stay mappings by language; everything else is the name of a figure. The share of
    customers is of those in segments, that of revenue of all revenue, also of lines whose customer is unknown or in no
    segment.
    """
    rows: list[dict[str, Any]] = []
    if model["choice"]["k"] <= 1 or all_revenue(sales) <= 0:
        return rows
    for segment in model["segments"]:
        if segment["is_suppressed"]:
            continue
        key, place = f"segment.{segment['label']}", ("segments", segment["label"])

        def enter(column: str, unit: str, segment: Any = segment, key: str = key, place: Any = place) -> str:
            value = Decimal(str(segment[column])) if unit != "people" else segment[column]
            origin = at(MODEL, *place, column)
            return ledger.enter(f"{key}.{column}", value, unit, origin, people=segment["customers"])

        row = {name: segment[name] for name in ("label", "name", "action", "success", "is_no_action")}
        row |= {"customers": enter("customers", "people"), "customer_share": enter("customer_share", "share")}
        row |= {"revenue": enter("revenue", "money")}
        row["revenue_share"] = ledger.ratio(f"{key}.share_of_all", row["revenue"], enter_revenue(ledger, sales))
        row["revenue_per_customer"] = ledger.ratio(f"{key}.per_customer", row["revenue"], row["customers"], "money")
        row["traits"] = [{part: trait[part] for part in ("label", "words")} for trait in segment["distinguishing"]]
        row["traits"] = row["traits"][:MOST_TRAITS]
        rows.append(row)
    return rows


def with_stakes(ledger: NumberLedger, rows: list[dict[str, Any]], model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of segments with what is at stake in their action, and the measure of its success as it is today."""
    segments, found = {segment["label"]: segment for segment in model["segments"]}, []
    for row in rows:
        told = (ledger, row, segments[row["label"]])
        found.append({**row, "stake": enter_stake(*told), "baseline": baseline(*told)})
    return found


def enter_stake(ledger: NumberLedger, row: Mapping[str, Any], segment: Mapping[str, Any]) -> str:
    """Enter what one more order of every tenth customer of a segment would bring."""
    order = enter_figure(ledger, segment, "average_order_value")
    formula = f"{TENTH_OF.format(customers=row['customers'])} * [{order}]"
    name, people = f"segment.{segment['label']}.stake", segment["customers"]
    return ledger.enter(name, one_more_order(segment), "money", {"formula": formula}, 0, people=people)


def enter_figure(ledger: NumberLedger, segment: Mapping[str, Any], name: str) -> str:
    """Enter a figure of a segment from the metadata of the model."""
    value, origin = Decimal(str(segment["figures"][name])), at(MODEL, "segments", segment["label"], "figures", name)
    unit, decimals = ("share", 1) if name in SHARES else ("money", 2 if name == "average_order_value" else 0)
    told = f"segment.{segment['label']}.{name}"
    return ledger.enter(told, value, unit, origin, decimals, people=segment["customers"])


def baseline(ledger: NumberLedger, row: Mapping[str, Any], segment: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence: the measure of success of a segment's action as it is today; the year's revenue instead where too few
    customers stand behind the measure, and what a customer brought where the company states no measure."""
    measure = segment["measure"]
    if measure is None:
        return say("baseline_per_customer", {"figure": row["revenue_per_customer"]})
    if segment["figures"][measure] is None and measure != INSTEAD and segment["figures"][INSTEAD] is not None:
        return say("baseline_instead", {"figure": enter_figure(ledger, segment, INSTEAD)})
    if segment["figures"][measure] is None:
        return say("baseline_withheld")
    return say(f"baseline_{measure}", {"figure": enter_figure(ledger, segment, measure)})


def segment_message(ledger: NumberLedger, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The segment with most revenue: its share of customers against its share of revenue."""
    if not rows:
        return None
    best = rows[0]
    return say(
        "largest_segment",
        {
            "customers": best["customers"],
            "customers_share": best["customer_share"],
            "revenue_share": best["revenue_share"],
        },
        {"segment": best["name"]},
    )


def shares_message(ledger: NumberLedger, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The segment whose share of customers exceeds its share of revenue most."""
    if len(rows) < 2:  # one segment beside hidden ones is told by the title of the table
        return None
    widest = max(rows, key=lambda row: ledger.value(row["customer_share"]) - ledger.value(row["revenue_share"]))
    figures = {"customers_share": widest["customer_share"], "revenue_share": widest["revenue_share"]}
    return say("segment_shares", figures, {"segment": widest["name"]})


def page(ledger: NumberLedger, model: Mapping[str, Any], sales: Sales) -> dict[str, Any]:
    """The blocks about segments and actions, the decision wanted, and how the segments were found."""
    rows = segment_rows(ledger, model, sales)
    actions = with_stakes(ledger, [row for row in rows if not row["is_no_action"]][:MOST_ACTIONS], model)
    wanted = actions_title = None
    if actions:
        first = actions[0]
        figures = {name: first[name] for name in ("customers", "revenue_share", "stake")}
        figures |= {"day": "data.as_of", "order": f"segment.{first['label']}.average_order_value"}
        texts = {part: first[part] for part in ("name", "action", "success")}
        wanted = decision("segment", figures, texts, said={"today": first["baseline"]})
        counted = at(people_behind.NUMBERS, "pages", "segments", "actions", "*", function="count")
        reached = sum(ledger.value(row["customers"]) for row in actions)
        figures = {
            "actions": ledger.enter("action.count", len(actions), "count", counted),
            "customers": ledger.enter(
                "action.customers", reached, "people", ledger.total(row["customers"] for row in actions)
            ),
        }
        actions_title = say("actions", figures)
    return {
        "segments_title": segment_message(ledger, rows),
        "segments": rows,
        "shares_title": shares_message(ledger, rows),
        "actions_title": actions_title,
        "actions": actions,
        "stakes": say("stakes") if actions else None,
        "decision": wanted,
        "method": segment_method(ledger, model, rows, has_revenue=all_revenue(sales) > 0),
        **migration(ledger, model, rows),
    }


def migration(ledger: NumberLedger, model: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the run has kept of the segments of the earlier one that it was compared with, and the largest movement from
    one segment to another that may be told; nothing without such a run."""
    found = model.get("migration", {})
    if not found.get("moves") or not rows:
        return {}
    kept = sum(segment["is_kept"] for segment in model["segments"])
    of_kept = at(MODEL, "segments", "*", "is_kept", function="count", where=True)
    figures = {
        "kept": ledger.enter("migration.kept", kept, "count", of_kept),
        "segments": ledger.enter("model.k", model["choice"]["k"], "count", at(MODEL, "choice", "k")),
    }
    then = {str(one["label"]): one["name"] for one in found["segments"]}
    now = {str(one["label"]): one["name"] for one in model["segments"]}
    moves = {
        (one, other): found["moves"][one][other]
        for one in then
        for other in now
        if one != other and found["moves"][one][other]
    }
    texts: dict[str, Any] = {"run": found["run"]}
    if not moves:
        return {"migration": say("migration_kept", figures, texts)}
    one, other = max(moves, key=lambda pair: moves[pair])
    origin = at(MODEL, "migration", "moves", one, other)
    figures["customers"] = ledger.enter(f"migration.{one}.{other}", moves[one, other], "people", origin)
    return {"migration": say("migration", figures, texts | {"then": then[one], "now": now[other]})}


def no_segments(ledger: NumberLedger, model: Mapping[str, Any]) -> dict[str, Any]:
    """Why there are no segments: the figure, the threshold that it misses, and what to set."""
    figures = {
        name: ledger.enter(
            f"no_segments.{name}",
            Decimal(str(value)) if unit == "score" else value,
            unit,
            at(MODEL, *place),
            decimals,
            people=value if unit == "people" else None,
        )
        for name, (value, unit, decimals, place) in figures_of(model).items()
    }
    return say(f"no_segments_{reason(model).name}", figures)


def segment_method(
    ledger: NumberLedger, model: Mapping[str, Any], rows: list[dict[str, Any]], *, has_revenue: bool
) -> dict[str, Any]:
    """How the segments were found, with the evidence for their number, or why none is shown."""
    if model["choice"]["k"] <= 1:
        return no_segments(ledger, model)
    if not rows:
        return say("method_segments_hidden" if has_revenue else "method_segments_no_revenue")
    count = model["choice"]["k"]
    chosen = [row for row in model["evidence"] if row["k"] == count]
    of_used = at(MODEL, "features", "*", "is_used", function="count", where=True)
    used = sum(feature["is_used"] for feature in model["features"])
    figures = {
        "segments": ledger.enter("model.k", count, "count", at(MODEL, "choice", "k")),
        "features": ledger.enter("model.features", used, "count", of_used),
        "seed": ledger.enter("model.seed", model["seed"], "score", at(MODEL, "seed"), 0),
        "day": "data.as_of",
    }
    for name, column in (("silhouette", "silhouette"), ("stability", "lowest_jaccard")):
        if not chosen or chosen[0][column] is None:
            return say("method_segments_plain", figures)
        origin = at(MODEL, "evidence", count, column)
        figures[name] = ledger.enter(f"model.{name}", Decimal(str(chosen[0][column])), "score", origin, 2)
    return say("method_segments", figures)
