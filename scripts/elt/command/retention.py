"""What `snakemake expire`, `erase`, `verify`, `sign` and `compare` are asked for, and what they say at the end."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from elt import rulelog
from elt.command.request import Request
from elt.files import read_json
from elt.run import run_folders, settings
from elt.run.contract import Contract
from elt.run.settings import STANDARD_INPUT


def today(setting: str, now: datetime) -> date:
    """The day that counts as today for what is due: the clock's, or the one that a setting names."""
    return now.date() if setting == "clock" else date.fromisoformat(setting)


def of_company(config: Mapping[str, Any]) -> list[str]:
    """Ids of the runs of the company at hand, of any raw folder, oldest first; then those whose identity is damaged.

    A person who is erased must not stay in a run because nobody knows any more whose it is.
    """
    company = os.path.relpath(os.path.realpath(config["company"]))
    own = [name for name, theirs in run_folders.known().items() if theirs["company"] == company]
    return [*own, *run_folders.damaged()]


def verified_run(config: Mapping[str, Any]) -> str | None:
    """The run that is checked or compared: the named one, else the newest of company and raw folder; None if none.

    Raises OSError for a named one that this account may not read.
    """
    known, mine = run_folders.known(), run_folders.identity(config)
    if config.get("run_id") not in (None, "new"):
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            os.scandir(run_folders.RUNS / config["run_id"] / "_meta"),
        ):
            pass  # one that this account may not read is there all the same: the system's refusal is told
        return config["run_id"] if config["run_id"] in {*known, *run_folders.damaged()} else None
    own = [name for name, theirs in known.items() if all(theirs[key] == mine[key] for key in mine)]
    return own[-1] if own else None


def faults(asked: Request, config: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with what was asked, beyond the settings themselves."""
    given = config.get("erase_from")
    if asked == "erase":
        if given is None:
            yield "erase_from: name the file with the customers: --config erase_from=<file>, or - for standard input"
        elif given != STANDARD_INPUT and not Path(given).is_file():
            yield f"erase_from: {given} is no file"
    if asked == "sign":
        secret = config.get("sign_with")
        if secret is None:
            yield "sign_with: name the file of a secret key of minisign: --config sign_with=<file>"
        elif not Path(secret).is_file():
            yield f"sign_with: {secret} is no file"
    if asked in ("verify", "sign", "compare") and verified_run(config) is None:
        yield "run_id: there is no such run"
    elif asked == "compare":
        yield from faults_of_comparison(verified_run(config), config.get("compare_to"))
    if config["today"] != "clock":
        try:
            date.fromisoformat(config["today"])
        except ValueError:
            yield f"today: {config['today']} is no day"


def faults_of_comparison(run: str | None, other: str | None) -> Iterator[str]:
    """What is wrong with two runs that are to be compared."""
    known = run_folders.known()
    if other is None:
        yield "compare_to: name the run that it is compared to: --config compare_to=<run>"
    elif other not in known:
        yield "compare_to: there is no such run"
    elif run == other:
        yield f"compare_to: {other} is the same run"
    elif run is not None and known[run]["company"] != known[other]["company"]:
        yield f"compare_to: {other} belongs to company {known[other]['company']}, {run} to {known[run]['company']}"


def prepared(asked: Request, config: Mapping[str, Any], root: Path) -> tuple[dict[str, Contract], list[str]]:
    """(contracts of the company, for an erasure, else none; faults of what was asked)."""
    contracts, found = settings.contracts_of(config, root, is_needed=asked == "erase")
    return contracts, found or list(faults(asked, config))


def result(asked: Request, home: Path) -> str:
    """The closing words."""
    found = read_json(home / f"_meta/{asked}.json")
    lines = [found["words"], *(f"  {line}" for line in found["lines"])]
    return "\n" + "\n".join(lines)


def failure(asked: Request, home: Path, started: datetime) -> str:
    """The closing words of a call that failed."""
    words = {
        "expire": "Expiry has failed.",
        "erase": "Erasure has failed.",
        "verify": "The run is not as it was.",
        "sign": "The run is not signed.",
        "compare": "The runs cannot be compared.",
    }
    found = rulelog.faults(home / "_meta/logs", started.timestamp())
    return "\n" + "\n".join([words[asked], *(f"  {message}" for _, message in found)])
