"""What lies around a run and is told to the data protection officer: settings, database, publication."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elt.files import read_json

PUBLICATION = "gold/_meta/publication.json"
TOLD = ("database", "schema", "views", "published_at")


@dataclass(frozen=True)
class Surroundings:
    """Run, company and its folder; whether a list of objections is read; whether `.env` names a database.

    `publication`: database, schema, views and time of the last publication of this run there, None without any.
    """

    run: str
    company: str
    folder: str
    has_objections: bool = False
    has_database: bool = False
    publication: Mapping[str, Any] | None = None

    @property
    def statements_file(self) -> str:
        """The file with the controller's statements."""
        return f"{self.folder}/privacy.yaml"


def publication_of(home: Path) -> dict[str, Any] | None:
    """What `snakemake publish_postgres` wrote of a run, by its folder; None if it was never published."""
    path = home / PUBLICATION
    return {name: read_json(path)[name] for name in TOLD} if path.is_file() else None


def is_named(key_file: Path, name: str) -> bool:
    """Whether the key file gives a name a value; the value is not looked at."""
    if not key_file.is_file():
        return False
    pairs = (line.partition("=") for line in key_file.read_text(encoding="utf-8", errors="replace").splitlines())
    return any(key.strip() == name and value.strip() for key, _, value in pairs)
