"""Which raw files belong to which contract."""

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from elt.files import sha256

SAFE_NAME = re.compile(r"[\w.() +-]+")


def find(raw: Path, contracts: Mapping[str, Any]) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """(name in bronze -> (path, table), faults): every file below `raw` that matches a contract's pattern."""
    found: dict[str, tuple[str, str]] = {}
    faults = []
    if not raw.is_dir():
        return found, [f"{raw}: there is no such folder. Give the folder with the exports: --config raw=<folder>"]
    home = raw.resolve()
    for table, contract in contracts.items():
        paths = sorted(raw.glob(contract["files"]))
        if not paths:
            faults.append(
                f"{table}: no file matches {contract['files']} below {raw}. "
                f"Export it there, or correct files: in the contract {table}.yaml"
            )
        for path in paths:
            where = path.relative_to(raw).as_posix()
            if not path.is_file():
                faults.append(f"{table}: {where} is not a file. Replace it by the exported file")
            elif not path.resolve().is_relative_to(home):
                faults.append(f"{table}: {where} is a link to a place outside {raw}. Replace it by the file itself")
            elif not SAFE_NAME.fullmatch(path.name):
                faults.append(
                    f"{table}: a file name holds characters beyond letters, digits, space and . _ - + ( ). Rename it"
                )
            elif not os.access(path, os.R_OK):
                faults.append(f"{table}: {where} may not be read. Give yourself the right to read it")
            elif found.get(path.name, ("", ""))[0] == path.as_posix():
                other = found[path.name][1]
                faults.append(
                    f"{table}: {where} belongs to the table {other} already. Correct files: in one of the two contracts"
                )
            elif path.name in found:
                faults.append(f"{table}: {where} and {found[path.name][0]} have the same name. Rename one of them")
            else:
                found[path.name] = (path.as_posix(), table)
    return found, [*faults, *same_twice(raw, found)]


def source_of(where: str) -> str:
    """The source that a raw file came from: the first folder of its path below the raw folder, raw if it has none."""
    folders = PurePosixPath(where).parts[:-1]
    return re.sub(r"[^\w.-]", "_", folders[0]) if folders else "raw"


def same_twice(raw: Path, found: Mapping[str, tuple[str, str]]) -> list[str]:
    """Faults of files that lie twice in a table, byte for byte; only files of equal size are read."""
    sizes: dict[tuple[str, int], list[str]] = {}
    for path, table in found.values():
        sizes.setdefault((table, Path(path).stat().st_size), []).append(path)
    faults = []
    for (table, size), paths in sizes.items():
        first: dict[str, str] = {}
        for path in paths if len(paths) > 1 and size else ():
            where = Path(path).relative_to(raw).as_posix()
            other = first.setdefault(sha256(path), where)
            if other != where:
                faults.append(
                    f"{table}: {where} is the same file as {other}, byte for byte, so its records would count twice. "
                    "Remove one of them"
                )
    return faults
