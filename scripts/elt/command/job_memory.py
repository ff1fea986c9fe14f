"""How much memory a job is given, from the size of its inputs, so that two large ones do not run at once beyond it.

Snakemake adds up what running jobs were given and starts no further one above the memory of the machine (the profile
says how much that is); Slurm places a job by it. The figures below are the only ones, and measured: docs/scale.md says
how, and tests/batteries/benchmark_memory.py compares them with what the jobs of a run took.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000
PROCESS = 300  # MB of a job whose inputs are small: interpreter, packages, a pool of threads
NEEDS = {  # rule -> (MB whatever the inputs are, MB for each MB of them), where it is more than a process
    "bronze_file": (300, 0.2),
    "silver_table": (750, 0.8),
    "silver_references": (300, 0.7),
    "gold_mart": (350, 4.0),
    "gold_pseudonyms": (300, 4.0),
    "eda_summary": (300, 3.3),
    "features_customers": (350, 0.5),
    "expose_numbers": (300, 3.0),
    "segmentation_kmeans": (400, 4.0),
    "segmentation_names": (300, 4.0),
    "privacy_uniqueness": (400, 0.4),
    "privacy_leaks": (400, 0.3),
    "release_bands": (300, 4.0),
    "release_table": (300, 10.0),
    "warehouse_postgres": (300, 1.0),
}


def size(path: Path) -> int:
    """Bytes of an input; of a typed twin those of its CSV, since how far a twin is packed depends on the data."""
    packed = path.stat().st_size  # raises for a file that is not there yet: Snakemake asks again when it is
    text = path.parent.parent / "data" / f"{path.stem}.csv"
    return text.stat().st_size if path.suffix == ".parquet" and text.is_file() else packed


def megabytes(rule: str, files: Iterable[Path], attempt: int = 1) -> int:
    """Memory for a job of a rule with these inputs; with `--retries`, each further attempt gets more."""
    least, growth = NEEDS.get(rule, (PROCESS, 0))
    grown = growth * sum(map(size, files)) / MEGABYTE if growth else 0
    return round(least + grown) * attempt


def mem_mb(wildcards: Any, input: Iterable[str], rulename: str, attempt: int) -> int:
    """The resource of a job, with the parameters that Snakemake gives."""
    return megabytes(rulename, map(Path, input), attempt)
