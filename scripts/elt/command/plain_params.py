"""Params as Snakemake writes them down and hands them to scripts, without the packages of tables.

It imports pandas, NumPy and Polars as soon as they are installed, just to ask whether a param is one of their tables:
half a second before the first script starts. No rule here has a table among its params, and for any other value both
ways give the same. Left out, without a word, under another version or another text of what it stands in for.
"""

import contextlib
import hashlib
import inspect
from collections.abc import Callable
from typing import Any

SNAKEMAKE = "9.27.1"
STANDS_IN_FOR = "5fe13744942c60c1"  # first 16 hex digits of a SHA-256 over the source of the methods below
PACKAGES = ("numpy", "pandas", "polars")


def shape() -> str:
    """What the source of the methods that ask for tables comes to."""
    from snakemake.iocontainers import Snakemake
    from snakemake.persistence import PersistenceBase

    methods = (PersistenceBase._serialize_param_pandas, Snakemake._safely_store_params)
    return hashlib.sha256("".join(map(inspect.getsource, methods)).encode()).hexdigest()[:16]


def stored_by(ordinary: Callable[..., None]) -> Callable[..., None]:
    """The method that puts params by for a script; the ordinary way where one of them may be a table."""
    from snakemake.iocontainers import Params

    def store(self: Any, params: Any) -> None:
        if any(type(value).__module__.partition(".")[0] in PACKAGES for value in params):
            ordinary(self, params)
            return
        self._params_store, self._params_types = Params(toclone=list(params)), {}
        self._params_store._take_names(params._get_names())

    return store


def start() -> None:
    """From now on params are taken for what they are: no tables."""
    with contextlib.suppress(Exception):  # whatever it is, the ordinary way is there
        import snakemake
        from snakemake.iocontainers import Snakemake
        from snakemake.persistence import PersistenceBase

        if snakemake.__version__ == SNAKEMAKE and shape() == STANDS_IN_FOR:
            PersistenceBase._serialize_param_pandas = PersistenceBase._serialize_param_builtin
            Snakemake._safely_store_params = stored_by(Snakemake._safely_store_params)
