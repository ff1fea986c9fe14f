"""The search of published bytes for personal values: in every text, and in every column as a whole."""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from elt.files import PROTECTED_LAYERS
from elt.privacy import leak_disguises, leak_fingerprints
from elt.privacy.leak_search_terms import Needles, Table, pair

if TYPE_CHECKING:
    import polars as pl

CHUNK, OVERLAP, LONGEST = 4 << 20, 1 << 10, 64 << 20
NEAR = 12  # words between a day and another value of the same person
SNAKEMAKE_BYTES = 256 << 20  # of Snakemake's records, newest first
SNAKEMAKE_APART = ("conda", "singularity", "conda-archive", "locks")
VOLATILE = ("_meta/logs/", "_meta/benchmarks/", "_meta/history/", "_meta/run_manifest.json", "_meta/run.json")
FEW, ENOUGH, NEARLY_ALL = 5, 20, 0.9
UNSAID = ("", "n/a", "true", "false", "True", "False")
WHOLE = re.compile(r"\.0+$")
ORDER_LIMIT = 0.05


def published(run: Path) -> list[Path]:
    """Every file of a run outside the protected layers, and the layers' reports, which get mailed around."""
    found = []
    for path in sorted(run.rglob("*")):
        parts = path.relative_to(run).parts
        if path.is_file() and (parts[0] not in PROTECTED_LAYERS or parts[1:2] == ("reports",)):
            found.append(path)
    return found


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
    """The text of a file in pieces that end with a line and overlap a little; UTF-16 is known by its zero bytes."""
    rest = b""
    if not path.exists():  # a temporary file of a step or of Snakemake that has gone since it was listed
        return
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            rest += block
            cut = rest.rfind(b"\n") + 1 or (len(rest) if len(rest) > LONGEST else 0)
            if cut:
                yield text_of(rest[:cut])
                rest = rest[max(0, cut - OVERLAP) :]
    if rest:
        yield text_of(rest)


def text_of(raw: bytes) -> str:
    """Bytes as text: UTF-8 with what is broken marked; bytes with zeros also as UTF-16."""
    text = raw.decode("utf-8", "replace")
    if b"\0" not in raw:
        return text
    wide = [raw[start:].decode(form, "replace") for form in ("utf-16-le", "utf-16-be") for start in (0, 1)]
    return "\n".join([text, *wide])


def digests(paths: Iterable[Path]) -> np.ndarray:
    """Everything in the files that may be a digest, as its first 8 bytes, sorted."""
    found = [np.zeros(0, np.uint64)]
    for path in paths:
        found += [leak_disguises.digests(text) for text in chunks(path)]
    return np.unique(np.concatenate(found))


class Search:
    """The needles, ready to be looked up."""

    def __init__(self, needles: Needles) -> None:
        self.owners = needles.owners
        self._whole = leak_fingerprints.Lookup(needles.whole)
        self._glued = {length: leak_fingerprints.Lookup(marks) for length, marks in needles.glued.items()}
        self._days, self._pairs = leak_fingerprints.Lookup(needles.days), leak_fingerprints.Lookup(needles.pairs)

    def in_text(self, text: str) -> set[str]:
        """Owners of the values that a text holds, in whatever disguise."""
        found: set[int] = set()
        for reading in leak_disguises.readings(text):
            bare = leak_disguises.plain(reading)
            for spelling in leak_fingerprints.spellings(bare):
                found |= self._in_words(leak_fingerprints.words(spelling))
        return {self.owners[number] for number in found}

    def _in_words(self, words: leak_fingerprints.Words) -> set[int]:
        stretches = leak_fingerprints.Stretches(words)
        found: set[int] = set()
        singles = stretches.of_words(1)
        for count in range(1, leak_fingerprints.WORDS + 1):
            prints = singles if count == 1 else stretches.of_words(count)
            found |= set(self._whole.find(prints)[1].tolist())
            for place, day in zip(*(part.tolist() for part in self._days.find(prints)), strict=True):
                near = np.concatenate([singles[max(0, place - NEAR) : place], singles[place + count :][:NEAR]])
                found |= set(self._pairs.find(pair(np.full(near.size, day), near))[1].tolist())
        for length, lookup in self._glued.items():
            found |= set(lookup.find(stretches.of_letters(length))[1].tolist())
        return found

    def in_file(self, path: Path) -> set[str]:
        """Owners of the values that a file holds."""
        return {owner for text in chunks(path) for owner in self.in_text(text)}


def columns_in(path: Path) -> Iterator[tuple[str, list[str], bool]]:
    """(place, values, whether it stands beside pseudonyms) of the columns of a table, a JSON file, a Markdown table.

    The place never says a name that stands in the file, as that could be a person.
    """
    if not path.exists():
        return
    if path.suffix in (".csv", ".tsv"):
        yield from _columns_of_csv(path)
    elif path.suffix == ".json":
        yield from _columns_of_json(json.loads(path.read_text(encoding="utf-8", errors="replace")))
    elif path.suffix == ".md":
        rows = [
            line.strip().strip("|").split("|")
            for line in path.read_text("utf-8", "replace").splitlines()
            if "|" in line
        ]
        for place in range(max(map(len, rows), default=0)):
            yield (
                f"column {place + 1} of its tables",
                [row[place].strip(" `*") for row in rows if place < len(row)],
                False,
            )


def _columns_of_csv(path: Path) -> Iterator[tuple[str, list[str], bool]]:
    import polars as pl

    separator = "\t" if path.suffix == ".tsv" else ","
    frame = pl.read_csv(
        path, infer_schema=False, separator=separator, truncate_ragged_lines=True, encoding="utf8-lossy"
    )
    has_pseudonyms = any(holds_pseudonyms(frame[name].head(ENOUGH).to_list()) for name in frame.columns)
    for place, name in enumerate(frame.columns, start=1):
        yield f"column {place}", frame[name].to_list(), has_pseudonyms


def holds_pseudonyms(values: Iterable[Any]) -> bool:
    """Whether one of the values is a pseudonym."""
    return any(leak_disguises.PSEUDONYM.fullmatch(str(value)) for value in values)


def _columns_of_json(content: Any) -> Iterator[tuple[str, list[str], bool]]:
    if isinstance(content, dict):
        yield "its keys", list(content), False
        for value in content.values():
            yield from _columns_of_json(value)
    if isinstance(content, list):
        yield "its lists", [str(value) for value in content if isinstance(value, str | int)], False
        records = [value for value in content if isinstance(value, dict)]
        has_pseudonyms = any(holds_pseudonyms(record.values()) for record in records[:ENOUGH])
        for name in sorted({key for record in records for key in record}):
            yield (
                "its records",
                [str(record[name]) for record in records if record.get(name) is not None],
                has_pseudonyms,
            )
        for value in content:
            yield from _columns_of_json(value)


class Columns:
    """Distinct values of every personal column, to be compared with published columns as a whole."""

    def __init__(self, tables: Sequence[Table], days_apart: Iterable[str]) -> None:
        self._columns = []
        for table in tables:
            for name in table.of_class("identifier", "direct", "quasi"):
                spec = table.columns[name]
                if spec["type"] in ("boolean", "number", "decimal"):
                    continue
                if spec["type"] == "date" and not (table.is_about_persons and f"{table.name}.{name}" not in days_apart):
                    continue
                self._columns.append((f"{table.name}.{name}", spec, np.sort(table.distinct(name).hash().to_numpy())))

    def owners_of(self, values: Sequence[str], beside_pseudonyms: bool) -> set[str]:
        """The personal columns whose values a published column holds: all of it, or so many that chance is out."""
        import polars as pl

        texts = [text for value in values if value and (text := WHOLE.sub("", value)) not in UNSAID]
        distinct = pl.Series(sorted(set(texts)), dtype=pl.String)
        if len(distinct) < 2:
            return set()
        prints, are_numbers = distinct.hash().to_numpy(), 2 * sum(map(str.isdigit, distinct)) >= len(distinct)
        found = set()
        for owner, spec, personal in self._columns:
            at = np.minimum(np.searchsorted(personal, prints), max(0, personal.size - 1))
            common = int((personal[at] == prints).sum()) if personal.size else 0
            if common < max(2, NEARLY_ALL * len(distinct)):
                continue
            if spec["personal"] == "quasi" and spec["type"] == "string":
                is_leak = beside_pseudonyms and len(texts) >= ENOUGH
            elif are_numbers:
                is_leak = common >= max(ENOUGH, personal.size / 2) and len(distinct) >= NEARLY_ALL * len(texts)
            else:
                is_leak = common >= FEW
            if is_leak:
                found.add(owner)
        return found


def rank_correlation(values: "pl.Series") -> float:
    """Spearman's correlation of values with their places."""
    import polars as pl

    if len(values) < 3 or values.n_unique() < 2:
        return 0.0
    frame = pl.DataFrame({"value": values.rank(), "place": pl.arange(len(values), eager=True).cast(pl.Float64)})
    return float(frame.select(pl.corr("value", "place")).item())


def order_of(path: Path, keys: "pl.DataFrame") -> tuple[float, float] | None:
    """(rank correlation of a published table's rows with the order of the source, its limit); None without pseudonyms.

    `keys` has pseudonym and customer_key, which follows the order of the source. The limit is 0.05; for few rows five
    standard errors, which chance does not reach.
    """
    import polars as pl

    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(io.StringIO("".join(line for line, _ in zip(file, range(ENOUGH), strict=False))))
        header, *sample = list(rows) or [[]]
    named = [
        name for place, name in enumerate(header) if holds_pseudonyms(row[place] for row in sample if len(row) > place)
    ]
    if not named:
        return None
    column = pl.read_csv(path, columns=[named[0]], infer_schema=False).rename({named[0]: "pseudonym"})
    ranks = column.join(keys, on="pseudonym", how="inner", maintain_order="left")["customer_key"]
    limit = max(ORDER_LIMIT, 5 / max(1, len(ranks) - 1) ** 0.5)
    return rank_correlation(ranks), min(limit, 1.0)
