"""The server of the warm worker: it has heavy packages imported, and each script that is to run is a fork of it.

    python fork_server.py <descriptor of a socket> <descriptor of the standard error of scripts>

Over the socket, whoever started it sends one connection a script. On a connection the server answers with the number
of the fork, the fork reads what it is to run, and when it has ended the server writes its exit code as `subprocess`
counts it, and what it has used. Once the socket is closed nobody waits for results: forks that still run are killed,
and the server ends.

Of the project it has modules that many scripts import, too; a fork that finds one of their files changed lets go of all
of them, since a fork must read its code as it is by then. No thread outlives a fork, so Polars is imported but for the
call that starts its threads: a fork makes it when its script imports Polars. Without threads a fork is a process like
any other.
"""

import atexit
import builtins
import contextlib
import functools
import gc
import importlib
import json
import logging
import os
import random
import selectors
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Callable
from importlib import metadata
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

FIRST = (  # before the first script, or else each of those that begin with the run would import them beside the others
    "snakemake.iocontainers",
    "snakemake.logging",
    "elt.rulelog",
    "elt.table_files",
    "elt.tables",
    "elt.run.company",
    "elt.run.contract_parts",
    "elt.run.steps",
    "elt.report.assumptions",
    "elt.bronze.exports",
    "elt.bronze.structural_validation",
    "yaml",
    "polars",
    "numpy",
    "typeguard",
    "pydantic",
    "pandas",
    "pandera.pandas",
    "pandera.polars",
    "pandera.backends.pandas.builtin_hypotheses",  # what the first schema imports, Hypothesis among it where it is
)
PACKAGES = (  # while nobody asks, in the order in which a run comes to need them; what is not there is passed over
    "sqlglot.optimizer.scope",
    "sqlglot.optimizer.qualify",
    "sqlglot.dialects.duckdb",
    "sqlglot.lineage",
    "holidays.countries",
    "markdown_it",
    "jinja2",
    "elt.report.pages",
    "matplotlib",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "threadpoolctl",
    "sklearn.metrics",
    "sklearn.cluster",
)
SCRIPTS = Path(__file__).resolve().parents[2]
OWN = "elt"  # the package of the project
NEED_POLARS = ("pandera.polars",)  # they would start it if it were not imported by then
POLARS = "2.1.0"  # its start is known; another version is left to the forks
POLARS_CORE = "_polars_runtime_32._polars_runtime"
POLARS_START = "__register_startup_deps"  # called by the import of Polars; threads begin with it
ALLOCATOR = "_RJEM_MALLOC_CONF"  # settings of the allocator of Polars: its own, and no thread of the allocator's
ALLOCATED = "dirty_decay_ms:500,muzzy_decay_ms:1000,background_thread:false"
LEFT_TO_FORKS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a terminal sends them to the server too
COLLECTED_AFTER = 100_000  # new objects; a script is short, and looking through them every 700 costs a tenth of it
REFUSED = 0  # in place of the number of a fork
CANNOT_FLUSH = 120  # what Python exits with if standard output cannot be written


def threads() -> int:
    """Threads of this process, those of libraries among them."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 (pathlib is no shorter)


def look(file: str | Path) -> tuple[int, int, int]:
    """What changes with a file: its size, time of change and inode; other than any before where it is gone."""
    try:
        found = os.stat(file)  # noqa: PTH116 (a hundred files a fork)
    except OSError:
        return (-1, -1, -1)
    return found.st_size, found.st_mtime_ns, found.st_ino


class OwnCode:
    """Modules of the project that the server has imported, and how their files looked before."""

    def __init__(self) -> None:
        self.seen = {str(path): look(path) for path in (SCRIPTS / OWN).rglob("*.py")}

    def import_one(self, name: str) -> None:
        """Import a module and what it needs; one that needs Polars is left to the forks, which start it."""
        known = sys.modules.get("polars")
        sys.modules["polars"] = None  # type: ignore[assignment]  # so that its import fails
        sys.path.insert(0, str(SCRIPTS))
        try:
            importlib.import_module(name)
        finally:
            sys.path.remove(str(SCRIPTS))
            del sys.modules["polars"]
            if known is not None:
                sys.modules["polars"] = known

    def let_go_if_changed(self) -> None:
        """In a fork: unless all files look as they did, its script imports their modules anew."""
        mine = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == OWN}
        files = [str(module.__file__) for module in mine.values()]
        if any(look(file) != self.seen.get(file) for file in files):
            for name in mine:
                del sys.modules[name]


class Polars:
    """Polars as the server has it, and what a fork is still to do when its script imports it; a finder and a loader."""

    def __init__(self) -> None:
        self.module: types.ModuleType | None = None
        self.start: Callable[[], None] | None = None

    def import_all_but_start(self) -> None:
        """Import Polars in the server."""
        if metadata.version("polars") != POLARS or not os.environ.keys().isdisjoint((ALLOCATOR, "POLARS_THP")):
            return
        os.environ[ALLOCATOR] = ALLOCATED
        core = importlib.import_module(POLARS_CORE)
        start, given = getattr(core, POLARS_START), list[Any]()
        setattr(core, POLARS_START, given.append)
        try:
            self.module = importlib.import_module("polars")
        finally:
            setattr(core, POLARS_START, start)
        self.start = functools.partial(start, *given)

    def leave_start_to_import(self) -> None:
        """In a fork: from now on the first import of Polars starts it."""
        if self.module is not None:
            del sys.modules["polars"]
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """As a finder: this, for Polars alone."""
        return ModuleSpec(name, self) if name == "polars" else None  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> types.ModuleType | None:
        """As a loader: what the server has imported, as its own import has described it."""
        self.spec = self.module.__spec__ if self.module is not None else None
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        """As a loader: the call that was put off."""
        module.__spec__ = self.spec
        sys.meta_path.remove(self)
        if self.start is not None:
            self.start()


class Server:
    """The forks that run, and what each of them answers on."""

    def __init__(self, control: socket.socket, errors: int) -> None:
        self.control, self.errors = control, errors
        self.waiting, self.polars, self.own = list(PACKAGES), Polars(), OwnCode()
        self.running: dict[int, tuple[int, socket.socket]] = {}  # descriptor of a process: its number, its connection
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ)
        self.handlers = {number: signal.signal(number, signal.SIG_IGN) for number in LEFT_TO_FORKS}

    def serve(self) -> socket.socket | None:
        """Answer until nobody asks; None then, and in each fork the connection that tells what to run."""
        for name in FIRST:
            self.bring_in(name)
        while True:
            events = self.selector.select(0 if self.waiting else None)
            if not events:  # a script may be waiting, so not all of them at once
                self.bring_in(self.waiting.pop(0))
            for key, _ in events:
                if key.fd != self.control.fileno():
                    self.report(key.fd)
                    continue
                message, descriptors, *_ = socket.recv_fds(self.control, 1, 1)
                if not message:
                    self.end()
                    return None
                connection = socket.socket(fileno=descriptors[0])
                if self.fork(connection):
                    return connection

    def bring_in(self, name: str) -> None:
        """Import a module."""
        with contextlib.suppress(Exception):  # a script that needs it says what is wrong with it
            if name == "polars":
                self.polars.import_all_but_start()
            elif name.startswith(f"{OWN}."):
                self.own.import_one(name)
            elif self.polars.module is not None or name not in NEED_POLARS:
                importlib.import_module(name)
        gc.freeze()  # forks share what lies here, as long as nobody writes to it

    def fork(self, connection: socket.socket) -> bool:
        """Whether this is the new fork; the server tells its number, or that it makes none as a library has threads."""
        if threads() > 1:
            with contextlib.suppress(OSError), connection:
                connection.sendall(b"%d\n" % REFUSED)
            return False
        for output in (sys.stdout, sys.stderr):
            output.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, LEFT_TO_FORKS)
        number = os.fork()
        if number == 0:
            self.leave()
            return True
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_FORKS)
        process = os.pidfd_open(number)
        self.running[process] = (number, connection)
        self.selector.register(process, selectors.EVENT_READ)
        with contextlib.suppress(OSError):
            connection.sendall(b"%d\n" % number)
        return False

    def leave(self) -> None:
        """In a fork: let go of all that is the server's, and take signals as a new process does."""
        self.selector.close()
        self.control.close()
        for process, (_, connection) in self.running.items():
            os.close(process)
            connection.close()
        os.dup2(self.errors, sys.stderr.fileno())
        os.close(self.errors)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEFT_TO_FORKS)
        self.polars.leave_start_to_import()
        self.own.let_go_if_changed()

    def report(self, process: int) -> None:
        """Write the exit code of a fork that has ended, its processor time, largest memory, blocks read and written."""
        self.selector.unregister(process)
        number, connection = self.running.pop(process)
        _, status, used = os.wait4(number, 0)
        os.close(process)
        seconds, numbers = used.ru_utime + used.ru_stime, (used.ru_maxrss, used.ru_inblock, used.ru_oublock)
        with contextlib.suppress(OSError), connection:
            connection.sendall(b"%d %.6f %d %d %d\n" % (os.waitstatus_to_exitcode(status), seconds, *numbers))

    def end(self) -> None:
        """Kill the forks that still run: what they were to make is awaited by nobody."""
        for number, _ in self.running.values():
            os.kill(number, signal.SIGKILL)
        for number, _ in self.running.values():
            os.waitpid(number, 0)


def become(request: dict[str, Any]) -> None:
    """Make a fork what `python <script>` would be: folder, environment, arguments, random numbers of its own."""
    atexit._clear()  # what libraries have registered so far is for the server to do
    atexit.register(logging.shutdown)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = [request["script"]]
    sys.path.insert(0, str(Path(request["script"]).parent))
    gc.set_threshold(COLLECTED_AFTER)
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def code_of(end: SystemExit) -> int:
    """The exit code that an interpreter ends with."""
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


class Script(SourceFileLoader):
    """Loads a script as an interpreter loads its main module: no bytecode of it is kept."""

    def set_data(self, path: str, data: Any, *, _mode: int = 0) -> None:
        """Keep nothing."""


def main_module(script: str) -> types.ModuleType:
    """A main module that is still empty, in the place of the server's."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=script, __builtins__=builtins, __annotations__={}, __cached__=None)
    sys.modules["__main__"] = module
    return module


def within(trace: types.TracebackType | None, script: str) -> types.TracebackType | None:
    """A traceback from the script on, without what has loaded it."""
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    return trace


def run(script: str) -> int:
    """Run a script as the main module; its exit code, or minus the signal that it is to end by."""
    try:
        Script("__main__", script).exec_module(main_module(script))
    except SystemExit as end:
        return code_of(end)
    except BaseException as error:
        sys.excepthook(type(error), error, within(error.__traceback__, script))
        return -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
    return 0


def end(code: int) -> None:
    """End a fork as an interpreter ends, but for the time it takes to tear down every package; never returns."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.modules["__main__"].__dict__.clear()  # what is left open is closed, as at the end of an interpreter
        for output in (sys.stdout, sys.stderr):
            output.flush()
    except BaseException:
        code = code or CANNOT_FLUSH
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def main(control: int, errors: int) -> None:
    """Serve; in a fork, run the one script that its connection names."""
    del sys.path[0]  # the folder of this file
    connection = Server(socket.socket(fileno=control), errors).serve()
    if connection is None:
        return
    code = 1
    try:
        with connection, connection.makefile("rb") as lines:
            request = lines.readline()
        if request:  # else nobody is left who would wait for it
            become(json.loads(request))
            code = run(sys.argv[0])
    finally:
        end(code)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
