"""Attacks on the pseudonyms of a run by someone who has all that is published, the code, and every customer number.

The key space of numbers is small: whoever can compute a pseudonym without the key has them all.
"""

import base64
import csv
import hashlib
import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from conftest import Project

from elt.protection import pseudonyms

pytestmark = pytest.mark.slow

SPACE = 1_000_000  # numbers tried: those of the form in use, from the smallest known on
ALGORITHMS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")
Scheme = Callable[[str], bytes]


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def forms(digest: bytes) -> Iterator[str]:
    """What a pseudonym made of a digest could look like: base32 of 16 bytes."""
    yield base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def truncated(digest: bytes) -> Iterator[str]:
    """The same of every 16 bytes within the digest, and of its hex digits."""
    hexed = digest.hex().encode()
    for start in range(max(1, len(digest) - 15)):
        yield from forms(digest[start : start + 16])
    yield from forms(hexed)
    yield from forms(digest[::-1])


def hits(numbers: Iterable[str], schemes: Iterable[Scheme], seen: set[str], shapes: Callable = forms) -> int:
    """How many guesses are pseudonyms that were published."""
    listed = list(schemes)
    return sum(shape in seen for n in numbers for scheme in listed for shape in shapes(scheme(n)))


def keyed(algorithm: str, salt: str, is_hmac: bool) -> Scheme:
    """A scheme with a public salt: as HMAC key, or in front of the value."""
    import hmac

    if is_hmac:
        return lambda number: hmac.digest(salt.encode(), number.encode(), algorithm)
    return lambda number: hashlib.new(algorithm, (salt + number).encode()).digest()


@pytest.fixture(scope="module")
def seen(sample_run: Path) -> set[str]:
    """All published pseudonyms without prefix."""
    table = rows(sample_run / "step3_segmentation/data/customer_segments.csv")
    return {row["customer"].removeprefix("cu1_") for row in table}


@pytest.fixture(scope="module")
def numbers(sample_run: Path) -> list[str]:
    """The real customer numbers, the easiest to guess."""
    return [
        row["customer_number"] for row in rows(sample_run / "gold/data/dim_customer.csv") if row["customer_key"] != "0"
    ]


@pytest.fixture(scope="module")
def space(numbers: list[str]) -> list[str]:
    """A million plausible numbers: the form of the real ones, counted on from the smallest; the real ones are inside."""
    form = re.fullmatch(r"(\D*)(\d+)", min(numbers))
    first = int(form[2])
    candidates = [f"{form[1]}{number:0{len(form[2])}d}" for number in range(first, first + SPACE)]
    assert set(numbers) <= set(candidates)
    return candidates


@pytest.fixture(scope="module")
def salts(sample_project: Project, sample_run: Path) -> list[str]:
    """Everything published that a scheme could have been salted with, and what is commonly used."""
    policy = json.loads((sample_run / "_meta/data_policy.json").read_text("utf-8"))
    fingerprint = json.loads((sample_run / "_meta/ledger.json").read_text("utf-8"))["input_fingerprint"]
    manifest = json.loads((sample_run / "_meta/run_manifest.json").read_text("utf-8"))
    run = json.loads((sample_run / "_meta/run.json").read_text("utf-8"))
    words = {
        "",
        "salt",
        "pepper",
        "secret",
        "elt",
        "elt-pseudonym",
        "customer",
        "cu1_",
        "v1",
        "0",
        "42",
        "seed",
        "bike_retailer",
    }
    words |= {policy["pseudonyms"]["key_id"], "elt-pseudonym\0v1\0customer\0", sample_run.name, run["created_at"]}
    words |= {str(manifest.get("settings", {}).get("seed", 42)), run["company"], run["raw"], fingerprint}
    return sorted(words)


def test_a_dictionary_over_a_million_numbers_finds_no_pseudonym_without_the_key(seen: set[str], space: list[str]):
    message = pseudonyms.VERSION.encode()
    schemes = [
        lambda number: hashlib.sha256(number.encode()).digest(),
        lambda number: hashlib.sha256(b"elt-pseudonym\0" + message + b"\0customer\0" + number.encode()).digest(),
    ]
    assert hits(space, schemes, seen) == 0


def test_no_common_salt_fingerprint_run_id_key_id_seed_or_truncation_opens_one(
    seen: set[str], numbers: list[str], salts: list[str]
):
    schemes = [keyed(a, salt, mac) for a in ALGORITHMS for salt in salts for mac in (False, True)]
    assert hits(numbers[:40], schemes, seen, truncated) == 0
    framed = [f"elt-pseudonym\0v1\0customer\0{number}" for number in numbers[:40]]
    assert hits(framed, schemes, seen, truncated) == 0


def test_the_attack_opens_a_planted_scheme_without_a_key(numbers: list[str], space: list[str], salts: list[str]):
    weak = {next(forms(hashlib.sha256(number.encode()).digest())) for number in numbers}
    assert hits(space, [lambda n: hashlib.sha256(n.encode()).digest()], weak) == len(numbers)
    for algorithm, salt, is_hmac in (("sha256", salts[3], True), ("blake2b", "salt", False)):
        planted = {list(truncated(keyed(algorithm, salt, is_hmac)(number)))[2] for number in numbers[:50]}
        tried = [keyed(a, s, mac) for a in ALGORITHMS for s in salts for mac in (False, True)]
        assert hits(numbers[:50], tried, planted, truncated) >= 50


def test_with_the_key_every_published_pseudonym_is_met_so_the_search_looks_in_the_right_place(
    sample_project: Project, seen: set[str], numbers: list[str]
):
    key = pseudonyms.read_key(sample_project.folder / ".env")
    assert seen <= {pseudonyms.pseudonym(key, "customer", number).removeprefix("cu1_") for number in numbers}


def test_another_key_shares_no_pseudonym(seen: set[str], numbers: list[str]):
    other = secrets.token_bytes(32)
    assert not seen & {pseudonyms.pseudonym(other, "customer", number).removeprefix("cu1_") for number in numbers}


def test_the_same_value_in_another_domain_differs(
    sample_project: Project, seen: set[str], numbers: list[str], monkeypatch: pytest.MonkeyPatch
):
    key = pseudonyms.read_key(sample_project.folder / ".env")
    monkeypatch.setitem(pseudonyms.PREFIX, "order", "cu1_")
    assert not seen & {pseudonyms.pseudonym(key, "order", number).removeprefix("cu1_") for number in numbers}


def spoil(key: Path, case: str) -> None:
    """Make a key file unusable."""
    if case == "weak":
        key.write_text("ELT_PSEUDONYM_KEY=" + "ab" * 32 + "\n")
    elif case == "short":
        key.write_text("ELT_PSEUDONYM_KEY=" + secrets.token_hex(31) + "\n")
    elif case == "readable":
        key.chmod(0o644)
    elif case == "tracked":
        for command in (["init", "-q"], ["add", "-f", ".env"]):
            subprocess.run(["git", *command], cwd=key.parent, check=True, capture_output=True)
    else:
        key.unlink()


@pytest.mark.parametrize("case", ["weak", "short", "readable", "tracked", "missing"])
def test_a_key_that_cannot_be_used_stops_the_run_before_bronze_is_read(finished: Project, case: str):
    raw = finished.folder / "raw/source_crm/sales_details.csv"
    raw.write_bytes(raw.read_bytes() + raw.read_bytes().splitlines(keepends=True)[-1])
    before = {path: path.read_bytes() for path in (finished.run("sample") / "bronze/data").iterdir()}
    spoil(finished.folder / ".env", case)
    done = finished.snakemake("--config", "seed=42", "run_id=sample")
    assert done.returncode != 0
    assert "The pseudonym key cannot be used." in done.stdout
    assert {path: path.read_bytes() for path in before} == before
    assert "rule bronze_file" not in done.stdout
    assert case != "missing" or not (finished.folder / ".env").exists()


def test_a_lost_key_stops_a_fresh_run_too_and_is_not_replaced(finished: Project):
    (finished.folder / ".env").unlink()
    done = finished.snakemake("--config", "seed=42", "run_id=another")
    assert done.returncode != 0
    assert "run sample was made with a key. Restore the file from your copy" in done.stdout
    assert not (finished.folder / ".env").exists()
    assert not finished.run("another").exists()


def test_a_link_to_a_key_below_artifacts_is_refused(finished: Project):
    shutil.move(finished.folder / ".env", finished.folder / "artifacts/.env")
    (finished.folder / ".env").symlink_to("artifacts/.env")
    done = finished.snakemake("--config", "seed=43", "run_id=sample")
    assert done.returncode != 0
    assert "the key is a link. Put the file itself in its place" in done.stdout
