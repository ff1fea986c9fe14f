"""The connection to PostgreSQL: its URL from `.env`, and faults that never show the URL nor a cell."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt.faults import Fault
from elt.protection import pseudonyms

if TYPE_CHECKING:
    import psycopg

NAME = "POSTGRES_URL"
FORM = "postgresql://user:password@host:5432/database"
NAME_BYTES = 63  # PostgreSQL cuts longer names
HERE = ("localhost", "127.0.0.1", "::1")
REFUSALS = {  # what the server or the network says -> what to tell
    "password authentication failed": "the server refuses user or password",
    "no password supplied": "the server wants a password",
    "no pg_hba.conf entry": "the server refuses this user from this computer",
    "refused": "nothing listens there",
    "could not translate host name": "the host is unknown",
    "failed to resolve host": "the host is unknown",
    "does not exist": "the database or the user does not exist",
    "timeout": "the server does not answer",
    "SSL": "the server offers no encrypted connection, or its certificate does not hold",
}

BROKEN = ("08", "57P")  # how the codes of errors begin that break a connection


def schema_of(run_id: str) -> str:
    """The name of a run's schema: run_ and the run's id in lower case, other signs as _; long ones end in a hash."""
    name = "run_" + re.sub(r"[^a-z0-9_]", "_", run_id.lower())
    if len(name) <= NAME_BYTES:
        return name
    return f"{name[: NAME_BYTES - 9]}_{hashlib.sha256(run_id.encode()).hexdigest()[:8]}"


def settings(path: Path) -> dict[str, Any]:
    """The connection that POSTGRES_URL in the key file states; encrypted unless it goes to this computer.

    Raises Fault if the file is open to others, git tracks it, or the URL is missing or none.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    values = pseudonyms.secrets_in(path, NAME)
    if len(values) != 1:
        remedy = "Leave one of its lines" if values else f"Add a line {NAME}={FORM}"
        raise Fault(path.name, "POSTGRES_URL must stand in it exactly once", remedy)
    if pseudonyms.is_tracked(path):
        raise Fault(path.name, "git tracks the key file", f"Type: git rm --cached {path.name}, and change the password")
    try:
        found = conninfo_to_dict(values[0]) if "://" in values[0] else {}
    except psycopg.Error:
        found = {}
    if not found:
        raise Fault(path.name, f"{NAME} is no URL of PostgreSQL", f"Write it as {FORM}")
    host = str(found.get("host", ""))
    if host and host not in HERE and not host.startswith("/"):
        found.setdefault("sslmode", "require")
    return {"connect_timeout": 10, "application_name": "elt-data-warehouse", **found}


def connected(path: Path) -> "psycopg.Connection":
    """A connection with the settings of the key file; raises Fault with the reason, without the URL."""
    import psycopg

    stated = settings(path)
    try:
        return psycopg.connect(**stated, client_encoding="UTF8")
    except psycopg.Error as error:
        said = str(error)
        reason = next((meaning for part, meaning in REFUSALS.items() if part in said), type(error).__name__)
    raise Fault("PostgreSQL", f"cannot be reached: {reason}", f"Check {NAME} in {path.name}, and the server")


@contextmanager
def working(where: str, remedy: str) -> Iterator[None]:
    """Turn an error of PostgreSQL into a Fault with its kind, table and constraint; its text may quote cells.

    `remedy`: for what the block does; a lock that others hold and a connection that breaks have remedies of their own.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        names = [name for name in (error.diag.table_name, error.diag.constraint_name) if name]
        kind = " ".join([type(error).__name__, *names])
        problem = f"PostgreSQL refuses it ({kind}); the publication was taken back, the one before stands"
        if isinstance(error, psycopg.errors.LockNotAvailable):
            remedy = "Wait until others have ended, or ask who holds the tables"
        elif error.sqlstate is None or error.sqlstate.startswith(BROKEN):
            remedy = "Start again"
    else:
        return
    raise Fault(where, problem, remedy)
