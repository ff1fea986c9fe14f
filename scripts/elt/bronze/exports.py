"""Which raw files belong to which contract, and what they are called.

A file name may hold the name of a person or a number (an invoice for each customer). So a raw file has its own name
only where every letter of its place comes from the contract: the pattern has no wildcard, or what `*` stands for is
empty. Any other file is called by its contract and its number among the files of the contract, by name (from 1).
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from elt.bronze import workbooks
from elt.faults import Fault
from elt.files import sha256
from elt.run import contract_parts
from elt.run.company import Company
from elt.run.contract import Contract

SAFE_NAME = re.compile(r"[\w.() +-]+")
WILDCARDS = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class RawFile:
    """A raw file: its path, its place below the raw folder in words that may be said, the table that it belongs to.

    `number`: its number among the files of its table, if its name may not be said; `sheet`: the sheet of a workbook
    that is meant. One workbook may hold the sheets of several tables.
    """

    path: str
    file: str
    table: str
    number: int | None = None
    sheet: str | None = None

    @property
    def place(self) -> str:
        """Its place below the raw folder, with the sheet."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet}"

    @property
    def name(self) -> str:
        """Its name in bronze; the text of a sheet has one of its own."""
        own = PurePosixPath(self.file).name
        return own if self.sheet is None else f"{own}.{self.table}.csv"


@dataclass(frozen=True)
class RawFiles:
    """All raw files of a run, by their name in bronze."""

    by_name: Mapping[str, RawFile] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names in bronze."""
        return list(self.by_name)

    @property
    def workbooks(self) -> dict[str, RawFile]:
        """Name in bronze of a workbook's copy -> the first of its sheets that is a table."""
        found: dict[str, RawFile] = {}
        for file in self.by_name.values():
            if file.sheet is not None:
                found.setdefault(PurePosixPath(file.file).name, file)
        return found

    def of_workbook(self, name: str) -> list[str]:
        """Names in bronze of the sheets of a workbook."""
        return [own for own, file in self.by_name.items() if file.path == self.workbooks[name].path]

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

    @property
    def numbered(self) -> list[str]:
        """Names in bronze of the files whose own names may not be said."""
        return [name for name, file in self.by_name.items() if file.number]

    @property
    def numbered_tables(self) -> list[str]:
        """The tables of these files."""
        return list(dict.fromkeys(self.by_name[name].table for name in self.numbered))

    def marks(self, raw: str) -> dict[str, str]:
        """Place that may be said -> two digits of a hash of the real one, of the numbered files.

        Enough to notice that a file was renamed (255 times in 256), too little to find its name.
        """
        files = [self.by_name[name] for name in self.numbered]
        real = {file.place: place_of(Path(file.path), Path(raw)) for file in files}
        return {said: hashlib.sha256(place.encode()).hexdigest()[:2] for said, place in real.items()}

    def ties(self, name: str, company: Company) -> dict[str, Contract]:
        """Name -> contract of the other files whose tables tie several identifiers of a person together."""
        return {
            other: contract_parts.of_file(company.contract(file.table))
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


def is_said(place: str, pattern: str) -> bool:
    """Whether a place may be said: all that is in it stands in the pattern of the contract."""
    if "?" in pattern or "[" in pattern:
        return False
    literal = re.sub("/{2,}", "/", composed(pattern).replace("*", "")).lstrip("/")
    return place == literal


def numbered_place(table: str, pattern: str, number: int) -> str:
    """The place of a file whose name may not be said: the first folder of the pattern, contract and number."""
    parts = PurePosixPath(composed(pattern)).parts
    folder = parts[0] if len(parts) > 1 and not WILDCARDS.search(parts[0]) else ""
    ending = PurePosixPath(pattern).suffix
    stated = ending if ending and not WILDCARDS.search(ending) else ".csv"
    return PurePosixPath(folder, f"{table}-{number:04}{stated}").as_posix()


def of_contract(raw: Path, contract: Contract) -> list[RawFile]:
    """Every path below `raw` that matches the pattern of a contract, by name, whether it can be used or not."""
    found = []
    places = {path: place_of(path, raw) for path in matching(raw, contract.files)}
    for number, path in enumerate(sorted(places, key=lambda path: (places[path], path)), start=1):
        place = places[path]
        if is_said(place, contract.files):
            found.append(RawFile(path.as_posix(), place, contract.name, sheet=contract.sheet))
        else:
            said = numbered_place(contract.name, contract.files, number)
            found.append(RawFile(path.as_posix(), said, contract.name, number, contract.sheet))
    return found


def located(raw: Path, contract: Contract, name: str) -> Path:
    """The path of the file of a contract that has a name in bronze; raises Fault if it is there no more."""
    for file in of_contract(raw, contract):
        if file.name == name:
            return Path(file.path)
    raise Fault(name, "is no longer in the raw folder", "Start the same command again when the export is complete")


def find(raw: Path, contracts: Mapping[str, Contract]) -> tuple[RawFiles, list[str]]:
    """(raw files, faults): every file below `raw` that matches a contract's pattern."""
    if not raw.is_dir():
        return RawFiles(), [f"{raw}: there is no such folder. Give the folder with the exports: --config raw=<folder>"]
    found: dict[str, RawFile] = {}
    owners: dict[tuple[str, str | None], str] = {}
    faults, resolved = [], raw.resolve()
    for table, contract in contracts.items():
        files = of_contract(raw, replace(contract, name=table))
        if not files:
            faults.append(
                f"{table}: no file matches {contract.files} below {raw}. "
                f"Export it there, or correct files: in the contract {table}.yaml"
            )
        for file in files:
            told = told_in(file, contract)
            problem = unusable(file, told, raw, resolved) or taken_already(file, told, owners, found.get(file.name))
            if problem:
                faults.append(f"{table}: {problem}")
            else:
                found[file.name] = file
                owners[file.path, file.sheet] = table
    return RawFiles(found), [*faults, *same_twice(found, contracts)]


def told_in(file: RawFile, contract: Contract) -> str:
    """A file in a message before a run, where nothing says yet which file a number is."""
    return f"{file.place} (number {file.number} by name of what {contract.files} finds)" if file.number else file.place


def unusable(file: RawFile, told: str, raw: Path, resolved: Path) -> str:
    """Why a path below the raw folder (`resolved`: without links) is no raw file, and what to do; "" if it is one."""
    path = Path(file.path)
    if not path.is_file():
        return f"{told} is not a file. Replace it by the exported file"
    if not path.resolve().is_relative_to(resolved):
        return f"{told} is a link to a place outside {raw}. Replace it by the file itself"
    if not SAFE_NAME.fullmatch(composed(path.name)):
        return "a file name holds characters beyond letters, digits, space and . _ - + ( ). Rename it"
    if not os.access(path, os.R_OK):
        return f"{told} may not be read. Give yourself the right to read it"
    return wrong_kind(file, told)


def wrong_kind(file: RawFile, told: str) -> str:
    """Why a file is not read by its contract, as the one is a workbook and the other of none; "" if they agree."""
    if workbooks.is_other_workbook(file.path):
        return f"{told} is a workbook of a kind that is not read. {workbooks.SAVE_AS}"
    if workbooks.is_workbook(file.path) and file.sheet is None:
        return f"{told} is a workbook, and its contract names no sheet. Add sheet: <name of the sheet> to the contract"
    if file.sheet is not None and not workbooks.is_workbook(file.path):
        return f"{told} is no workbook, and its contract names a sheet. Remove sheet: from the contract"
    return ""


def taken_already(file: RawFile, told: str, owners: Mapping[tuple[str, str | None], str], other: RawFile | None) -> str:
    """Why a file cannot be a table's own: another table has it, or another file its name; "" if there is none."""
    if owner := owners.get((file.path, file.sheet)):
        return f"{told} belongs to the table {owner} already. Correct files: in one of the two contracts"
    return f"{told} and {other.place} have the same name. Rename one of them" if other else ""


def source_of(where: str) -> str:
    """The source that a raw file came from: the first folder of its path below the raw folder, raw if it has none."""
    folders = PurePosixPath(where).parts[:-1]
    return re.sub(r"[^\w.-]", "_", folders[0]) if folders else "raw"


def same_twice(found: Mapping[str, RawFile], contracts: Mapping[str, Contract]) -> list[str]:
    """Faults of files that lie twice in a table, byte for byte; only files of equal size are read."""
    sizes: dict[tuple[str, int], list[RawFile]] = {}
    for file in found.values():
        sizes.setdefault((file.table, Path(file.path).stat().st_size), []).append(file)
    faults = []
    for (table, size), files in sizes.items():
        first: dict[str, str] = {}
        for file in files if len(files) > 1 and size else ():
            told = told_in(file, contracts[table])
            other = first.setdefault(sha256(file.path), told)
            if other != told:
                faults.append(
                    f"{table}: {told} is the same file as {other}, byte for byte, "
                    "so its records would count twice. Remove one of them"
                )
    return faults
