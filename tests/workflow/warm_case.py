"""A workflow of a few scripts in a folder of its own, run with and without the warm worker."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from conftest import ROOT

SNAKEFILE = """
import fcntl, os, sys
sys.path.insert(0, {scripts!r})
from elt.command import warm_worker
warm_worker.FEWEST_JOBS = 1
{change}

onstart:
    locked.append(os.open("lock", os.O_RDONLY | os.O_CREAT))
    fcntl.flock(locked[0], fcntl.LOCK_EX)
    warm_worker.start(workflow, config["warm_worker"])

locked = []

rule all:
    input: ["out/" + name for name in config["jobs"].split("+")]

rule job:
    output: "out/{{name}}"
    log: "_meta/logs/{{name}}.log"
    benchmark: "benchmarks/{{name}}.tsv"
    threads: config.get("threads", 1)
    script: "steps/{{wildcards.name}}.py"
"""
START = """
import os, sys, time, signal, threading, json
from pathlib import Path
from elt import rulelog
def parent():
    return Path(f"/proc/{os.getppid()}/cmdline").read_bytes()
Path("began").mkdir(exist_ok=True)
Path("began", snakemake.wildcards.name).write_text(f"{os.getpid()} {b'fork_server' in parent()}")
"""


class WarmCase:
    """The folder, and what is started in it."""

    def __init__(self, folder: Path, mode: str, change: str = "", **scripts: str) -> None:
        self.folder, self.mode = folder, mode
        (folder / "steps").mkdir(parents=True)
        text = SNAKEFILE.format(scripts=str(ROOT / "scripts"), change=change)
        (folder / "Snakefile").write_text(text, encoding="utf-8")
        for name, text in scripts.items():
            lines = f"import sys; sys.path.append({str(ROOT / 'scripts')!r})\n{START}\n{textwrap.dedent(text)}"
            (folder / f"steps/{name}.py").write_text(lines, encoding="utf-8")
        self.names = list(scripts)

    def start(self, *arguments: str, limit: str = "", settings: tuple[str, ...] = ()) -> subprocess.Popen:
        """Snakemake with all the jobs, in a process group of its own."""
        call = [sys.executable, "-m", "snakemake", "--cores", "2", "--keep-going", *arguments]
        call += ["--config", f"warm_worker={self.mode!r}", f"jobs={'+'.join(self.names)}", *settings]
        with (self.folder / "console").open("w") as console:
            return subprocess.Popen(
                ["bash", "-c", f'{limit}exec "$@"', "bash", *call],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )

    def run(self, *arguments: str, limit: str = "", settings: tuple[str, ...] = ()) -> int:
        """Exit code of a whole call."""
        return self.start(*arguments, limit=limit, settings=settings).wait(timeout=120)

    @property
    def console(self) -> str:
        """What Snakemake has said."""
        return (self.folder / "console").read_text(encoding="utf-8")

    def output(self, name: str) -> str:
        """What a script has written."""
        return (self.folder / "out" / name).read_text(encoding="utf-8")

    def began(self, name: str) -> tuple[int, bool]:
        """(process of a script, whether it is a fork of the server); waits until it runs."""
        file = self.folder / "began" / name
        wait_until(lambda: file.exists() and file.read_text())
        process, is_fork = file.read_text().split()
        return int(process), is_fork == "True"

    def processes(self) -> list[int]:
        """Processes that work in the folder."""
        found = []
        for process in filter(str.isdigit, (path.name for path in Path("/proc").iterdir())):
            try:
                if Path(f"/proc/{process}/cwd").resolve() == self.folder.resolve():
                    found.append(int(process))
            except OSError:
                continue
        return found

    def end(self) -> None:
        """Kill what a failed test has left."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)


def wait_until(is_so, seconds: float = 60) -> None:
    """Wait for something; fails after so many seconds."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
