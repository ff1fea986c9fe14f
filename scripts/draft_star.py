"""Write the star schema that is drawn from roles into the company's folder, to be read and changed.

Inputs: the contracts of the company.
Outputs: config/<company>/marts.yaml and config/<company>/marts/*.sql; a summary for the closing words. No file that
exists is written to.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.faults import Fault
from elt.files import make_folder, write_json, write_text
from elt.run.star.writing import HEAD

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

ENTRIES = "marts.yaml"


def entries_text(entries: Mapping[str, Any]) -> str:
    """The text of marts.yaml, a column a line."""
    import yaml

    return HEAD + yaml.safe_dump(
        {"marts": dict(entries)}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100_000
    )


def main(company: str, entries: Mapping[str, Any], sql: Mapping[str, str], summary: str) -> None:
    """Write the entries and the SQL of what is drawn; raises Fault where nothing is, or where a file is there."""
    folder = Path(company)
    if not entries:
        raise Fault(company, "the company has written its star schema", "Take a mart and its SQL away to have it drawn")
    targets = {folder / ENTRIES: entries_text(entries)}
    targets |= {folder / f"marts/{name}.sql": text for name, text in sql.items()}
    for path in targets:
        if path.exists():
            remedy = "Move marts.yaml and marts/ away, draft, and put what was changed in them back by hand"
            raise Fault(path.as_posix(), "is there, and no file is written over", remedy)
    for path, text in targets.items():
        make_folder(path.parent)
        write_text(path, text)
        rulelog.log.info("%s: written", path)
    write_json(summary, {"written": [path.as_posix() for path in targets]})


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        company=snakemake.params.company,
        entries=snakemake.params.entries,
        sql=snakemake.params.sql,
        summary=snakemake.output.summary,
    )
