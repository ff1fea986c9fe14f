"""Whether the rows of a published table follow the order of the source, which would tell who they are."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from elt.faults import Fault
from elt.privacy.leak_columns import holds_pseudonyms
from elt.privacy.leak_plain_tables import SAMPLE

if TYPE_CHECKING:
    import polars as pl

LIMIT = 0.05  # of the rank correlation
STANDARD_ERRORS = 5  # the limit for few rows; chance does not reach it
FEW = 10  # rows below which pseudonyms in order stand in the order of the source by chance: 1 table in 12 of four


def rank_correlation(values: "pl.Series") -> float:
    """Spearman's correlation of values with their places."""
    import polars as pl

    if len(values) < 3 or values.n_unique() < 2:
        return 0.0
    frame = pl.DataFrame({"value": values.rank(), "place": pl.arange(len(values), eager=True).cast(pl.Float64)})
    return float(frame.select(pl.corr("value", "place")).item())


def pseudonyms_of(path: Path) -> "pl.DataFrame | None":
    """The pseudonyms of a published table, as `pseudonym`, in the order of its rows; None without pseudonyms."""
    import polars as pl

    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(io.StringIO("".join(line for line, _ in zip(file, range(SAMPLE), strict=False))))
        header, *sample = list(rows) or [[]]
    named = [
        name for place, name in enumerate(header) if holds_pseudonyms(row[place] for row in sample if len(row) > place)
    ]
    if not named:
        return None
    return pl.read_csv(path, columns=[named[0]], infer_schema=False).rename({named[0]: "pseudonym"})


def order_of(path: Path, keys: "pl.DataFrame") -> tuple[float, float] | None:
    """(rank correlation of a published table's rows with the order of the source, its limit); None without pseudonyms.

    `keys` has pseudonym and customer_key, which follows the order of the source. A few rows in the order of their
    pseudonyms tell nothing, whatever that order is, and so are called uncorrelated.
    """
    column = pseudonyms_of(path)
    if column is None:
        return None
    if len(column) < FEW and column["pseudonym"].is_sorted():
        return 0.0, 1.0
    ranks = column.join(keys, on="pseudonym", how="inner", maintain_order="left")["customer_key"]
    limit = max(LIMIT, STANDARD_ERRORS / max(1, len(ranks) - 1) ** 0.5)
    return rank_correlation(ranks), min(limit, 1.0)


def check(paths: Mapping[Path, str], pseudonyms: str) -> dict[str, dict[str, float]]:
    """File -> rank correlation with the order of the source and its limit; raises Fault above the limit.

    `paths`: path -> what messages call the file.
    """
    import polars as pl

    keys = pl.read_csv(pseudonyms, schema={"customer_key": pl.Int64, "pseudonym": pl.String})
    found = {}
    for path, name in paths.items():
        if path.suffix == ".csv" and (measured := order_of(path, keys)):
            correlation, limit = measured
            if abs(correlation) >= limit:
                facts = f"rank correlation {correlation:.2f}, allowed {limit:.2f}"
                remedy = "Sort the table by pseudonym before it is written"
                raise Fault(name, f"its rows follow the order of the source ({facts})", remedy)
            found[name] = {"rank_correlation": round(correlation, 3), "limit": round(limit, 3)}
    return found
