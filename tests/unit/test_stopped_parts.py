"""Countries, stores and channels that sold for long and then no more are told."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from elt.sales import stopped_parts

START = date(2023, 1, 1)
PLACES = pl.LazyFrame({"location_key": [0, 1, 2, 3], "country": ["n/a", "Germany", "Germany", "Austria"]})


def lines(place=lambda day: day % 3 + 1, channel=lambda day: "web") -> pl.LazyFrame:
    """One order a day of two years; functions of the day give its place and channel, a place of None leaves it out."""
    rows = [(f"A{day}", START + timedelta(day), place(day), channel(day), Decimal(10)) for day in range(730)]
    names = ["order_number", "order_date", "location_key", "channel", "sales_amount"]
    return pl.LazyFrame([row for row in rows if row[2] is not None], schema=names, orient="row")


def told(*parts: pl.LazyFrame, places: pl.LazyFrame | None = PLACES) -> list[tuple[int, int, str]]:
    """(lines, all lines, what and its last month) of each entry."""
    found = stopped_parts.entries([stopped_parts.totals(part) for part in parts], places)
    return [(one["records"], one["of"], one["why"]["en"]) for one in found]


def test_a_country_or_a_channel_that_sold_no_more_is_told_with_its_last_month():
    austria = lines(place=lambda day: None if day % 3 == 2 and day > 600 else day % 3 + 1)
    assert told(austria) == [(200, 687, "country, 2024-08")]
    assert told(austria, places=None) == []
    [one] = stopped_parts.entries([stopped_parts.totals(austria)], PLACES)
    assert one["why"]["de"] == "Land, 2024-08"
    shop = lines(channel=lambda day: "shop" if day % 4 == 0 and day < 600 else "web")
    assert told(shop) == [(150, 730, "channel, 2024-08")]


@pytest.mark.parametrize(
    "place",
    [
        lambda day: day % 3 + 1,
        lambda day: 3 if day % 3 == 2 and day < 705 else 1,  # no month of silence
        lambda day: 3 if day % 120 == 2 and day < 600 else 1,  # next to no revenue, and seldom
        lambda day: 3 if day < 100 else 1,  # gone long ago
        lambda day: 2 if day % 3 == 2 and day < 600 else 1,  # a city of a country that goes on
        lambda day: 1,
    ],
)
def test_countries_that_go_on_are_small_or_gone_for_good_are_not_told(place):
    assert told(lines(place=place)) == []


def test_parts_of_the_lines_tell_the_same():
    every = lines(place=lambda day: None if day % 3 == 2 and day > 600 else day % 3 + 1).collect()
    assert told(*(part.lazy() for part in every.iter_slices(100))) == told(every.lazy())
    assert told(every.clear().lazy()) == []
    assert told(every.lazy().drop("location_key", "channel")) == []
