"""Records of erased persons in raw files: found by contract, tied through tables that hold two identifiers, left out.

Which fields identify a person, and by which kind of number, is `erasure:` in the contract. A table such as the
customer master, whose records hold two kinds, ties one to the other, so that a table with either alone is covered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from elt.bronze import records, scan
from elt.bronze.dialects import Dialect
from elt.bronze.lines import LINE, chunks, code_of, is_transcoded
from elt.files import staged
from elt.protection.pseudonyms import harmonised
from elt.retention.erasures import ErasedIdentifiers, Identifier
from elt.run.contract import Contract
from elt.silver import cleaning
from elt.silver.conventions import as_integer

PLACE = ("_record", "_line", "_lines")  # number, first line in the file, how many lines
TIED_KINDS = 2  # kinds of identifiers from which a record ties one to the other


def kinds(contract: Contract) -> dict[str, str]:
    """Field -> kind of identifier of the person that a record is about."""
    return {field.name: field.erasure for field in contract.fields if field.erasure is not None}


def ties_identifiers(contract: Contract) -> bool:
    """Whether a record of the table ties two kinds of identifiers together."""
    return len(contract.erasure_kinds) >= TIED_KINDS


@dataclass(frozen=True)
class Located:
    """Identifiers in a file: `records` has `_record`, `_line`, `_lines` and a text column a field that identifies.

    `malformed`: the same for cells of records whose structure is not the header's, one row a cell.
    """

    contract: Contract
    records: pl.DataFrame
    malformed: pl.DataFrame


def identified(raw: pl.LazyFrame, contract: Contract) -> pl.DataFrame:
    """`_record`, `_line`, `_lines` and the text of each identifying field, as silver has it."""
    there = raw.collect_schema().names()
    absent = [pl.lit(None, pl.String).alias(f"raw:{name}") for name in contract.names if f"raw:{name}" not in there]
    frame = cleaning.texts(raw.with_columns(absent), contract.fields)
    values = []
    for name in kinds(contract):
        text = pl.col(name)
        if contract.by_name[name].type == "integer":
            text = pl.coalesce(as_integer(text).cast(pl.String), text)
        values.append(text.alias(name))
    return frame.select(pl.col(PLACE).cast(pl.Int64), *values).collect(engine="streaming")


def located(path: Path, metadata: Mapping[str, Any], contract: Contract) -> Located:
    """The identifiers in a raw file or its copy; `metadata` as bronze states it."""
    dialect = scan.dialect_of(metadata)
    schema = {**dict.fromkeys(PLACE, pl.Int64), **dict.fromkeys((f"raw:{name}" for name in dialect.columns), pl.String)}
    if scan.is_direct(metadata):
        line = (pl.col("_record") + dialect.skip + 1).cast(pl.Int64)
        plain = scan.scan_plain(path, metadata, skip=dialect.skip + 1)
        plain = plain.with_columns(_line=line, _lines=pl.lit(1, pl.Int64))
        return Located(contract, identified(plain, contract), identified(pl.LazyFrame(schema=schema), contract))
    parts = cells_of_records(records.records(path, metadata["file"], dialect), dialect)
    frames = (pl.LazyFrame(part, schema=schema, orient="row") for part in parts)
    return Located(contract, *(identified(frame, contract) for frame in frames))


def cells_of_records(
    found: Iterable[records.Record], dialect: Dialect
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(a row a whole record, a row a cell of the others): record number, first line, number of lines, cells.

    Where the structure of a record is not the header's, each of its cells may be that of any column.
    """
    whole, broken, encoding = [], [], code_of(dialect)
    for record in found:
        place = (record.number, record.line, len(record.lines))
        texts = [cell.decode(encoding, "replace") for cell in record.cells]
        if record.code:
            texts += record.as_written(encoding).replace('"', "").split(dialect.delimiter)
            broken += [(*place, *([text] * len(dialect.columns))) for text in texts]
        else:
            whole.append((*place, *texts))
    return whole, broken


def erased_values(column: pl.Series, kind: str, erased: ErasedIdentifiers) -> list[str]:
    """Distinct values of a column that belong to erased persons."""
    return [value for value in column.drop_nulls().unique() if (kind, harmonised(value)) in erased]


def is_erased(frame: pl.DataFrame, contract: Contract, erased: ErasedIdentifiers) -> pl.Series:
    """Whether a record holds an identifier of an erased person, by row."""
    hits = [
        pl.col(name).is_in(erased_values(frame[name], kind, erased)).fill_null(value=False)
        for name, kind in kinds(contract).items()
    ]
    return frame.select(pl.any_horizontal(pl.lit(value=False), *hits).alias("is_erased"))["is_erased"]


def held(frame: pl.DataFrame, contract: Contract) -> set[Identifier]:
    """Every identifier in some records."""
    found = kinds(contract).items()
    return {(kind, harmonised(value)) for name, kind in found for value in frame[name].drop_nulls().unique()}


def tied(table: Located, erased: ErasedIdentifiers) -> set[Identifier]:
    """Identifiers that stand beside one of an erased person, and in no record of the table that is without one."""
    mask = is_erased(table.records, table.contract, erased)
    if not mask.any():
        return set()
    theirs = {i for i in held(table.records.filter(mask), table.contract) if i not in erased}
    return theirs - held(table.records.filter(~mask), table.contract) if theirs else theirs


def tie(erased: ErasedIdentifiers, tables: Iterable[Located]) -> None:
    """Add the other identifiers of erased persons, until none is new.

    An identifier that also stands in a record of somebody else is not taken over: nobody else is erased by mistake.
    """
    tying = [table for table in tables if ties_identifiers(table.contract)]
    while fresh := set[Identifier]().union(*(tied(table, erased) for table in tying)):
        erased.add(fresh)


def lines_of(table: Located, erased: ErasedIdentifiers) -> tuple[int, set[int]]:
    """(records of erased persons in a file, the numbers of their lines)."""
    found = [part.filter(is_erased(part, table.contract, erased)) for part in (table.records, table.malformed)]
    places = pl.concat(part.select(PLACE) for part in found).unique()
    lines = {number for _, line, count in places.iter_rows() for number in range(line, line + count)}
    return places.height, lines


def physical_lines(path: Path, dialect: Dialect) -> Iterator[bytes]:
    """Every line of a file up to its footer, header and blank ones too, as `chunks` gives them."""
    rest = b""
    for chunk in chunks(path, dialect):
        rest += chunk
        cut = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, len(rest) - 1) + 1
        block, rest = rest[:cut], rest[cut:]
        yield from LINE.findall(block)
    yield from LINE.findall(rest)


def leave_out(path: Path, dialect: Dialect, lines: set[int]) -> None:
    """Write a file again without some of its lines; all other bytes stay as they are."""
    with open(path, "rb") as file:
        mark = file.read(2)
    marked = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(mark, "utf-16-le")
    codec = marked if dialect.encoding == "utf-16" else dialect.encoding
    with staged(path) as kept, open(kept, "wb") as target:
        if dialect.encoding == "utf-16" and mark in (b"\xff\xfe", b"\xfe\xff"):
            target.write(mark)
        for number, line in enumerate(physical_lines(path, dialect), 1):
            if number not in lines:
                target.write(line.decode().encode(codec) if is_transcoded(dialect) else line)
        with open(path, "rb") as source:
            source.seek(path.stat().st_size - dialect.after)
            target.write(source.read())
