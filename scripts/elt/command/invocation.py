"""One call of Snakemake: what it asks for and what it works on, found and checked before any rule exists."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from elt import receipts, system_faults
from elt.bronze import exports
from elt.bronze.exports import RawFiles
from elt.command import draft, earlier_run, job_records, plan, request, retention, run
from elt.command.company_checks import accepted_company
from elt.command.refusals import RefusalError, accepted, refusing
from elt.command.request import Request
from elt.faults import Fault
from elt.files import sha256
from elt.protection import pseudonyms
from elt.retention import deletion, erasures
from elt.run import declared, last_call, manifest, run_folders, surroundings
from elt.run.company import NO_COMPANY, Company
from elt.run.contract import Contract
from elt.run.declared import Declared, Undeclared
from elt.run.surroundings import Surroundings

KEY_FILE = Path(".env")
DATABASE = "POSTGRES_URL"  # its name in the key file
STARTED_AT, RUN_ID = receipts.CALL_VARIABLE, "ELT_RUN_ID"  # variables that the jobs of a run inherit, on any machine


@dataclass(frozen=True)
class Invocation:
    """What rules know of the call. Without a run (draft, expire and the like) company and raw files are empty.

    `home`: folder that it works in, a run folder for a run; `erased`: names the list of erased persons, whose records
    bronze leaves out; `erasable`: contracts of the company for an erasure; `earlier_segments`: files of the segments of
    the run that `compare_to` names.
    """

    request: Request
    now: datetime
    config: Mapping[str, Any]
    home: str
    company: Company = NO_COMPANY
    raw_files: RawFiles = field(default_factory=RawFiles)
    erased: str = erasures.NOTHING
    erasable: Mapping[str, Contract] = field(default_factory=dict)
    earlier_segments: tuple[str, ...] = ()

    def erased_in(self, file: str) -> str:
        """Names the list of erased persons for a raw file whose records can be a person's; else "none"."""
        kinds = self.company.contract(self.raw_files.by_name[file].table).erasure_kinds
        return self.erased if kinds else erasures.NOTHING

    @property
    def kept_workbooks(self) -> list[str]:
        """Names of the workbooks that are copied whole: none that may hold records of erased persons."""
        files = self.raw_files
        return [
            name
            for name in files.workbooks
            if all(self.erased_in(sheet) == erasures.NOTHING for sheet in files.of_workbook(name))
        ]

    @refusing("The raw folder cannot be used.")
    def raw_hash(self, file: str) -> str:
        """SHA-256 of a raw file, which decides whether it is copied again, and no time does; empty if it is gone."""
        path = Path(self.raw_files.by_name[file].path)
        return sha256(path) if path.is_file() else ""

    def ties(self, file: str) -> dict[str, Contract]:
        """Raw file -> contract of tables that tie identifiers of a person to those in `file`; none without erasures."""
        return {} if self.erased_in(file) == erasures.NOTHING else self.raw_files.ties(file, self.company)

    @property
    def objections(self) -> dict[str, Any]:
        """What the list of customers who object is read with, beside dim_customer; nothing where there is no list."""
        if not self.config.get("objections"):
            return {}
        columns = sorted({name for contract in self.company.contracts.values() for name in contract.names})
        return {"columns": columns, "erased": self.erased, "key_file": str(KEY_FILE)}

    @property
    def surroundings(self) -> Surroundings:
        """What the documents of the data protection officer tell of it."""
        return Surroundings(
            run=self.run_id,
            company=self.company.name,
            folder=self.company.folder,
            has_objections=bool(self.config.get("objections")),
            has_database=surroundings.is_named(KEY_FILE, DATABASE),
            publication=surroundings.publication_of(Path(self.home)),
        )

    @property
    def run_id(self) -> str:
        """Name of the run folder."""
        return Path(self.home).name

    def key_id(self, *, will_plan: bool, will_run: bool) -> str:
        """Names the pseudonym key; makes one for a first run that will be carried out. Raises RefusalError.

        `will_plan`: jobs are planned, so a key that is lost would be missed; a mere listing of rules needs none.
        """
        made_with = run_folders.with_pseudonyms() if will_plan else []
        with refusing("The pseudonym key cannot be used."):
            return pseudonyms.ready(KEY_FILE, make=will_run, made_with=made_with)

    @refusing()
    def altered(self, names: Iterable[str], *, will_run: bool) -> list[str]:
        """Paths in the run of files that are not as their jobs wrote them; a run removes them, so they are made again.

        `names`: paths of the files that its rules declare, of which one without a receipt was not written by a job.
        """
        run = Path(self.home)
        has_receipts = (run / receipts.FOLDER).is_dir()
        if will_run:
            self.take()
        if self.request != request.RUN or not has_receipts:
            return []
        found, looks = receipts.compared(run, (name.removeprefix(f"{self.home}/") for name in names))
        unknown = [name for name in job_records.restore(run) if name not in found]
        for some, problem in ((found, "not as their jobs wrote them"), (unknown, "without a record of their jobs")):
            if some:
                do = "are removed and made again" if will_run else "will be removed and made again"
                words = f"{do} as they are {problem}: {declared.listed(some, self.raw_files.names)}"
                print(f"Run {self.run_id}: files {words}", file=sys.stderr)  # noqa: T201 (before Snakemake has a log)
        if will_run:
            run_folders.withdraw(run, [*found, *unknown], looks)
        return [*found, *unknown, *self.unclosed()]

    def unclosed(self) -> list[str]:
        """The manifest, if it does not close the run: of a call that failed or was killed, or not as it was written."""
        path = Path(self.home) / manifest.NAME
        stated = manifest.stated(Path(self.home))
        if stated is None and path.exists():
            print(f"Run {self.run_id}: {manifest.NAME} is not as it was written: it is made again", file=sys.stderr)  # noqa: T201
        return [] if not path.exists() or (stated and stated["status"] == "complete") else [manifest.NAME]

    @refusing()
    def take(self) -> None:
        """Keep everybody else out of a run that is there, before it is planned; raises RefusalError, who is in it."""
        if self.request == request.RUN and (Path(self.home) / "_meta").is_dir():
            run_folders.take(Path(self.home))

    @refusing()
    def undeclared(self, rules: Iterable[Any]) -> tuple[Declared, Undeclared]:
        """(what the rules of a run declare, what of the run folder they do not); raises RefusalError for foreign files.

        `rules`: those of Snakemake, of requests that are no runs among them.
        """
        values = {
            "file": self.raw_files.names,
            "workbook": self.kept_workbooks,
            "table": [*self.company.contracts],
            "mart": [*self.company.marts],
        }
        of_run = [rule for rule in rules if rule.name not in request.TARGETS]
        found = Declared.of(of_run, self.home, values)
        rest = declared.undeclared(Path(self.home), found)
        if rest.foreign:
            names = declared.listed(rest.foreign, self.raw_files.names)
            problem = f"{len(rest.foreign)} files lie in it that no rule makes: {names}"
            fault = Fault(f"run {self.run_id}", problem, f"Move them out of {self.home}")
            raise RefusalError("The run cannot be used.", [str(fault)])
        return found, rest

    @refusing()
    def begin(self, rules: Iterable[Any] = ()) -> str:
        """Before the first job of a run: make or lock its folder, keep the evidence of its last finished state.

        What rules made of inputs that are gone is removed; returns a line that says so, if there is any.
        """
        if self.request != request.RUN:
            return ""
        versions = json.dumps(manifest.versions(), sort_keys=True)
        known = {STARTED_AT: self.now.isoformat(), RUN_ID: self.run_id, receipts.VERSIONS_VARIABLE: versions}
        os.environ.update(known)
        run_folders.begin(Path(self.home), self.config, self.now)
        of_run, rest = self.undeclared(rules)
        said = last_call.open_call(Path(self.home), self.now.isoformat(), self.config, of_run.files)
        names = rest.left_over
        declared.remove(Path(self.home), names)
        listed = declared.listed(names, self.raw_files.names)
        what = f"{len(names)} files that were made of what is gone were removed from it: {listed}"
        return said + (f"Run {self.run_id}: {what}\n" if names else "")

    def plan(self) -> str:
        """What a dry run of a run tells of the company before the jobs; empty for other requests."""
        return plan.text(self.company, self.raw_files, Path(self.home)) if self.request == request.RUN else ""

    @refusing("What was asked for is done, and cannot be told.")
    def result(self, names: Iterable[str] = (), *, is_whole: bool = False) -> str:
        """The closing words: where the result is; raises RefusalError if a whole run is not as its manifest says.

        `names`: paths of all files of a run; `is_whole`: whether all of them were asked for.
        """
        if self.request == request.RUN:
            home = Path(self.home)
            job_records.keep(home)
            within = [Path(name).relative_to(home).as_posix() for name in names]
            found = run.unproved(home, within)
            if found and is_whole:
                raise RefusalError(f"Run {self.run_id} is not complete. Type the same command again.", found)
            if last_call.read(home).get("status") == last_call.RUNNING:
                last_call.close(home, "complete" if is_whole else "in part")
            return run.result(home, is_complete=not found)
        if self.request == request.DRAFT:
            return draft.result(Path(self.home), self.config)
        if self.request == request.STAR:
            return draft.star_result(Path(self.home), self.config)
        return retention.result(self.request, Path(self.home))

    def failure(self, names: Iterable[str] = ()) -> str:
        """The closing words of a call that failed: what, why and what to do; `names`: paths of all files of a run."""
        if self.request == request.RUN:
            with system_faults.noted():
                job_records.keep(Path(self.home))
            within = [Path(name).relative_to(self.home).as_posix() for name in names]
            return run.failure(Path(self.home), self.config, self.now, within)
        if self.request == request.DRAFT:
            return draft.failure(Path(self.home), self.now)
        if self.request == request.STAR:
            return draft.failure(Path(self.home), self.now, "No star schema was drafted.")
        return retention.failure(self.request, Path(self.home), self.now)


def of_run() -> dict[str, str]:
    """Settings of a job, beside those of the call that started it: what was a new run there is this one by now."""
    return {"run_id": os.environ[RUN_ID]} if RUN_ID in os.environ else {}


def prepared_run(arguments: Sequence[str], config: Mapping[str, Any], root: Path, now: datetime) -> Invocation:
    """A call for a run, or for a report of one: company, raw files and run folder; raises RefusalError."""
    company = accepted_company(config, root)
    raw_files = accepted(exports.find(Path(config["raw"]), company.contracts), "The raw folder cannot be used.")
    with refusing():
        home = run_folders.RUNS / run_folders.choose(config, now)
        if request.is_report_of_all(arguments):
            run_folders.finished(home.name, config)
        earlier = earlier_run.segments(config, home.name, KEY_FILE)
    with refusing("The erasure list cannot be used."):
        erased = deletion.checked_list(KEY_FILE)
    return Invocation(request.RUN, now, config, home.as_posix(), company, raw_files, erased, earlier_segments=earlier)


@refusing("Nothing can be done.")
def prepared(arguments: Sequence[str], config: Mapping[str, Any], root: Path, now: datetime) -> Invocation:
    """The call that a command line makes, its settings as `settings.prepared` gives them; raises RefusalError."""
    with refusing("This cannot be asked for. Nothing was written."):
        asked = request.asked(arguments)
    if asked == request.RUN:
        return prepared_run(arguments, config, root, now)
    if asked == request.DRAFT:
        home = accepted(draft.prepared(config), "Nothing can be drafted.")
        return Invocation(asked, now, config, home.as_posix())
    if asked == request.STAR:
        return Invocation(asked, now, config, draft.home(config).as_posix(), accepted_company(config, root))
    contracts = accepted(retention.prepared(asked, config, root), "Nothing can be done.")
    return Invocation(asked, now, config, erasures.HOME.as_posix(), erasable=contracts)
