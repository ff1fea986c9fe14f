"""The module that opens files for writing, beside table_files.py: temporary file, flush, fsync, rename.

Text is UTF-8 with LF. Files of the protected layers (bronze, silver, gold) and of the closed place get mode 0600 and
their directories 0700, whatever the umask; so does the folder of a run. What is published gets the mode that its
writer states; the rest follows the umask.
"""

import contextlib
import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from elt import formulas, system_faults
from elt.faults import DamagedFileError

CHUNK = 1 << 20
SHARED_AT_ONCE = 1 << 30  # bytes
PROTECTED_LAYERS = ("bronze", "silver", "gold")
CLOSED = "_closed"  # folder of a run with what was not yet searched, a mirror of the run
PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
_noted: list[Callable[[Path, str], None]] = []  # what is told of each file that gets its name, with its SHA-256


def when_named(note: Callable[[Path, str], None]) -> None:
    """Have `note` told of every file that this process writes, with the SHA-256 of what was written."""
    _noted[:] = [note]


def protected_layer(path: Path) -> Path | None:
    """The protected layer's directory that holds `path` (…/artifacts/runs/<run_id>/<layer>), or None.

    The closed place is protected as a layer is, and so are drafts of contracts (…/artifacts/drafts/<company>/<layer>)
    and …/artifacts/retention.
    """
    parts = path.absolute().parts
    for position in reversed(range(len(parts) - 2)):
        if parts[position : position + 2] == ("artifacts", "retention"):
            return Path(*parts[: position + 2])
    for position in reversed(range(len(parts) - 4)):
        place, kind, _, layer = parts[position : position + 4]
        if place == "artifacts" and kind in ("runs", "drafts") and layer in (*PROTECTED_LAYERS, CLOSED):
            return Path(*parts[: position + 4])
    return None


def make_folder(folder: Path) -> None:
    """Create `folder`; inside a protected layer every level from the layer on is made 0700."""
    folder.mkdir(parents=True, exist_ok=True)
    layer = protected_layer(folder / "file")
    if layer:
        for level in (folder, *folder.parents):
            if level.is_relative_to(layer) or level.absolute().is_relative_to(layer):
                level.chmod(PRIVATE_FOLDER)


def folder_mode(published_mode: int) -> int:
    """The permission bits of a folder of published files: who may read these may enter it."""
    return PRIVATE_FOLDER | published_mode | (published_mode & 0o444) >> 2


@contextlib.contextmanager
def staged(path: str | Path, mode: int | None = None) -> Iterator[Path]:
    """A temporary path beside `path`; when the block ends well it is synced and renamed to `path`.

    If the block fails, the temporary file is removed and `path` is left as it was. `mode`: permission bits of the
    file, whatever the umask; without it a protected file is closed to others, and another one follows the umask.
    """
    final = Path(path)
    make_folder(final.parent)
    temporary = final.with_name(f".{final.stem}.{os.getpid()}.tmp{final.suffix}")
    stated = PRIVATE if mode is None and protected_layer(final) else mode
    try:
        if mode is not None:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL, PRIVATE))
        yield temporary
        if stated is not None:
            temporary.chmod(stated)
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        written = sha256(temporary) if _noted else ""
        os.replace(temporary, final)
        for note in _noted:
            note(final, written)
    except OSError as error:
        if told := system_faults.at(error, final):
            raise told from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch(path: str | Path) -> Iterator[Path]:
    """An empty folder beside `path` for what is needed while it is made; removed when the block ends."""
    final = Path(path)
    folder = final.with_name(f".{final.stem}.tmp")
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_text(path: str | Path, text: str, mode: int | None = None) -> None:
    """Write `text` as UTF-8, line ends as they are; `mode` as `staged` takes it."""
    with staged(path, mode) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def write_private(path: str | Path, text: str) -> None:
    """Write `text` to a file that its owner alone may read, whatever the umask; safe on disk when this returns."""
    final = Path(path)
    make_folder(final.parent)
    temporary = final.with_name(f"{final.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, final)
        sync_folder(final.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_unsynced(path: Path, text: str) -> None:
    """Write `text` to a file that its owner alone may read, whole or not at all, but not safe from a loss of power."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names that were given or taken in a folder safe on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: str | Path, content: Any, mode: int | None = None) -> None:
    """Write `content` as `json_text` has it; `mode` as `staged` takes it."""
    write_text(path, json_text(content), mode)


def json_text(content: Any) -> str:
    """Indented JSON with sorted keys: the same content is the same text."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """JSON content with a hash over all that it says, as `seal`."""
    return {**content, "seal": hashlib.sha256(json_text({**content, "seal": ""}).encode()).hexdigest()}


def is_sealed(path: str | Path, content: Mapping[str, Any]) -> bool:
    """Whether a JSON file, which was read as this content, is byte for byte as it was written."""
    try:
        return Path(path).read_bytes() == json_text(sealed(content)).encode()
    except (OSError, ValueError, RecursionError):
        return False


def write_yaml(path: str | Path, content: Any) -> None:
    """Write `content` as YAML, keys in the order given."""
    import yaml

    write_text(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))


def write_rows(path: str | Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a CSV file row by row; `rows` may be a generator, so that nothing is held in memory.

    Cells are written as they are, so it is for files of the protected layers; what leaves goes through `write_leaving`.
    """
    with staged(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_leaving(path: str | Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a CSV file that leaves the protected layers: no cell and no name of a column is a formula."""
    write_rows(path, map(formulas.as_text, header), (map(_leaving, row) for row in rows))


def _leaving(cell: Any) -> Any:
    """A cell of a table that leaves."""
    return formulas.as_text(cell) if isinstance(cell, str) else cell


def copy_bytes(source: str | Path, target: str | Path) -> None:
    """Copy a file byte for byte."""
    with staged(target) as temporary:
        _copy(source, temporary)


def copied(source: str | Path, staged_path: Path) -> str:
    """Copy a file to where the caller has a path from `staged`; SHA-256 of what was written."""
    _copy(source, staged_path)
    return sha256(staged_path)


def _copy(source: str | Path, target: Path) -> None:
    """Copy a file; on a file system that can (btrfs, XFS), both share their blocks until one of them is written to.

    What the system does not copy by itself, wherever it stops, is read and written.
    """
    with open(source, "rb") as read, open(target, "wb") as written:
        with contextlib.suppress(AttributeError, OSError):  # no Linux, or another file system
            while os.copy_file_range(read.fileno(), written.fileno(), SHARED_AT_ONCE):
                pass
        shutil.copyfileobj(read, written, CHUNK)


def sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_copy(source: str | Path, target: str | Path) -> str:
    """SHA-256 of a copy; empty if the source is no longer the same or cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(source, "rb") as one, open(target, "rb") as other:
            while (block := other.read(CHUNK)) == one.read(CHUNK):
                if not block:
                    return digest.hexdigest()
                digest.update(block)
    except OSError:
        pass
    return ""


def read_json(path: str | Path) -> Any:
    """Read a JSON file; raises DamagedFileError for one that is cut off, overwritten or no JSON at all."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        remedy = "Restore it from a copy; one that a run makes may be removed, and is made again"
        raise DamagedFileError(str(path), "it is damaged, and no JSON any more", remedy) from None


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file with the safe loader; a key that stands twice, of which YAML would drop one, is an error."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class UniqueKeys(loader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
            seen = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"{key.value!r} stands there twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    loader = UniqueKeys(Path(path).read_text(encoding="utf-8"))
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def gathered(paths: Iterable[str | Path]) -> Mapping[str, Any]:
    """JSON fragments by their file's stem, sorted by it."""
    return {Path(path).stem: read_json(path) for path in sorted(paths, key=str)}
