"""Search all that the run is about to publish for every personal value it knows; one find stops the run.

Inputs: silver and gold tables with personal columns, their quarantine and changes, all closed files.
Outputs: _meta/leak_report.json, and _meta/searched.json with the hash that each closed file had when it was searched;
both still closed. A find is named by file, place and column, never by its value.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import sha256, write_json
from elt.privacy import leak_collection, leak_digests, leak_files, leak_tables, row_order
from elt.privacy.leak_columns import ColumnSearch, columns_in
from elt.privacy.leak_distinct import distinct_texts
from elt.privacy.leak_explained import Surroundings, is_any_left
from elt.privacy.leak_finds import Find, Judged, finds_in, judged
from elt.privacy.leak_published import Published
from elt.privacy.leak_search import TextSearch
from elt.privacy.leak_terms import SearchTerms
from elt.protection import pseudonyms
from elt.run import run_folders
from elt.run.columns import ClassedTable
from elt.run.controller import AcknowledgedFind

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

FORMS = (
    *("as written", "any case", "any Unicode form", "transliterated", "last name first", "inside other text"),
    *("URL, HTML and JSON escapes", "base64", "hex"),
)
NAMED = 10  # finds that a message names
LOGGED = 500  # finds that the log names
WAY_OUT = (
    ". If you have looked and what stands there is no person's, acknowledge it: put what follows, with your reason "
    "(where the key is there already, add to its list; the log has an entry for every find),"
)
REMEDY = (
    "Look in the step that makes this file for what takes values of that column over; publish counts, groups or the "
    "pseudonym instead. Nothing was published; the file lies in the closed place of the run, _closed/"
)


@dataclass(frozen=True)
class WayOut:
    """Where finds are acknowledged: the entries of privacy.yaml, its path, and the key of their hashes."""

    entries: Sequence[AcknowledgedFind]
    file: str
    key_file: Path

    def key(self) -> bytes:
        """The key of the pseudonyms."""
        return pseudonyms.read_key(self.key_file)

    def key_if_any(self) -> bytes | None:
        """The key, or nothing where it is not at hand: the gate can do without, at a price."""
        return self.key() if self.key_file.is_file() else None


def entry(find: Find, key: bytes) -> str:
    """The entry of privacy.yaml by which a find is acknowledged, in one line."""
    facts = {"file": find.file, "place": find.place, "column": find.column, "hash": find.hash(key), "why": "<reason>"}
    return "{" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items()) + "}"


def leak_fault(finds: Sequence[Find], way_out: WayOut | None) -> Fault:
    """The message about finds, with the very lines that acknowledge them."""
    finds = sorted(finds)
    found = "; ".join(f"{find.file} ({find.place}): {find.column}" for find in finds[:NAMED])
    more = f" and {len(finds) - NAMED} more" if len(finds) > NAMED else ""
    remedy = REMEDY
    if way_out:
        key = way_out.key()
        for find in finds[:LOGGED]:
            rulelog.log.warning("%s: - %s", leak_files.ENTRIES, entry(find, key))
        lines = ", ".join(entry(find, key) for find in finds[:NAMED])
        remedy = f"{REMEDY}{WAY_OUT} into {way_out.file}: {leak_files.ENTRIES}: [{lines}]"
    problem = f"personal values would have been published. Found, by file, place and column: {found}{more}"
    return Fault(finds[0].file, problem, remedy)


def report(
    files: leak_files.SearchedFiles, terms: SearchTerms, order: Mapping[str, Any], result: Judged
) -> dict[str, Any]:
    """The content of leak_report.json, for a search without finds but those that are acknowledged."""
    lasting = files.lasting()
    return {
        "hits": 0,
        "acknowledged": {"finds": result.acknowledged, "entries_without_find": result.unused},
        "searched": {"files": len(lasting), "bytes": sum(path.stat().st_size for path in lasting)},
        "searched_too": ["logs", "benchmarks", "evidence of earlier states", "records of Snakemake"],
        "forms": [*FORMS, *(f"{name} without a key" for name in leak_digests.ALGORITHMS)],
        "values": {
            column: {"distinct": terms.values[column], "searched_alone": terms.alone[column]}
            for column in terms.columns
        },
        "row_order": order,
    }


def main(
    *,
    tables: Mapping[str, ClassedTable],
    pseudonym_table: str,
    own_words: Sequence[str],
    known_days: Sequence[str],
    output: Path,
    searched: Path | None = None,
    own_log: Path | None = None,
    way_out: WayOut | None = None,
    snakemake_folder: Path = Path(".snakemake"),
) -> None:
    """Collect the values, search every file, compare columns and order, write what was searched.

    `own_words`: files with the words of company and program; `known_days`: days that the settings name; `searched`:
    file for the hashes of the closed files.
    """
    run, started = run_folders.run_of(output), os.environ.get("ELT_STARTED_AT")
    since = datetime.fromisoformat(started).timestamp() if started else 0.0
    files = leak_files.SearchedFiles.of(run, {output, *([own_log] if own_log else [])}, snakemake_folder, since)
    hashes = files.closed()  # of before the search: a file that changes meanwhile is not published
    known = leak_tables.tables_of(run, tables)
    personal = [table for table in known if table.of_class("quasi", *leak_tables.SEARCHED)]
    around = Surroundings(
        run, [*map(leak_files.words_in, own_words)], files.records, way_out.key_if_any() if way_out else None
    )
    terms = terms_of(files, known, personal, known_days, around)
    result = judge(finds_of(files, terms, personal), way_out)
    if result.left:
        raise leak_fault(result.left, way_out)
    write_json(output, report(files, terms, row_order.check(files.of_run(), pseudonym_table), result))
    if searched:
        write_json(searched, hashes | {leak_files.contracted(output, run): sha256(output)})
    counts = len(files.published), len(files.records), result.acknowledged
    rulelog.log.info("%d files of the run and %d of Snakemake searched, %d acknowledged finds, no other", *counts)


def terms_of(
    files: leak_files.SearchedFiles,
    known: Sequence[leak_tables.ProtectedTable],
    personal: Sequence[leak_tables.ProtectedTable],
    known_days: Sequence[str],
    around: Surroundings,
) -> SearchTerms:
    """What is searched for, of the tables `personal`; digests only where something published may be one."""
    published = Published.of(distinct_texts(files.texts()), files.pseudonyms())
    rejected, clock = leak_tables.all_rejected(files.run, personal), leak_files.clock_days(files.run)
    terms = leak_collection.collect(known, rejected, around.own_words, known_days, published, clock)
    if is_any_left(published, around, known):
        rulelog.log.info("something published may be a digest: all values are hashed and compared")
        terms.compare_digests()
    return terms


def finds_of(
    files: leak_files.SearchedFiles, terms: SearchTerms, personal: Sequence[leak_tables.ProtectedTable]
) -> list[Find]:
    """All finds in the files: of single values, and of columns as a whole."""
    columns = {path: [*columns_in(path, files.tables.get(path))] for path in files.published}
    never_alone = [column for column in terms.columns if not terms.alone[column]]
    whole = ColumnSearch(personal, never_alone, chain.from_iterable(columns.values()))
    return finds_in(files, TextSearch(terms), columns, whole)


def judge(finds: Sequence[Find], way_out: WayOut | None) -> Judged:
    """Finds by what is acknowledged; the key is read only if there is any."""
    if not way_out or not finds:
        return Judged(list(finds), 0, len(way_out.entries) if way_out else 0)
    result = judged(finds, way_out.entries, way_out.key())
    if result.unused:
        rulelog.log.warning("%d entries of acknowledged_finds met no find: remove them", result.unused)
    return result


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        tables=params.tables,
        pseudonym_table=given.pseudonyms,
        own_words=given.own_words,
        known_days=params.known_days,
        output=Path(snakemake.output.report),
        searched=Path(snakemake.output.searched),
        own_log=Path(snakemake.log[0]),
        way_out=WayOut(params.acknowledged, params.statements_file, Path(params.key_file)),
    )
