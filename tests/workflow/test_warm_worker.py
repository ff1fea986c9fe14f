"""Scripts on the warm worker: the same as without it, whatever happens, and without a word the ordinary way if need be."""

import fcntl
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warm_case import WarmCase, wait_until

pytestmark = pytest.mark.slow

FACTS = """
    import resource
    status = Path("/proc/self/status").read_text()
    lines = dict(line.split(":\\t", 1) for line in status.splitlines() if ":\\t" in line)
    variables = {name: value for name, value in os.environ.items() if name not in ("SHLVL", "_", "OLDPWD", "PWD")}
    found = {
        "name": __name__, "file": Path(__file__).name, "arguments": len(sys.argv), "path": Path(sys.path[0]).name,
        "main": sys.modules["__main__"].__dict__ is globals(), "annotations": "__annotations__" in globals(),
        "folder": os.getcwd(), "umask": lines["Umask"], "variables": variables,
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
        "files": [os.readlink(f"/proc/self/fd/{number}") for number in range(3)],
        "signals": [lines[name] for name in ("SigBlk", "SigIgn", "SigCgt")],
        "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "threads": threading.active_count(), "group": os.getpgid(0) == int(Path("group").read_text()),
        "limits": [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT")],
    }
    Path(snakemake.output[0]).write_text(json.dumps(found))
"""
RANDOM = """
    import random, tempfile, numpy
    Path(snakemake.output[0]).write_text(f"{random.random()} {numpy.random.random()} {tempfile.mktemp()}")
"""
POLARS = """
    import polars
    polars.LazyFrame({"a": [1]}).sort("a").collect(engine="streaming")
    time.sleep(1)  # a thread has its name a moment after it has begun
    names = {Path(f"/proc/self/task/{number}/comm").read_text().strip() for number in os.listdir("/proc/self/task")}
    Path(snakemake.output[0]).write_text(" ".join(sorted(names - {"jemalloc_bg_thd"})))
"""
WRITE = "Path(snakemake.output[0]).write_text('done')\n"
ENDS = {
    "code": "sys.exit(3)",
    "words": "sys.exit('some words')",
    "large": "sys.exit(300)",
    "hard": "os._exit(7)",
    "fault": "rulelog.start(snakemake)\ndef deep(): raise ValueError('a fault')\ndeep()",
    "crash": "raise KeyError('no log yet')",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "stopped": "os.kill(os.getpid(), signal.SIGTERM)",
    "interrupt": "raise KeyboardInterrupt",
    "syntax": "this is no Python",
    "nothing": "pass",
    "later": WRITE + "import atexit\natexit.register(lambda: print('at the end', flush=True))",
    "zero": WRITE + "sys.exit(0)",
    "left_open": WRITE + "handle = open('left', 'w')\nhandle.write('whole')",
    "thread": "threading.Thread(target=lambda: (time.sleep(0.5), Path(snakemake.output[0]).write_text('x'))).start()",
}
AHEAD = """
from datetime import datetime, timezone
from pathlib import Path
server = "import sys; sys.path[:0] = 2 * [SCRIPTS]\\nfrom elt.command import fork_server, preloaded\\n"
server += "preloaded.FIRST, preloaded.PACKAGES, preloaded.APART = (), (), ('colorsys',)\\n"
server += "fork_server.main(int(sys.argv[1]), int(sys.argv[2]), will_part='apart' in sys.argv)"
Path("fork_server.py").write_text(server.replace("SCRIPTS", repr(sys.path[0])))
warm_worker.SERVER, warm_worker.APART = Path("fork_server.py").absolute(), {"job"}
warm_worker.begin(workflow, config, sys.argv[1:], datetime.now(timezone.utc))
begun = [worker.server.pid for worker in warm_worker._begun]
print("begun", *begun, file=sys.stderr, flush=True)
"""
OF_A_RUN = ("company=here", "raw=there")
APART = "Path(snakemake.output[0]).write_text(str('colorsys' in sys.modules) + f' {os.getppid()}')\n"
SLEEP = "time.sleep(120)\n" + WRITE
SHORT = "time.sleep(4)\n" + WRITE
MODES = pytest.mark.parametrize("mode", ["auto", "off"])


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Callable[..., WarmCase]]:
    """Makes the workflow; kills what is left at the end."""
    made = []

    def make(mode: str, change: str = "", **scripts: str) -> WarmCase:
        made.append(WarmCase(tmp_path / f"{mode}{len(made)}", mode, change, **scripts))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture(scope="module")
def lines_of_a_plain_run(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Lines that Snakemake says of one job without the worker."""
    made = WarmCase(tmp_path_factory.mktemp("plain") / "off", "off", one=WRITE)
    assert made.run() == 0
    return made.console.count("\n")


def is_fork(made: WarmCase, name: str) -> bool:
    return made.began(name)[1]


def told(made: WarmCase) -> list[str]:
    """What Snakemake says of jobs that failed, in order of their names, without the names of temporary files."""
    text = made.console.replace(str(made.folder), "<folder>")
    found = re.findall(r"(?:Command '|exited|died|returned|some words|at the end|KeyError|Error in rule).*", text)
    return sorted(re.sub(r"tmp\w+", "tmp", line) for line in found)


def test_a_script_finds_the_same_process_around_it(case: Callable[..., WarmCase]):
    found = []
    for mode in ("auto", "off"):
        made = case(mode, facts=FACTS)
        process = made.start()
        (made.folder / "group").write_text(str(process.pid))
        assert process.wait(timeout=120) == 0, made.console
        assert is_fork(made, "facts") == (mode == "auto")
        facts = made.output("facts").replace(str(made.folder), "<folder>")
        found.append(json.loads(re.sub(r"tmp\w+\.facts", "tmp.facts", facts)))
    assert found[0] == found[1]


def test_polars_has_the_same_threads_but_those_of_its_allocator(case: Callable[..., WarmCase]):
    found = []
    for mode in ("auto", "off"):
        made = case(mode, one=POLARS)
        assert made.run() == 0, made.console
        assert is_fork(made, "one") == (mode == "auto")
        found.append(made.output("one"))
    assert found[0] == found[1]
    assert "polars-ooc" in found[0]


def test_every_way_to_end_is_told_as_ever(case: Callable[..., WarmCase]):
    made = {mode: case(mode, **ENDS) for mode in ("auto", "off")}
    assert [one.run() for one in made.values()] == [1, 1]
    assert all(is_fork(made["auto"], name) for name in ENDS if name != "syntax")
    assert told(made["auto"]) == told(made["off"])
    assert len(told(made["auto"])) > 15
    for path in ("out", "_meta/logs"):
        names = [
            {file.name: re.sub(r"tmp\w+", "tmp", file.read_text()) for file in (one.folder / path).iterdir()}
            for one in made.values()
        ]
        assert names[0] == names[1]
    assert "ValueError" in (made["auto"].folder / "_meta/logs/fault.log").read_text()
    assert [(one.folder / "left").read_text() for one in made.values()] == ["whole", "whole"]
    tracebacks = [(one.folder / "_meta/bronze/_meta/tracebacks/job.fault.txt") for one in made.values()]
    texts = [re.sub(r"tmp\w+", "tmp", file.read_text()) for file in tracebacks if file.exists()]
    assert len(set(texts)) <= 1


def test_forks_do_not_share_their_random_numbers(case: Callable[..., WarmCase]):
    made = case("auto", one=RANDOM, two=RANDOM)
    assert made.run() == 0, made.console
    assert is_fork(made, "one")
    assert not set(made.output("one").split()) & set(made.output("two").split())


def test_the_benchmark_measures_the_script(case: Callable[..., WarmCase]):
    made = case(
        "auto", busy="kept = b'x' * 300_000_000\nuntil = time.time() + 2\nwhile time.time() < until: pass\n" + WRITE
    )
    assert made.run() == 0, made.console
    assert is_fork(made, "busy")
    head, row = (made.folder / "benchmarks/busy.tsv").read_text().splitlines()
    measured = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    assert 2 <= float(measured["s"]) < 30
    assert 290 < float(measured["max_uss"]) < 500
    assert 0 < float(measured["cpu_time"]) < 5


@MODES
def test_nothing_runs_on_when_the_run_is_done(case: Callable[..., WarmCase], mode: str):
    made = case(mode, one=WRITE)
    assert made.run() == 0, made.console
    assert made.processes() == []


def test_a_kill_leaves_no_orphan_and_no_lock(case: Callable[..., WarmCase]):
    made = case("auto", first=SLEEP, second=SLEEP)
    process = made.start()
    assert is_fork(made, "first")
    assert is_fork(made, "second")
    with (made.folder / "lock").open() as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process.kill()
        process.wait()
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    wait_until(lambda: not made.processes(), 10)


@MODES
def test_ctrl_c_ends_scripts_and_all(case: Callable[..., WarmCase], mode: str):
    made = case(mode, first=SLEEP, second=SLEEP)
    process = made.start()
    assert is_fork(made, "first") == (mode == "auto")
    made.began("second")
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) == 1
    wait_until(lambda: not made.processes(), 10)
    assert not (made.folder / "out/first").exists()


@MODES
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_snakemake_alone_waits_for_the_scripts(case: Callable[..., WarmCase], mode: str, number: int):
    made = case(mode, first=SHORT)
    process = made.start()
    assert is_fork(made, "first") == (mode == "auto")
    time.sleep(0.5)
    process.send_signal(number)
    code = process.wait(timeout=30)
    wait_until(lambda: not made.processes(), 10)
    assert code == 1
    assert (made.folder / "out").is_dir()


@MODES
def test_sigterm_to_all_ends_scripts_and_all(case: Callable[..., WarmCase], mode: str):
    made = case(mode, first=SLEEP)
    process = made.start()
    assert is_fork(made, "first") == (mode == "auto")
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(timeout=30) == 1
    wait_until(lambda: not made.processes(), 10)
    assert "SIGTERM" in made.console


@MODES
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_script_that_is_killed_is_a_job_that_failed(case: Callable[..., WarmCase], mode: str, number: int):
    made = case(mode, first=SLEEP, second=SHORT)
    process = made.start()
    script, is_warm = made.began("first")
    assert is_warm == (mode == "auto")
    os.kill(script, number)
    assert process.wait(timeout=30) == 1
    assert signal.Signals(number).name in made.console
    assert made.output("second") == "done"


def test_without_its_server_a_job_fails_and_the_next_goes_the_ordinary_way(case: Callable[..., WarmCase]):
    made = case("auto", first=SLEEP)
    process = made.start()
    script, is_warm = made.began("first")
    assert is_warm
    os.kill(int(re.search(r"PPid:\s+(\d+)", Path(f"/proc/{script}/status").read_text())[1]), signal.SIGKILL)
    assert process.wait(timeout=30) == 1
    assert "SIGKILL" in made.console
    assert made.processes() == []
    killer = case("auto", first=f"os.kill(os.getppid(), signal.SIGKILL)\n{SLEEP}", second=WRITE, third=WRITE)
    assert killer.run("--cores", "1") == 1
    assert [killer.output(name) for name in ("second", "third")] == ["done", "done"]


def test_a_new_run_has_its_server_before_it_is_planned_and_one_step_the_fork_with_its_imports(
    case: Callable[..., WarmCase],
):
    made = case("auto", AHEAD, one=APART, two=SHORT)
    assert made.run(settings=OF_A_RUN) == 0, made.console
    server = int(re.search(r"begun (\d+)", made.console)[1])
    has_more, parent = made.output("one").split()
    assert (is_fork(made, "one"), has_more) == (True, "True")
    assert int(parent) != server
    assert made.processes() == []


def test_a_script_of_the_fork_with_more_imports_dies_with_snakemake(case: Callable[..., WarmCase]):
    made = case("auto", AHEAD, first=SLEEP)
    process = made.start(settings=OF_A_RUN)
    assert is_fork(made, "first")
    process.kill()
    process.wait()
    wait_until(lambda: not made.processes(), 10)


NOT_AHEAD = {
    "a run that is there": ((), ("run_id=there",)),
    "a dry run": (("--dry-run",), ()),
    "a plan": (("--dag",), ()),
    "settings that are wrong": ((), ("run_id=[1]",)),
}


@pytest.mark.parametrize("why", NOT_AHEAD)
def test_no_server_is_begun_before(case: Callable[..., WarmCase], why: str):
    arguments, settings = NOT_AHEAD[why]
    made = case("auto", AHEAD, one=WRITE)
    identity = made.folder / "artifacts/runs/there/_meta/run.json"
    identity.parent.mkdir(parents=True)
    theirs = {"company": "here", "raw": "there", "created_at": "2026-01-01T00:00:00+00:00"}
    identity.write_text(json.dumps(theirs))
    assert made.run(*arguments, settings=(*OF_A_RUN, "run_id=another", *settings)) == 0, made.console
    assert re.search(r"^begun$", made.console, re.MULTILINE), made.console


def test_a_server_that_is_not_needed_ends_with_the_call(case: Callable[..., WarmCase]):
    made = case("auto", f"{AHEAD}\nraise WorkflowError('refused')", one=WRITE)
    assert made.run(settings=OF_A_RUN) == 1
    assert "refused" in made.console
    assert re.search(r"begun \d+", made.console)
    wait_until(lambda: not made.processes(), 10)


LEFT_OUT = {
    "another version of Snakemake": ("from elt.command import monkey_patch; monkey_patch.SNAKEMAKE = '9.0.0'", (), "", ()),
    "another text of the method": ("warm_worker.GUARD.fingerprint = '0'", (), "", ()),
    "a method that somebody else has replaced": (
        "from snakemake.script import PythonScript; old = PythonScript.execute_script\n"
        "PythonScript.execute_script = lambda self, fname, edit=False: old(self, fname, edit)",
        (), "", (),
    ),
    "a server that does not start": ("warm_worker.SERVER = warm_worker.Path('/no/such/file')", (), "", ()),
    "a server that ends at once": ("warm_worker.SERVER = warm_worker.Path('/dev/null')", (), "", ()),
    "few jobs": ("warm_worker.FEWEST_JOBS = 9", (), "", ()),
    "a limit of memory": ("", (), "ulimit -v 8000000; ", ()),
    "more threads": ("", (), "", ("threads=2",)),
    "a library with threads": (
        "threaded = 'import sys, threading, time; sys.path[:0] = 2 * [SCRIPTS]\\n'\n"
        "threaded += 'threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\\n'\n"
        "threaded += 'from elt.command import fork_server; fork_server.main(int(sys.argv[1]), int(sys.argv[2]))'\n"
        "warm_worker.SERVER = warm_worker.Path('threaded.py')\n"
        "warm_worker.SERVER.write_text(threaded.replace('SCRIPTS', repr(sys.path[0])))",
        (), "", (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", LEFT_OUT)
def test_it_is_left_out_without_a_word(case: Callable[..., WarmCase], lines_of_a_plain_run: int, why: str):
    change, arguments, limit, settings = LEFT_OUT[why]
    made = case("auto", change, one=WRITE)
    assert made.run(*arguments, limit=limit, settings=settings) == 0, made.console
    assert made.output("one") == "done"
    assert not is_fork(made, "one")
    assert made.console.count("\n") == lines_of_a_plain_run + ("threads: 2" in made.console), made.console
