"""Search all that the run has published for every personal value it knows; one find stops the run.

Inputs: silver and gold tables with personal columns, their quarantine and changes, everything published before.
Outputs: _meta/leak_report.json. A find is named by file and column, never by its value.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import write_json
from elt.privacy import leak_disguises, leak_search, leak_search_terms

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

FORMS = (
    *("as written", "any case", "any Unicode form", "transliterated", "last name first", "inside other text"),
    *("URL, HTML and JSON escapes", "base64", "hex"),
)
NAMED = 10  # finds that a message names
REMEDY = (
    "Look in the step that makes this file for what takes values of that column over; publish counts, groups or the "
    "pseudonym instead"
)


def tables_of(run: Path, specs: Mapping[str, Mapping[str, Any]]) -> list[leak_search_terms.Table]:
    """The protected tables, from dotted name -> {columns, key}."""
    return [
        leak_search_terms.Table(name, str(run / f"{name.replace('.', '/data/')}.csv"), spec["columns"], spec["key"])
        for name, spec in sorted(specs.items())
    ]


def personal(tables: Sequence[leak_search_terms.Table]) -> list[leak_search_terms.Table]:
    """The tables with a personal column."""
    return [table for table in tables if table.of_class("quasi", *leak_search_terms.SEARCHED)]


def rejects_of(run: Path, tables: Sequence[leak_search_terms.Table]) -> dict[str, dict[str, list[str]]]:
    """Table -> column -> values that never reached silver."""
    found = {}
    for table in tables:
        layer, name = table.name.split(".")
        if layer == "silver":
            folder = run / "silver"
            found[table.name] = leak_search_terms.rejected(
                str(folder / f"quarantine/{name}.csv"), str(folder / f"changes/{name}.csv"), table
            )
    return found


def said(finds: Mapping[str, set[str]]) -> Fault:
    """The message about finds, from file -> columns."""
    lines = [f"{name}: {', '.join(sorted(owners))}" for name, owners in sorted(finds.items())]
    more = f" and {len(lines) - NAMED} more files" if len(lines) > NAMED else ""
    first = sorted(finds)[0]
    return Fault(
        first, f"personal values were published. Found, by file and column: {'; '.join(lines[:NAMED])}{more}", REMEDY
    )


def order_check(run: Path, paths: Sequence[Path], pseudonyms: str) -> dict[str, dict[str, float]]:
    """File -> rank correlation with the order of the source and its limit; raises Fault above the limit."""
    import polars as pl

    keys = pl.read_csv(pseudonyms, schema={"customer_key": pl.Int64, "pseudonym": pl.String})
    found = {}
    for path in paths:
        if path.suffix == ".csv" and (measured := leak_search.order_of(path, keys)):
            name, (correlation, limit) = path.relative_to(run).as_posix(), measured
            if abs(correlation) >= limit:
                measured = f"rank correlation {correlation:.2f}, allowed {limit:.2f}"
                remedy = "Sort the table by pseudonym before it is written"
                raise Fault(name, f"its rows follow the order of the source ({measured})", remedy)
            found[name] = {"rank_correlation": round(correlation, 3), "limit": round(limit, 3)}
    return found


def main(
    tables: Mapping[str, Mapping[str, Any]],
    pseudonyms: str,
    own_words: Sequence[str],
    known_days: Sequence[str],
    output: str,
    own_log: str = "",
    snakemake_folder: str = ".snakemake",
) -> None:
    """Gather the values, search every published file, compare columns and order, write what was searched."""
    run = Path(output).parents[1]
    paths = [path for path in leak_search.published(run) if str(path) not in (output, own_log)]
    started = os.environ.get("ELT_STARTED_AT")
    since = datetime.fromisoformat(started).timestamp() if started else 0.0
    records = leak_search.records_of_snakemake(Path(snakemake_folder), since)
    places = {path: path.relative_to(run).as_posix() for path in paths} | {path: str(path) for path in records}

    known = tables_of(run, tables)
    texts = [Path(path).read_text(encoding="utf-8") for path in own_words]
    asked = personal(known)
    wanted = leak_search_terms.gather(known, rejects_of(run, asked), texts, known_days, leak_search.digests(places))
    search, finds = leak_search.Search(wanted), {}
    for path, name in list(places.items()):
        if owners := search.in_text(name):  # the name cannot be said
            places[path] = name = f"{Path(name).parent.as_posix()}/ (the name of a file)"
            finds.setdefault(name, set()).update(owners)
        if owners := search.in_file(path):
            finds.setdefault(name, set()).update(owners)
    columns = leak_search.Columns(asked, [owner for owner in wanted.owners if not wanted.alone[owner]])
    for path in paths:
        for column, values, is_beside in leak_search.columns_in(path):
            if owners := columns.owners_of(values, is_beside):
                finds.setdefault(f"{places[path]} ({column})", set()).update(owners)
    for owner in sorted(wanted.hashed):
        finds.setdefault("a published file (as a digest without a key)", set()).add(owner)
    if finds:
        raise said(finds)
    order = order_check(run, paths, pseudonyms)

    lasting = [path for path in paths if path.exists() and not places[path].startswith(leak_search.VOLATILE)]
    write_json(output, {
        "hits": 0,
        "searched": {"files": len(lasting), "bytes": sum(path.stat().st_size for path in lasting)},
        "searched_too": ["logs", "benchmarks", "evidence of earlier states", "records of Snakemake"],
        "forms": [*FORMS, *(f"{name} without a key" for name in leak_disguises.ALGORITHMS)],
        "values": {owner: {"distinct": wanted.values[owner], "searched_alone": wanted.alone[owner]}
                   for owner in sorted(wanted.owners)},
        "row_order": order,
    })  # fmt: skip
    rulelog.log.info(
        "%d files of the run and %d of Snakemake searched, no personal value found", len(paths), len(records)
    )


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.params.tables,
        snakemake.input.pseudonyms,
        snakemake.input.own_words,
        snakemake.params.known_days,
        snakemake.output[0],
        snakemake.log[0],
    )
