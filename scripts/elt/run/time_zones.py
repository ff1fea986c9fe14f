"""Time zones: which one a country has, and whether a name is one.

Zones are those of Polars, which brings a table of its own; so a run does not depend on the time zones of the machine,
which a small container may lack altogether.
"""

import re
from functools import cache
from pathlib import Path

from elt.remembered import yaml_of

COUNTRIES = "config/standard/time_zones.yaml"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]*")


def of_country(root: Path, country: str) -> str | None:
    """The time zone of a country by its two letters, from the project's list; None if it has several."""
    path = root / COUNTRIES
    zone: str | None = yaml_of(path).get(country) if path.exists() else None
    return zone


@cache
def is_known(zone: str) -> bool:
    """Whether a name is that of a time zone, such as Europe/Berlin."""
    import polars as pl

    if not NAME.fullmatch(zone):
        return False
    try:
        pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    except pl.exceptions.ComputeError:
        return False
    return True
