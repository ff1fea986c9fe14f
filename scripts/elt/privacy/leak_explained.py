"""What looks like a digest and is none of a value: hashes of files, keyed pseudonyms, words of the program, paths.

Digests of all values cost more than the whole search otherwise, so they are computed only if something is left that may
be one. Each explanation is computed from what it claims to be; only the notes that Snakemake and the manifests make of
files are taken at their word, and those of code, records and steps only under a seal that holds.
docs/decisions/0018-leak-gate.md says why.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from elt.files import is_sealed, read_json, sha256
from elt.privacy.leak_files import OWN, VOLATILE
from elt.privacy.leak_fingerprints import Lookup
from elt.privacy.leak_published import Published
from elt.privacy.leak_tables import ProtectedTable
from elt.protection import pseudonyms
from elt.run import made_from
from elt.run.input_fingerprint import input_fingerprint

SHOWN = 16  # hex digits of a digest that are compared
HEX = re.compile(r"[0-9a-f]{16}")
HEX_ALONE = re.compile(r"[0-9a-fA-F]{16,}")
PARTS = re.compile(r"[/_+\-=]+")
COUNT = re.compile(r"\d{1,5}")
WORD = re.compile(r"[^\W_]+")
CONFIG_MD5 = re.compile(r"^ *Config MD5: ([0-9a-f]{32})$", re.M)
REMEMBERED = "remembered.json"  # hashes of settings and code, made before any data is read
STATED = re.compile(r'"(?:sha256|root)": "([0-9a-f]{64})"')
SHA256 = re.compile(r"[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SEALED = ("code", "company", "records", "steps", "history", "last_call", "seal")  # of a manifest or an identity
OF_USERS = "settings"  # what a user states is no hash of the run, wherever it is kept
MANIFEST, IDENTITY = "_meta/run_manifest.json", "_meta/run.json"
PICKLED = re.compile(r"x[0-9a-f]{2}")  # before a text that Snakemake hands over to a script; its length may follow
MEMO = re.compile(r"(?:h\w)+[haesu]?")  # what stands there for texts that were handed over before, in lists too
FIGURE_ID = re.compile(r"[a-z][0-9a-f]{10}")  # a clip path or marker of a figure: a hash of its shape, cut short
GROUPS = "matplotlib axes figure patch text line2d xtick ytick legend collection"  # in the ids of a figure
SETTINGS = "config"  # folder whose YAML files name the settings
CODE = ("Snakefile", SETTINGS, "rules", "scripts", "profiles", "envs")  # what Snakemake hashes and names
CUSTOMERS, NUMBER = "gold.dim_customer", "customer_number"  # whose values the pseudonyms are of


@dataclass(frozen=True)
class Surroundings:
    """Where explanations come from: the run, texts of company and program, records of Snakemake, the key if known."""

    run: Path
    own_words: Sequence[str]
    records: Sequence[Path] = ()
    key: bytes | None = None

    @cached_property
    def files(self) -> list[Path]:
        """Files that hashes may be of, the small ones first."""
        places = [path for place in (self.run, *map(Path, CODE)) for path in (place, *place.rglob("*"))]
        found = {path for path in places if path.is_file()}
        return sorted(found, key=lambda path: (path.stat().st_size, path))

    @cached_property
    def words(self) -> set[str]:
        """The words of program and company, and those of the paths of the run, the raw files and the code."""
        identity = self.run / IDENTITY
        told = [identity.read_text(encoding="utf-8")] if identity.exists() else []
        told += [path.read_text(encoding="utf-8") for path in Path(SETTINGS).glob("*.yaml")]
        paths = map(str, [self.run.absolute(), *self.files, *self.records, *OWN, *VOLATILE])
        return set(WORD.findall("\n".join([GROUPS, *told, *paths, *self.own_words])))

    @property
    def stated(self) -> set[bytes]:
        """First bytes of hashes that can be computed again, and of those that Snakemake and manifests note of files."""
        return {bytes.fromhex(text[:SHOWN]) for text in self._stated() if HEX.match(text)}

    def _stated(self) -> Iterator[str]:
        if self.key is not None:
            yield pseudonyms.key_id(self.key)
        tables = [read_json(path) for path in sorted((self.run / "silver/_meta/tables").glob("*.json"))]
        if tables and all("files" in table for table in tables):
            yield input_fingerprint({table["name"]: table for table in tables})
        for path in self.run.glob("_meta/history/*/_meta/ledger.json"):
            yield str(read_json(path).get("input_fingerprint"))
        for path in (self.run / MANIFEST, *self.run.glob(f"_meta/history/*/{MANIFEST}")):
            yield from STATED.findall(path.read_text(encoding="utf-8") if path.exists() else "")
            yield from _under_seal(path)
            yield from _commit(path)
        yield from _under_seal(self.run / IDENTITY)
        yield from _commit(self.run / IDENTITY, "last_call", "sources")
        for path in self.records:
            with suppress(OSError, ValueError):  # Snakemake works on while it is searched
                yield from _noted(path)

    def is_of_program(self, begin: bytes, word: str) -> bool:
        """Whether a word is made of words of the program, of paths and of short numbers: no digest spells them.

        Nor does base64 spell hex digits alone: that reading of them is none.
        """
        if HEX_ALONE.fullmatch(word):
            return bytes.fromhex(word[:SHOWN]) != begin
        return all(self._is_known(name) for name in PARTS.split(word))

    def _is_known(self, name: str) -> bool:
        """Whether a part of a word is one of the program, a short number, or how Snakemake notes what it hands over."""
        names = {name, name[3:], name[4:]} if PICKLED.match(name) else {name}
        return bool(names & self.words or "" in names or any(form.fullmatch(name) for form in (COUNT, MEMO, FIGURE_ID)))


def _under_seal(path: Path) -> Iterator[str]:
    """The hashes of code, contracts, records and steps in a manifest or an identity whose seal holds, and the seal."""
    with suppress(OSError, ValueError):
        content = read_json(path)
        if isinstance(content, dict) and is_sealed(path, content):
            yield from _hashes({name: content.get(name) for name in SEALED})


def _commit(path: Path, *place: str) -> Iterator[str]:
    """The commit that a manifest names, or at a place the identity of a run at work, where git knows it as one: what
    git has computed is no digest of a value."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        content = read_json(path)
        for name in (*place, "revision"):
            content = content[name]
        commit = content["commit"]
        if COMMIT.fullmatch(commit) and made_from.told(made_from.PROJECT, "cat-file", "-t", commit) == "commit":
            yield commit


def _hashes(content: Any) -> Iterator[str]:
    """The SHA-256 among the values of JSON content, what users state apart."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _hashes(value) if name != OF_USERS else ()
    elif isinstance(content, str) and SHA256.fullmatch(content):
        yield content


def _noted(path: Path) -> Iterator[str]:
    """The hashes of code, settings and input files that Snakemake notes in a record."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".log":
        yield from CONFIG_MD5.findall(text)
    elif text.startswith("{"):
        content: dict[str, Any] = json.loads(text)
        if path.name == REMEMBERED:
            yield from content
        elif "input_checksums" in content:
            yield str(content.get("software_stack_hash"))
            yield from (str(noted).partition(":")[2] for noted in (content["input_checksums"] or {}).values())


def is_any_left(published: Published, around: Surroundings, tables: Collection[ProtectedTable]) -> bool:
    """Whether anything published looks like a digest and is not known to be something else."""
    left = {
        begin
        for begin, words in published.digest_words.items()
        if not all(around.is_of_program(begin, word) for word in words)
    }
    left -= around.stated
    for path in around.files:
        if not left:
            break
        with suppress(FileNotFoundError):
            left.discard(bytes.fromhex(sha256(path)[:SHOWN]))
    if left or not published.pseudonyms.size:
        return bool(left)
    if around.key is None:
        return True
    customers = of_customers(around.key, tables)
    return not customers.size or not Lookup([(customers, np.zeros(customers.size))]).has(published.pseudonyms).all()


def of_customers(key: bytes, tables: Collection[ProtectedTable]) -> np.ndarray:
    """First bytes of the keyed pseudonyms of all customers."""
    numbers = [
        number
        for table in tables
        if table.name == CUSTOMERS and NUMBER in table.by_name
        for number in table.distinct(NUMBER).to_list()
    ]
    return np.frombuffer(b"".join(pseudonyms.keyed(key, "customer", number)[:8] for number in numbers), np.uint64)
