"""The warm worker: scripts run as forks of a server that has the heavy packages imported, not as new interpreters.

It takes the place of the method by which Snakemake starts a Python script, and changes nothing else. It is left out,
without a word, wherever it could not do exactly what that method does: another version of Snakemake, another text of
the methods that it stands in for, an executor that is not this machine's, containers or environments, a limit of
memory that imported packages would take from. docs/decisions/0022-warm-worker.md tells why it is built this way.
"""

import atexit
import contextlib
import json
import os
import resource
import select
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from elt.command import request
from elt.command.monkey_patch import Guard
from elt.run import run_folders

GUARD = Guard(  # the replaced method, and those that it calls
    (
        "snakemake.script:PythonScript.execute_script",
        "snakemake.script:ScriptBase.evaluate",
        "snakemake.script:ScriptBase._execute_cmd",
        "snakemake.shell:shell.__new__",
    ),
    "b12ea0cd1e73b658",
)
MOMENT = 1.0  # seconds; a sample costs 8 ms of processor time, as it goes through all pages and all processes
KB_OF_MB, BLOCKS_OF_MB = 1024, 2048
FEWEST_JOBS = 8  # for fewer the imports cost more than they save
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
FOLDER_VARIABLES = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
ONE_THREAD = dict.fromkeys(THREAD_VARIABLES, "1")  # libraries read them when they are imported
SERVER = Path(__file__).with_name("fork_server.py")
APART = {"segmentation_kmeans"}  # rules that need what is imported apart
_begun: list["Worker"] = []  # before the run was planned


def has_room(workflow: Any) -> bool:
    """Whether this machine, and what a call says of environments, are those that the worker was made for."""
    return (
        sys.platform == "linux"
        and not workflow.deployment_settings.deployment_method
        and all(
            resource.getrlimit(kind)[0] == resource.RLIM_INFINITY for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)
        )
    )


def is_as_known(workflow: Any) -> bool:
    """Whether the executor and the jobs of Snakemake, too, are those that the worker was made for."""
    return has_room(workflow) and workflow.executor_plugin.name == "local" and len(workflow.dag) >= FEWEST_JOBS


def is_plain(script: Any) -> bool:
    """Whether Snakemake would start this script with its own interpreter, in its own folder, on one thread."""
    special = (script.conda_env, script.container_img, script.env_modules, script.shadow_dir)
    return not any(special) and str(script.threads) == "1" and script.resources.get("shell_exec") is None


def given_variables() -> set[str]:
    """Variables that this process was started with; Polars, where planning imports it, sets one of its allocator's."""
    return {os.fsdecode(one.partition(b"=")[0]) for one in Path("/proc/self/environ").read_bytes().split(b"\0")}


def environment(script: Any) -> dict[str, str]:
    """The environment that Snakemake gives a script."""
    folder = script.resources.get("tmpdir")
    return {**os.environ, **ONE_THREAD, **(dict.fromkeys(FOLDER_VARIABLES, folder) if folder else {})}


class Worker:
    """A running server, and the one end of the socket on which it takes scripts; ends with this process.

    `will_part`: it imports, in a fork of its own, what one step alone needs.
    """

    def __init__(self, *, will_part: bool = False) -> None:
        from snakemake.shell import STDOUT

        self.control, theirs = socket.socketpair()
        self.lock, given, self.is_used = threading.Lock(), given_variables(), False
        apart = ["apart"] if will_part else []
        with theirs:
            errors = os.dup(2)  # for scripts; the server itself says nothing, as the ordinary way is there
            self.server = subprocess.Popen(  # noqa: S603
                [sys.executable, str(SERVER), str(theirs.fileno()), str(errors), *apart],
                stdout=STDOUT,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno(), errors],
                env={name: value for name, value in os.environ.items() if name in given} | ONE_THREAD,
            )
            os.close(errors)
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the server."""
        self.control.close()
        try:
            self.server.wait(timeout=1 if self.is_used else 0)
        except subprocess.TimeoutExpired:  # it is importing; no script runs any more
            self.server.kill()
            self.server.wait()

    def run(self, file: str, variables: dict[str, str], benchmark: Any, sign: bytes) -> int | None:
        """Run a script; its exit code as `subprocess` counts it, or None if the server does not take it.

        `sign`: whether it needs what is imported apart.
        """
        self.is_used = True
        ours, theirs = socket.socketpair()
        with ours, ours.makefile("rb") as answers:
            with theirs, self.lock, contextlib.suppress(OSError):
                socket.send_fds(self.control, [sign], [theirs.fileno()])
            number = int(answers.readline() or 0)
            if not number:
                return None
            process = os.pidfd_open(number)
            try:
                started = time.time()
                request = {"script": file, "folder": str(Path.cwd()), "environment": variables}
                with contextlib.suppress(OSError):  # killed already
                    ours.sendall(json.dumps(request).encode() + b"\n")
                with sampled(number, ours, benchmark):
                    code, *used = answers.readline().split() or [b""]
                if used and benchmark is not None:
                    measured(benchmark, time.time() - started, *map(float, used))
                return int(code) if used else killed(process)
            finally:
                os.close(process)


@contextlib.contextmanager
def sampled(number: int, connection: socket.socket, benchmark: Any) -> Iterator[None]:
    """Snakemake's samples of the memory of a script that runs longer than a moment, if the rule has a benchmark."""
    from snakemake.benchmark import benchmarked

    with contextlib.ExitStack() as samples:
        if benchmark is not None and not select.select([connection], [], [], MOMENT)[0]:
            with contextlib.suppress(Exception):  # it has ended just now, and psutil finds no such process
                samples.enter_context(benchmarked(number, benchmark))
        yield


def measured(benchmark: Any, seconds: float, processor: float, memory: float, read: float, written: float) -> None:
    """Put into a benchmark what the system counted of a script, exact where samples come close: time, processor, the
    largest memory in kB, blocks read and written."""
    benchmark.running_time, benchmark.data_collected = seconds, True
    benchmark.cpu_time, benchmark.cpu_usage = processor, 100 * processor
    benchmark.max_rss, benchmark.io_in, benchmark.io_out = (
        memory / KB_OF_MB,
        read / BLOCKS_OF_MB,
        written / BLOCKS_OF_MB,
    )


def killed(process: int) -> int:
    """Kill a script whose server is gone, so that it leaves no orphan; the exit code of such a script."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(process, signal.SIGKILL)
    select.select([process], [], [])
    return -signal.SIGKILL


def command(file: str) -> str:
    """The command by which Snakemake starts a script, for its message about one that failed."""
    from snakemake.shell import shell

    return f"{shell._get_process_prefix()} {sys.executable} {shlex.quote(file)}"


def instead_of(ordinary: Callable[..., None], worker: Worker) -> Callable[..., None]:
    """The method that runs a script on the worker, and the ordinary way where that cannot be."""
    from elt.command import fork_server

    def execute_script(self: Any, fname: str, edit: bool = False) -> None:  # noqa: FBT001, FBT002 (as Snakemake's)
        sign = fork_server.APART if self.rulename in APART else fork_server.PLAIN
        code = worker.run(fname, environment(self), self.bench_record, sign) if is_plain(self) and not edit else None
        if code is None:
            ordinary(self, fname, edit=edit)
        elif code:
            raise subprocess.CalledProcessError(code, command(fname))

    return execute_script


@GUARD
def begin(workflow: Any, config: Mapping[str, Any], arguments: Sequence[str], now: datetime) -> None:
    """Start the worker before a new run is planned: that takes one processor seconds, and all of its steps will follow.

    `config`: settings that nobody has checked yet; what is wrong with them is told later.
    """
    is_asked_for = config["warm_worker"] == "auto" and request.is_plain_run(arguments)
    if is_asked_for and has_room(workflow) and run_folders.is_new(config, now):
        _begun.append(Worker(will_part=True))


@GUARD
def start(workflow: Any, setting: str) -> None:
    """Start the worker for the jobs of a workflow, if the setting is `auto` and nothing speaks against it."""
    begun = _begun.pop() if _begun else None
    if setting == "auto" and is_as_known(workflow):
        from snakemake.script import PythonScript

        PythonScript.execute_script = instead_of(PythonScript.execute_script, begun or Worker())
    elif begun:
        begun.stop()
