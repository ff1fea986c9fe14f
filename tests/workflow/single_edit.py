"""Single edits to a project, and calls of Snakemake by a process that has imported it once and forks for each."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from conftest import Project

DRIVER = """
import json, os, sys
import snakemake.cli
for line in sys.stdin:
    asked = json.loads(line)
    if (child := os.fork()) == 0:
        file = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0), os.dup2(file, 1), os.dup2(file, 2)
        if asked["path"]:
            sys.path[:0] = asked["path"]
            os.environ["PYTHONPATH"] = os.pathsep.join(asked["path"])
        sys.argv = ["snakemake", *asked["arguments"]]
        snakemake.cli.main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Edit:
    """One edit: the first match of a pattern in a file becomes something else, or a setting or a version is another."""

    file: str = ""
    pattern: str = ""
    new: str = ""
    settings: tuple[str, ...] = ()
    installed: dict[str, str] = field(default_factory=dict)

    def make(self, folder: Path) -> bytes:
        """Make it in a project; the former content of its file, empty if it is of a setting or a version."""
        if not self.file:
            return b""
        path = folder / self.file
        before = path.read_bytes()
        changed, count = re.subn(self.pattern, self.new, before.decode("utf-8", "surrogateescape"), count=1)
        assert count == 1, f"{self.pattern} is not in {self.file}"
        path.write_bytes(changed.encode("utf-8", "surrogateescape"))
        return before

    def site(self, folder: Path) -> tuple[str, ...]:
        """Folders to import from before all others, in which other versions are installed."""
        for package, version in self.installed.items():
            there = folder / f"{package}-{version}.dist-info"
            there.mkdir(exist_ok=True)
            (there / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        return (str(folder),) if self.installed else ()


class Caller:
    """Calls of Snakemake in a project."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project, self.folder = project, folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            cwd=project.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self, *arguments: str, path: tuple[str, ...] = ()) -> str:
        """What a call says, which has to end well."""
        said = self.folder / "said"
        asked = {"arguments": ["--cores", "2", *arguments], "said": os.fspath(said), "path": path}
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        code, text = self.process.stdout.readline().strip(), said.read_text("utf-8")
        assert code == "0", text[-3000:]
        return text

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
