"""The erasure list: who was erased (Art. 17 GDPR), as keyed entries that name no one, and the key they were made with.

An entry is HMAC-SHA-256(key, "elt-erasure\\0v1\\0" + kind + "\\0" + value); the key `ELT_ERASURE_KEY` stands in `.env`
and serves nothing else. A kind is what a contract calls an identifier of a person (`erasure:` of a field).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from elt.faults import Fault
from elt.files import read_json, write_private
from elt.protection import pseudonyms

NAME = "ELT_ERASURE_KEY"
HOME = Path("artifacts/retention")
LIST = "erasures.json"
PENDING = "erasures.next.json"  # the list as it shall be, until the log has announced it
NOTHING = "none"
PERSON = "customer"  # the kind of a customer number, and of an identifier that is given without a kind
Identifier = tuple[str, str]  # kind, value


def key_id(key: bytes) -> str:
    """Names the key without giving it away."""
    return hmac.digest(key, b"elt-erasure-key-id\0v1", "sha256").hex()[:16]


def entry(key: bytes, identifier: Identifier) -> str:
    """The entry of one identifier: 64 hex digits."""
    kind, value = identifier
    text = f"elt-erasure\0v1\0{kind}\0{pseudonyms.harmonised(value)}"
    return hmac.digest(key, text.encode(), "sha256").hex()


def read_key(path: Path) -> bytes:
    """The erasure key in the key file; raises Fault if it is missing, weak, or others could read it."""
    return pseudonyms.read_key(path, NAME)


def ready_key(path: Path) -> bytes:
    """The erasure key; a line with a new one is added to the key file if it has none. Raises Fault."""
    if not path.exists():
        write_private(path, f"{NAME}={secrets.token_hex(pseudonyms.BYTES)}\n")
    elif not pseudonyms.secrets_in(path, NAME):
        text = path.read_text(encoding="utf-8")
        line = f"{NAME}={secrets.token_hex(pseudonyms.BYTES)}\n"
        write_private(path, text + ("" if text.endswith("\n") or not text else "\n") + line)
    return read_key(path)


def text_of(key: bytes, entries: Iterable[str]) -> str:
    """The list as it is written: id of its key, entries sorted."""
    return json.dumps({"key_id": key_id(key), "entries": sorted(set(entries))}, indent=1) + "\n"


def digest(home: Path = HOME, name: str = LIST) -> str:
    """SHA-256 of the list, "none" where there is none."""
    path = home / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else NOTHING


def read(key: bytes, home: Path = HOME, name: str = LIST) -> set[str]:
    """The entries of the list; raises Fault if it was made with another key."""
    path = home / name
    if not path.exists():
        return set()
    content = read_json(path)
    if content["key_id"] != key_id(key):
        problem = "was made with another key, so the persons on it cannot be recognised"
        raise Fault(path.as_posix(), problem, f"Put the {NAME} of that time back into the key file")
    return set(content["entries"])


def checked(key_file: Path, home: Path = HOME) -> str:
    """The digest of the list that a run has to respect; raises Fault if it cannot be read with the key at hand."""
    if (home / LIST).exists():
        read(read_key(key_file), home)
    return digest(home)


class ErasedIdentifiers:
    """Which identifiers belong to erased persons: those on the list, and those that records tie to them."""

    def __init__(self, key: bytes, entries: Iterable[str], stated: Iterable[Identifier] = ()) -> None:
        self.key, self.entries = key, set(entries)
        self.answers: dict[Identifier, bool] = dict.fromkeys(stated, True)

    def __contains__(self, identifier: Identifier) -> bool:
        """Whether an identifier belongs to an erased person."""
        if identifier not in self.answers:
            self.answers[identifier] = bool(self.entries) and entry(self.key, identifier) in self.entries
        return self.answers[identifier]

    def add(self, identifiers: Iterable[Identifier]) -> None:
        """Take over identifiers that records tie to an erased person."""
        self.answers.update(dict.fromkeys(identifiers, True))

    def known(self) -> set[Identifier]:
        """Every identifier that was met or stated and belongs to an erased person."""
        return {identifier for identifier, is_erased in self.answers.items() if is_erased}
