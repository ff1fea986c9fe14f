"""Thousands of polluted variants of the project's own tables: never silently wrong, mostly usable, refused with help."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import polars as pl
import pytest
from conftest import ROOT
from pollution import KINDS, variants
from pollution_base import SOURCES, base, written
from verdicts import clean_table, refusal, run, table, verdict_of, verdicts

import bronze_file
import silver_table
from elt.faults import Fault

pytestmark = pytest.mark.slow
DOCUMENT = ROOT / "docs/reliability.md"
EVERY = 15  # of so many variants the readers without validation see one
Reader = Callable[[str, str, int], list[list[str | None]]]  # text, delimiter, width -> records


def found(kind: str, *outcomes: str) -> list[str]:
    """The variants of a class with one of these outcomes, and why."""
    return [f"{v.table}, {v.name}: {verdict.why}" for v, verdict in verdicts(kind) if verdict.outcome in outcomes]


def test_there_are_at_least_2000_variants_and_no_two_alike():
    alike = {(v.table, hashlib.sha256(v.raw).digest()) for kind in KINDS for v in variants(kind)}
    assert len(alike) >= 2_000
    assert {name for name, _ in alike} == set(SOURCES)


@pytest.mark.parametrize("kind", KINDS)
def test_no_polluted_file_is_silently_wrong(kind):
    assert found(kind, "wrong") == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_polluted_file_ends_in_an_unhandled_exception(kind):
    assert found(kind, "crash") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_names_file_place_and_remedy_and_quotes_no_cell(kind):
    assert found(kind, "vague") == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_sound_record_is_sent_to_quarantine(kind):
    assert found(kind, "excess") == []


def test_at_least_60_percent_of_the_variants_are_usable():
    outcomes = Counter(verdict.outcome for kind in KINDS for _, verdict in verdicts(kind))
    assert outcomes["same"] + outcomes["accounted"] >= 0.6 * outcomes.total()


# -- red on planted faults: the same files through readers that validate no structure ------------------------------------


def as_polars_reads(text: str, delimiter: str, width: int) -> list[list[str | None]]:
    """Polars with `truncate_ragged_lines`."""
    names = {f"column_{i}": pl.String for i in range(width)}
    file = io.BytesIO(text.encode())
    return pl.read_csv(
        file, has_header=False, skip_lines=1, separator=delimiter, schema=names, truncate_ragged_lines=True
    ).rows()


def as_python_reads(text: str, delimiter: str, width: int) -> list[list[str | None]]:
    """Python's `csv`, short records filled up and long ones cut."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]
    return [(row + [""] * width)[:width] for row in rows if row]


def without_validation(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    """Let a reader take the place of structural validation: every record that it gives passes as clean."""

    def rows(path: Path, stated: dict) -> list[list[str | None]]:
        text = path.read_bytes().decode(stated["encoding"], "replace")
        return reader(text.split("\n", stated["skip"])[-1], stated["delimiter"], len(stated["columns"]))

    def inspected(
        path: Path, where: str, dialect: bronze_file.dialects.Dialect
    ) -> bronze_file.structural_validation.Structure:
        records = len(rows(path, dialect.described()))
        return bronze_file.structural_validation.Structure(records, is_plain=False, is_tidy=False, is_unmarked=False)

    def scan_file(path: Path, metadata: dict, *given: object) -> pl.LazyFrame:
        stated = metadata["dialect"]
        names = [f"raw:{name}" for name in stated["columns"]]
        frame = pl.DataFrame(rows(path, stated), dict.fromkeys(names, pl.String), orient="row")
        return (
            frame.with_row_index("_record", 1)
            .lazy()
            .with_columns(pl.col("_record").cast(pl.Int64), _file=pl.lit(metadata["file"]))
        )

    monkeypatch.setattr(bronze_file.structural_validation, "inspected", inspected)
    monkeypatch.setattr(silver_table.scan, "scan_file", scan_file)


@pytest.mark.parametrize("reader", [as_polars_reads, as_python_reads])
def test_without_validation_the_same_files_are_silently_wrong_as_often_as_the_document_says(monkeypatch, reader):
    clean = {name: clean_table(name) for name in SOURCES}
    without_validation(monkeypatch, reader)
    for name in SOURCES:  # a clean file comes out right, so that only the missing validation can be to blame
        assert run(name, written(base(name), base(name).lines)).table == clean[name]
    outcomes = Counter(verdict_of(v).outcome for kind in KINDS for v in islice(variants(kind), 0, None, EVERY))
    assert outcomes["wrong"] > 0.05 * outcomes.total()
    row = f"| {reader.__doc__.rstrip('.')} | {outcomes.total()} | {outcomes['wrong']} |"
    assert row in DOCUMENT.read_text(encoding="utf-8"), f"the document must say: {row}"


def test_a_refusal_that_does_not_help_is_seen():
    """Red once: messages without place or remedy, with a wrong line, or with a cell, for a file cut in its last line."""
    variant = next(v for v in variants("truncated") if v.table == "crm_customers")
    here, cell = "crm/people.csv, line 151", base("crm_customers").rows[3][3]
    messages = {
        "": Fault(here, "is cut off", "Fetch it again"),
        "file, place": Fault("the file", "is cut off", "Fetch it again"),
        "right line": Fault("crm/people.csv, line 3", "is cut off", "Fetch it again"),
        "remedy": Fault(here, "is cut off", ""),
        "silence about cells": Fault(here, f"is cut off after {cell}", "Fetch it again"),
    }
    for lacking, fault in messages.items():
        why = refusal(variant, fault).why
        assert why.startswith(f"lacks {lacking}: " if lacking else here)


# -- the document --------------------------------------------------------------------------------------------------------


def test_the_document_states_the_counts_that_are_measured():
    words = DOCUMENT.read_text(encoding="utf-8")
    rows = table(list(KINDS))
    assert [row for row in rows if row not in words] == [], "the table must be:\n" + "\n".join(rows)
