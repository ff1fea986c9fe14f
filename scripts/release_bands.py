"""A table of customers in bands, without pseudonyms, in which every row stands at least k times; on request.

Inputs: gold/data/customer_features_exact.csv (protected layer), step3_segmentation/data/customer_segments.csv.
Outputs: release/data/released_customers.csv, release/anonymity_report.json.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from elt import rulelog
from elt.faults import Fault
from elt.files import sha256, write_json
from elt.release.bands import NAMES, TYPES
from elt.release.kanonymity import diversity, released, sizes
from elt.table_files import write_frame

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

SENSITIVE = "segment_name"
STATEMENT = (
    "Every row stands at least k times, so nobody can be singled out within this table by what stands in it. It is not "
    "called anonymous: whoever holds other tables of the same customers may learn from both together, and the holder "
    "of the key still knows them all."
)
LIMITS = (
    "Who knows that a person is in the table, and the bands, learns the segment where a class has only one "
    "(certain_share).",
    "Two releases that differ by one customer tell the bands of that customer.",
    "The rows suppressed in a band are told by whoever has exact counts of the same customers by that band.",
    "k counts rows of one table; it says nothing of free combinations with tables from elsewhere.",
)


def joined(features: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """One row a customer: what is banded, and the segment; without the pseudonym and in no order of the source.

    Raises Fault unless both tables are about the same customers.
    """
    columns = [name for name in NAMES if name in features.columns]
    table = features.select("customer", *columns).join(segments.select("customer", SENSITIVE), on="customer")
    if not table.height == features.height == segments.height:
        problem = "is not about the customers of customer_features_exact.csv"
        raise Fault("customer_segments.csv", problem, "Delete both files, and type the same command again")
    return table.drop("customer")


def described(table: pl.DataFrame, customers: int, levels: Sequence[int], k: int) -> dict[str, Any]:
    """The report: what the table holds, and the three risks of the Article 29 Working Party's opinion 05/2014."""
    bands, gone = table.columns[:-1], customers - table.height
    whole, of_bands = sizes(table)["len"], sizes(table.select(bands))["len"]
    some = bool(table.height)
    fewest: Any = whole.min()
    fewest_by_bands: Any = of_bands.min()
    median: Any = table.join(sizes(table), on=table.columns)["len"].median()
    return {
        "k_wanted": k,
        "rows": table.height,
        "suppressed_rows": gone,
        "suppressed_share": round(gone / customers, 6) if customers else 0.0,
        "columns": table.columns,
        "levels": dict(zip(bands, levels, strict=True)),
        "singling_out": {
            "k": int(fewest) if some else None,
            "classes": len(whole),
            "k_by_bands": int(fewest_by_bands) if some else None,
            "classes_by_bands": len(of_bands),
        },
        "linkability": {
            "identifiers": 0,
            "fewest_candidates": int(fewest) if some else None,
            "median_candidates": int(median) if some else None,
        },
        "inference": {"sensitive": SENSITIVE, **diversity(table, bands, SENSITIVE)},
        "protects_against": STATEMENT,
        "does_not_protect_against": list(LIMITS),
    }


def main(features: str, segments: str, k: int, table: str, report: str) -> None:
    """Read features and segments, generalise, suppress, prove k, write table and report."""
    exact = pl.read_csv(features, schema_overrides={**TYPES, "monetary": pl.Float64()})
    people = joined(exact, pl.read_csv(segments, schema_overrides={"customer": pl.String, SENSITIVE: pl.String}))
    columns = people.columns[:-1]
    found, levels = released(people, columns, [SENSITIVE], k)
    described_as = described(found, people.height, levels, k)
    if found.height and described_as["singling_out"]["k"] < k:
        raise Fault("release", f"a row stands fewer than {k} times", "Report this")
    write_frame(table, found)
    made_from = {"customer_features_exact.csv": sha256(features), "customer_segments.csv": sha256(segments)}
    write_json(report, described_as | {"made_from": made_from, "table_sha256": sha256(table)})
    rulelog.log.info("%d of %d rows released", found.height, people.height)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.features,
        snakemake.input.segments,
        snakemake.params.k,
        snakemake.output.table,
        snakemake.output.report,
    )
