"""Numbers and dates are read under the convention that the whole column keeps."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from one_table import contract, field

from elt.faults import Fault
from elt.run.contract import Contract
from elt.silver import conventions, dates


def decided(frame, *fields, **dialect):
    """The conventions of a table's columns."""
    table = contract(*fields, key=fields[0]["name"], dialect=dialect) | {"name": "t"}
    return conventions.decided(frame, Contract.of(table))


def read(text: str | None, how) -> object:
    """One text through an expression."""
    return pl.DataFrame({"x": [text]}, schema={"x": pl.String}).select(how(pl.col("x"))).item()


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("-7", -7), ("+7", 7), ("007", 7), ("7.0", 7), ("7.00", 7), ("-0", 0), ("7.000", None), ("7.5", None),
     ("7,0", None), ("1.000", None), ("1e3", None), ("", None), (None, None), ("7 8", None), ("0x7", None)],
)  # fmt: skip
def test_an_integer_is_read_or_null(text, value):
    assert read(text, conventions.as_integer) == value


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("12", "12.00", "12.00"),
        ("1.5", "1.50", None),
        ("1,5", None, "1.50"),
        ("1.234", None, "1234.00"),  # never 1.23
        ("1,234", "1234.00", None),
        ("-12.000", None, "-12000.00"),
        ("1.2340", "1.23", None),
        ("1234.000", "1234.00", None),
        ("1,234.000", "1234.00", None),
        ("1.234,56", None, "1234.56"),
        ("1,234.56", "1234.56", None),
        ("1.234.567", None, "1234567.00"),
        ("12,34,567", None, None),
        ("1.23.4", None, None),
        ("-1234.5", "-1234.50", None),
        ("+3", "3.00", "3.00"),
        (".5", "0.50", None),
        ("-,5", None, "-0.50"),
        (",90", None, "0.90"),
        (".125", "0.13", None),
        (".", None, None),
        ("-,", None, None),
        ("5.", None, None),
        ("1e3", None, None),
        ("1 234", None, None),
        ("EUR 5", None, None),
        ("--5", None, None),
        ("５", None, None),
        ("NaN", None, None),
        ("inf", None, None),
        ("", None, None),
        (None, None, None),
        ("0.005", "0.01", None),
        ("-0.005", "-0.01", None),
        ("00.005", "0.01", "5.00"),
        ("0.004999", "0.00", None),
        ("99999999999999999999.99", "99999999999999999999.99", None),
    ],
)
def test_a_number_is_exact_under_a_mark_and_rounded_half_away_from_zero_or_null(text, point, comma):
    for mark, expected in ((".", point), (",", comma)):
        value = read(text, lambda x, mark=mark: conventions.rounded(conventions.as_exact(x, mark, 2), 2))
        assert value == (None if expected is None else Decimal(expected)), mark


@pytest.mark.parametrize(("decimals", "value"), [(0, None), (1, None), (2, None), (3, "1.249"), (4, "1.2490")])
def test_a_number_in_the_shape_of_thousands_is_read_where_the_contract_has_its_decimals(decimals, value):
    found = read("1,249", lambda x: conventions.rounded(conventions.as_exact(x, ",", decimals), decimals))
    assert found == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("2024-02-29", "%Y-%m-%d", date(2024, 2, 29)),
        ("2023-02-29", "%Y-%m-%d", None),
        ("2024-2-9", "%Y-%m-%d", date(2024, 2, 9)),
        ("24-02-09", "%Y-%m-%d", None),
        ("09.02.2024", "%d.%m.%Y", date(2024, 2, 9)),
        ("09.02.24", "%d.%m.%Y", None),
        ("09.02.24", "%d.%m.%y", date(2024, 2, 9)),
        ("09.02.70", "%d.%m.%y", date(1970, 2, 9)),
        ("09.02.2024", "%d.%m.%y", None),
        ("20240209", "%Y%m%d", date(2024, 2, 9)),
        ("2024029", "%Y%m%d", None),
        ("240209", "%Y%m%d", None),
        ("32154", "%Y%m%d", None),
        ("0", "%Y%m%d", None),
        ("9999-12-31", "%Y-%m-%d", date(9999, 12, 31)),
        ("0001-01-01", "%Y-%m-%d", None),
        ("31.12.-024", "%d.%m.%Y", None),
        ("2024-01-05T00:00:00", "%Y-%m-%d", None),
        ("x", "%Y-%m-%d", None),
        ("", "%Y-%m-%d", None),
        (None, "%Y-%m-%d", None),
    ],
)
def test_a_date_is_read_in_its_format_and_in_no_other(text, form, value):
    assert read(text, lambda x: dates.as_date(x, form)) == value


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("2023-12-31T23:30:00Z", "%Y-%m-%dT%H:%M:%S%z", date(2024, 1, 1)),
        ("2023-12-31T22:59:59Z", "%Y-%m-%dT%H:%M:%S%z", date(2023, 12, 31)),
        ("2024-06-30T22:00:00Z", "%Y-%m-%dT%H:%M:%S%z", date(2024, 7, 1)),
        ("2024-06-30T21:59:59Z", "%Y-%m-%dT%H:%M:%S%z", date(2024, 6, 30)),
        ("2024-03-31T00:59:59Z", "%Y-%m-%dT%H:%M:%S%z", date(2024, 3, 31)),
        ("2024-01-01T00:30:00+02:00", "%Y-%m-%dT%H:%M:%S%z", date(2023, 12, 31)),
        ("2024-01-01T00:30:00+0200", "%Y-%m-%dT%H:%M:%S%z", date(2023, 12, 31)),
        ("2024-01-01T00:30:00+02", "%Y-%m-%dT%H:%M:%S%z", date(2023, 12, 31)),
        ("2024-01-01T00:30:00 +02:00", "%Y-%m-%dT%H:%M:%S%z", date(2023, 12, 31)),
        ("2023-12-31T20:30:00-05:00", "%Y-%m-%dT%H:%M:%S%z", date(2024, 1, 1)),
        ("2024-01-01T00:30:00+01:00[Europe/Berlin]", "%Y-%m-%dT%H:%M:%S%z", date(2024, 1, 1)),
        ("2023-12-31 23:30:00 UTC", "%Y-%m-%d %H:%M:%S %z", date(2024, 1, 1)),
        ("2023-12-31 23:30:00 MEZ", "%Y-%m-%d %H:%M:%S%z", date(2023, 12, 31)),
        ("2023-12-31 23:30:00 EST", "%Y-%m-%d %H:%M:%S%z", None),
        ("2023-12-31T23:30:00", "%Y-%m-%dT%H:%M:%S%z", None),
        ("2023-12-31T23:30:00.123Z", "%Y-%m-%dT%H:%M:%S.%f%z", date(2024, 1, 1)),
        ("2023-12-31T23:30:00Z", "%Y-%m-%dT%H:%M:%S.%f%z", date(2024, 1, 1)),
        ("2023-12-31T23:30:00.5Z", "%+", date(2024, 1, 1)),
        ("20231231T233000Z", "%Y%m%dT%H%M%S%z", date(2024, 1, 1)),
        ("2023123T233000Z", "%Y%m%dT%H%M%S%z", None),
        ("31.12.2023 23:30+00:00", "%d.%m.%Y %H:%M%z", date(2024, 1, 1)),
        ("31.12.23 23:30:00Z", "%d.%m.%Y %H:%M:%S%z", None),
        ("Sun Dec 31 23:30:00 +0000 2023", "%a %b %d %H:%M:%S %z %Y", date(2024, 1, 1)),
        ("1704065400", "%s", date(2024, 1, 1)),
        ("2023-12-31Z", "%Y-%m-%d%z", date(2023, 12, 31)),
        ("2023-12-31+14:00", "%Y-%m-%d%z", date(2023, 12, 31)),
        ("9999-12-31T23:30:00Z", "%Y-%m-%dT%H:%M:%S%z", None),
    ],
)
def test_a_time_stamp_with_a_zone_becomes_the_day_of_the_company_s_zone(text, form, value):
    assert read(text, lambda x: dates.as_date(x, form, "Europe/Berlin")) == value


def test_a_time_stamp_counts_by_utc_where_no_zone_is_stated():
    assert read("2023-12-31T23:30:00Z", lambda x: dates.as_date(x, "%Y-%m-%dT%H:%M:%S%z")) == date(2023, 12, 31)


@pytest.mark.parametrize(
    ("text", "is_stamp"),
    [
        ("2023-12-31T23:30:00Z", True),
        ("2023-12-31 23:30 UTC", True),
        ("2023-12-31T23:30:00.123+02:00", True),
        ("20231231T233000Z", True),
        ("31/12/2023 11:30 PM -0500", True),
        ("Sun Dec 31 23:30:00 +0000 2023", True),
        ("2023-12-31T23:30:00", False),
        ("31/12/2023 11:30 PM", False),
        ("2023-12-31", False),
        ("2023-12-31Z", False),
        ("Size XZ", False),
    ],
)
def test_a_time_of_day_with_its_zone_is_known_by_its_text(text, is_stamp):
    assert read(text, lambda x: x.str.contains(dates.STAMP)) is is_stamp


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["1", "2"], "."),
        ([], "."),
        ([None, ""], "."),
        (["1.5", "2"], "."),
        (["1,5", "2"], ","),
        (["1.234", "0,5"], ","),
        (["1.234", ",5"], ","),
        (["1,234", "-.5"], "."),
        (["0.125"], "."),
        (["0,125", "1.234"], ","),
        (["1,234", "0.5"], "."),
        (["1.5", "2.5", "3,5"], "."),
        (["1.234.567"], ","),
        (["1.234", "1.234.567"], ","),
        (["a.b", "c,d", "7"], "."),
    ],
)
def test_the_decimal_mark_is_the_one_that_the_column_keeps(column, mark):
    frame = pl.LazyFrame({"x": column}, schema={"x": pl.String})
    assert decided(frame, field("x", "number")) == {"x": mark}


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (["1.234", "5"], "1 numbers can be read with a decimal point and with a decimal comma. State decimalChar"),
        (["1.234", "1,234"], "2 numbers can be read with a decimal point and with a decimal comma. State decimalChar"),
        (
            ["1.5", "1,5", "1.234"],
            "1 numbers can be read only with a decimal point and 1 only with a decimal comma. Write all of them in one",
        ),
    ],
)
def test_a_column_that_keeps_neither_mark_is_refused(column, words):
    frame = pl.LazyFrame({"x": column}, schema={"x": pl.String})
    with pytest.raises(Fault, match=f"^t, column x: {words}"):
        decided(frame, field("x", "number"))


def test_each_column_keeps_its_own_mark():
    frame = pl.LazyFrame({"x": ["1,5"], "y": ["1.5"]})
    assert decided(frame, field("x", "number"), field("y", "number")) == {"x": ",", "y": "."}


def test_what_the_contract_states_is_not_looked_for():
    frame = pl.LazyFrame({"x": ["1.234"]}).map_batches(lambda _: 1 / 0)
    fields = [field("x", "number"), field("y", "date", format="%Y%m%d"), field("z")]
    assert decided(frame, *fields, decimalChar=",") == {"x": ",", "y": ["%Y%m%d"]}


def test_of_three_formats_those_that_read_more_are_tried_first():
    frame = pl.LazyFrame({"x": ["13/04/2024", "03/04/2024", "20240501", "14/04/2024"]})
    formats = ["%m/%d/%Y", "%Y%m%d", "%d/%m/%Y"]
    assert decided(frame, field("x", "date", format=formats)) == {"x": ["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d"]}


def test_a_date_that_is_the_same_day_in_both_formats_is_not_ambiguous():
    frame = pl.LazyFrame({"x": ["04/04/2024"]})
    formats = ["%m/%d/%Y", "%d/%m/%Y"]
    assert decided(frame, field("x", "date", format=formats)) == {"x": formats}
