"""The analysis date, the days off of the company, and which months its orders cover.

Inputs: gold/data/fact_sales.csv.
Outputs: gold/_meta/analysis.json, gold/_meta/complete_months.csv (read by marts as calendar.months: month_start,
is_complete).
"""

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.files import staged, write_json
from elt.run.mart import Calendar
from elt.sales.months import Business, months_of
from elt.sales.order_lines import fixed_day
from elt.tables import Spec, scan

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RULES = {
    True: "stated in the settings",
    False: "newest plausible order date: what silence parts from the bulk is in quarantine, by the rule that stands "
    "under order_dates in silver/_meta/silver_metadata.yaml",
}


def evidence(business: Business, analysis: date, months: list[dict[str, Any]], *, is_stated: bool) -> dict[str, Any]:
    """What the analysis date is and why, the days off, and the months that are not complete."""
    return {
        "analysis_date": analysis.isoformat(),
        "rule": RULES[is_stated],
        "first_order": business.first.isoformat(),
        "newest_order": business.newest.isoformat(),
        "weekdays_off": [name for number, name in enumerate(WEEKDAYS, 1) if number not in business.weekdays],
        "holidays_off": sorted(business.holidays_off),
        "eves_off": [f"{day:02}.{month:02}." for month, day in sorted(business.eves_off)],
        "usual_silence_days": business.usual_silence,
        "incomplete_months": [f"{row['month_start']:%Y-%m}" for row in months if not row["is_complete"]],
    }


def main(*, facts: str, columns: Spec, calendar: Calendar, analysis_date: str, analysis: str, months: str) -> None:
    """Read the days of the orders, find what they cover, write evidence and months.

    Without any dated order there is no analysis date, and no month.
    """
    days = scan(facts, columns).select(pl.col("order_date").drop_nulls().unique().sort())
    order_days = days.collect(engine="streaming")["order_date"].to_list()
    stated, found = fixed_day(analysis_date), []
    if order_days:
        business, today = Business.of(order_days, calendar), stated or order_days[-1]
        found = months_of(business, stated)
        write_json(analysis, evidence(business, today, found, is_stated=stated is not None))
    else:
        write_json(analysis, {"analysis_date": None, "rule": "no order has a date"})
    with staged(months) as temporary:
        pl.DataFrame(found, schema={"month_start": pl.Date(), "is_complete": pl.Boolean()}).write_csv(temporary)
    rulelog.log.info("%d of %d months complete", sum(row["is_complete"] for row in found), len(found))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        facts=snakemake.input.facts,
        columns=snakemake.params.facts,
        calendar=snakemake.params.calendar[0],
        analysis_date=snakemake.params.analysis_date,
        analysis=snakemake.output.analysis,
        months=snakemake.output.months,
    )
