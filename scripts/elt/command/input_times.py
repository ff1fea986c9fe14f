"""A file of the project whose time of change lies in the future is a file like any other: content decides, no time.

When a job has ended Snakemake compares the times of what it made with those of its inputs, and fails where an input is
the newer one: it would count as changed in the next call. Here it would not, as inputs are known by their checksums.
But a template or a list of customers from a computer whose clock is ahead would fail its jobs until that time comes.
Left out, without a word, under another version or another text of the method that it stands in for.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from elt.command.monkey_patch import Guard

GUARD = Guard(("snakemake.dag:DAG.check_output_mtime",), "c04c0ec688adf944")


def unchecked(*_: Any) -> Awaitable[None]:
    """Compare no times; something to await, as Snakemake's method is."""
    return asyncio.sleep(0)


@GUARD
def start() -> None:
    """From now on no job fails as one of its inputs is of a later time than what it made."""
    from snakemake.dag import DAG

    DAG.check_output_mtime = unchecked
