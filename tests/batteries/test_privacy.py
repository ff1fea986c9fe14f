"""Attacks on the published part of a run: no person, no key, no order can be found in it.

The sixteen channels through which a person could leave the protected layers have one test each, with their number in
its name; docs/data_policy.md lists them in this order.
"""

import csv
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import Project

import privacy_leaks
from elt.command import company_checks
from elt.faults import Fault
from elt.files import read_yaml
from elt.run import settings
from elt.run.columns import ClassedTable
from elt.run.company import Company
from elt.run.star.drawing import MARTS

PROTECTED = ("bronze", "silver", "gold", "_closed")
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


def test_channel_07_no_customer_number_name_or_birth_date_is_published(
    texts: dict[str, str], customers: list[dict[str, str]]
):
    assert found_in(texts, secrets_of(customers)) == set()


def test_the_search_would_find_a_person(texts: dict[str, str], customers: list[dict[str, str]]):
    person = customers[100]
    for leak in (person["customer_number"], f"{person['first_name']} {person['last_name']}", person["birth_date"]):
        assert found_in({**texts, "planted.md": f"Seen: {leak}."}, secrets_of(customers)) == {("planted.md", "hit")}


def test_no_order_number_is_published(texts: dict[str, str], sample_run: Path):
    orders = {row["order_number"].casefold() for row in rows(sample_run / "gold/data/fact_sales.csv")}
    assert found_in(texts, orders) == set()


def test_channel_01_published_row_level_tables_hold_a_pseudonym_and_no_other_identifier(sample_run: Path):
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


def test_channel_02_the_order_of_the_rows_tells_nothing_about_the_source(sample_run: Path):
    import pandas as pd

    names = pd.read_csv(sample_run / "gold/data/customer_pseudonyms.csv")
    position = names.merge(
        pd.read_csv(sample_run / "step2_feature_engineering/data/customer_features.csv")[["customer"]].reset_index(),
        left_on="pseudonym", right_on="customer",
    )  # fmt: skip
    assert abs(position["customer_key"].corr(position["index"], method="spearman")) < 0.05


def test_every_field_and_column_stands_in_the_policy_with_its_class(sample_run: Path):
    policy = json.loads((sample_run / "_meta/data_policy.json").read_text(encoding="utf-8"))
    for path in Path("config/bike_retailer/contracts").glob("*.yaml"):
        contract = read_yaml(path)
        stated = policy["raw_tables"][contract["name"]]
        assert {f["name"]: f["personal"] for f in contract["fields"]} == {n: c["class"] for n, c in stated.items()}
    for name, entry in read_yaml("config/bike_retailer/marts.yaml")["marts"].items():
        stated = {c: s["personal"] for c, s in entry["columns"].items()}
        assert stated == {n: c["class"] for n, c in policy["marts"][name].items()}
    for name, mart in bike_retailer().marts.items():  # of drawn and standard marts the class is computed from the SQL
        assert {c.name: c.personal for c in mart.columns} == {n: c["class"] for n, c in policy["marts"][name].items()}


def leaves(content: object, key: str = "") -> Iterable[tuple[str, object]]:
    """(key, value) of every value in a JSON content."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from leaves(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from leaves(value, key)
    else:
        yield key, content


def test_channel_03_the_exploration_shows_no_values_of_identifiers_names_and_days_of_persons(sample_run: Path):
    summary = json.loads((sample_run / "step1_eda/data/eda_summary.json").read_text("utf-8"))
    hidden = [c for mart in summary["marts"] for c in mart["columns"] if c["personal"] in ("identifier", "direct")]
    assert len(hidden) > 5
    known = {"name", "type", "unit", "personal", "missing", "missing_share", "shown"}
    assert [column["name"] for column in hidden if column["shown"] != "hidden" or column.keys() - known] == []


def test_channel_04_no_figure_is_about_fewer_than_five_people(sample_run: Path):
    files = ["step1_eda/data/eda_summary.json", "step3_segmentation/_meta/model_metadata.json"]
    counts = [
        value
        for name in files
        for key, value in leaves(json.loads((sample_run / name).read_text("utf-8")))
        if key == "customers" and isinstance(value, int) and not isinstance(value, bool)
    ]
    assert len(counts) > 20
    assert [count for count in counts if 0 < count < 5] == []


def test_channel_05_no_segment_is_smaller_than_five_and_none_names_a_member(sample_run: Path):
    text = (sample_run / "step3_segmentation/_meta/model_metadata.json").read_text("utf-8")
    assert [s["customers"] for s in json.loads(text)["segments"] if not s["is_suppressed"] and s["customers"] < 5] == []
    assert not re.search("cu1_[a-z2-7]{26}", text)


def test_channel_06_a_figure_has_far_fewer_marks_than_there_are_persons_and_no_person_in_its_text(
    sample_run: Path, texts: dict[str, str], customers: list[dict[str, str]]
):
    figures = {name: text for name, text in texts.items() if name.endswith(".svg")}
    assert len(figures) >= 12
    marks = {name: len(re.findall(r"<(?:path|use|circle|rect)\b", text)) for name, text in figures.items()}
    assert [name for name, count in marks.items() if count > len(customers) / 10] == []
    assert found_in(figures, secrets_of(customers)) == set()


def test_channel_07_captions_titles_and_names_of_files_hold_no_person(
    texts: dict[str, str], customers: list[dict[str, str]]
):
    captions = {str(path): path.read_text("utf-8") for path in Path("docs/report").glob("*.rst")}
    assert len(captions) > 10
    assert found_in({**captions, "names": "\n".join(texts)}, secrets_of(customers)) == set()


def test_channel_08_console_and_logs_hold_no_person(
    sample_project: Project, texts: dict[str, str], customers: list[dict[str, str]]
):
    logs = {name: text for name, text in texts.items() if name.endswith(".log")}
    logs["console"] = (sample_project.folder / "console.txt").read_text("utf-8")
    assert len(logs) > 20
    assert found_in(logs, secrets_of(customers)) == set()  # malformed inputs: test_messages.py


def test_channel_09_snakemakes_records_benchmarks_and_left_over_files_hold_no_person(
    sample_project: Project, texts: dict[str, str], customers: list[dict[str, str]]
):
    records = {n: text for n, text in texts.items() if "/.snakemake/" in n or "/benchmarks/" in n}
    assert len(records) > 40
    assert found_in(records, secrets_of(customers)) == set()
    assert [path for path in sample_project.folder.rglob("*") if ".tmp" in path.name] == []
    assert [path for path in (sample_project.folder / ".snakemake").rglob("*") if path.parent.name == "scripts"] == []


def test_channel_10_quarantine_changes_and_lists_for_the_owners_lie_in_the_protected_layer(sample_run: Path):
    kept = [path for name in ("quarantine", "changes", "feedback") for path in sample_run.rglob(f"{name}/*.csv")]
    assert len(kept) > 10
    for path in kept:
        assert path.relative_to(sample_run).parts[0] == "silver"
        assert path.stat().st_mode & 0o077 == 0


def test_channel_11_reports_of_protected_layers_hold_no_person(sample_run: Path, customers: list[dict[str, str]]):
    reports = {
        str(path): path.read_text("utf-8")
        for layer in PROTECTED
        for path in sample_run.glob(f"{layer}/reports/*")
        if path.is_file()
    }
    assert len(reports) >= 5
    assert found_in(reports, secrets_of(customers)) == set()


def test_channel_12_the_manifest_holds_settings_versions_and_hashes_and_no_person(
    sample_run: Path, customers: list[dict[str, str]]
):
    text = (sample_run / "_meta/run_manifest.json").read_text("utf-8")
    assert set(json.loads(text)) == {
        *("run_id", "status", "started_at", "finished_at", "settings", "failures", "versions", "files", "root"),
        *("revision", "raw_files", "company", "code", "steps", "missing", "records", "history", "seal"),
    }
    assert found_in({"manifest": text}, secrets_of(customers)) == set()


def test_channel_13_notebooks_are_committed_without_outputs():
    notebooks = list(Path("docs/notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
        assert [cell for cell in cells if cell["outputs"] or cell["execution_count"]] == []


@pytest.mark.parametrize("name", [".env", "artifacts/runs/x/gold/data/dim_customer.csv"])
def test_channel_14_git_ignores_the_key_and_all_runs(tmp_path: Path, name: str):
    shutil.copy2(".gitignore", tmp_path / ".gitignore")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", name]).returncode == 0
    assert subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", "README.md"]).returncode == 1


def test_channel_15_no_page_fetches_or_runs_anything(sample_run: Path):
    for path in sample_run.rglob("*.html"):  # payloads: test_injection.py
        text = path.read_text("utf-8")
        assert "default-src 'none'" in text
        assert not re.search(r"<(script|link|iframe|object)|(src|href)=[\"']?(https?:)?//", text)


def test_channel_16_no_cell_of_a_released_table_is_a_formula(sample_run: Path):
    tables = list(sample_run.glob("step*/data/*.csv"))
    assert len(tables) >= 2
    for path in tables:
        cells = {cell for row in rows(path) for item in row.items() for cell in item}
        assert [cell for cell in cells if re.match(r"[=+@\t\r-](?![0-9.]+$)", cell)] == []


LEAKING = {  # file -> column of gold of which values are planted in it
    "step1_eda/data/eda_summary.json": "dim_customer.birth_date",
    "_meta/logs/features_customers.log": "dim_customer.first_name+last_name",
    "reports/final_expose.md": "dim_customer.customer_number",
}


@cache
def bike_retailer() -> Company:
    """The company of the sample, with the classes that were computed."""
    stated = settings.prepared(read_yaml("config/config.yaml"))
    loaded, faults = settings.load(stated, Path())
    assert loaded is not None and faults == []
    found, weak = company_checks.classed(loaded, stated)
    assert weak == []
    return found


def classed_tables() -> dict[str, ClassedTable]:
    """What the leak gate has to know of silver and gold, from contracts and marts."""
    company = bike_retailer()
    found = {f"silver.{name}": contract.classed for name, contract in company.contracts.items()}
    return found | {f"gold.{name}": company.marts[name].classed for name in MARTS}


def gate(run: Path) -> None:
    """The leak gate on a run."""
    privacy_leaks.main(
        tables=classed_tables(),
        pseudonym_table=str(run / "gold/data/customer_pseudonyms.csv"),
        own_words=[],
        known_days=[],
        output=run / "_meta/leak_report.json",
        snakemake_folder=run / "none",
    )


@pytest.fixture(scope="module")
def planted(sample_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the run, to plant in and to clean again."""
    return Path(shutil.copytree(sample_run, tmp_path_factory.mktemp("planted") / "artifacts/runs/sample"))


def closed(run: Path, path: str) -> Path:
    """Where a file of a run lies when it is searched."""
    file = run / "_closed" / path
    return file if file.exists() else run / path


@contextmanager
def leaking(run: Path, texts: dict[str, str]) -> Iterator[str]:
    """Other texts in some files of a run for a while; the message by which the gate refuses them."""
    before = {path: closed(run, path).read_text("utf-8") for path in texts}
    try:
        for path, text in texts.items():
            closed(run, path).write_text(text, "utf-8")
        with pytest.raises(Fault) as caught:
            gate(run)
        yield str(caught.value)
    finally:
        for path, text in before.items():
            closed(run, path).write_text(text, "utf-8")


def test_the_gate_is_red_for_each_planted_leak_and_says_file_and_column_and_no_value(
    planted: Path, customers: list[dict[str, str]]
):
    summary, log, expose = LEAKING
    before = {path: closed(planted, path).read_text("utf-8") for path in LEAKING}
    person, born = customers[100], [customer["birth_date"] for customer in customers[5:15]]
    texts = {
        summary: json.dumps({**json.loads(before[summary]), "examples": born}),
        log: before[log] + f"WARNING cannot parse {person['last_name']}, {person['first_name']}\n",
        expose: before[expose] + f"\nBest customer: {person['customer_number']}\n",
    }
    with leaking(planted, texts) as message:
        for path, column in LEAKING.items():
            assert re.search(rf"{re.escape(path)} \([^)]+\): gold\.{re.escape(column)}[;.]", message), path
        assert found_in({"message": message}, secrets_of(customers)) == set()


def test_the_gate_is_red_for_the_order_of_the_source(planted: Path, customers: list[dict[str, str]]):
    path = "step2_feature_engineering/data/customer_features.csv"
    names = rows(planted / "gold/data/customer_pseudonyms.csv")
    place = {row["pseudonym"]: int(row["customer_key"]) for row in names}
    header, *lines = closed(planted, path).read_text("utf-8").splitlines()
    lines.sort(key=lambda line: place[line.partition(",")[0]])
    with leaking(planted, {path: "\n".join([header, *lines]) + "\n"}) as message:
        assert path in message and "rank correlation" in message
        assert found_in({"message": message}, secrets_of(customers)) == set()


def test_the_gate_passes_when_the_planted_leaks_are_gone(planted: Path):
    gate(planted)
    assert json.loads((planted / "_meta/leak_report.json").read_text("utf-8"))["hits"] == 0


def test_a_step_that_publishes_a_customer_number_stops_the_whole_run(
    finished: Project, customers: list[dict[str, str]]
):
    script = finished.folder / "scripts/segmentation_report.py"
    number = customers[100]["customer_number"]
    code = script.read_text("utf-8")
    call = "pages.write(text,"
    assert call in code
    script.write_text(code.replace(call, f'pages.write("# {number}\\n" + text,', 1), encoding="utf-8")
    done = finished.snakemake("--config", "seed=42", "run_id=sample")
    assert done.returncode != 0
    assert "step3_segmentation/reports/segmentation_report.html: " in done.stdout
    assert "gold.dim_customer.customer_number" in done.stdout
    assert number not in done.stdout
    run = finished.run("sample")
    outside = [path for path in run.rglob("*") if path.is_file() and path.relative_to(run).parts[0] not in PROTECTED]
    assert outside and not [path for path in outside if number.encode() in path.read_bytes()]
    assert json.loads((finished.run("sample") / "_meta/run_manifest.json").read_text("utf-8"))["status"] == "failed"
