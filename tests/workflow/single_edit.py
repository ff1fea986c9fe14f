"""Single edits to a project."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from calls import caller
from conftest import Project


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


def said(project: Project, *arguments: str, path: tuple[str, ...] = ()) -> str:
    """What a call says, which has to end well."""
    code, text = caller().call(project.folder, ("--cores", "2", *arguments), path)
    assert code == 0, text[-3000:]
    return text
