"""Every customer but the unknown one gets a pseudonym, in the order of the surrogate key."""

import csv
import hashlib

import pytest

import gold_pseudonyms
from elt.faults import Fault
from elt.protection import pseudonyms
from elt.tables import ColumnType

HEX = hashlib.sha256(b"a key for tests").hexdigest()
KEY = bytes.fromhex(HEX)
COLUMNS = [ColumnType("customer_key", "integer"), ColumnType("customer_number", "string")]


def run(folder, text):
    """The rule's main on a small customer table; the rows it wrote."""
    (folder / "dim_customer.csv").write_text(text, encoding="utf-8")
    (folder / ".env").write_text(f"ELT_PSEUDONYM_KEY={HEX}\n")
    (folder / ".env").chmod(0o600)
    output = folder / "artifacts/runs/r/gold/data/customer_pseudonyms.csv"
    gold_pseudonyms.main(str(folder / "dim_customer.csv"), COLUMNS, str(folder / ".env"), str(output))
    assert output.stat().st_mode & 0o777 == 0o600
    with open(output, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_there_is_one_row_a_customer_without_the_unknown_one_sorted_by_key(tmp_path):
    assert run(tmp_path, "customer_key,customer_number\n10,AW2\n2,AW1\n0,n/a\n") == [
        ["customer_key", "pseudonym"],
        ["2", pseudonyms.pseudonym(KEY, "customer", "AW1")],
        ["10", pseudonyms.pseudonym(KEY, "customer", "AW2")],
    ]


def test_two_customers_with_one_number_are_refused_with_their_count_and_not_their_number(tmp_path):
    with pytest.raises(Fault) as caught:
        run(tmp_path, "customer_key,customer_number\n1,AW1\n2,AW1\n3,AW2\n4,Mu\u0308\n5,Mü\n")
    assert str(caught.value).startswith("dim_customer: 2 customers share their customer_number with another")
    assert "AW1" not in str(caught.value)
    assert not (tmp_path / "artifacts/runs/r/gold/data/customer_pseudonyms.csv").exists()


def test_two_numbers_with_one_pseudonym_are_refused(monkeypatch):
    monkeypatch.setattr(pseudonyms, "pseudonym", lambda key, domain, value: "cu1_same")
    with pytest.raises(Fault, match="two customers got the same pseudonym"):
        gold_pseudonyms.pseudonymised({1: "AW1", 2: "AW2"}, KEY)


def test_a_key_that_others_can_read_stops_the_step(tmp_path):
    (tmp_path / "dim_customer.csv").write_text("customer_key,customer_number\n1,AW1\n")
    (tmp_path / ".env").write_text(f"ELT_PSEUDONYM_KEY={HEX}\n")
    (tmp_path / ".env").chmod(0o644)
    with pytest.raises(Fault, match="can be read by group or others"):
        gold_pseudonyms.main(
            str(tmp_path / "dim_customer.csv"), COLUMNS, str(tmp_path / ".env"), str(tmp_path / "x.csv")
        )
    assert not (tmp_path / "x.csv").exists()
