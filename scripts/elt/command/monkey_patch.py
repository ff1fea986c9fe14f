"""A monkey patch of Snakemake, guarded by the version and the source of the methods that it was written against.

Where either differs nobody has looked whether the patch still does what those methods did. There, and where a patch
cannot be made, it is left out without a word: the ordinary way is there. Who raises the version of Snakemake looks at
the methods that each `Guard` names, then sets `SNAKEMAKE` and the fingerprints; a test fails until then.
"""

import contextlib
import functools
import hashlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

SNAKEMAKE = "9.27.1"  # the pinned one
P = ParamSpec("P")


@dataclass
class Guard:
    """What a patch was written against.

    `methods`: those that it stands in for, and those that they rest on, as "module:Class.method"; `fingerprint`: the
    first 16 hex digits of a SHA-256 over their source.
    """

    methods: tuple[str, ...]
    fingerprint: str

    def found(self) -> str:
        """The fingerprint of the methods as they are installed."""
        source = "".join(inspect.getsource(pkgutil.resolve_name(name)) for name in self.methods)
        return hashlib.sha256(source.encode()).hexdigest()[:16]

    def is_met(self) -> bool:
        """Whether Snakemake is what the patch was written against."""
        import snakemake

        return snakemake.__version__ == SNAKEMAKE and self.found() == self.fingerprint

    def __call__(self, patch: Callable[P, None]) -> Callable[P, None]:
        """As a decorator: the function that puts a patch in place, which does nothing where it must not or cannot."""

        @functools.wraps(patch)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
            with contextlib.suppress(Exception):
                if self.is_met():
                    patch(*args, **kwargs)

        return guarded
