"""Customer segments: k-means on customer features, the number of segments from evidence; names follow in a step apart.

Inputs: gold/data/customer_features_exact.csv (protected layer).
Outputs: gold/data/customer_clusters.csv, gold/_meta/customer_clusters.json (protected layer).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import sklearn

from elt import rulelog
from elt.features.scaling import scale
from elt.files import write_json
from elt.segmentation import clustering, evidence
from elt.segmentation.density import density
from elt.segmentation.evidence import Solution
from elt.segmentation.members import whole
from elt.segmentation.metadata import Segmented, feature_records, hidden_last, segment_records
from elt.table_files import write_frame

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


@dataclass(frozen=True)
class Settings:
    """What the run asks for. `search`: the section `segmentation` of the settings (k, k_min, k_max, minimum_share,
    bootstraps); `features`: those that k-means sees."""

    seed: int
    search: Mapping[str, Any]
    features: Sequence[str]
    minimum_group: int

    @property
    def fixed_k(self) -> int | None:
        """The number of segments that the settings ask for, or None for "auto"."""
        return None if str(self.search["k"]) == "auto" else int(self.search["k"])

    @property
    def all_k(self) -> list[int]:
        """Every number of segments that is tried."""
        fixed = [self.fixed_k] if self.fixed_k else []
        return sorted({*range(self.search["k_min"], self.search["k_max"] + 1), *fixed})

    def smallest_segment(self, customers: int) -> int:
        """Customers that a segment must have at least, of so many in all."""
        return max(ceil(round(self.search["minimum_share"] * customers, 6)), self.minimum_group)


def chosen(
    found: list[Solution], settings: Settings, minimum: int, values: np.ndarray
) -> tuple[Solution | None, str, list[Solution]]:
    """The solution, why (evidence, settings, reduced: fewer distinct customers than asked for; none), and all of them.

    A fixed number overrules the evidence; None means one segment, all customers. The solution has all resamples behind
    its stability; one that these show to be unstable is not taken, and the next one is.
    """
    while True:
        best, reason = looked_for(found, settings.fixed_k, minimum)
        if best is None or best.resamples == settings.search["bootstraps"]:
            return best, reason, found
        sure = evidence.confirmed(best, values, settings.search["bootstraps"], settings.seed)
        found = [sure if solution is best else solution for solution in found]


def looked_for(found: Sequence[Solution], fixed_k: int | None, minimum: int) -> tuple[Solution | None, str]:
    """The solution and why, by the evidence as it is."""
    if fixed_k is None:
        best = evidence.choose(found, minimum)
        return best, "evidence" if best else "none"
    within = [solution for solution in found if solution.k <= fixed_k]
    best = max(within, key=lambda solution: solution.k, default=None)
    return best, "settings" if fixed_k == (best.k if best else 1) else "reduced"


def choice_record(settings: Settings, best: Solution | None, reason: str, customers: int) -> dict[str, Any]:
    """Which number of segments was taken, why, and by which limits."""
    is_shown = customers >= settings.minimum_group
    return {
        "k": (best.k if best else 1) if customers else 0,
        "by": reason,
        "asked": settings.fixed_k or "auto",
        **{key: settings.search[key] for key in ("k_min", "k_max", "minimum_share", "bootstraps")},
        "minimum_customers": settings.smallest_segment(customers),
        "screened": min(evidence.SCREENED, settings.search["bootstraps"]),
        "resample_rows": min(customers, evidence.RESAMPLE_ROWS) if is_shown else None,
        "stable_from": evidence.STABLE,
        "unstable_below": evidence.UNSTABLE,
        "border": clustering.BORDER,
        **({"evidence_rows": clustering.EVIDENCE_ROWS} if customers > clustering.EVIDENCE_ROWS else {}),
        "silhouette_samples": evidence.SAMPLES,
        "silhouette_rows": evidence.sampled_rows(customers) if is_shown else None,
    }


def model(table: pd.DataFrame, settings: Settings) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Segments and metadata from the feature table, one row a customer.

    Gives the frame (customer, segment: 1 is the one with most revenue, hidden ones are last; sorted by customer) and a
    dictionary.
    """
    features, rows = settings.features, len(table)
    table = clustering.by_value(table, features)
    amounts = whole(table["monetary"])
    scaled = scale(table, features)
    bootstraps, minimum = settings.search["bootstraps"], settings.smallest_segment(rows)
    found = evidence.solutions(scaled.values, amounts, settings.all_k, bootstraps, settings.seed)
    best, reason, found = chosen(found, settings, minimum, scaled.values)
    labels, jaccard = hidden_last(
        best.labels if best else np.zeros(rows, dtype=int),
        amounts,
        best.jaccard if best else (),
        settings.minimum_group,
    )
    profile = clustering.profile(table, labels, features, scaled.logged)
    beside = clustering.neighbours(scaled.values, labels)
    segmented = Segmented(labels, amounts, scaled, profile, jaccard, beside)
    is_shown = rows >= settings.minimum_group
    records = segment_records(segmented, settings.minimum_group)
    hidden = [place for place, record in enumerate(records) if record["is_suppressed"]]
    metadata = {
        "method": "k-means",
        "seed": settings.seed,
        "rows": rows if is_shown or not rows else None,
        "minimum_group": settings.minimum_group,
        "features": feature_records(segmented, features, is_shown=is_shown),
        "choice": choice_record(settings, best, reason, rows),
        "evidence": evidence.records(found, minimum, rows, settings.minimum_group) if is_shown else [],
        "segments": records,
        "map": density(scaled, labels, hidden, settings.minimum_group),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }
    result = pd.DataFrame({"customer": table["customer"], "segment": labels + 1})
    return result.sort_values("customer", ignore_index=True), metadata


def main(features: str, *, settings: Settings, table: str, metadata: str) -> None:
    """Read the features, segment the customers, write the number of each one's segment, and what was found."""
    used = {"customer", "monetary", *settings.features}
    frame = pd.read_csv(features, usecols=used.__contains__, dtype={"customer": "str"}, keep_default_na=False)
    segments, found = model(frame, settings)
    write_frame(table, segments)
    write_json(metadata, found)
    rulelog.log.info("%s segments, chosen by %s", found["choice"]["k"], found["choice"]["by"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.features,
        settings=Settings(
            seed=snakemake.params.seed,
            search=snakemake.params.settings,
            features=snakemake.params.features,
            minimum_group=snakemake.params.minimum_group,
        ),
        table=snakemake.output.table,
        metadata=snakemake.output.metadata,
    )
