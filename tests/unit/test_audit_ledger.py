"""The books balance from bronze to the marts, or the run stops with table, mart and both amounts."""

import copy
import json

import pytest
from conftest import ROOT

import audit_ledger
from elt.faults import Fault
from elt.files import write_json
from elt.run.input_fingerprint import input_fingerprint
from elt.run.mart import MartLedger

SILVER_WORDS = [str(ROOT / f"scripts/templates/silver.{language}.yaml") for language in ("en", "de")]

TABLES = {
    "sales": {
        "name": "sales",
        "records": 10,
        "silver": 6,
        "superseded": 1,
        "duplicates": 1,
        "erased": 0,
        "quarantined": [{"records": 1}, {"records": 1}],
        "repairs": [
            {"column": "amount", "why": "no sign", "records": 2, "money": {"amount": "4.00"}},
            {"column": "day", "why": "w", "records": 1, "money": {}},
            {"column": "amount", "why": "too small", "records": 1, "money": {"amount": "-0.50"}},
        ],
        "files": [{"file": "b.csv", "sha256": "bb"}, {"file": "a.csv", "sha256": "aa"}],
        "money": {
            "amount": {
                "raw": "9.00", "repairs": "3.50", "silver": "10.00", "quarantined": "1.00", "superseded": "0.50",
                "duplicates": "1.00", "erased": "0.00",
            }
        },
    }
}  # fmt: skip
MARTS = {
    "fact": {
        "ledger": {"table": "sales", "rows": "all", "money": {"revenue": "amount"}},
        "found": {"rows": 6, "money": {"revenue": "10.00"}},
    },
    "by_month": {
        "ledger": {"table": "sales", "money": {"turnover": "amount"}},
        "found": {
            "rows": 2,
            "money": {"turnover": "10"},
            "kpis": {"turnover": {"kpi": "revenue", "total": "10.00"}},
        },
    },
    "by_country": {
        "ledger": {"kpis": {"revenue": "revenue"}},
        "found": {
            "rows": 3,
            "money": {"revenue": "10.00"},
            "kpis": {"revenue": {"kpi": "revenue", "total": "10.00"}},
        },
    },
    "dim": {"found": {"rows": 3, "money": {}}},
}


def run(folder, tables=TABLES, marts=MARTS):
    """The rule's main; the ledger it wrote."""
    silver, gold = ([], [])
    for files, layer, found in ((silver, "silver", tables), (gold, "gold", {m: marts[m]["found"] for m in marts})):
        for name, content in found.items():
            files.append(str(folder / layer / f"{name}.json"))
            write_json(files[-1], content)
    ledgers = {name: MartLedger(**entry.get("ledger", {})) for name, entry in marts.items()}
    audit_ledger.main(silver, [], gold, SILVER_WORDS, ledgers, 5, str(folder / "ledger.json"))
    return json.loads((folder / "ledger.json").read_text())


def changed(content, path, value):
    """A deep copy with one value changed."""
    content = copy.deepcopy(content)
    *parents, last = path
    place = content
    for key in parents:
        place = place[key]
    place[last] = value
    return content


def test_the_ledger_follows_records_and_money_to_every_mart_that_carries_them(tmp_path):
    assert run(tmp_path) == {
        "balanced": True,
        "input_fingerprint": input_fingerprint(TABLES),
        "tables": {"sales": {"records": 10, "silver": 6, "superseded": 1, "duplicates": 1, "erased": 0, "quarantined": 2}},
        "money": {
            "sales.amount": {
                **TABLES["sales"]["money"]["amount"],
                "effects": [
                    {"why": "no sign", "records": 2, "amount": "4.00"},
                    {"why": "too small", "records": 1, "amount": "-0.50"},
                ],
                "marts": {"fact.revenue": "10.00", "by_month.turnover": "10"},
            }
        },
        "kpis": {
            "revenue": {"total": "10.00", "marts": {"by_month.turnover": "10", "by_country.revenue": "10.00"}}
        },
        "rows": {"fact": 6},
        "order_lines": {},
        "assumptions": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "marts", "words"),
    [
        (changed(TABLES, ["sales", "silver"], 7), MARTS, "sales: 10 records came in, 11 are booked"),
        (changed(TABLES, ["sales", "erased"], 1), MARTS, "sales: 10 records came in, 11 are booked"),
        (changed(TABLES, ["sales", "quarantined"], []), MARTS, "sales: 10 records came in, 8 are booked"),
        (changed(TABLES, ["sales", "money", "amount", "raw"], "9.01"), MARTS,
         "sales: amount: raw and repairs make 12.51, silver and what did not reach it 12.50"),
        (changed(TABLES, ["sales", "repairs", 2, "money", "amount"], "0.50"), MARTS,
         "sales: amount: raw and repairs make 13.50, silver and what did not reach it 12.50"),
        (changed(TABLES, ["sales", "money", "amount", "superseded"], "0.00"), MARTS,
         "sales: amount: raw and repairs make 12.50, silver and what did not reach it 12.00"),
        (TABLES, changed(MARTS, ["fact", "found", "money", "revenue"], "9.99"),
         "mart fact: the sum of revenue is 9.99, the silver table has 10.00. Look for lines that the mart loses or doubles"),
        (TABLES, changed(MARTS, ["by_month", "found", "money", "turnover"], "20.00"), "mart by_month: the sum of turnover"),
        (TABLES, changed(MARTS, ["by_country", "found", "money", "revenue"], "9.99"),
         "mart by_country: the sum of revenue is 9.99, revenue over all order lines is 10.00. "
         "Look for lines that the mart loses or doubles"),
        (TABLES, changed(MARTS, ["by_country", "found", "kpis", "revenue", "total"], "10.01"),
         "mart by_country: the sum of revenue is 10.00, revenue over all order lines is 10.01"),
        (TABLES, changed(MARTS, ["fact", "found", "rows"], 5), "mart fact: has 5 rows, silver has 6. Check the SQL of the mart, or the roles that it is drawn from"),
        (TABLES, changed(MARTS, ["fact", "ledger", "money", "revenue"], "price"),
         "mart fact: its ledger names price, which no contract marks as money"),
    ],
)  # fmt: skip
def test_books_that_do_not_balance_stop_the_run(tmp_path, tables, marts, words):
    with pytest.raises(Fault) as caught:
        run(tmp_path, tables, marts)
    assert str(caught.value).startswith(words)
    assert not (tmp_path / "ledger.json").exists()


SOURCE = {
    "is_traced": True, "lines": 5, "without_source": 0,
    "tables": {"sales": {"rows": 6, "in_mart": 5, "left_out": 1, "doubled": 0,
                         "amounts": {"revenue": {"all": "10.00", "left_out": "1.50", "unclear": 0}}}},
}  # fmt: skip


def lines(**source):
    """The marts with the order lines alone, no rows and no money in their ledger."""
    return {"fact": {"found": {"rows": 5, "money": {}, "source": source}}}


def test_nothing_is_called_balanced_that_was_compared_with_nothing(tmp_path):
    assert run(tmp_path, marts=lines(is_traced=False, lines=5))["balanced"] is None
    assert run(tmp_path, marts={"dim": MARTS["dim"]})["balanced"] is None
    ledger = run(tmp_path, marts=lines(**SOURCE))
    assert (ledger["balanced"], ledger["order_lines"]) == (True, SOURCE)


def test_rows_that_are_left_out_for_a_stated_reason_are_taken_off_the_money(tmp_path):
    fact = {"ledger": {"table": "sales", "money": {"revenue": "amount"}, "left_out": "gifts"},
            "found": {"rows": 5, "money": {"revenue": "8.50"}, "source": SOURCE}}  # fmt: skip
    assert run(tmp_path, marts={"fact": fact})["balanced"] is True
    with pytest.raises(Fault, match="the sum of revenue is 8.50"):
        run(tmp_path, marts={"fact": changed(fact, ["ledger", "left_out"], None)})


def test_what_a_mart_rounds_is_taken_off_the_money_and_stands_in_the_ledger(tmp_path):
    fact = {"ledger": {"table": "sales", "money": {"revenue": "amount"}},
            "found": {"rows": 6, "money": {"revenue": "9.99"}, "rounded": {"revenue": "-0.01"}}}  # fmt: skip
    amount = run(tmp_path, marts={"fact": fact})["money"]["sales.amount"]
    assert (amount["marts"], amount["rounded"]) == ({"fact.revenue": "9.99"}, {"fact.revenue": "-0.01"})


def test_the_fingerprint_names_the_content_and_not_the_place_of_the_raw_files():
    before = input_fingerprint(TABLES)
    moved = changed(
        TABLES, ["sales", "files"], [{"file": "x/a.csv", "sha256": "aa"}, {"file": "x/b.csv", "sha256": "bb"}]
    )
    assert input_fingerprint(moved) == before
    assert input_fingerprint(changed(TABLES, ["sales", "files", 0, "sha256"], "bc")) != before
