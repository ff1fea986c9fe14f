"""What an invocation asks for.

Snakemake knows its targets only after it has read all rules. A draft needs no company, and what works on finished runs
chooses none, so the targets are read from the command line before any rule.
"""

import contextlib
import io
from collections.abc import Sequence
from typing import Literal

from elt.faults import Fault

Request = Literal["run", "draft", "draft_star", "expire", "erase", "verify", "sign", "compare"]
RUN: Request = "run"
DRAFT: Request = "draft"
STAR: Request = "draft_star"
PLAIN_OPTIONS = {  # with these alone Snakemake makes what is asked for, and tells or leaves out nothing
    *("--cores", "-c", "--jobs", "-j", "--config", "-C", "--resources", "--keep-going", "-k"),
    *("--quiet", "-q", "--nocolor", "--printshellcmds", "-p"),
}
TARGETS: dict[str, Request] = {
    "draft_contracts": DRAFT,
    "draft_star": STAR,
    "expire": "expire",
    "retention_expire": "expire",
    "erase": "erase",
    "retention_erase": "erase",
    "verify": "verify",
    "retention_verify": "verify",
    "sign": "sign",
    "retention_sign": "sign",
    "compare": "compare",
    "retention_compare": "compare",
}


def targets(arguments: Sequence[str]) -> list[str]:
    """The targets of a command line, as Snakemake's own parser finds them; none where it is not Snakemake's."""
    from snakemake.cli import parse_args

    with contextlib.redirect_stderr(io.StringIO()):  # it says again which profile it uses
        try:
            return list(parse_args(list(arguments))[1].targets or [])
        except SystemExit:
            return []


def of(targets: Sequence[str]) -> Request:
    """The kind of request that the targets make; raises Fault if they make two, as each kind is read alone."""
    kinds = list(dict.fromkeys(TARGETS.get(target, RUN) for target in targets)) or [RUN]
    if len(kinds) > 1:
        asked = " and ".join(f"`{next(t for t in targets if TARGETS.get(t, RUN) == kind)}`" for kind in kinds)
        raise Fault("targets", f"{asked} cannot be asked for in one call", "Call snakemake once for each")
    return kinds[0]


def asked(arguments: Sequence[str]) -> Request:
    """The kind of request that a command line makes; raises Fault as `of` does.

    Where no word of it is a target of a kind of its own, it is read no further, which saves a fifth of a second.
    """
    return of(targets(arguments)) if TARGETS.keys() & set(arguments) else RUN


def is_plain_run(arguments: Sequence[str]) -> bool:
    """Whether a command line can only ask for a run that is to be made now, as far as its words tell."""
    options = {word.partition("=")[0] for word in arguments if word.startswith("-")}
    return options <= PLAIN_OPTIONS and TARGETS.keys().isdisjoint(arguments)


def is_report_of_all(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for Snakemake's own report of a whole run, and not of some of its targets."""
    flag = "--report"
    return any(word.split("=")[0] == flag for word in arguments) and not targets(arguments)
