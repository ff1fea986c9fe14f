"""A PostgreSQL server for tests: its own cluster in a temporary folder, on loopback, as a user without privileges."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

PASSWORD = "s3cr3t/p@ss"
NEEDED = "ELT_NEED_POSTGRES"  # set in .ci/run: there these tests fail instead of being skipped


def program(name: str) -> str | None:
    """Path of one of PostgreSQL's programs, where Debian or the path have it."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(places[-1]) if places else shutil.which(name)


@dataclass
class Server:
    """A running server."""

    port: int

    def url(self, user: str = "owner", password: str = PASSWORD) -> str:
        """The URL for a user, as it stands in .env."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/postgres"

    def connect(self, user: str = "owner", password: str = PASSWORD) -> psycopg.Connection:
        """A connection that commits every statement."""
        return psycopg.connect(self.url(user, password), autocommit=True)

    def rows(self, query: str, *values: object) -> list[tuple]:
        """The rows of a query."""
        with self.connect() as connection:
            return connection.execute(query, values or None).fetchall()


def free_port() -> int:
    """A port of loopback that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running() -> Iterator[Server]:
    """Make a cluster, start it, stop and remove it; skips where PostgreSQL is not installed."""
    initdb, postgres = program("initdb"), program("postgres")
    if not (initdb and postgres):
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        pytest.fail(reason) if os.environ.get(NEEDED) else pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="elt-postgres-"))
    as_user: dict = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    word, port = folder / "password", free_port()
    word.write_text(PASSWORD)
    word.chmod(0o644)
    try:
        made = subprocess.run(
            [initdb, "-D", folder / "data", "-U", "owner", "-A", "scram-sha-256", "--pwfile", word, "-E", "UTF8",
             "--locale", "C", "--no-sync"], cwd=folder, capture_output=True, text=True, **as_user,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        server = subprocess.Popen(
            [postgres, "-D", folder / "data", "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-c", "fsync=off"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user,
        )  # fmt: skip
        try:
            wait_for(port)
            yield Server(port)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(port: int) -> None:
    """Return when the server answers."""
    for _ in range(150):
        try:
            psycopg.connect(Server(port).url()).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")
