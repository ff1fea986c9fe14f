"""Time zones: of countries, and which names are some."""

import pytest

from elt.run import time_zones


def test_every_country_has_a_zone_that_is_known():
    zones = time_zones.by_country()
    assert len(zones) == 230
    assert [zone for zone in zones.values() if not time_zones.is_known(zone)] == []


@pytest.mark.parametrize(
    ("country", "zone"),
    [("DE", "Europe/Berlin"), ("AT", "Europe/Vienna"), ("CH", "Europe/Zurich"), ("AR", "America/Argentina/Buenos_Aires"),
     ("US", None), ("AU", None), ("XX", None)],
)  # fmt: skip
def test_a_country_of_several_zones_has_none(country, zone):
    assert time_zones.of_country(country) == zone


@pytest.mark.parametrize("name", ["Europe/Berlim", "Berlin", "", "+02:00", "europe/berlin", "Europe/Berlin\n"])
def test_what_is_no_name_of_a_zone_is_not_known(name):
    assert not time_zones.is_known(name)
