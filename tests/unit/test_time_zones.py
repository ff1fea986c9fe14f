"""Time zones: of countries, and which names are some."""

from pathlib import Path

import pytest

from elt.files import read_yaml
from elt.run import time_zones

ROOT = Path(__file__).resolve().parents[2]


def test_every_country_has_a_zone_that_is_known():
    zones = read_yaml(ROOT / time_zones.COUNTRIES)
    assert len(zones) == 230
    assert [zone for zone in zones.values() if not time_zones.is_known(zone)] == []


@pytest.mark.parametrize(
    ("country", "zone"),
    [("DE", "Europe/Berlin"), ("AT", "Europe/Vienna"), ("CH", "Europe/Zurich"), ("AR", "America/Argentina/Buenos_Aires"),
     ("NO", "Europe/Oslo"), ("US", None), ("AU", None), ("XX", None)],
)  # fmt: skip
def test_a_country_of_several_zones_has_none(country, zone):
    assert time_zones.of_country(ROOT, country) == zone


def test_a_project_without_the_list_knows_no_zone(tmp_path):
    assert time_zones.of_country(tmp_path, "DE") is None


@pytest.mark.parametrize("name", ["Europe/Berlim", "Berlin", "", "+02:00", "europe/berlin", "Europe/Berlin\n"])
def test_what_is_no_name_of_a_zone_is_not_known(name):
    assert not time_zones.is_known(name)
