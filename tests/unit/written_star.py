"""The bike retailer with its star written by hand, as a company may have it: what tests change and refuse."""

from dataclasses import replace
from pathlib import Path

from elt.files import read_yaml
from elt.run import standard
from elt.run.company import Company
from elt.run.controller import ClassException
from elt.run.entries import plain_dates
from elt.run.mart import Mart, Query

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/data/bike_retailer_by_sql"
WHY = {"en": "a list beside no customer", "de": "eine Liste ohne Kunden daneben"}
EXCEPTED = ("dim_location.country", "dim_location.location_key", "fact_sales.is_before_first_version")


def by_sql(drawn: Company) -> Company:
    """The bike retailer with the marts that are drawn for it written in their place, and reasons of its own."""
    entries = plain_dates(read_yaml(FOLDER / "marts.yaml"))["marts"]
    marts = standard.with_derived({name: Mart.of(name, entry) for name, entry in entries.items()}, drawn.star)
    queries = {name: Query(f"marts/{name}.sql", (FOLDER / f"marts/{name}.sql").read_text("utf-8")) for name in marts}
    return replace(
        drawn,
        marts={**drawn.marts, **marts},
        queries={**drawn.queries, **queries},
        class_exceptions=(
            *(one for one in drawn.class_exceptions if one.column.split(".")[1] not in marts),
            *(ClassException(f"gold.{column}", "quasi", WHY) for column in EXCEPTED),
        ),
    )
