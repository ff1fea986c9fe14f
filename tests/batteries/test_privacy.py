"""Attacks on the published part of a run: no person, no key, no order can be found in it."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Project

PROTECTED = ("bronze", "silver", "gold")
WORDS = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(project: Project, run: Path) -> dict[str, str]:
    """Every file of the run outside the protected layers, and Snakemake's own records, as text."""
    files = [path for path in run.rglob("*") if path.relative_to(run).parts[0] not in PROTECTED]
    files += list((project.folder / ".snakemake").rglob("*"))
    return {str(path): path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file()}


def found_in(texts: dict[str, str], secrets: set[str]) -> set[tuple[str, str]]:
    """(file, kind) of every file that holds one of the secrets as a word or as two neighbouring words."""
    hits = set()
    for name, text in texts.items():
        words = [word.casefold() for word in WORDS.findall(text)]
        pairs = {f"{first} {second}" for first, second in pairwise(words)}
        if secrets & (set(words) | pairs):
            hits.add((name, "hit"))
    return hits


def secrets_of(customers: Iterable[dict[str, str]]) -> set[str]:
    """Customer numbers, full names in both orders and dates of birth in three spellings."""
    secrets = set()
    for row in customers:
        if row["customer_key"] == "0":
            continue
        first, last, born = row["first_name"].casefold(), row["last_name"].casefold(), row["birth_date"]
        secrets |= {row["customer_number"].casefold(), f"{first} {last}", f"{last} {first}"}
        if born:
            year, month, day = born.split("-")
            secrets |= {born, f"{day}.{month}.{year}", f"{year}{month}{day}"}
    return secrets


@pytest.fixture(scope="module")
def texts(sample_project: Project, sample_run: Path) -> dict[str, str]:
    return published(sample_project, sample_run)


@pytest.fixture(scope="module")
def customers(sample_run: Path) -> list[dict[str, str]]:
    return rows(sample_run / "gold/data/dim_customer.csv")


def test_no_customer_number_name_or_birth_date_is_published(texts: dict[str, str], customers: list[dict[str, str]]):
    assert found_in(texts, secrets_of(customers)) == set()


def test_the_search_would_find_a_person(texts: dict[str, str], customers: list[dict[str, str]]):
    person = customers[100]
    for leak in (person["customer_number"], f"{person['first_name']} {person['last_name']}", person["birth_date"]):
        assert found_in({**texts, "planted.md": f"Seen: {leak}."}, secrets_of(customers)) == {("planted.md", "hit")}


def test_no_order_number_is_published(texts: dict[str, str], sample_run: Path):
    orders = {row["order_number"].casefold() for row in rows(sample_run / "gold/data/fact_sales.csv")}
    assert found_in(texts, orders) == set()


def test_published_row_level_tables_hold_a_pseudonym_and_no_other_identifier(sample_run: Path):
    features = rows(sample_run / "step2_feature_engineering/data/customer_features.csv")
    segments = rows(sample_run / "step3_segmentation/data/customer_segments.csv")
    assert list(segments[0]) == ["customer", "segment", "segment_name"]
    for table in (features, segments):
        assert all(re.fullmatch(r"cu1_[a-z2-7]{26}", row["customer"]) for row in table)
        assert [row["customer"] for row in table] == sorted(row["customer"] for row in table)
    assert {r["customer"] for r in features} == {r["customer"] for r in segments}
    assert all(re.fullmatch(r"[0-9.]+", value) for row in features for name, value in row.items() if name != "customer")


def test_pseudonyms_are_not_hashes_that_anybody_can_compute(sample_run: Path, customers: list[dict[str, str]]):
    policy = json.loads((sample_run / "_meta/data_policy.json").read_text(encoding="utf-8"))
    seen = {
        r["customer"].removeprefix("cu1_") for r in rows(sample_run / "step3_segmentation/data/customer_segments.csv")
    }
    import base64

    salts = ("", "salt", "elt", "elt-pseudonym", "customer", policy["pseudonyms"]["key_id"], "bike_retailer")
    for algorithm in ("md5", "sha1", "sha256", "blake2b"):
        for salt in salts:
            for row in customers:
                for text in (salt + row["customer_number"], row["customer_number"] + salt):
                    digest = hashlib.new(algorithm, text.encode()).digest()[:16]
                    assert base64.b32encode(digest).decode().rstrip("=").lower() not in seen
                    assert digest.hex() not in seen


def test_the_key_is_nowhere_but_in_its_file(sample_project: Project, sample_run: Path):
    key = (sample_project.folder / ".env").read_text(encoding="ascii").partition("=")[2].strip()
    secret = {key, hashlib.sha256(key.encode()).hexdigest(), hashlib.sha256(bytes.fromhex(key)).hexdigest()}
    for path in [*sample_run.rglob("*"), *(sample_project.folder / ".snakemake").rglob("*")]:
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [value for value in secret if value in text], path


def test_the_order_of_the_rows_tells_nothing_about_the_source(sample_run: Path):
    import pandas as pd

    names = pd.read_csv(sample_run / "gold/data/customer_pseudonyms.csv")
    position = names.merge(
        pd.read_csv(sample_run / "step2_feature_engineering/data/customer_features.csv")[["customer"]].reset_index(),
        left_on="pseudonym", right_on="customer",
    )  # fmt: skip
    assert abs(position["customer_key"].corr(position["index"], method="spearman")) < 0.05


def test_every_field_and_column_stands_in_the_policy_with_its_class(sample_run: Path):
    from shared.files import read_yaml

    policy = json.loads((sample_run / "_meta/data_policy.json").read_text(encoding="utf-8"))
    for path in Path("config/bike_retailer/contracts").glob("*.yaml"):
        contract = read_yaml(path)
        stated = policy["raw_tables"][contract["name"]]
        assert {f["name"]: f["personal"] for f in contract["fields"]} == {n: c["class"] for n, c in stated.items()}
    for name, entry in read_yaml("config/bike_retailer/marts.yaml")["marts"].items():
        assert {c: s["personal"] for c, s in entry["columns"].items()} == {
            n: c["class"] for n, c in policy["marts"][name].items()
        }
