"""Calls of Snakemake by a process that has imported it once and forks for each."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

DRIVER = """
import gc, json, os, sys
import snakemake.cli
import snakemake.assets, snakemake.report.html_reporter, snakemake.storage, yte
gc.freeze()
for line in sys.stdin:
    asked = json.loads(line)
    if (child := os.fork()) == 0:
        file = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0), os.dup2(file, 1), os.dup2(file, 2)
        os.close(nothing), os.close(file)
        os.chdir(asked["folder"])
        os.environ.clear(), os.environ.update(asked["environment"])
        if asked["path"]:
            sys.path[:0] = asked["path"]
            os.environ["PYTHONPATH"] = os.pathsep.join(asked["path"])
        sys.argv = ["snakemake", *asked["arguments"]]
        snakemake.cli.main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Caller:
    """The process; it ends with the one that has made it."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()  # gone with this object
        self.said = Path(self.folder.name, "said")
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, folder: Path, arguments: Sequence[str], path: tuple[str, ...] = ()) -> tuple[int, str]:
        """(exit code, what was said) of a call in a folder; path: folders to import from before all others."""
        asked = {"folder": os.fspath(folder), "arguments": arguments, "path": path, "said": os.fspath(self.said)}
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(asked | {"environment": {**os.environ}}) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        return code, self.said.read_text("utf-8")


@cache
def caller() -> Caller:
    """The one of this process."""
    return Caller()
