"""Erasure: whose records are found, what is deleted and what stays, what is written down, and what later runs do."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import made_workbooks
import pytest
from conftest import ROOT
from erasure_case import CONTRACTS, RAW, bronze, erase, finished, left, of_file, said

import bronze_file
import retention_erase
from elt.faults import Fault
from elt.report.figure_ledger import Told
from elt.report.words import read
from elt.retention import deletion, deletion_log, erased_records, erasures
from elt.run import contract_parts, run_folders
from elt.run.contract import read_contract
from elt.run.dialect import StatedDialect
from elt.silver.stops import Stops

EVIDENCE = {"reports/final_expose.md", "step1_eda/data/eda_summary.json", "_meta/run.json", "_meta/run_manifest.json"}


pytestmark = pytest.mark.usefixtures("folder")


def unlocked() -> None:
    """Give the locks back, as the end of a process does."""
    while run_folders._locks:
        os.close(run_folders._locks.pop())


def erased_by(folder: Path) -> dict[str, str]:
    """Digest and key file of the erasure list, for bronze_file."""
    return {"digest": erasures.digest(), "key_file": str(folder / ".env")}


def after(folder: Path, raw: dict[str, str] = RAW) -> dict[str, str]:
    """The copies that a later run makes of some raw files, line ends as they are."""
    home = bronze(folder, "later", raw, erased_by(folder))
    return {table: (home / f"bronze/data/{table}.csv").read_bytes().decode() for table in raw}


def test_all_row_level_files_of_the_run_go_and_all_evidence_stays(folder):
    run = finished(folder, "r1")
    erase(folder, "KU002\n")
    assert left(run) == []
    kept = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert kept >= EVIDENCE and not any(name.startswith(("silver/", "gold/")) for name in kept)


def test_a_run_that_does_not_hold_the_person_is_left_alone(folder):
    theirs, others = finished(folder, "r1"), {**RAW, "customers": "id;number;name\n1;KU-001;Anna\n"}
    run = finished(folder, "r2", raw={**others, "orders": "order;customer\nA-1;1\n", "lines": "order;product\nA-1;P\n"})
    before = left(run)
    erase(folder, "KU002\n")
    assert (left(theirs), left(run)) == ([], before)


def test_a_run_whose_content_is_uncertain_counts_as_concerned(folder):
    run = finished(folder, "r1")
    (run / "bronze/_meta/files/customers.csv.json").unlink()
    erase(folder, "?KU777\n")
    assert left(run) == []


def test_the_numbers_of_other_tables_are_found_through_the_table_that_holds_both(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    assert after(folder) == {
        "customers": "id;number;name\n1;KU-001;Anna Öhl\n3;KU003;Cem\n",
        "orders": "order;customer\nA-1;1\nA-4;9\n",
        "lines": "order;product\nA-1;P\nA-4;P\n",
    }


@pytest.mark.parametrize("text", ["KU002", "customer=KU002", " customer_id = 2 ", "KU002, customer_id=2"])
def test_a_person_may_be_given_by_any_number(folder, text):
    finished(folder, "r1")
    erase(folder, f"# from the letter of 1 December\n\n{text}\n")
    assert "KU-002" not in after(folder)["customers"] and ";02" not in after(folder)["orders"]


def test_a_person_that_no_run_holds_is_still_kept_out_of_later_ones(folder):
    finished(folder, "r1")
    words = erase(folder, "? KU055, customer_id=55\n")
    assert "0 of 1 were met in a run" in words["lines"][-2]
    raw = {**RAW, "orders": "order;customer\nA-1;1\nA-5;55\n"}
    assert after(folder, raw)["orders"] == "order;customer\nA-1;1\n"


def test_new_orders_of_an_erased_person_are_left_out_with_their_lines(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    new = {**RAW, "orders": "order;customer\nA-1;1\nB-7;2\n", "lines": "order;product\nA-1;P\nB-7;P\n"}
    assert after(folder, new)["lines"] == "order;product\nA-1;P\n"


def test_a_number_that_also_stands_in_the_record_of_another_person_erases_nobody_else(folder):
    raw = {**RAW, "orders": "order;customer\nA-1;1\nA-2;2\nA-1;2\n"}
    finished(folder, "r1", raw=raw)
    erase(folder, "KU002\n")
    found = after(folder, raw)
    assert found["orders"] == "order;customer\nA-1;1\n" and "A-1;P" in found["lines"]
    assert "KU-001" in found["customers"]


def test_a_malformed_record_with_the_number_of_an_erased_person_is_left_out(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    raw = {**RAW, "customers": RAW["customers"] + "4;KU-004;Dora;too many\n2;KU-002;Bert;too many\n"}
    assert "Bert" not in after(folder, raw)["customers"] and "Dora" in after(folder, raw)["customers"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-be", "cp850", "mac-roman"])
def test_all_other_bytes_of_a_file_stay_as_they_are(folder, encoding):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    text = 'id;number;name\r\n1;KU-001;"Öhl; Anna"\r\n\r\n2;KU-002;"Bert\nof two lines"\r\n3;KU003;Cem\r\n'
    path = folder / "customers.csv"
    path.write_bytes(text.encode(encoding))

    is_decided = encoding in ("utf-8-sig", "cp1252", "utf-16")
    stated = StatedDialect(encoding="auto" if is_decided else encoding)
    contract = replace(CONTRACTS["customers"], dialect=stated)
    found = bronze_file.described(path, "customers.csv", contract)
    erasure = bronze_file.ErasureList(**erased_by(folder), ties={}, raw="raw")
    assert bronze_file.leave_out(path, found, contract, erasure) == 1
    assert path.read_bytes() == text.replace('2;KU-002;"Bert\nof two lines"\r\n', "").encode(encoding)


def test_records_of_erased_persons_are_left_out_of_the_text_of_a_sheet(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    rows = [line.split(";") for line in RAW["customers"].splitlines()]
    book, data = folder / "raw/customers.xlsx", run_folders.RUNS / "r2/bronze/data"
    book.write_bytes(made_workbooks.xlsx(rows))
    sheet = replace(of_file(folder, "customers"), files=book.name, sheet=made_workbooks.SHEET)
    own = "customers.xlsx.customers.csv"
    for raw, contract, name, ties in (
        (book, sheet, own, {}),
        (folder / "raw/orders.csv", of_file(folder, "orders"), "orders.csv", {own: sheet}),
    ):
        bronze_file.main(
            raw=str(raw),
            contract=contract,
            where=name,
            copy=str(data / name),
            metadata=str(folder / f"{name}.json"),
            erasure=bronze_file.ErasureList(**erased_by(folder), ties=ties, raw=str(folder / "raw")),
        )
    assert (data / own).read_text("utf-8") == "id,number,name\n1,KU-001,Anna Öhl\n3,KU003,Cem\n"
    found = json.loads((folder / f"{own}.json").read_text("utf-8"))
    assert (found["records"], found["erased"], found["workbook"]["sheet"]) == (2, 1, made_workbooks.SHEET)
    assert (data / "orders.csv").read_text("utf-8") == "order;customer\nA-1;1\nA-4;9\n"
    assert sorted(path.name for path in data.iterdir()) == [own, "orders.csv"]


def test_records_left_out_are_counted_and_the_file_is_described_as_it_is(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    home = bronze(folder, "later", RAW, erased_by(folder))
    found = json.loads((home / "bronze/_meta/files/orders.csv.json").read_text())
    assert (found["records"], found["erased"]) == (2, 2)
    assert found["sha256"] == deletion.measured(home / "bronze/data/orders.csv")[0]


def test_the_list_holds_no_number_and_nobody_else_can_read_it(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    for path in [*erasures.HOME.rglob("*"), folder / ".env"]:
        assert path.stat().st_mode & 0o077 == 0, path
        assert path.is_dir() or "KU" not in path.read_text(), path
    assert len(json.loads((erasures.HOME / erasures.LIST).read_text())["entries"]) == 4  # id, number, two orders


def test_an_entry_depends_on_key_kind_and_value_and_on_no_other_key():
    key, other = bytes(range(32)), bytes(range(1, 33))
    found = {
        erasures.entry(key, ("customer", "KU1")), erasures.entry(key, ("customer", "KU2")),
        erasures.entry(key, ("customer_id", "KU1")), erasures.entry(other, ("customer", "KU1")),
    }  # fmt: skip
    assert len(found) == 4 and erasures.entry(key, ("customer", " KU1 ")) in found


def test_the_key_is_added_to_the_key_file_and_what_stands_there_stays(folder):
    (folder / ".env").write_text("ELT_PSEUDONYM_KEY=abc\nPOSTGRES_URL=x")
    (folder / ".env").chmod(0o600)
    key = erasures.ready_key(folder / ".env")
    lines = (folder / ".env").read_text().splitlines()
    assert lines[:2] == ["ELT_PSEUDONYM_KEY=abc", "POSTGRES_URL=x"] and lines[2].startswith("ELT_ERASURE_KEY=")
    assert erasures.ready_key(folder / ".env") == key


def test_a_key_file_that_others_can_read_is_refused(folder):
    (folder / ".env").write_text("ELT_PSEUDONYM_KEY=abc\n")
    (folder / ".env").chmod(0o644)
    with pytest.raises(Fault, match="can be read by group or others"):
        erasures.ready_key(folder / ".env")


def test_a_run_refuses_a_list_without_its_key_and_a_list_that_was_changed_or_lost(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    deletion.check_list(erasures.checked(folder / ".env"))
    path = erasures.HOME / erasures.LIST
    text = path.read_text()
    path.write_text(text.replace('"entries": [', '"entries": [\n  "00",'))
    with pytest.raises(Fault, match="not the list that the log of erasures speaks of"):
        deletion.check_list(erasures.checked(folder / ".env"))
    path.unlink()
    with pytest.raises(Fault, match="not the list that the log of erasures speaks of"):
        deletion.check_list(erasures.checked(folder / ".env"))
    path.write_text(text)
    (folder / ".env").unlink()
    erasures.ready_key(folder / ".env")
    with pytest.raises(Fault, match="made with another key"):
        erasures.checked(folder / ".env")


def test_the_log_says_intent_and_done_with_counts_and_reason_and_no_person(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    intent, done = deletion_log.entries()
    assert (intent["persons"], intent["runs"], intent["what"]) == (1, {"r1": 7}, "intent")
    assert done["runs"] == {"r1": 7} and done["closes"] == [intent["hash"]]
    assert "KU" not in (erasures.HOME / deletion_log.LOG).read_text() and "Art. 17" in intent["why"]


def test_a_second_erasure_of_the_same_person_changes_nothing(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    before = (erasures.HOME / deletion_log.LOG).read_bytes()
    unlocked()
    erase(folder, "KU002\n")
    assert (erasures.HOME / deletion_log.LOG).read_bytes() == before


def test_a_second_person_is_added_and_the_first_stays(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    unlocked()
    erase(folder, "KU003\n")
    assert after(folder)["customers"] == "id;number;name\n1;KU-001;Anna Öhl\n"
    assert said() == [("intent", "erase"), ("done", "erase")] * 2


def test_nothing_is_touched_while_a_run_is_at_work(folder):
    run = finished(folder, "r1")
    before = left(run)
    script = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC; from elt.run import run_folders\n"
        "run_folders.begin(Path('artifacts/runs/r1'), {'company': 'config/shop', 'raw': 'raw'}, datetime.now(UTC))\n"
        "print('locked', flush=True); sys.stdin.read()\n"
    )
    scripts = Path(run_folders.__file__).parents[2]
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(scripts)},
    )  # fmt: skip
    try:
        assert child.stdout.readline() == "locked\n"
        with pytest.raises(Fault, match="a run is at work"):
            erase(folder, "KU002\n")
    finally:
        child.communicate("")
    assert left(run) == before and not (erasures.HOME / deletion_log.LOG).exists()
    erase(folder, "KU002\n")
    assert left(run) == []


@pytest.mark.parametrize("text", ["KU001\nphone=0815-4711\n", "KU001\ncustomer=\n"])
def test_a_line_that_cannot_be_used_is_named_and_not_quoted(folder, text):
    run = finished(folder, "r1")
    before = left(run)
    with pytest.raises(Fault, match=r"who.txt, line 2: holds no identifier of one of these kinds") as caught:
        erase(folder, text)
    assert "4711" not in str(caught.value) and left(run) == before


def everything(folder: Path) -> dict[str, bytes]:
    """Path -> bytes of every file below the folder, but the list itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "who.txt"
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("KU2\nKU001\n", "1 of 2 entries match no customer"),
        ("ku002\n", "1 would match but for case, blanks and punctuation"),
        (
            "KU-002\nKU 003\n",
            "2 of 2 entries match no customer in a run of the company, in raw or on the erasure list: 2",
        ),
        ("1\n", "1 would match as customer_id=<number>"),
        ("customer_id=002\n", "1 would match with other leading zeros"),
        ("Beispiel;KU002\n", "1 would match by another column than the first"),
        ("4,01E+12\n", "1 are in scientific notation"),
        ("KU001;KU002\n", "1 lines hold more than one number that is a customer's"),
    ],
)
def test_an_entry_that_matches_nobody_is_refused_with_the_reason_before_anything_is_done(folder, text, why):
    finished(folder, "r1")
    before = everything(folder)
    with pytest.raises(Fault) as caught:
        erase(folder, text)
    assert why in str(caught.value) and "KU" not in str(caught.value) and "Beispiel" not in str(caught.value)
    assert everything(folder) == before and not erasures.HOME.exists() and not (folder / ".env").exists()


@pytest.mark.parametrize(
    "text",
    [
        "Kunden-Nr.;Name\nKU002;Beispiel\n", "number\nKU002\n", "Nummer\nKU002\n", '="KU002"\n', '"KU002";"Bei; spiel"\n',
        "KU002\tBeispiel\n", "KU002,Beispiel\n", "\ufeffNummer,Name\r\nKU002,Beispiel\r\n",
    ],
)  # fmt: skip
def test_headers_and_columns_of_a_spreadsheet_are_read(folder, text):
    run = finished(folder, "r1")
    words = erase(folder, text)
    assert left(run) == [] and "1 of 1 were met in a run" in words["lines"][-2]
    assert ("taken for a header" in words["lines"][0]) == (
        text.lstrip("\ufeff")[0] in "Nn" or text.startswith("Kunden")
    )


def test_unicode_text_of_a_spreadsheet_is_read_and_what_is_no_text_is_refused(folder):
    finished(folder, "r1")
    (folder / "who.txt").write_bytes("KU002\tBeispiel\r\n".encode("utf-16"))
    arguments = {
        "contracts": CONTRACTS,
        "names": ["r1"],
        "raw": "raw",
        "key_file": ".env",
        "when": "",
        "output": "out.json",
    }
    retention_erase.main(source="who.txt", **arguments)
    unlocked()
    (folder / "who.txt").write_bytes("KU002;Müller\r\n".encode("cp1252"))
    with pytest.raises(Fault, match="cannot be read as UTF-8 text. Save it as UTF-8"):
        retention_erase.main(source="who.txt", **arguments)


def test_a_person_of_the_raw_exports_alone_or_on_the_erasure_list_already_is_known(folder):
    finished(folder, "r1")
    with (folder / "raw/customers.csv").open("a", encoding="utf-8") as file:
        file.write("7;KU-007;Gerd\n")
    assert "0 of 1 were met in a run" in erase(folder, "KU007\n")["lines"][-2]
    (folder / "raw/customers.csv").unlink()
    unlocked()
    assert "0 of 1 were met in a run" in erase(folder, "KU007\n")["lines"][-2]


def test_the_remedy_for_an_entry_that_matches_nobody_works(folder):
    finished(folder, "r1")
    with pytest.raises(Fault, match=r"begin a line with \? if that person may be in no export now"):
        erase(folder, "KU055\n")
    unlocked()
    erase(folder, "?KU055\n")
    raw = {**RAW, "customers": RAW["customers"] + "9;KU-055;Ida\n"}
    assert "Ida" not in after(folder, raw)["customers"]


def test_a_list_of_nobody_is_refused(folder):
    with pytest.raises(Fault, match="names no one"):
        erase(folder, "\n# nobody\n")


def test_contracts_that_do_not_say_who_a_record_is_about_are_refused(folder):
    (folder / "who.txt").write_text("KU001\n")
    bare = {"lines": CONTRACTS["lines"]}
    with pytest.raises(Fault, match="no field says that it identifies a person"):
        retention_erase.main(
            source=str(folder / "who.txt"), contracts=bare, names=[], raw="raw", key_file=".env", when="",
            output=str(folder / "out.json"),
        )  # fmt: skip


def test_a_run_whose_list_changed_while_it_was_at_work_makes_no_copy(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    with pytest.raises(Fault, match="persons were erased while this run was at work"):
        bronze(folder, "later", RAW, {**erased_by(folder), "digest": "0" * 64})
    assert not list((run_folders.RUNS / "later").rglob("*.csv*"))


def test_a_copy_in_postgresql_is_named_in_the_closing_words(folder):
    run = finished(folder, "r1")
    (run / "gold/_meta").mkdir(parents=True, exist_ok=True)
    (run / "gold/_meta/publication.json").write_text('{"schema": "run_r1", "database": "dwh"}')
    words = "PostgreSQL still holds what was published of r1; type in database dwh: DROP SCHEMA run_r1 CASCADE"
    assert words in erase(folder, "KU002\n")["lines"]


@pytest.mark.parametrize(("table", "ties"), [("customers", True), ("orders", True), ("lines", False)])
def test_a_table_with_two_kinds_of_numbers_ties_them(table, ties):
    assert erased_records.ties_identifiers(CONTRACTS[table]) == ties


def test_the_books_of_a_table_balance_with_the_records_that_bronze_left_out(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    home = bronze(folder, "later", RAW, erased_by(folder))
    import silver_table

    summary = home / "silver/_meta/tables/orders.json"
    silver_table.main(
        bronze=[str(home / "bronze/data/orders.csv")],
        metadata=[str(home / "bronze/_meta/files/orders.csv.json")],
        contract=contract_parts.of_cleaning(read_contract(folder / "orders.yaml")),
        stops=Stops(0.0),
        table=str(home / "silver/data/orders.csv"),
        twin=str(home / "silver/parquet/orders.parquet"),
        quarantine=str(home / "silver/quarantine/orders.csv"),
        changes=str(home / "silver/changes/orders.csv"),
        summary=str(summary),
    )
    found = json.loads(summary.read_text())
    assert (found["records"], found["silver"], found["erased"]) == (4, 2, 2)


def test_the_report_of_bronze_counts_what_was_left_out_and_says_whose_hashes_it_shows(folder):
    finished(folder, "r1")
    erase(folder, "KU002\n")
    home = bronze(folder, "later", RAW, erased_by(folder))
    import bronze_report

    files = [json.loads(path.read_text()) for path in sorted((home / "bronze/_meta/files").glob("*.json"))]
    words = read(ROOT / "scripts/templates/bronze.en.yaml")
    text = bronze_report.report(files, Told(words))
    assert "Records of erased persons are left out of the copies" in text
    assert "| `orders.csv` | left out | records of erased persons | 2 |" in text
    assert "left out" not in bronze_report.report([{**file, "erased": 0} for file in files], Told(words))
