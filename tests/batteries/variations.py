"""The flat shop in other surroundings and in other words: the same company must come to the same bytes.

    .venv/bin/python tests/batteries/variations.py            all of it: 12 runs, some minutes
    .venv/bin/python tests/batteries/variations.py clock      the first of them, and those whose name has this word

Surroundings vary pairwise: any two values of two of them meet in one of eight runs. Two runs more have the export
written another way, and another pseudonym key; the clock of two is of 1999 and of 2038 (where there is a C compiler).
"""

import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "workflow")]

from flat_shop import FlatShop, Line, lines  # noqa: E402 (it stands beside the other tests of the workflow)

INSTALLED = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
# German has a decimal comma, Turkish letters whose other case is not that of English; a machine may lack both
OF_LANGUAGE = ("de_DE.utf8", "tr_TR.utf8") if {"de_DE.utf8", "tr_TR.utf8"} <= {*INSTALLED} else ("C.UTF-8", "POSIX")
SURROUNDINGS: dict[str, tuple[str, str]] = {
    "cores": ("2", "1"),
    "POLARS_MAX_THREADS": ("2", "1"),
    "OMP_NUM_THREADS": ("2", "1"),
    "TZ": ("Europe/Berlin", "Pacific/Kiritimati"),
    "LC_ALL": OF_LANGUAGE,
    "PYTHONHASHSEED": ("0", "4711"),
    "umask": ("022", "077"),
}
PAIRWISE = ("0000000", "0001111", "0110011", "0111100", "1010101", "1011010", "1100110", "1101001")
CLOCKS = ("1999-12-31", "2038-01-18")  # the turns of the century and of 32 bits come soon after
LAYERS = ("silver", "gold", "step1_eda", "step2_feature_engineering", "step3_segmentation", "reports")
OF_FILES = ("silver/_meta", "silver/reports", "silver/quarantine", "silver/changes", "silver/feedback")
OF_PSEUDONYMS = ("customer_pseudonyms.csv", "customer_features_exact.csv", "customer_features.csv")
KEYS = [hashlib.sha256(name).hexdigest() for name in (b"one", b"another")]  # of made-up people alone
OF_PSEUDONYMS += ("customer_clusters.csv", "customer_segments.csv", "datapackage.json")


@dataclass(frozen=True)
class Variation:
    """A run of the shop: its surroundings, and how the export is written."""

    name: str
    surroundings: Mapping[str, str] = field(default_factory=dict)
    is_rewritten: bool = False
    has_other_key: bool = False
    began: str = ""  # what its clock says as it begins, if it is not the time


def pairwise() -> list[Variation]:
    """Eight runs in which any two values of any two surroundings meet."""
    found = []
    for number, row in enumerate(PAIRWISE):
        chosen = {name: values[int(at)] for (name, values), at in zip(SURROUNDINGS.items(), row, strict=True)}
        found.append(Variation(f"p{number}", chosen))
    return found


def write(folder: Path, rows: list[Line], *, is_rewritten: bool) -> None:
    """The export: as it is, or with rows shuffled, columns reversed, tabs, quotes, a byte order mark and CR LF."""
    folder.mkdir(parents=True)
    if is_rewritten:
        random.Random(1).shuffle(rows)
        rows = [dict(reversed(row.items())) for row in rows]
    form = {"delimiter": "\t", "quoting": csv.QUOTE_ALL} if is_rewritten else {"delimiter": ";", "lineterminator": "\n"}
    with (folder / "bestellungen.csv").open("w", encoding="utf-16" if is_rewritten else "utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), **form)
        writer.writeheader()
        writer.writerows(rows)


def clock_of(folder: Path, began: str) -> dict[str, str]:
    """Variables under which a process and all that it starts have a clock that says so now."""
    library = folder / "shifted_clock.so"
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    shift = round(datetime.fromisoformat(began).timestamp() - time.time())
    values = {"LD_PRELOAD": str(library), "SHIFTED_BY": str(shift)}
    asked = [sys.executable, "-c", "import datetime; print(datetime.datetime.now(datetime.UTC).year)"]
    told = subprocess.run(asked, env={**os.environ, **values}, capture_output=True, text=True, check=True).stdout
    assert told.strip() == began[:4], f"the clock says {told}"
    return values


def run(folder: Path, one: Variation) -> Path:
    """Run a variation in a project of its own, whose path has blanks and umlauts; the run folder, always of one name."""
    shop = FlatShop(folder / f"Größe {one.name}")
    project = shop.project.folder
    write(project / "exports/x", lines(), is_rewritten=one.is_rewritten)
    (project / ".env").write_text(f"ELT_PSEUDONYM_KEY={KEYS[one.has_other_key]}\n", encoding="utf-8")
    (project / ".env").chmod(0o600)
    (home := folder / f"home {one.name}").mkdir()
    values = dict(one.surroundings)
    values |= clock_of(folder, one.began) if one.began else {}
    cores, umask = values.pop("cores", "2"), int(values.pop("umask", "022"), 8)
    command = [sys.executable, "-m", "snakemake", "--cores", cores, "--config", "seed=42", "raw=exports/x"]
    done = subprocess.run(
        [*command, "company=config/flat_shop", "run_id=x"],
        cwd=project,
        env={**os.environ, **values, "HOME": str(home)},
        umask=umask,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{one.name}: {done.stdout[-3000:]}"
    return shop.project.run("x")


def content(made: Path, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Path in a run -> hash, of the files of its layers, without the fingerprint of its raw files that a page quotes.

    `without`: parts of paths that are left out.
    """
    ledger = json.loads((made / "reports/number_ledger.json").read_bytes())
    fingerprint = ledger["run"]["input_fingerprint"].encode()
    paths = (path for layer in LAYERS for path in (made / layer).rglob("*") if path.is_file())
    names = (path.relative_to(made).as_posix() for path in paths)
    apart = ("tracebacks", "raw_file_names", *without)
    kept = (name for name in sorted(names) if not any(part in name for part in apart))
    return {name: hashlib.sha256((made / name).read_bytes().replace(fingerprint, b"")).hexdigest() for name in kept}


def other(one: dict[str, str], two: dict[str, str]) -> list[str]:
    """Files that differ, or are in one of two runs alone."""
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def main() -> None:
    """Run all variations; prints a line each and ends with code 1 if any differs."""
    folder, wrong = Path(tempfile.mkdtemp()), 0
    plain = None
    others = [Variation("written another way", is_rewritten=True), Variation("another key", has_other_key=True)]
    if shutil.which("cc"):
        others += [Variation(f"clock of {day[:4]}", began=f"{day}T23:59:50+00:00") for day in CLOCKS]
    every = [*pairwise(), *others]
    wanted = sys.argv[1:]
    for one in [one for one in every if not wanted or one is every[0] or any(word in one.name for word in wanted)]:
        without = OF_FILES if one.is_rewritten else OF_PSEUDONYMS if one.has_other_key else ()
        made = run(folder, one)
        plain = plain or made
        found = other(content(plain, without), content(made, without))
        wrong += bool(found)
        print(f"{one.name}: {len(content(made, without))} files, {len(found)} differ {found[:5]}", flush=True)
    shutil.rmtree(folder)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
