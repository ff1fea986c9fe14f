"""The table for release is searched as all of the run is, and only a clean one gets its name."""

import json
from pathlib import Path

import pytest

import release_table
from elt.faults import Fault
from elt.run.company import ClassedColumn, ClassedTable

PERSONS = ClassedTable(
    (ClassedColumn("number", "string", None, "identifier"), ClassedColumn("name", "string", None, "direct")),
    ("number",),
)
NUMBER = "AW00011017"
BANDS = "recency_band,segment_name\n0 to 30 days,Loyal\n"


def run_with(folder: Path, report: str) -> Path:
    """A run with sixty persons, and a table in the closed place with its report."""
    run = folder / "artifacts/runs/r"
    persons = "".join(f"AW{11000 + n:08},Anna{n} Green{n}\n" for n in range(60))
    texts = {
        "silver/data/persons.csv": f"number,name\n{persons}",
        "silver/changes/persons.csv": "file,record,column,rule,before,after\n",
        "silver/quarantine/persons.csv": "file,record,code,reason,content\n",
        "gold/data/customer_pseudonyms.csv": "customer_key,pseudonym\n",
        "_closed/release/data/released_customers.csv": BANDS,
        "_closed/release/anonymity_report.json": report,
    }
    for name, text in texts.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(text, encoding="utf-8")
    return run


def release(run: Path, published_mode: str = "0640") -> None:
    """The rule's main on a run."""
    release_table.main(
        [str(run / f"_closed/release/{name}") for name in ("data/released_customers.csv", "anonymity_report.json")],
        published_mode,
        run / "_closed/release/searched.json",
        output=run / "_closed/release/leak_report.json",
        tables={"silver.persons": PERSONS},
        pseudonyms=str(run / "gold/data/customer_pseudonyms.csv"),
        own_words=[],
        known_days=[],
        snakemake_folder=run / "none",
    )


def test_a_clean_table_is_published_for_its_owner_and_its_report_for_those_of_the_setting(tmp_path):
    run = run_with(tmp_path, '{"rows": 1}\n')
    release(run, "0644")
    assert (run / "release/data/released_customers.csv").read_text("utf-8") == BANDS
    modes = [
        (run / f"release/{name}").stat().st_mode & 0o777
        for name in ("data/released_customers.csv", "anonymity_report.json")
    ]
    assert modes == [0o600, 0o644]
    assert json.loads((run / "_closed/release/leak_report.json").read_text("utf-8"))["hits"] == 0
    assert not (run / "release/leak_report.json").exists()


def test_a_customer_number_in_the_report_publishes_neither(tmp_path):
    run = run_with(tmp_path, json.dumps({"rows": 1, "for": NUMBER}))
    with pytest.raises(Fault, match="release/anonymity_report.json") as caught:
        release(run)
    assert NUMBER not in str(caught.value)
    assert not (run / "release").exists()
