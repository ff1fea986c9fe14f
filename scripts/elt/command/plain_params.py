"""Params as Snakemake writes them down and hands them to scripts: without the packages of tables, and long ones short.

It imports pandas, NumPy and Polars as soon as they are installed, just to ask whether a param is one of their tables:
half a second before the first script starts. No rule here has a table among its params, and for any other value both
ways give the same.

It writes the params of a job down once for each file that the job makes, to tell whether they are others in the next
call. Contracts and marts are 36,000 characters long: of what is long a hash is written, which tells the same.
Left out, without a word, under another version or another text of what it stands in for.
"""

import hashlib
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
LONG = 200  # characters; a shorter param is written as it is, so that one reads what has changed
DIGITS = 12  # of a hash in hex, as in the versions of scripts


def shortened(ordinary: Callable[..., Any]) -> Callable[..., Any]:
    """The method that tells a param as text, and of a long text its length and the beginning of its SHA-256."""

    def told(self: Any, value: Any) -> Any:
        text = ordinary(self, value)
        if not isinstance(text, str) or len(text) <= LONG:
            return text
        return f"{len(text)} characters, {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:DIGITS]}"

    return told


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
    """From now on params are taken for what they are, no tables, and written down in short."""
    from snakemake.iocontainers import Snakemake
    from snakemake.persistence import PersistenceBase

    PersistenceBase._serialize_param_pandas = shortened(PersistenceBase._serialize_param_builtin)
    Snakemake._safely_store_params = stored_by(Snakemake._safely_store_params)
