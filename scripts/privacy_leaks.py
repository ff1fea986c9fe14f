"""Search all that the run is about to publish for every personal value it knows; one find stops the run.

Inputs: silver and gold tables with personal columns, their quarantine and changes, all closed files.
Outputs: _meta/leak_report.json, and _meta/searched.json with the hash that each closed file had when it was searched;
both still closed. A find is named by file and column, never by its value.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import sha256, write_json
from elt.privacy import leak_collection, leak_encodings, leak_files, leak_tables, row_order
from elt.privacy.leak_search import Finds, search
from elt.privacy.leak_terms import SearchTerms
from elt.run import run_folders
from elt.run.company import ClassedTable

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

FORMS = (
    *("as written", "any case", "any Unicode form", "transliterated", "last name first", "inside other text"),
    *("URL, HTML and JSON escapes", "base64", "hex"),
)
NAMED = 10  # finds that a message names
REMEDY = (
    "Look in the step that makes this file for what takes values of that column over; publish counts, groups or the "
    "pseudonym instead. Nothing was published; the file lies in the closed place of the run, _closed/"
)


def leak_fault(finds: Finds) -> Fault:
    """The message about finds."""
    lines = [f"{name}: {', '.join(sorted(columns))}" for name, columns in sorted(finds.items())]
    more = f" and {len(lines) - NAMED} more files" if len(lines) > NAMED else ""
    found = f"{'; '.join(lines[:NAMED])}{more}"
    return Fault(min(finds), f"personal values would have been published. Found, by file and column: {found}", REMEDY)


def report(files: leak_files.SearchedFiles, terms: SearchTerms, order: Mapping[str, Any]) -> dict[str, Any]:
    """The content of leak_report.json, for a search without finds."""
    lasting = files.lasting()
    return {
        "hits": 0,
        "searched": {"files": len(lasting), "bytes": sum(path.stat().st_size for path in lasting)},
        "searched_too": ["logs", "benchmarks", "evidence of earlier states", "records of Snakemake"],
        "forms": [*FORMS, *(f"{name} without a key" for name in leak_encodings.ALGORITHMS)],
        "values": {
            column: {"distinct": terms.values[column], "searched_alone": terms.alone[column]}
            for column in terms.columns
        },
        "row_order": order,
    }


def main(
    *,
    tables: Mapping[str, ClassedTable],
    pseudonyms: str,
    own_words: Sequence[str],
    known_days: Sequence[str],
    output: Path,
    searched: Path | None = None,
    own_log: Path | None = None,
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
    terms = leak_collection.collect(
        known,
        leak_tables.all_rejected(run, personal),
        [Path(path).read_text(encoding="utf-8") for path in own_words],
        known_days,
        leak_files.digests(files.names),
    )
    if finds := search(files, terms, personal):
        raise leak_fault(finds)
    write_json(output, report(files, terms, row_order.check(files.of_run(), pseudonyms)))
    if searched:
        write_json(searched, hashes | {leak_files.contracted(output, run): sha256(output)})
    counts = len(files.published), len(files.records)
    rulelog.log.info("%d files of the run and %d of Snakemake searched, no personal value found", *counts)


if __name__ == "__main__":
    rulelog.start(snakemake)
    given, params = snakemake.input, snakemake.params
    main(
        tables=params.tables,
        pseudonyms=given.pseudonyms,
        own_words=given.own_words,
        known_days=params.known_days,
        output=Path(snakemake.output.report),
        searched=Path(snakemake.output.searched),
        own_log=Path(snakemake.log[0]),
    )
