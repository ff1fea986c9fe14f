"""State of all raw files, for people and for programs.

Inputs: bronze/_meta/files/*.json, the words in the language of the run, the template of pages.
Outputs: bronze/_meta/bronze_metadata.yaml, bronze/reports/bronze_report.md and .html.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import read_json, write_yaml
from elt.report import pages
from elt.report.markdown import code, table
from elt.report.numbers import Numbers
from elt.report.words import Words, phrase, read
from elt.run import reasons
from elt.run.manifest import RAW_FILE_NAMES

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

File = Mapping[str, Any]  # the metadata of one raw file


def is_numbered(file: File) -> bool:
    """Whether a file is called by its contract and a number."""
    return re.fullmatch(rf"{re.escape(file['table'])}-\d{{4,}}(\.\w+)?", PurePosixPath(file["file"]).name) is not None


def file_rows(files: Sequence[File], shown: Numbers) -> list[list[Any]]:
    """One row a file: table, records, bytes, hash."""
    return [
        [code(f["file"]), f["table"], shown(f["records"]), shown(f["bytes"]), code(f["sha256"][:16])] for f in files
    ]


def dialect_rows(files: Sequence[File], words: Words) -> Iterator[list[Any]]:
    """One row a file: how it is written, and why it is read so."""
    shown = Numbers(words["language"])
    for file in files:
        why = {key: phrase(words["phrases"], str(value)) for key, value in file["dialect"].items()}
        cells = (
            file["dialect"]["encoding"],
            *(why[key] for key in ("encoding_why", "delimiter_name", "delimiter_why")),
        )
        yield [code(file["file"]), *cells, shown(file["malformed_records"])]


def finding_rows(files: Sequence[File], words: Words) -> Iterator[list[Any]]:
    """One row a finding in the structure of a file."""
    shown = Numbers(words["language"])
    for file in files:
        malformed = [{"rule": reasons.STRUCTURE[fault], "records": n} for fault, n in file["faults"].items()]
        left_out = [{"rule": "records of erased persons", "records": file["erased"]}] if file["erased"] else []
        by_kind = {
            "repaired": file["repairs"],
            "warning": file["warnings"],
            "malformed": malformed,
            "left_out": left_out,
        }
        for kind, findings in by_kind.items():
            for finding in findings:
                column = code(finding["column"]) if "column" in finding else ""
                rule = phrase(words["phrases"], finding["rule"])
                yield [code(file["file"]), words["kinds"][kind], rule, column, shown(finding["records"])]


def head(files: Sequence[File], words: Words) -> str:
    """The title, and what the copies are."""
    shown = Numbers(words["language"])
    records, size = (shown(sum(file[key] for file in files)) for key in ("records", "bytes"))
    lines = [f"# {words['title'].format(records=records, files=len(files))}", words["size"].format(bytes=size)]
    if any("workbook" in file for file in files):
        lines.append(words["workbooks"])
    if any(file["erased"] for file in files):
        lines.append(words["erased"])
    if any(is_numbered(file) for file in files):
        lines.append(words["numbered"].format(names=RAW_FILE_NAMES))
    return "".join(f"{line}\n\n" for line in lines)


def report(files: Sequence[File], words: Words) -> str:
    """The report as Markdown: one row a file, then why each dialect was decided, then what was found."""
    findings, columns, headings = list(finding_rows(files, words)), words["columns"], words["headings"]
    shown = Numbers(words["language"])
    written = [columns[key] for key in ("file", "encoding", "because", "delimiter", "because", "malformed")]
    found = [columns[key] for key in ("file", "kind", "rule", "column", "lines")]
    return (
        head(files, words)
        + table([columns[key] for key in ("file", "table", "records", "bytes", "hash")], file_rows(files, shown))
        + f"## {headings['dialect']}\n\n"
        + table(written, dialect_rows(files, words))
        + f"## {headings['structure']}\n\n{words['kinds_told']}\n\n"
        + (table(found, findings) if findings else f"{words['nothing']}\n")
    )


def main(
    metadata: Sequence[str],
    word_file: str,
    template: pages.Template,
    *,
    metadata_file: str,
    report_file: str,
    page_file: str,
) -> None:
    """Gather what is known of each file, write it as YAML and as a report."""
    files = sorted((read_json(path) for path in metadata), key=lambda f: (f["table"], f["file"]))
    write_yaml(metadata_file, {"files": files})
    words = read(word_file)
    pages.write(report(files, words), report_file, page_file, template=template, language=words["language"])


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        snakemake.input.metadata,
        snakemake.input.words,
        snakemake.input.template,
        metadata_file=snakemake.output.metadata,
        report_file=snakemake.output.report,
        page_file=snakemake.output.page,
    )
