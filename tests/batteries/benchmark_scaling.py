"""Exports of a company many times over, by its contracts: keys stay unique, and references stay references.

    .venv/bin/python tests/batteries/benchmark_scaling.py <folder of exports> <copies> <new folder>

Numbers that name something (fields of class identifier, and what refers to them) move on by one step a copy, the same
in every table that holds them: those of orders in each copy, those of customers in every eighth, so that customers have
more orders, as with a company that has traded for longer. Tables without such numbers, products for example, are copied
as they are. What is wrong in the exports is wrong in every copy, but records whose structure is broken, which are there
once.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parents[2]
for part in (ROOT / "scripts", ROOT / "tests/batteries"):
    sys.path.insert(0, str(part))

from benchmark_plan import Name, Plan, plan_of  # noqa: E402

from elt.bronze import dialects, exports, lines, records  # noqa: E402
from elt.files import read_yaml  # noqa: E402
from elt.run import settings  # noqa: E402
from elt.run.company import Company  # noqa: E402
from elt.run.contract import Contract  # noqa: E402
from elt.run.fields import Field  # noqa: E402
from elt.run.mart import FACT  # noqa: E402

ORDERS_OF_A_CUSTOMER = 8  # times as many as in the exports, once there are so many copies
FAR_OFF = 50  # one in so many numbers at either end may be far off the others
WHOLE = r"^(\D*)(\d{1,18})(.*)$"  # of a number the first digits are the number: 11000.0
ENDING = r"^(.*?)(\d{1,18})(\D*)$"  # of a text the last ones: NASAW00011000


@dataclass(frozen=True)
class Export:
    """A raw file: its bytes down to the header, its records as texts, and those whose structure is broken as bytes."""

    start: bytes
    broken: bytes
    table: pl.DataFrame
    dialect: dialects.Dialect
    line_end: str

    @classmethod
    def read(cls, path: Path, contract: Contract) -> "Export":
        """The file of a contract."""
        dialect = dialects.detect(path, path.name, contract)
        if lines.is_transcoded(dialect) or dialect.escape or dialect.quote not in ("", '"'):
            sys.exit(f"{path.name}: only UTF-8 and cp1252 with plain quotes are scaled.")
        code, good, broken = lines.code_of(dialect), [], []
        for record in records.records(path, path.name, dialect):
            if record.code:
                broken.extend(record.lines)
            else:
                good.append([cell.decode(code) or None for cell in record.cells])
        start = "".join(dialects.first_lines(path, dialect.encoding, dialect.skip + 1)).encode(dialect.encoding)
        names = [name or f"column {place}" for place, name in enumerate(dialect.columns)]
        table = pl.DataFrame(good, schema=dict.fromkeys(names, pl.String), orient="row")
        return cls(start, b"".join(broken), table, dialect, "\r\n" if start.endswith(b"\r\n") else "\n")

    def written(self, table: pl.DataFrame) -> bytes:
        """Rows as the file has them."""
        style = "necessary" if self.dialect.quote else "never"
        text = table.write_csv(
            include_header=False, separator=self.dialect.delimiter, line_terminator=self.line_end, quote_style=style
        )
        return text.encode(lines.code_of(self.dialect))


def numbers_of(table: pl.DataFrame, field: Field) -> pl.DataFrame:
    """What stands before the number of each cell, the number, what stands behind, and its fixed width (0: none)."""
    pattern, cell = ENDING if field.type == "string" else WHOLE, pl.col(field.name)
    digits = cell.str.extract(pattern, 2)
    width = pl.when(digits.str.starts_with("0")).then(digits.str.len_chars()).otherwise(0)
    return table.select(
        cell.alias("cell"),
        cell.str.extract(pattern, 1).alias("before"),
        digits.cast(pl.Int64).alias("number"),
        cell.str.extract(pattern, 3).alias("behind"),
        width.cast(pl.Int64).alias("width"),
    )


def moved(numbers: pl.DataFrame, by: int) -> pl.Series:
    """The cells with their numbers `by` further on; a cell without a number stays as it is."""
    digits = (pl.col("number") + by).cast(pl.String).str.zfill(pl.col("width"))
    return numbers.select(pl.coalesce(pl.concat_str("before", digits, "behind"), "cell")).to_series()


def step_of(columns: Sequence[pl.DataFrame], copies: int, name: str) -> int:
    """By how much the numbers of a group move from one copy to the next: no two copies share a number.

    A few numbers far off the others, mistyped ones, do not count for its size, unless two copies would share them.
    """
    known = pl.concat(columns).drop_nulls("number").unique("number").sort("number")
    if known.is_empty():
        return 1
    regular = known.slice(len(known) // FAR_OFF, len(known) - 2 * (len(known) // FAR_OFF))
    numbers = known["number"].to_numpy()
    step, whole = (int(span[-1] - span[0]) + 1 for span in (regular["number"], known["number"]))
    while step < whole and any(np.isin(numbers + copy * step, numbers).any() for copy in range(1, copies)):
        step = min(2 * step, whole)
    fixed = regular.filter(pl.col("width") > 0)
    room = fixed.select((10 ** pl.col("width").cast(pl.Float64) - pl.col("number")).min()).item()
    if room is not None and step * (copies - 1) >= room:
        sys.exit(f"{name}: its numbers have too few digits for {copies} copies. Ask for fewer.")
    return step


def steps_of(
    plan: Plan, cells: Mapping[tuple[Path, str], pl.DataFrame], files: Mapping[Path, str], copies: int
) -> dict[int, int]:
    """Group -> by how much its numbers move from one copy to the next."""
    columns: dict[int, list[Name]] = {}
    for name, group in plan.groups.items():
        columns.setdefault(group, []).append(name)
    steps = {}
    for group, names in columns.items():
        frames = [cells[path, field] for table, field in names for path in files if files[path] == table]
        times = copies if group in plan.of_orders else populations(copies)
        steps[group] = step_of(frames, times, ".".join(names[0])) if frames else 1
    return steps


def populations(copies: int) -> int:
    """How often the customers are there."""
    return max(1, copies // ORDERS_OF_A_CUSTOMER)


def write_copies(
    target: Path, export: Export, cells: Mapping[str, pl.DataFrame], moves: Sequence[Mapping[str, int]]
) -> None:
    """The file many times over; `moves`: for each copy, by how much the numbers of each field move."""
    with open(target, "wb") as file:
        file.write(export.start + export.broken)
        for by in moves:
            new = [moved(cells[field], step).alias(field) for field, step in by.items()]
            file.write(export.written(export.table.with_columns(new)))


def scale(raw: Path, into: Path, company: Company, copies: int) -> None:
    """Write the exports of a company `copies` times over into a new folder."""
    found, faults = exports.find(raw, company.contracts)
    if faults:
        sys.exit("\n".join(faults))
    plan = plan_of(company.contracts, company.marts[FACT].ledger.table or "")
    files = {Path(one.path): one.table for one in found.by_name.values() if plan.fields(one.table)}
    read = {path: Export.read(path, company.contracts[table]) for path, table in files.items()}
    cells = {
        (path, field): numbers_of(read[path].table, company.contracts[table].by_name[field])
        for path, table in files.items()
        for field in plan.fields(table)
    }
    steps, people = steps_of(plan, cells, files, copies), populations(copies)
    for path in sorted(p for p in raw.rglob("*") if p.is_file()):
        target = into / path.relative_to(raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path not in read:
            shutil.copyfile(path, target)
            continue
        fields = plan.fields(files[path])
        times = range(copies if files[path] in plan.tables_of_orders else people)
        places = [{f: copy if g in plan.of_orders else copy % people for f, g in fields.items()} for copy in times]
        moves = [{f: place * steps[fields[f]] for f, place in one.items()} for one in places]
        write_copies(target, read[path], {f: cells[path, f] for f in fields}, moves)


def company_of(root: Path) -> Company:
    """The company that config.yaml of the project names; the process stands in the project."""
    company, faults = settings.load(read_yaml(root / "config/config.yaml"), root)
    if company is None:
        sys.exit("\n".join(faults))
    return company


def main() -> None:
    """Scale as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("copies", type=int)
    parser.add_argument("into", type=Path)
    asked = parser.parse_args()
    raw, into = asked.raw.resolve(), asked.into.resolve()
    if into.exists():
        sys.exit(f"{asked.into} is there already. Give a new folder.")
    os.chdir(ROOT)
    scale(raw, into, company_of(ROOT), asked.copies)


if __name__ == "__main__":
    main()
