"""Params as Snakemake writes them down, without pandas, which it would import just to ask whether one is a table.

It imports pandas as soon as pandas is installed. No rule here has a table among its params, and for any other value
both ways give the same. Left out, without a word, under another version or another text of what it stands in for.
"""

import contextlib
import hashlib
import inspect
from typing import Any

SNAKEMAKE = "9.27.1"
STANDS_IN_FOR = "bb3b93502e24a372"  # first 16 hex digits of a SHA-256 over the source of the method below


def shape(persistence: Any) -> str:
    """What the source of the method that asks for tables comes to."""
    return hashlib.sha256(inspect.getsource(persistence._serialize_param_pandas).encode()).hexdigest()[:16]


def start() -> None:
    """From now on params are taken for what they are: no tables of pandas."""
    with contextlib.suppress(Exception):  # whatever it is, the ordinary way is there
        import snakemake
        from snakemake.persistence import PersistenceBase

        if snakemake.__version__ == SNAKEMAKE and shape(PersistenceBase) == STANDS_IN_FOR:
            PersistenceBase._serialize_param_pandas = PersistenceBase._serialize_param_builtin
