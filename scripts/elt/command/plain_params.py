"""Params as Snakemake writes them down and hands them to scripts, without the packages of tables.

It imports pandas, NumPy and Polars as soon as they are installed, just to ask whether a param is one of their tables:
half a second before the first script starts. No rule here has a table among its params, and for any other value both
ways give the same. Left out, without a word, under another version or another text of what it stands in for.
"""

from collections.abc import Callable
from typing import Any

from elt.command.monkey_patch import Guard

GUARD = Guard(  # the methods that ask for tables
    (
        "snakemake.persistence:PersistenceBase._serialize_param_pandas",
        "snakemake.iocontainers:Snakemake._safely_store_params",
    ),
    "5fe13744942c60c1",
)
PACKAGES = ("numpy", "pandas", "polars")


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


@GUARD
def start() -> None:
    """From now on params are taken for what they are: no tables."""
    from snakemake.iocontainers import Snakemake
    from snakemake.persistence import PersistenceBase

    PersistenceBase._serialize_param_pandas = PersistenceBase._serialize_param_builtin
    Snakemake._safely_store_params = stored_by(Snakemake._safely_store_params)
