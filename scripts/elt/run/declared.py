"""What the rules of a run declare, and what of a run folder nothing declares any more.

A raw file, a contract or a mart that is gone leaves its files in the run folder: no rule makes them, nothing reads
them, and the run would still give them out as its evidence. Those that a rule of the run has made are removed when the
run goes on; a file that no rule can have made is somebody's, so the run refuses it and touches nothing.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from elt import receipts
from elt.run import manifest
from elt.run.steps import TRACEBACKS

WILDCARD = re.compile(r"\{(\w+)(?:,[^{}]*)?\}")  # {table} or {table,customers|orders}
TEMPORARY = re.compile(r"\..+\.tmp(\.\w+)?")  # what `files.staged` and `files.scratch` call what is not yet whole
JOB_RECORDS = ("_meta/logs", "_meta/benchmarks", TRACEBACKS)
NOT_DECLARED = (
    "_meta/history/",
    f"{receipts.FOLDER}/",
    manifest.IDENTITY,
    manifest.SIGNATURE,
    "gold/warehouse.duckdb",
)  # beside the database: who reads it
OF_RAW_FILES = {  # where something is made for a raw file -> what is put behind its name
    "bronze/data/": "",
    "bronze/_meta/files/": ".json",
    "_meta/logs/bronze_file/": ".log",
    "_meta/benchmarks/bronze_file/": ".tsv",
    "bronze/_meta/tracebacks/bronze_file.": ".txt",
    "bronze/workbooks/": "",
    "_meta/logs/bronze_workbook/": ".log",
    "_meta/benchmarks/bronze_workbook/": ".tsv",
    "bronze/_meta/tracebacks/bronze_workbook.": ".txt",
}
NUMBER = re.compile(r"\w+-\d{4,}(?:\.\w+)?")  # what a file is called by contract and number
NAMED = 20  # files that a message lists


class Template(NamedTuple):
    """Paths in a run that a rule makes for every value of a wildcard, and the log of the job that made one."""

    path: str
    log: str
    wildcard: str | None  # its name, if the path has one

    def made(self, value: str) -> str:
        """The path for a value."""
        return self.path.replace(f"{{{self.wildcard}}}", value)

    def log_of(self, name: str) -> str | None:
        """The log of the job that made a path, if the rule makes it for some value."""
        wildcard = f"{{{self.wildcard}}}"
        before, _, after = self.path.partition(wildcard)
        found = re.fullmatch(f"{re.escape(before)}([^/]+){re.escape(after)}", name)
        return self.log.replace(wildcard, found[1]) if found else None


@dataclass(frozen=True)
class Declared:
    """Paths in a run folder that its rules make from what there is now, and templates of those they may have made."""

    files: frozenset[str]
    templates: tuple[Template, ...]

    @classmethod
    def of(cls, rules: Iterable[Any], home: str, values: Mapping[str, Sequence[str]]) -> "Declared":
        """What rules of Snakemake declare below `home`; `values`: of each wildcard, those that there are now."""
        found = [template for rule in rules for template in templates_of(rule, home)]
        files = {
            template.made(value)
            for template in found
            for value in (values[template.wildcard] if template.wildcard else [""])
        }
        return cls(frozenset(files), tuple(template for template in found if template.wildcard))

    def log_of(self, name: str) -> str | None:
        """Path of the log of the job that made a file, if a rule makes one of such a name for some value."""
        return next((log for template in self.templates if (log := template.log_of(name))), None)


def templates_of(rule: Any, home: str) -> Iterator[Template]:
    """Templates of all that a rule of Snakemake makes in a run: outputs, log, benchmark, a traceback if it fails."""
    if not rule.log:
        return  # a target that only names what others make
    paths = [within(str(path), home) for path in (*rule.output, *rule.log, rule.benchmark) if path is not None]
    log = within(str(rule.log[0]), home)
    for path in [*paths, f"{TRACEBACKS}/{rule.name}.{Path(log).name.removesuffix('.log')}.txt"]:
        wildcard = WILDCARD.search(path)
        yield Template(path, log, wildcard[1] if wildcard else None)


def within(path: str, home: str) -> str:
    """A path of a rule, relative to the run folder, without the constraints of its wildcards."""
    return WILDCARD.sub(r"{\1}", path.removeprefix(f"{home}/"))


class Undeclared(NamedTuple):
    """Paths in a run folder that nothing declares: made by a rule from what is gone, or put there by somebody."""

    left_over: list[str]
    foreign: list[str]


def files_in(run: Path) -> Iterator[str]:
    """Paths in a run folder of all that is no folder."""
    root = str(run)
    for place, _, names in os.walk(root):
        within = f"{place}/"[len(root) + 1 :]
        yield from (within + name for name in names)


def undeclared(run: Path, declared: Declared) -> Undeclared:
    """What of a run folder nothing declares; both lists sorted. The history of the run and hidden files stay apart.

    What a killed job had not yet given its name is left over wherever it lies, beside the receipts too.
    """
    stated = (manifest.parsed(run / manifest.NAME)[0] or {"files": {}})["files"]
    found = Undeclared([], [])
    for name in sorted(files_in(run), key=lambda name: name.split("/")):
        is_hidden = name.startswith(".") or "/." in name
        if name in declared.files or (not is_hidden and name.startswith(NOT_DECLARED)):
            continue
        log = declared.log_of(name)
        if is_hidden and any(map(TEMPORARY.fullmatch, name.split("/"))):
            found.left_over.append(name)
        elif is_hidden:
            continue
        elif name.startswith(JOB_RECORDS):
            found.left_over.extend([name] if log else [])
        else:
            is_ours = name in stated or (log is not None and (run / log).exists())
            (found.left_over if is_ours else found.foreign).append(name)
    return found


def remove(run: Path, names: Iterable[str]) -> None:
    """Remove files of a run folder, and folders that hold nothing then."""
    for name in names:
        (run / name).unlink()
        receipts.remove(run, name)
        for folder in (run / name).parents:
            if folder == run or any(folder.iterdir()):
                break
            folder.rmdir()


def said(name: str, values: Collection[str]) -> str:
    """A path of a job for a raw file without what the file is called, unless that is among values that may be said.

    The name that a raw file had in an older run may name a person.
    """
    for place, ending in OF_RAW_FILES.items():
        if name.startswith(place):
            called = name.removeprefix(place).removesuffix(ending)
            return name if called in values or NUMBER.fullmatch(called) else f"{place}(a raw file){ending}"
    return name


def listed(names: Sequence[str], values: Collection[str] = ()) -> str:
    """Names for a message, the first of many; `values`: names of raw files that may be said."""
    names = list(dict.fromkeys(said(name, values) for name in names))
    more = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *more])
