"""Bad input and bad settings through the real workflow: the message says file, record, expectation and remedy."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project

pytestmark = pytest.mark.slow

CANARY = "Zyxwvut-Canary"
CUSTOMERS = "raw/source_crm/cust_info.csv"
PRODUCTS = "raw/source_crm/prd_info.csv"
SALES = "raw/source_crm/sales_details.csv"
BIRTHDAYS, PLACES, CATEGORIES = (f"raw/source_erp/{name}.csv" for name in ("CUST_AZ12", "LOC_A101", "PX_CAT_G1V2"))


def edit(pattern: bytes, new: bytes, count: int = 1) -> Callable[[Path], None]:
    """Replace the first matches in a file."""

    def apply(path: Path) -> None:
        text, found = re.subn(pattern, new, path.read_bytes(), count=count, flags=re.MULTILINE)
        assert found
        path.write_bytes(text)

    return apply


HEADER = rb"\A([^\n]*\n)"
CALLS = {  # what is spoiled in one call, each time another file -> what is done to it, what the refusal says of it
    "no file of a table": {
        CUSTOMERS: (Path.unlink, ["crm_customers", "no file matches source_crm/cust_info*.csv", "Export it"]),
    },
    "files that are not the tables of their contracts": {
        CUSTOMERS: (lambda path: path.write_bytes(b""), ["source_crm/cust_info.csv", "is empty", "Export"]),
        PRODUCTS: (edit(b"^prd_id,", b""), ["source_crm/prd_info.csv", "prd_id", "missing", "Export"]),
        BIRTHDAYS: (edit(b"^CID;", b"CID;telephone;"), ["source_erp/CUST_AZ12.csv", "'telephone'", "personal class"]),
        PLACES: (edit(b"^CID;CNTRY", b"CID;CID;CNTRY"), ["source_erp/LOC_A101.csv", "CID", "more than once"]),
        SALES: (edit(HEADER + rb"[\s\S]*", rb"\1"), ["source_crm/sales_details.csv", "no records", "Export"]),
        CATEGORIES: (edit(HEADER, b"\\1\x81"), ["PX_CAT_G1V2.csv, line 2", "0x81", "Export the file again"]),
    },
    "cells beyond the budget": {
        SALES: (
            edit(rb",\d+,([\d.]+)\r$", rf",{CANARY},\1\r".encode(), 800),
            ["crm_sales", "sls_quantity cannot be read as integer", "budget", "records 1, 2"],
        ),
        PRODUCTS: (
            edit(rb",20\d\d-\d\d-\d\d,", f",{CANARY},".encode(), 40),
            ["crm_products", "prd_start_dt cannot be read as date", "budget", "records 1, 2"],
        ),
        CUSTOMERS: (edit(rb"^\d+,AW\d+,", f",{CANARY},".encode(), 100), ["crm_customers", "cst_id is missing", "104 ×"]),
    },
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_bad_inputs_are_all_refused_with_file_record_expectation_and_remedy(project: Project, call: str):
    for name, (spoil, _) in CALLS[call].items():
        spoil(project.folder / name)
    done = project.snakemake("--config", "seed=42", "run_id=bad")
    assert done.returncode != 0
    refusals = done.stdout.splitlines()
    for name, (_, words) in CALLS[call].items():
        assert any(all(word in line for word in words) for line in refusals), (name, done.stdout[-3000:])
    assert CANARY not in done.stdout
    for path in (project.folder / "artifacts").rglob("*"):
        if path.is_file() and path.relative_to(project.run("bad")).parts[0] not in (
            "bronze",
            "silver",
            "gold",
            "_closed",
        ):
            assert CANARY.encode() not in path.read_bytes(), path
    assert not (project.run("bad") / "reports/final_expose.md").exists()


@pytest.mark.slow
def test_a_failed_run_says_what_why_and_what_to_do_last_and_goes_on_when_mended(project: Project):
    path = project.folder / CUSTOMERS
    good = path.read_bytes()
    edit(b"^cst_id,", b"")(path)
    done = project.snakemake("--config", "seed=42", "run_id=bad", "--until", "silver_report")
    words = done.stdout.partition("Run bad failed.")[2]
    assert "bronze_file/cust_info.csv" in words
    assert "column cst_id of the contract is missing" in words
    manifest = json.loads((project.run("bad") / "_meta/run_manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "failed"
    assert "cst_id" in manifest["failures"][0]["message"]
    path.write_bytes(good)
    assert project.snakemake("--config", "seed=42", "run_id=bad", "--until", "silver_report").returncode == 0


def test_every_fault_of_the_settings_stands_in_one_message_a_line_each(project: Project):
    path = project.folder / "config/config.yaml"
    text = (
        path.read_text(encoding="utf-8").replace("seed: 42", "seed: forty-two").replace("language: en", "language: fr")
    )
    path.write_text(text + "speed: fast\n", encoding="utf-8")
    done = project.snakemake("-n")
    assert done.returncode != 0
    lines = done.stdout.partition("The settings cannot be used.")[2].strip().splitlines()[1:]
    assert [line.split(":")[1].strip() for line in lines] == ["top level", "language", "seed"]
    assert "Traceback" not in done.stdout


def test_every_fault_of_the_contracts_stands_in_one_message_a_line_each(project: Project):
    folder = project.folder / "config/bike_retailer/contracts"
    for name, old, new in (
        ("crm_sales", "type: integer, role: quantity, personal: none,", "type: whole, role: quantity,"),
        ("crm_customers", "primaryKey:", "primarykey:"),
    ):
        text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
        assert old in text
        (folder / f"{name}.yaml").write_text(text.replace(old, new), encoding="utf-8")
    words = project.snakemake("-n").stdout
    assert "crm_sales.fields[7].type" in words
    assert "'personal' is a required property" in words
    assert "'primaryKey' is a required property" in words
    assert "primarykey" in words


@pytest.mark.parametrize(
    ("targets", "named"),
    [(("all", "verify"), "`all` and `verify`"), (("expire", "draft_contracts"), "`expire` and `draft_contracts`")],
    ids=["a run and a check", "an expiry and a draft"],
)
def test_two_kinds_of_targets_in_one_call_are_refused_as_each_is_read_alone(project: Project, targets, named: str):
    done = project.snakemake("-n", *targets)
    assert done.returncode != 0
    assert f"targets: {named} cannot be asked for in one call. Call snakemake once for each. Nothing was" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (project.folder / "artifacts").exists()


@pytest.mark.slow
@pytest.mark.parametrize("run_id", ["..", "a/b", "1e5", "$(id)"])  # each form: tests/unit/test_settings.py
def test_a_hostile_run_id_is_refused_before_a_folder_is_made(project: Project, run_id: str):
    done = project.snakemake("--config", f"run_id={run_id}")
    assert done.returncode != 0
    assert not (project.folder / "artifacts").exists()
    assert not list(project.folder.parent.glob("*b"))


def test_a_run_of_other_data_is_refused(finished: Project, tmp_path: Path):
    other = tmp_path / "other"
    (finished.folder / "raw").rename(other)
    done = finished.snakemake("--config", "run_id=sample", f"raw={other}")
    assert done.returncode != 0
    assert "belongs to company config/bike_retailer and raw folder raw" in done.stdout
    assert "run_id=new" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("ELT_PSEUDONYM_KEY=abc\n", 0o600, "64 hex digits"),
        ("ELT_PSEUDONYM_KEY=" + "00" * 32 + "\n", 0o600, "weak"),
        ("ELT_PSEUDONYM_KEY=" + "".join(f"{n:02x}" for n in range(7, 39)) + "\n", 0o644, "chmod 600"),
        ("OTHER=1\n", 0o600, "exactly once"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_run_before_bronze_is_read(
    project: Project, content: str, mode: int, words: str
):
    key = project.folder / ".env"
    key.write_text(content)
    key.chmod(mode)
    done = project.snakemake()
    assert done.returncode != 0
    assert words in done.stdout
    assert not list(project.folder.rglob("bronze/data/*"))
