"""What a run was made from, for its manifest: raw files, contracts and marts, code, and the state of git.

Hashes of the lists that name single persons are left out: few words, which a hash would let somebody guess.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from elt.code_version import SCRIPTS
from elt.files import sha256

PROJECT = SCRIPTS.parent
STATED = {".yaml", ".sql", ".svg", ".png"}  # endings of what a company states: contracts, marts, privacy, its logo
CODE = (
    *("Snakefile", "rules/*.smk", "scripts/**/*.py", "scripts/templates/*", "config/*.yaml", "config/standard/**/*"),
    *("profiles/**/*.yaml", "envs/requirements.txt"),
)
UNKNOWN: dict[str, Any] = {"commit": None, "is_clean": None}  # where nobody can say
NOTHING: dict[str, Any] = {"revision": UNKNOWN, "company": {}, "code": {}}  # of a call that has not said it
PATIENCE = 10  # seconds that git is given


def raw_files(run: Path) -> dict[str, dict[str, Any]]:
    """Raw file, as the run calls it -> SHA-256 and records, without erased persons; those that bronze has read."""
    found = {}
    for path in sorted((run / "bronze/_meta/files").glob("*.json")):
        try:
            stated = json.loads(path.read_bytes())
            found[path.name.removesuffix(".json")] = {"sha256": stated["sha256"], "records": stated["records"]}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # of a step that has failed, or damaged: it is in no list of what the run was made from
    return found


def hashes(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Path below a folder -> SHA-256, of files."""
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(set(paths)) if path.is_file()}


def company(settings: Mapping[str, Any]) -> dict[str, str]:
    """Path in the company's folder -> SHA-256 of all that it states: contracts, marts and their settings."""
    folder, objections = Path(settings.get("company") or ""), settings.get("objections")
    if not settings.get("company"):
        return {}
    apart = {Path(objections).resolve()} if objections else set()
    return hashes(folder, (path for path in folder.rglob("*") if path.suffix in STATED and path.resolve() not in apart))


def code(project: Path = PROJECT) -> dict[str, str]:
    """Path in the project -> SHA-256 of rules, scripts, templates and settings."""
    return hashes(project, (path for pattern in CODE for path in project.glob(pattern)))


def sources(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Commit, statements of the company and code, as they are now; the keys are those of the manifest."""
    return {"revision": revision(), "company": company(settings), "code": code()}


def is_whole(content: Any) -> bool:
    """Whether parsed JSON has what `sources` gives."""
    return isinstance(content, dict) and all(isinstance(content.get(key), dict) for key in NOTHING)


def told(project: Path, *question: str) -> str | None:
    """What git answers about the project, None where there is no git or the project is no repository."""
    try:
        asked = subprocess.run(  # noqa: S603 (fixed arguments)
            ["git", "--no-optional-locks", *question],  # noqa: S607
            cwd=project,
            capture_output=True,
            timeout=PATIENCE,
            text=True,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def revision(project: Path = PROJECT) -> dict[str, Any]:
    """The commit that git has checked out, and whether nothing differs from it."""
    at = told(project, "rev-parse", "--show-toplevel", "HEAD")
    top, _, commit = (at or "").partition("\n")
    if not commit or Path(top).resolve() != project.resolve():
        return UNKNOWN
    changes = told(project, "status", "--porcelain")
    return {"commit": commit, "is_clean": None if changes is None else not changes}
