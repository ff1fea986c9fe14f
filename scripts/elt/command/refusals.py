"""How a call that cannot be carried out ends: with a title and a line a fault, before anything is written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elt import system_faults
from elt.faults import Fault


class RefusalError(SystemExit):
    """A call that cannot be carried out: it ends with a text of a title and a line a fault. Nothing was written."""

    def __init__(self, title: str, faults: Sequence[str]) -> None:
        super().__init__("\n".join([title, *(f"  {fault}" for fault in faults)]))


@contextmanager
def refusing(title: str = "The run cannot be used.") -> Iterator[None]:
    """What cannot be carried out for a fault, of the operating system too, is refused with it."""
    try:
        yield
    except (Fault, OSError) as error:
        if (fault := error if isinstance(error, Fault) else system_faults.fault(error)) is None:
            raise
        raise RefusalError(title, [str(fault)]) from None


def accepted(found: tuple[Any, Sequence[str]], title: str) -> Any:
    """The value of (value, faults); raises RefusalError if there are faults."""
    value, faults = found
    if faults:
        raise RefusalError(f"{title} Nothing was written.", faults)
    return value
