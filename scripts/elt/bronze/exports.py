"""Which raw files belong to which contract."""

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from elt.files import sha256
from elt.run.company import Company, Contract

SAFE_NAME = re.compile(r"[\w.() +-]+")


@dataclass(frozen=True)
class RawFile:
    """A raw file: its path, its place below the raw folder, and the table that it belongs to."""

    path: str
    place: str
    table: str


@dataclass(frozen=True)
class RawFiles:
    """All raw files of a run, by their name in bronze."""

    by_name: Mapping[str, RawFile] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names in bronze."""
        return list(self.by_name)

    def of(self, table: str) -> list[str]:
        """Names in bronze of a table's files."""
        return [name for name, file in self.by_name.items() if file.table == table]

    @property
    def tables(self) -> dict[str, str]:
        """Place below the raw folder -> table."""
        return {file.place: file.table for file in self.by_name.values()}

    @property
    def sources(self) -> list[str]:
        """The sources that the files come from, sorted."""
        return sorted({source_of(file.place) for file in self.by_name.values()})

    def ties(self, name: str, company: Company) -> dict[str, str]:
        """Raw file -> contract file of the other files whose tables tie several identifiers of a person together."""
        return {
            file.path: company.contract_file(file.table)
            for other, file in self.by_name.items()
            if other != name and len(company.contract(file.table).erasure_kinds) > 1
        }


def composed(text: str) -> str:
    """A path or pattern in normal form C; macOS writes names of files in decomposed letters."""
    return unicodedata.normalize("NFC", text)


def place_of(path: Path, raw: Path) -> str:
    """The place of a file below the raw folder, composed."""
    return composed(path.relative_to(raw).as_posix())


def matching(raw: Path, pattern: str) -> list[Path]:
    """The paths below the raw folder that a pattern finds, sorted; letters are compared composed."""
    pattern = composed(pattern)
    parts, found = PurePosixPath(pattern).parts, set(raw.glob(pattern))
    for path in raw.rglob("*"):
        place = place_of(path, raw)
        if place != path.relative_to(raw).as_posix() and fits(PurePosixPath(place).parts, parts):
            found.add(path)
    return sorted(found)


def fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a path are those of a pattern, in which `**` stands for any folders."""
    if not pattern or not parts:
        return not pattern and not parts
    if pattern[0] == "**":
        return fits(parts, pattern[1:]) or fits(parts[1:], pattern)
    return fnmatchcase(parts[0], pattern[0]) and fits(parts[1:], pattern[1:])


def find(raw: Path, contracts: Mapping[str, Contract]) -> tuple[RawFiles, list[str]]:
    """(raw files, faults): every file below `raw` that matches a contract's pattern."""
    if not raw.is_dir():
        return RawFiles(), [f"{raw}: there is no such folder. Give the folder with the exports: --config raw=<folder>"]
    found: dict[str, RawFile] = {}
    faults, resolved = [], raw.resolve()
    for table, contract in contracts.items():
        paths = matching(raw, contract.files)
        if not paths:
            faults.append(
                f"{table}: no file matches {contract.files} below {raw}. "
                f"Export it there, or correct files: in the contract {table}.yaml"
            )
        for path in paths:
            place, name = place_of(path, raw), composed(path.name)
            problem = unusable(path, place, raw, resolved) or taken_already(path, place, found.get(name))
            if problem:
                faults.append(f"{table}: {problem}")
            else:
                found[name] = RawFile(path.as_posix(), place, table)
    return RawFiles(found), [*faults, *same_twice(found)]


def unusable(path: Path, place: str, raw: Path, resolved: Path) -> str:
    """Why a path below the raw folder (`resolved`: without links) is no raw file, and what to do; "" if it is one."""
    if not path.is_file():
        return f"{place} is not a file. Replace it by the exported file"
    if not path.resolve().is_relative_to(resolved):
        return f"{place} is a link to a place outside {raw}. Replace it by the file itself"
    if not SAFE_NAME.fullmatch(composed(path.name)):
        return "a file name holds characters beyond letters, digits, space and . _ - + ( ). Rename it"
    return "" if os.access(path, os.R_OK) else f"{place} may not be read. Give yourself the right to read it"


def taken_already(path: Path, place: str, other: RawFile | None) -> str:
    """Why a file cannot be a table's own beside another one of its name; "" if there is none."""
    if other is None:
        return ""
    if other.path == path.as_posix():
        return f"{place} belongs to the table {other.table} already. Correct files: in one of the two contracts"
    return f"{place} and {other.path} have the same name. Rename one of them"


def source_of(where: str) -> str:
    """The source that a raw file came from: the first folder of its path below the raw folder, raw if it has none."""
    folders = PurePosixPath(where).parts[:-1]
    return re.sub(r"[^\w.-]", "_", folders[0]) if folders else "raw"


def same_twice(found: Mapping[str, RawFile]) -> list[str]:
    """Faults of files that lie twice in a table, byte for byte; only files of equal size are read."""
    sizes: dict[tuple[str, int], list[RawFile]] = {}
    for file in found.values():
        sizes.setdefault((file.table, Path(file.path).stat().st_size), []).append(file)
    faults = []
    for (table, size), files in sizes.items():
        first: dict[str, str] = {}
        for file in files if len(files) > 1 and size else ():
            other = first.setdefault(sha256(file.path), file.place)
            if other != file.place:
                faults.append(
                    f"{table}: {file.place} is the same file as {other}, byte for byte, "
                    "so its records would count twice. Remove one of them"
                )
    return faults
