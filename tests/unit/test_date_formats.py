"""What a format of dates says: its zone, what it cuts off, the order of day and month."""

import pytest

from elt.run import date_formats

STAMP = "%Y-%m-%dT%H:%M:%S"


@pytest.mark.parametrize(
    ("form", "zone"),
    [
        (f"{STAMP}Z", "Z"),
        (f"{STAMP}z", "z"),
        (f"{STAMP}.%fZ", "Z"),
        (f"{STAMP}%.fZ", "Z"),
        (f"{STAMP}.000Z", "Z"),
        (f"{STAMP} UTC", "UTC"),
        (f"{STAMP} CET", "CET"),
        (f"{STAMP} MESZ", "MESZ"),
        (f"{STAMP}+00:00", "+00:00"),
        (f"{STAMP}-0500", "-0500"),
        ("%Y-%m-%dT00:00:00Z", "Z"),
        ("%Y%m%dT%H%M%SZ", "Z"),
        ("%a %b %d %H:%M:%S UTC %Y", "UTC"),
        (f"{STAMP}%Z", "%Z"),
        (f"{STAMP}%z", None),
        (f"{STAMP}%:z", None),
        ("%+", None),
        (STAMP, None),
        ("%d.%m.%Y %H:%M Uhr", None),
        ("%d.%m.%Y", None),
        ("%Y%m%d", None),
        ("%I:%M %p on %d/%m/%Y", None),
    ],
)
def test_what_stands_for_a_zone_and_is_not_read_is_named(form, zone):
    assert date_formats.cut_zone(form) == zone


@pytest.mark.parametrize(
    ("form", "is_zoned"),
    [(f"{STAMP}%z", True), (f"{STAMP}.%f%z", True), ("%+", True), ("%s", True), (STAMP, False), ("%Y-%m-%d%z", False)],
)
def test_a_time_with_a_zone_is_an_instant_and_a_day_is_not(form, is_zoned):
    assert date_formats.is_zoned(form) is is_zoned


@pytest.mark.parametrize(
    ("form", "twin", "is_day_first", "is_year_first"),
    [
        ("%d/%m/%Y", "%m/%d/%Y", True, False),
        ("%m-%d-%y", "%d-%m-%y", False, False),
        ("%d.%m.%Y %H:%M", "%m.%d.%Y %H:%M", True, False),
        ("%-d.%-m.%Y", "%-m.%-d.%Y", True, False),
        ("%e/%m/%Y", "%m/%e/%Y", True, False),
        ("%H:%M %m/%d/%Y", "%H:%M %d/%m/%Y", False, False),
        ("%D", "%d/%m/%y", False, False),
        ("%d%m%Y", "%m%d%Y", True, False),
        ("%Y-%m-%d", "%Y-%d-%m", False, True),
        ("%F", "%Y-%d-%m", False, True),
        ("%Y%m%d", "%Y%d%m", False, True),
        ("%Y-%d-%m", "%Y-%m-%d", True, False),
        ("%d %b %Y", None, True, False),
        ("%Y-%j", None, None, False),
        ("%m/%Y", None, None, False),
    ],
)
def test_the_twin_has_day_and_month_exchanged(form, twin, is_day_first, is_year_first):
    assert date_formats.twin(form) == twin
    assert date_formats.is_day_first(form) is is_day_first
    assert date_formats.is_year_first(form) is is_year_first


@pytest.mark.parametrize(
    ("formats", "day_first", "zone", "keys"),
    [
        (["%d/%m/%Y"], [True], None, []),
        (["%d/%m/%Y"], [], None, []),
        (["%m/%d/%Y"], [True], None, ["dayFirst"]),
        (["%Y-%m-%d"], [True], None, ["dayFirst"]),
        (["%d/%m/%Y", "%m-%d-%Y"], [True, False], None, []),
        (["%d/%m/%Y", "%m-%d-%Y"], [True], None, ["dayFirst"]),
        (["%d %b %Y"], [True], None, []),
        ([f"{STAMP}%z"], [], "Europe/Berlin", []),
        ([f"{STAMP}%z"], [], None, ["format"]),
        ([f"{STAMP}Z", f"{STAMP}%Z"], [], "Europe/Berlin", ["format", "format"]),
    ],
)
def test_every_fault_of_formats_names_its_key(formats, day_first, zone, keys):
    assert [fault.key for fault in date_formats.faults(formats, day_first, zone)] == keys
