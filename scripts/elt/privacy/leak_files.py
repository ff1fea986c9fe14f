"""The files that the leak gate searches: all that a run is about to publish, and Snakemake's records of the call."""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from elt import receipts
from elt.files import CLOSED, PROTECTED_LAYERS, read_json, read_yaml, sha256
from elt.privacy.leak_plain_tables import PlainTable, plain_table
from elt.privacy.leak_stretches import marked, without_counts
from elt.run import manifest

CHUNK = 4 << 20  # bytes read at a time
OVERLAP = 1 << 10  # bytes that a piece shares with the next, so that no value is cut: six words are shorter
LONGEST_LINE = 64 << 20  # a longer line is cut, as it has to fit into memory
SNAKEMAKE_BYTES = 256 << 20  # of Snakemake's records, newest first
SNAKEMAKE_APART = ("conda", "singularity", "conda-archive", "locks")  # software, and what is empty
HANDED_ON = "gold/datapackage.json"  # people hand it on as they do the reports of the layers
OWN = {"_meta/leak_report.json", "_meta/searched.json"}  # what the gate itself writes
ENTRIES = "acknowledged_finds"  # of privacy.yaml
VOLATILE = (  # what the same inputs do not give again, or what was asked for beside the run
    *("_meta/logs/", "_meta/benchmarks/", "_meta/history/", "_meta/run_manifest.json", "_meta/run.json"),
    *(manifest.CRATE, manifest.EVENTS),
)


@dataclass(frozen=True)
class SearchedFiles:
    """Files to search: those that a run is about to publish or has published, and records of Snakemake."""

    run: Path
    published: tuple[Path, ...]
    records: tuple[Path, ...]

    @classmethod
    def of(cls, run: Path, left_out: Collection[Path], snakemake: Path, since: float) -> Self:
        """The files of a run but those left out, and what changed in Snakemake's folder since a time."""
        paths = tuple(path for path in published(run) if path not in left_out)
        return cls(run, paths, tuple(records_of_snakemake(snakemake, since)))

    @cached_property
    def names(self) -> dict[Path, str]:
        """Path -> what messages call it: the path in the run under which it is published, or in Snakemake's folder."""
        return self.of_run() | {path: str(path) for path in self.records}

    def of_run(self) -> dict[Path, str]:
        """The same without Snakemake's records."""
        return {path: contracted(path, self.run) for path in self.published}

    def texts(self) -> Iterator[Iterator[str]]:
        """The names of all files, then the texts of each, with marks between what belongs to no common value."""
        yield iter(self.names.values())
        for path in self.names:
            if table := self.tables.get(path):
                yield iter([table.text()])
            else:
                yield (without_counts(marked(text, path), path) for text in chunks(path))

    @cached_property
    def tables(self) -> dict[Path, PlainTable]:
        """The large published tables that are read natively."""
        return {path: table for path in self.published if (table := plain_table(path))}

    def pseudonyms(self) -> np.ndarray:
        """First 8 bytes of the pseudonyms in those tables."""
        return np.concatenate([np.zeros(0, np.uint64), *(table.pseudonyms() for table in self.tables.values())])

    def lasting(self) -> list[Path]:
        """Published files that the same inputs give again: logs, benchmarks and evidence of earlier states are not."""
        return [path for path in self.published if path.exists() and not self.names[path].startswith(VOLATILE)]

    def closed(self) -> dict[str, str]:
        """Path in the run under which a closed file is published -> SHA-256 of what there is now."""
        inside = [path for path in self.published if path.is_relative_to(self.run / CLOSED)]
        return {self.names[path]: sha256(path) for path in inside}


def contracted(path: Path, run: Path) -> str:
    """The path in a run under which a file is published; the closed place is a mirror of the run."""
    parts = path.relative_to(run).parts
    return Path(*parts[1:] if parts[0] == CLOSED else parts).as_posix()


def published(run: Path) -> list[Path]:
    """Every file of a run that is read outside the protected layers, sorted by the path under which it is published.

    What is about to be published, and what lies outside and will not be replaced by it; the layers' reports and the
    data package, which get mailed around.
    """
    found: dict[str, Path] = {}
    for path in sorted(run.rglob("*")):
        layer, name = path.relative_to(run).parts[0], contracted(path, run)
        is_handed_on = name.startswith(f"{layer}/reports/") or name == HANDED_ON
        if name.startswith(f"{receipts.FOLDER}/"):
            continue  # hashes of files and names of jobs, closed to others
        if path.is_file() and (layer not in PROTECTED_LAYERS or is_handed_on) and name not in OWN:
            found[name] = found[name] if layer != CLOSED and name in found else path
    return [found[name] for name in sorted(found)]


def records_of_snakemake(folder: Path, since: float) -> list[Path]:
    """Snakemake's own files that changed since a time, newest first, up to a bound of bytes."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(place) != folder or name not in SNAKEMAKE_APART]
        for name in names:
            with suppress(FileNotFoundError):  # Snakemake works on while it is searched
                stated = (path := Path(place, name)).stat()
                found.append((stated.st_mtime, path, stated.st_size))
    taken, size = [], 0
    for changed, path, more in sorted(found, reverse=True):
        size += more
        if changed >= since and size <= SNAKEMAKE_BYTES:
            taken.append(path)
    return taken


def chunks(path: Path) -> Iterator[str]:
    """The text of a file in pieces."""
    return (text for _, text in pieces(path))


def pieces(path: Path) -> Iterator[tuple[int, str]]:
    """The text of a file in pieces that end with a line and overlap a little, each with the number of its first line.

    UTF-16 is known by its zero bytes.
    """
    rest, line, again = b"", 1, 0  # `again`: bytes of the rest that a piece had already
    if not path.exists():  # a temporary file of a step or of Snakemake that has gone since it was listed
        return
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            rest += block
            cut = rest.rfind(b"\n") + 1 or (len(rest) if len(rest) > LONGEST_LINE else 0)
            if cut:
                yield line, text_of(rest[:cut])
                begin = max(0, cut - OVERLAP)
                begin = rest.rfind(b"\n", max(0, begin - OVERLAP), begin) + 1 or begin
                line += rest.count(b"\n", 0, begin)
                rest, again = rest[begin:], cut - begin
    if len(rest) > again:
        yield line, text_of(rest)


def text_of(raw: bytes) -> str:
    """Bytes as text: UTF-8 with what is broken marked; bytes with zeros also as UTF-16."""
    text = raw.decode("utf-8", "replace")
    if b"\0" not in raw:
        return text
    wide = [raw[start:].decode(form, "replace") for form in ("utf-16-le", "utf-16-be") for start in (0, 1)]
    return "\n".join([text, *wide])


def clock_days(run: Path) -> list[date]:
    """The days on which a run was at work, and one on either side for other time zones: they are the clock's."""
    identity, today = run / "_meta/run.json", datetime.now(UTC).date()
    created = datetime.fromisoformat(read_json(identity)["created_at"]).date() if identity.exists() else today
    first = min(created, today) - timedelta(days=1)
    return [first + timedelta(days=count) for count in range((today - first).days + 2)]


def words_in(path: str) -> str:
    """A file of own words; what it acknowledges is left out, so that a reason there makes no word known."""
    text = Path(path).read_text(encoding="utf-8")
    if ENTRIES not in text or not path.endswith(".yaml"):
        return text
    content = {key: value for key, value in read_yaml(path).items() if key != ENTRIES}
    return json.dumps(content, ensure_ascii=False, default=str)
