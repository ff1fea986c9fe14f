"""Keyed pseudonyms: HMAC-SHA-256 of a domain and a harmonised value, with a key that stays in `.env`.

Scheme v1: HMAC(key, "elt-pseudonym\\0v1\\0" + domain + "\\0" + value), first 16 bytes, base32 in lower case without
padding, after a prefix such as `cu1_`. The key never goes to the environment, arguments, settings, params or logs.
"""

import base64
import hmac
import os
import re
import secrets
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from elt.faults import Fault

NAME = "ELT_PSEUDONYM_KEY"
BYTES = 32
DISTINCT = 20  # bytes, and distances between neighbours; of 500 million random keys less than one has fewer
SCHEME, VERSION = "HMAC-SHA-256", "v1"
PREFIX = {"customer": "cu1_"}
HOW = "docs/runbook.md, The key, says how to make another (its pseudonyms cannot be linked to the old ones)"
REMEDY = f"Restore the file from your copy. {HOW}"


def make_key(path: Path) -> None:
    """Create the key file with a random key, readable by its owner alone; fails if it exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{NAME}={secrets.token_hex(BYTES)}\n")
        file.flush()
        os.fsync(file.fileno())


def secrets_in(path: Path, name: str) -> list[str]:
    """The values of a name in the key file; raises Fault if the file is missing or others could read it."""
    if not path.is_file():
        raise Fault(path.name, "the key file is missing", REMEDY)
    if path.is_symlink():
        raise Fault(path.name, "the key is a link", "Put the file itself in its place")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Fault(path.name, "the key can be read by group or others", f"Type: chmod 600 {path.name}")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == name]


def is_weak(key: bytes) -> bool:
    """Whether a key repeats, counts or is readable text; random keys practically never do."""
    steps = {(later - earlier) % 256 for earlier, later in pairwise(key)}
    is_text = all(32 <= byte < 127 for byte in key)
    return min(len(set(key)), len(steps)) < DISTINCT or is_text


def read_key(path: Path, name: str = NAME) -> bytes:
    """The key of a name in the file; raises Fault if it is missing or weak, or others could read it."""
    values = secrets_in(path, name)
    if len(values) != 1:
        raise Fault(path.name, f"{name} must stand in it exactly once", REMEDY)
    try:
        key = bytes.fromhex(values[0])
    except ValueError:
        key = b""
    if len(values[0]) != 2 * BYTES or len(key) != BYTES:
        raise Fault(path.name, f"{name} is not {2 * BYTES} hex digits", REMEDY)
    if is_weak(key):
        raise Fault(path.name, f"{name} is a weak key", REMEDY)
    return key


def is_tracked(path: Path) -> bool:
    """Whether git tracks the file; false where there is no git."""
    try:
        asked = subprocess.run(  # noqa: S603 (fixed arguments)
            ["git", "ls-files", "--error-unmatch", path.name],  # noqa: S607
            cwd=path.absolute().parent,
            capture_output=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def key_id(key: bytes) -> str:
    """Names a key without giving it away: first 16 hex digits of an HMAC under it."""
    return hmac.digest(key, b"elt-key-id\0v1", "sha256").hex()[:16]


def salt(key: bytes, name: str) -> str:
    """64 hex digits for a protected file, by its name, so that nobody guesses its few words from its hash.

    The same for the same key, so that the file has the same bytes each time; gone with the file for who has no key.
    """
    return hmac.digest(key, f"elt-salt\0v1\0{name}".encode(), "sha256").hex()


def harmonised(value: str) -> str:
    """The business key as every table and every run has it: NFC, trimmed."""
    return unicodedata.normalize("NFC", value).strip()


def keyed(key: bytes, domain: str, value: str) -> bytes:
    """The 16 bytes that the pseudonym of one value of a domain spells."""
    text = f"elt-pseudonym\0{VERSION}\0{domain}\0{harmonised(value)}".encode()
    return hmac.digest(key, text, "sha256")[:16]


def pseudonym(key: bytes, domain: str, value: str) -> str:
    """The pseudonym of one value of a domain."""
    return PREFIX[domain] + base64.b32encode(keyed(key, domain, value)).decode().rstrip("=").lower()


def is_pseudonym(domain: str, text: str) -> bool:
    """Whether a text has the form of a pseudonym of a domain."""
    return re.fullmatch(PREFIX[domain] + "[a-z2-7]{26}", text) is not None


def is_in_artifacts(path: Path) -> bool:
    """Whether the file lies inside the artifacts/ of a project, which get copied and mailed."""
    folders = path.absolute().parents
    return any(folder.name == "artifacts" and (folder.parent / "Snakefile").exists() for folder in folders)


def ready(path: Path, *, make: bool, made_with: Sequence[str] = ()) -> str:
    """The id of the key in `path`; makes a key first if there is no file and `make` is set.

    Raises Fault, also where the file is missing although runs, `made_with`, have pseudonyms of a key: it is lost then.
    """
    if is_in_artifacts(path):
        raise Fault(path.name, "the key lies inside artifacts/", "Keep it in the project's folder")
    if not path.exists():
        if made_with:
            problem = f"the key file is missing, and run {made_with[-1]} was made with a key"
            raise Fault(path.name, problem, REMEDY)
        if not make:
            return "none yet"
        make_key(path)
        sys.stderr.write(f"A new pseudonym key was made: {path} (only you can read it; keep a copy in a safe place).\n")
    key = read_key(path)
    if is_tracked(path):
        raise Fault(path.name, "git tracks the key file", f"Type: git rm --cached {path.name}, and make a new key")
    return key_id(key)
