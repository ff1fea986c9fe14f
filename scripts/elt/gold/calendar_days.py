"""The calendar that marts may select from as calendar.days."""

from datetime import date

import polars as pl

from elt.run.mart import Calendar

FIRST, LAST = date(1990, 1, 1), date(2079, 12, 31)  # ASSUMPTION no company has orders before or after these
SCHEMA = {
    "date": pl.Date(), "year": pl.Int32(), "quarter": pl.Int8(), "month": pl.Int8(), "month_start": pl.Date(),
    "iso_year": pl.Int32(), "iso_week": pl.Int8(), "weekday": pl.Int8(), "is_weekend": pl.Boolean(),
    "is_holiday": pl.Boolean(), "holiday": pl.String(),
}  # fmt: skip
FRIDAY = 5  # the last weekday by ISO 8601 that is no weekend


def outside(days: pl.Expr) -> pl.Expr:
    """Whether days lie outside the calendar."""
    return ~days.is_between(FIRST, LAST)


def public_holidays(calendar: Calendar) -> pl.LazyFrame:
    """Date and name of the public holidays from 1990 to 2079; none where no country is stated."""
    import holidays

    found: dict[date, str] = {}
    if calendar.country:
        own = holidays.country_holidays(calendar.country).default_language  # else names follow the machine's locale
        years = range(FIRST.year, LAST.year + 1)
        found = holidays.country_holidays(calendar.country, subdiv=calendar.subdivision, years=years, language=own)
    schema = {"date": pl.Date(), "holiday": pl.String()}
    return pl.LazyFrame({"date": list(found.keys()), "holiday": list(found.values())}, schema=schema)


def days(calendar: Calendar) -> pl.LazyFrame:
    """One row a day from 1990 to 2079: ISO week, weekday (1 is Monday), public holidays of a country or its part."""
    named = public_holidays(calendar)
    every = pl.LazyFrame({"date": pl.date_range(FIRST, LAST, eager=True)})
    day = pl.col("date").dt
    return every.join(named, on="date", how="left").select(
        "date",
        year=day.year(),
        quarter=day.quarter(),
        month=day.month(),
        month_start=day.month_start(),
        iso_year=day.iso_year(),
        iso_week=day.week(),
        weekday=day.weekday(),
        is_weekend=day.weekday() > FRIDAY,
        is_holiday=pl.col("holiday").is_not_null(),
        holiday="holiday",
    )
