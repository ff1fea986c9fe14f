"""A raw table through bronze and silver: the same table whatever the dialect, every record in one place."""

import random
from decimal import Decimal

import pytest
from one_table import CANARY, PEOPLE, Cleaned, clean, contract, field

from elt.bronze import scan
from elt.faults import Fault

SALES = contract(
    field("id"),
    field("day", "date", format="%Y-%m-%d"),
    field("amount", "number", decimals=2, money=True),
    field("pieces", "integer"),
    title="Sales",
)
EXPECTED = "id,name,joined\n1,Änne,2024-01-05\n2,Bert,2024-02-06\n"
ROWS = (("id", "name", "joined"), ("1", "Änne", "2024-01-05"), ("2", "Bert", "2024-02-06"))


def lines(rows=ROWS, delimiter=",", end="\n") -> str:
    """Rows as text."""
    return "".join(delimiter.join(row) + end for row in rows)


VARIANTS = {
    "LF": lines().encode(),
    "CRLF": lines(end="\r\n").encode(),
    "CR": lines(end="\r").encode(),
    "mixed line ends": lines().encode().replace(b"\n", b"\r\n", 1),
    "UTF-8 with a byte order mark": lines().encode("utf-8-sig"),
    "UTF-16": lines().encode("utf-16"),
    "UTF-16 big endian": b"\xfe\xff" + lines(end="\r\n").encode("utf-16-be"),
    "cp1252": lines().encode("cp1252"),
    "semicolon": lines(delimiter=";").encode(),
    "tab": lines(delimiter="\t").encode(),
    "pipe": lines(delimiter="|").encode(),
    "semicolon, cp1252 and CRLF": lines(delimiter=";", end="\r\n").encode("cp1252"),
    "another order of columns": lines([(c, a, b) for a, b, c in ROWS]).encode(),
    "header in capitals and padded": lines((("ID ", " Name", "JOINED"), *ROWS[1:])).encode(),
    "padded cells": lines((ROWS[0], *([f" {cell}\t" for cell in row] for row in ROWS[1:]))).encode(),
    "quoted": "\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS).encode(),
    "no final newline": lines().rstrip().encode(),
    "blank lines": lines().replace("\n", "\n\n").encode(),
    "blank lines, CRLF": lines(end="\r\n\r\n").encode(),
    "decomposed umlauts": lines().replace("Ä", "A\u0308").encode(),
    "records in another order": lines((ROWS[0], ROWS[2], ROWS[1])).encode(),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_accepted_variant_gives_the_same_table(tmp_path, variant):
    done = clean(tmp_path, PEOPLE, VARIANTS[variant])
    assert done.table == EXPECTED
    assert done.quarantine == []


def test_a_line_break_in_a_quoted_field_is_kept(tmp_path):
    done = clean(tmp_path, PEOPLE, 'id,name,joined\n1,"An""ne,\nMaria",2024-01-05\n')
    assert done.rows("data") == [{"id": "1", "name": 'An"ne,\nMaria', "joined": "2024-01-05"}]


def test_several_files_make_one_table_and_may_be_written_differently(tmp_path):
    done = clean(tmp_path, PEOPLE, lines(ROWS[:2]), lines((ROWS[0], ROWS[2]), ";", "\r\n").encode("cp1252"))
    assert done.table == EXPECTED
    assert [(file["file"], file["records"]) for file in done.summary["files"]] == [
        ("crm/people_1.csv", 1),
        ("crm/people_2.csv", 1),
    ]


def test_an_ignored_column_does_not_reach_silver(tmp_path):
    ignoring = {**PEOPLE, "ignore": ["phone"]}
    done = clean(tmp_path, ignoring, f"id,phone,name,joined\n1,{CANARY},Änne,2024-01-05\n2,,Bert,2024-02-06\n")
    assert done.table == EXPECTED


@pytest.mark.parametrize(
    "raw",
    [
        "id,day,amount,pieces\nA,2024-01-05,1234.50,2\nB,2024-01-06,-3.00,1\n",
        "id;day;amount;pieces\nA;2024-01-05;1.234,50;2\nB;2024-01-06;-3,00;1\n",
        "id;day;amount;pieces\nA;2024-01-05;1234,5;2\nB;2024-01-06;-3;1\n",
        'id,day,amount,pieces\nA,2024-01-05,"1,234.50",2.0\nB,2024-01-06,-3,+1\n',
    ],
    ids=["point", "comma and groups", "comma", "point and groups"],
)
def test_a_decimal_comma_gives_the_same_amounts_as_a_decimal_point(tmp_path, raw):
    done = clean(tmp_path, SALES, raw)
    assert done.table == "id,day,amount,pieces\nA,2024-01-05,1234.50,2\nB,2024-01-06,-3.00,1\n"
    assert done.summary["money"]["amount"]["silver"] == "1231.50"


@pytest.mark.parametrize("day", ["2024-01-05", "05.01.2024", "5.1.2024", "20240105", "05.01.24"])
def test_dates_come_out_as_iso_by_the_formats_of_the_contract(tmp_path, day):
    formats = ["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d.%m.%y"]
    done = clean(
        tmp_path, contract(field("id"), field("day", "date", format=formats, dayFirst=True)), f"id,day\nA,{day}\n"
    )
    assert done.rows("data") == [{"id": "A", "day": "2024-01-05"}]


@pytest.mark.parametrize(
    ("stated", "written"),
    [("%d.%m.%Y", "31.12.24"), ("%d.%m.%Y", "31.12.-024"), ("%Y-%m-%d", "24-01-05"), ("%Y%m%d", "2024015"),
     ("%Y%m%d", "32154"), ("%Y%m%d", "00000000"), ("%d.%m.%Y", "31.02.2024"), ("%Y-%m-%d", "2024-01-05 10:00")],
)  # fmt: skip
def test_a_date_in_no_format_of_the_contract_is_unreadable_and_not_another_day(tmp_path, stated, written):
    days = contract(field("id"), field("day", "date", format=stated))
    done = clean(tmp_path, days, f"id,day\nA,{written}\n")
    assert done.quarantine == [(1, "unreadable_date")]


@pytest.mark.parametrize("written", ["1.000", "12.000", "1,5", "1.5", "abc", "1e3", "1 000", "9223372036854775808"])
def test_what_is_no_integer_is_unreadable_and_not_another_number(tmp_path, written):
    done = clean(tmp_path, contract(field("id"), field("pieces", "integer")), f'id,pieces\nA,"{written}"\n')
    assert done.quarantine == [(1, "unreadable_integer")]


def test_an_integer_may_be_written_with_a_decimal_zero_which_is_counted(tmp_path):
    done = clean(tmp_path, contract(field("id", "integer")), "id\n7.0\n007\n8\n")
    assert done.rows("data") == [{"id": "7"}, {"id": "8"}]
    assert done.conversions("id")["another spelling of the integer"] == 2


def test_text_stays_text(tmp_path):
    words = ["01067", "007", "1E5", "Null", "NA", "None", "=cmd|x", "+49 1", "true"]
    done = clean(tmp_path, contract(field("id")), "id\n" + "\n".join(words) + "\n")
    assert [row["id"] for row in done.rows("data")] == sorted(words)


# What is refused, and what the message says.


def refusal(tmp_path, content, *raws, budget=0.01) -> str:
    """The message of the silver step; nothing may be left in silver, and no cell quoted."""
    with pytest.raises(Fault) as caught:
        clean(tmp_path, content, *raws, budget=budget)
    assert CANARY.casefold() not in str(caught.value).casefold()
    silver = tmp_path / "artifacts/runs/r/silver"
    assert not [path for path in silver.rglob("*") if path.is_file() or path.name.startswith(".")]
    return str(caught.value)


def test_an_unreadable_number_is_named_by_file_record_column_and_type(tmp_path):
    message = refusal(tmp_path, SALES, f"id,day,amount,pieces\nA,2024-01-05,1.50,2\nB,2024-01-06,{CANARY},1\n")
    assert "crm/people.csv" in message
    assert "1 of 2 records cannot be used, the budget is 1.0%" in message
    assert "1 × amount cannot be read as number" in message
    assert "record 2" in message
    assert "quarantine_budget" in message
    assert message.endswith("Nothing was written.")


def test_an_unreadable_date_is_named_by_file_record_column_and_type(tmp_path):
    message = refusal(tmp_path, PEOPLE, f"id,name,joined\n1,Anna,{CANARY}\n2,Bert,\n")
    assert "crm/people.csv" in message
    assert "1 × joined cannot be read as date (%Y-%m-%d)" in message
    assert "record 1" in message


def test_a_missing_key_is_named_by_file_record_and_column(tmp_path):
    message = refusal(tmp_path, PEOPLE, f"id,name,joined\n1,Anna,\n ,{CANARY},\n")
    assert "crm/people.csv" in message
    assert "1 × id is missing" in message
    assert "record 2" in message


def test_the_budget_lists_the_counts_by_reason_and_the_first_five_records_of_each(tmp_path):
    bad = "".join(f"{i},x,{CANARY}\n" for i in range(8)) + f",{CANARY},\n,y,\n1,2\n"
    message = refusal(tmp_path, PEOPLE, f"id,name,joined\n{bad}", budget=0.5)
    assert "11 of 11 records cannot be used, the budget is 50.0%" in message
    assert "1 × has more or fewer cells than the header (record 11)" in message
    assert "2 × id is missing (records 9, 10)" in message
    assert "8 × joined cannot be read as date (%Y-%m-%d) (records 1, 2, 3, 4, 5, …)" in message


def test_with_several_files_each_record_is_named_with_its_file(tmp_path):
    message = refusal(tmp_path, PEOPLE, "id,name,joined\n1,Anna,\n", "id,name,joined\n2,Bert,\nx,Carl,\n")
    assert "1 × id cannot be read as integer (record 2 of crm/people_2.csv)" in message


def test_a_share_of_quarantined_records_equal_to_the_budget_is_accepted(tmp_path):
    done = clean(tmp_path, PEOPLE, "id,name,joined\n1,a,\nx,b,\n", budget=0.5)
    assert (done.summary["silver"], done.quarantine) == (1, [(2, "unreadable_integer")])


def test_numbers_that_both_decimal_marks_fit_are_refused_with_the_column(tmp_path):
    message = refusal(tmp_path, SALES, "id,day,amount,pieces\nA,,1.234,1\nB,,12,1\nC,,2.500,1\n")
    assert message.startswith(
        "people, column amount: 2 numbers can be read with a decimal point and with a decimal comma"
    )
    assert "decimalChar" in message


@pytest.mark.parametrize(("mark", "amount"), [(".", "1.234"), (",", "1234.000")])
def test_the_contract_decides_the_decimal_mark_where_both_fit(tmp_path, mark, amount):
    fields = [{**f, "decimals": 3} if f["name"] == "amount" else f for f in SALES["fields"]]
    stated = {**SALES, "fields": fields, "dialect": {"decimalChar": mark}}
    assert clean(tmp_path, stated, "id,day,amount,pieces\nA,,1.234,1\n").rows("data")[0]["amount"] == amount


@pytest.mark.parametrize("written", ["1.249", "-12.000", "1.249 €", "(999.999)"])
def test_an_amount_with_three_decimals_that_may_be_thousands_is_never_rounded(tmp_path, written):
    raw = f"id,day,amount,pieces\nA,,{written},1\nB,,0.505,1\nC,,1249.000,1\n"
    done = clean(tmp_path, {**SALES, "dialect": {"decimalChar": "."}}, raw)
    assert done.quarantine == [(1, "doubtful_thousands")]
    assert "state decimals: 3" in done.rows("quarantine")[0]["reason"]
    assert [row["amount"] for row in done.rows("data")] == ["0.51", "1249.00"]


def test_one_number_that_only_one_mark_fits_decides_for_its_column(tmp_path):
    done = clean(tmp_path, SALES, "id;day;amount;pieces\nA;;1.234;1\nB;;0,5;1\n")
    assert [row["amount"] for row in done.rows("data")] == ["1234.00", "0.50"]


def test_a_garbled_number_with_a_point_does_not_make_the_column_ambiguous(tmp_path):
    done = clean(tmp_path, SALES, "id,day,amount,pieces\nA,,12,1\nB,,n.v.,1\n")
    assert done.quarantine == [(2, "unreadable_number")]


def test_a_number_in_the_other_convention_than_its_column_goes_to_quarantine(tmp_path):
    done = clean(tmp_path, SALES, 'id,day,amount,pieces\nA,,1.50,1\nB,,2.50,1\nC,,"3,50",1\n')
    assert done.quarantine == [(3, "unreadable_number")]


def test_as_many_decimal_points_as_decimal_commas_in_a_column_are_refused(tmp_path):
    message = refusal(tmp_path, SALES, 'id,day,amount,pieces\nA,,1.50,1\nB,,"3,50",1\n')
    assert "1 numbers can be read only with a decimal point and 1 only with a decimal comma" in message


EITHER = contract(field("id"), field("day", "date", format=["%d/%m/%Y", "%m/%d/%Y"]))


def test_dates_that_two_formats_fit_with_other_days_are_refused_with_the_column(tmp_path):
    message = refusal(tmp_path, EITHER, "id,day\nA,03/04/2024\nB,05/06/2024\nC,07/07/2024\n")
    assert message.startswith("people, column day: 2 dates can be read as %d/%m/%Y and as %m/%d/%Y")
    assert "State one format in the contract" in message


@pytest.mark.parametrize(("telling", "day"), [("13/04/2024", "2024-04-03"), ("04/13/2024", "2024-03-04")])
def test_a_date_that_only_one_format_fits_decides_for_its_column(tmp_path, telling, day):
    done = clean(tmp_path, EITHER, f"id,day\nA,03/04/2024\nB,{telling}\n")
    assert [row["day"] for row in done.rows("data")] == [day, "2024-04-13"]


def test_two_orders_of_day_and_month_in_one_column_are_refused(tmp_path):
    message = refusal(tmp_path, EITHER, "id,day\nA,03/04/2024\nB,13/04/2024\nC,04/13/2024\n")
    assert "1 dates can be read as %d/%m/%Y and as %m/%d/%Y" in message


def test_formats_that_never_give_two_days_for_one_text_need_no_evidence(tmp_path):
    either = contract(field("id"), field("day", "date", format=["%Y-%m-%d", "%d.%m.%Y"], dayFirst=True))
    done = clean(tmp_path, either, "id,day\nA,03.04.2024\nB,2024-05-06\n")
    assert [row["day"] for row in done.rows("data")] == ["2024-04-03", "2024-05-06"]


def test_what_was_decided_for_numbers_and_dates_is_in_the_metadata(tmp_path):
    both = contract(field("id"), field("amount", "number"), field("day", "date", format=["%d/%m/%Y", "%m/%d/%Y"]))
    done = clean(tmp_path, both, "id;amount;day\nA;1,5;04/13/2024\n")
    assert done.summary["conventions"] == {"amount": ",", "day": ["%m/%d/%Y", "%d/%m/%Y"]}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"repairs": [{"field": "joined", "when": "nobody IS NULL", "set": "joined", "why": "w"}]}, "nobody"),
        ({"repairs": [{"field": "joined", "when": "id >", "set": "joined", "why": "w"}]}, "id >"),
        ({"quarantine": [{"code": "c", "when": "name + 1 > joined", "why": "w"}]}, "contract"),
    ],
    ids=["unknown column", "no expression", "types that do not fit"],
)
def test_an_expression_of_the_contract_that_cannot_be_used_is_a_fault_of_the_contract(tmp_path, more, words):
    message = refusal(tmp_path, {**PEOPLE, **more}, f"id,name,joined\n1,{CANARY},\n")
    assert message.startswith("contract people.yaml")
    assert words in message


# Keys that repeat.


def outcomes(done: Cleaned) -> dict[str, int]:
    """Where the records are."""
    return {
        **{outcome: done.summary[outcome] for outcome in ("records", "silver", "superseded", "duplicates")},
        "quarantined": sum(reason["records"] for reason in done.summary["quarantined"]),
    }


LATEST = {**PEOPLE, "keep": {"latest": "joined"}}


def test_an_exact_duplicate_is_counted_and_one_record_kept(tmp_path):
    done = clean(tmp_path, PEOPLE, "id,name,joined\n1,Anna,2024-01-05\n 1 ,Anna,2024-01-05\n")
    assert done.table == "id,name,joined\n1,Anna,2024-01-05\n"
    assert outcomes(done) == {"records": 2, "silver": 1, "superseded": 0, "duplicates": 1, "quarantined": 0}


def test_a_key_that_repeats_with_other_content_goes_to_quarantine_with_all_its_records(tmp_path):
    raw = "id,name,joined\n1,Anna,2024-01-05\n1,Änne,2024-01-05\n1,Anna,2024-01-05\n2,Bert,2024-02-06\n"
    done = clean(tmp_path, PEOPLE, raw)
    assert done.table == "id,name,joined\n2,Bert,2024-02-06\n"
    assert done.quarantine == [(1, "repeated_key"), (2, "repeated_key")]
    assert outcomes(done) == {"records": 4, "silver": 1, "superseded": 0, "duplicates": 1, "quarantined": 2}


def test_the_latest_record_of_a_key_is_kept_and_the_others_are_superseded(tmp_path):
    raw = "id,name,joined\n1,Old,2024-01-05\n1,New,2024-03-05\n1,Unknown,\n1,Middle,2024-02-05\n"
    done = clean(tmp_path, LATEST, raw)
    assert done.table == "id,name,joined\n1,New,2024-03-05\n"
    assert outcomes(done) == {"records": 4, "silver": 1, "superseded": 3, "duplicates": 0, "quarantined": 0}


def test_who_wins_a_tie_does_not_depend_on_the_order_of_the_records(tmp_path):
    records = [f"1,{name},2024-03-05\n" for name in ("A", "B", "C", "C")] + ["1,D,2024-01-05\n", "2,X,\n", "2,,\n"]
    seen = set()
    for seed in range(6):
        random.Random(seed).shuffle(records)
        done = clean(tmp_path, LATEST, "id,name,joined\n" + "".join(records))
        seen.add((done.table, tuple(outcomes(done).items())))
    assert seen == {
        (
            "id,name,joined\n1,C,2024-03-05\n2,X,\n",
            (("records", 7), ("silver", 2), ("superseded", 4), ("duplicates", 1), ("quarantined", 0)),
        )
    }


def test_a_key_may_repeat_across_files(tmp_path):
    done = clean(tmp_path, LATEST, "id,name,joined\n1,Old,2024-01-05\n", "id,name,joined\n1,New,2024-03-05\n")
    assert done.table == "id,name,joined\n1,New,2024-03-05\n"


def test_a_record_in_quarantine_supersedes_nothing(tmp_path):
    raw = "id,name,joined\n1,Good,2024-01-05\n1,Bad,2024-13-05\n"
    assert clean(tmp_path, LATEST, raw).table == "id,name,joined\n1,Good,2024-01-05\n"


# Repairs, quarantine and their books.

REPAIRED = {
    **SALES,
    "repairs": [
        {"field": "amount", "when": "amount < 0", "set": "ABS(amount)", "why": "an amount has no sign"},
        {"field": "amount", "when": "amount IS NULL", "set": "pieces * 2.505", "why": "the price is 2.505"},
        {"field": "pieces", "when": "pieces IS NULL", "set": "1", "why": "one piece at least"},
    ],
    "quarantine": [{"code": "no_pieces", "when": "pieces <= 0", "why": "nothing was sold"}],
}
RAW = (
    "id,day,amount,pieces\n"
    "A,2024-01-05,10.00,1\n"
    "B,2024-01-05,-4.00,1\n"
    "C,2024-01-05,,3\n"
    "D,2024-01-05,7.00,\n"
    "E,2024-01-05,100.00,0\n"
    "A,2024-01-05,10.00,1\n"
)


def test_repairs_are_counted_in_records_and_in_money(tmp_path):
    done = clean(tmp_path, REPAIRED, RAW)
    assert [(r["column"], r["records"], r["money"]) for r in done.summary["repairs"]] == [
        ("amount", 1, {"amount": "8.00"}),
        ("amount", 1, {"amount": "7.52"}),  # 7.515, half away from zero
        ("pieces", 1, {}),
    ]
    assert done.table == (
        "id,day,amount,pieces\nA,2024-01-05,10.00,1\nB,2024-01-05,4.00,1\nC,2024-01-05,7.52,3\nD,2024-01-05,7.00,1\n"
    )


def test_money_is_followed_from_the_raw_sum_to_silver(tmp_path):
    assert clean(tmp_path, REPAIRED, RAW).summary["money"]["amount"] == {
        "raw": "123.00",
        "repairs": "15.52",
        "quarantined": "100.00",
        "superseded": "0.00",
        "duplicates": "10.00",
        "erased": "0.00",
        "silver": "28.52",
    }


def test_every_changed_cell_is_in_the_change_log_with_its_rule(tmp_path):
    done = clean(tmp_path, REPAIRED, RAW)
    assert [list(row.values()) for row in done.rows("changes")] == [
        ["crm/people.csv", "2", "amount", "an amount has no sign", "-4.00", "4.00"],
        ["crm/people.csv", "3", "amount", "the price is 2.505", "", "7.52"],
        ["crm/people.csv", "4", "pieces", "one piece at least", "", "1"],
    ]


def test_a_repair_that_changes_nothing_is_not_counted(tmp_path):
    idle = {**SALES, "repairs": [{"field": "amount", "when": "amount > 0", "set": "ABS(amount)", "why": "w"}]}
    done = clean(tmp_path, idle, RAW)
    assert done.summary["repairs"][0]["records"] == 0
    assert done.rows("changes") == []


def test_repairs_build_on_each_other_in_the_order_of_the_contract(tmp_path):
    chain = {
        **SALES,
        "repairs": [
            {"field": "amount", "when": "amount < 0", "set": "ABS(amount)", "why": "first"},
            {"field": "amount", "when": "amount = 4", "set": "amount + 1", "why": "second"},
        ],
    }
    done = clean(tmp_path, chain, "id,day,amount,pieces\nB,,-4.00,1\n")
    assert [(row["rule"], row["before"], row["after"]) for row in done.rows("changes")] == [
        ("first", "-4.00", "4.00"),
        ("second", "4.00", "5.00"),
    ]
    assert done.summary["money"]["amount"]["repairs"] == "9.00"


def test_a_record_is_in_quarantine_as_written_with_file_number_and_the_first_reason_that_holds(tmp_path):
    done = clean(tmp_path, REPAIRED, f'id,day,amount,pieces\nA,2024-01-05,1,1\n,"{CANARY}", 5 ,0\nB,1\n')
    assert done.rows("quarantine") == [
        {"file": "crm/people.csv", "record": "2", "code": "missing_key", "reason": "id is missing",
         "content": f",{CANARY}, 5 ,0"},
        {"file": "crm/people.csv", "record": "3", "code": "wrong_width",
         "reason": "has more or fewer cells than the header", "content": "B,1"},
    ]  # fmt: skip


def test_a_missing_value_of_a_required_field_goes_to_quarantine(tmp_path):
    done = clean(tmp_path, contract(field("id"), field("name", required=True)), "id,name\nA,x\nB,\n")
    assert done.quarantine == [(2, "missing_value")]


@pytest.mark.parametrize(("invalid", "left", "quarantine"), [("null", 2, []), ("quarantine", 1, [(2, "out_of_range")])])
def test_a_value_outside_the_limits_becomes_null_or_goes_to_quarantine_as_the_contract_says(
    tmp_path, invalid, left, quarantine
):
    born = field("born", "date", minimum="1900-01-01", maximum="2015-12-31", invalid=invalid)
    done = clean(tmp_path, contract(field("id"), born), "id,born\nA,2000-01-01\nB,1850-01-01\n")
    assert (len(done.rows("data")), done.quarantine) == (left, quarantine)
    assert done.conversions("born") == {"outside limits": 1}


def test_an_unreadable_value_becomes_null_where_the_contract_says_so(tmp_path):
    days = contract(field("id"), field("day", "date", format="%Y%m%d", missingValues=["0"], invalid="null"))
    done = clean(tmp_path, days, "id,day\nA,20240105\nB,0\nC,32154\n")
    assert [row["day"] for row in done.rows("data")] == ["2024-01-05", "", ""]
    assert done.conversions("day") == {"date written %Y%m%d": 1, "missing value": 1, "unreadable": 1}


def test_the_books_balance_over_every_outcome_at_once(tmp_path):
    both = {**REPAIRED, "keep": {"latest": "day"}}
    raw = RAW + "B,2024-01-04,50.00,1\nF,2024-01-05\n"
    done = clean(tmp_path, both, raw)
    assert outcomes(done) == {"records": 8, "silver": 4, "superseded": 1, "duplicates": 1, "quarantined": 2}
    money = {part: Decimal(value) for part, value in done.summary["money"]["amount"].items()}
    assert money["raw"] + money["repairs"] == sum(
        money[part] for part in ("silver", "quarantined", "superseded", "duplicates")
    )
    assert money["superseded"] == 50


def test_amounts_with_more_decimals_than_the_contract_are_rounded_half_away_from_zero_and_counted(tmp_path):
    done = clean(tmp_path, SALES, "id,day,amount,pieces\nA,,1.0050,1\nB,,-1.0050,1\nC,,2.50,1\n")
    assert [row["amount"] for row in done.rows("data")] == ["1.01", "-1.01", "2.50"]
    assert done.conversions("amount") == {"rounded to 2 decimals": 2}


def test_a_record_whose_amounts_several_repairs_changed_counts_once(tmp_path):
    price = field("price", "number", unit="money")
    repairs = [
        {"field": "price", "when": "price < 0", "set": "ABS(price)", "why": "a"},
        {"field": "price", "when": "price = 4", "set": "price + 1", "why": "b"},
        {"field": "pieces", "when": "pieces = 0", "set": "1", "why": "c"},
    ]
    content = contract(field("id"), price, field("pieces", "integer"), repairs=repairs)
    done = clean(tmp_path, content, "id,price,pieces\nA,-4,1\nB,-5,1\nC,6,0\nD,7,1\n")
    assert [repair["records"] for repair in done.summary["repairs"]] == [2, 1, 1]
    assert done.summary["repaired_amounts"] == 2


def test_reasons_in_two_languages_are_given_in_english_in_quarantine_and_change_log(tmp_path):
    both = {"en": "English words", "de": "deutsche Worte"}
    content = {
        **SALES,
        "repairs": [{"field": "amount", "when": "amount < 0", "set": "ABS(amount)", "why": both}],
        "quarantine": [{"code": "no_pieces", "when": "pieces <= 0", "why": both}],
    }
    done = clean(tmp_path, content, "id,day,amount,pieces\nA,,-4,1\nB,,4,0\n")
    assert [row["rule"] for row in done.rows("changes")] == ["English words"]
    assert [row["reason"] for row in done.rows("quarantine")] == ["English words"]


# Conversions of texts.


def test_trimmed_cells_are_counted(tmp_path):
    done = clean(
        tmp_path, contract(field("id"), field("name")), "id,name\nA,Anna\nB, Bert\nC,\u00a0Carl\u200b\nD,  \nE,\n"
    )
    assert [row["name"] for row in done.rows("data")] == ["Anna", "Bert", "Carl", "", ""]
    assert done.conversions("name") == {"trimmed": 3}


def test_invisible_letters_and_decomposed_umlauts_are_counted_as_trimmed_and_made_one_key(tmp_path):
    done = clean(tmp_path, contract(field("id")), "id\nMu\u0308ller\nMü\u00adller\nMüller\n")
    assert done.rows("data") == [{"id": "Müller"}]
    assert done.conversions("id") == {"trimmed": 2}
    assert done.summary["duplicates"] == 2


def test_codes_are_read_in_any_case_and_what_is_in_no_list_becomes_otherwise(tmp_path):
    gender = field("gender", codes={"F": "Female", "M": "Male", "männlich": "Male"}, otherwise="n/a")
    raw = "id,gender\nA,F\nB, m \nC,Male\nD,MÄNNLICH\nE,x\nF,\nG,female\n"
    done = clean(tmp_path, contract(field("id"), gender), raw)
    assert [row["gender"] for row in done.rows("data")] == ["Female", "Male", "Male", "Male", "n/a", "n/a", "Female"]
    assert done.conversions("gender") == {"trimmed": 1, "code": 4, "not in the code list": 2}


@pytest.mark.remedy("templates/assumptions.en.yaml", "list it under codes, or state otherwise", line=True)
def test_without_otherwise_a_value_in_no_code_list_stays_and_is_told_with_its_amount(tmp_path):
    country = field("country", codes={"DE": "Germany"})
    amount = field("amount", "number", decimals=2, money=True, unit="money")
    raw = "id,country,amount\nA,de,1.00\nB,Atlantis,2.50\nC,,4.00\nD,germany,8.00\n"
    done = clean(tmp_path, contract(field("id"), country, amount), raw)
    assert [row["country"] for row in done.rows("data")] == ["Germany", "Atlantis", "", "Germany"]
    assert done.conversions("country") == {"code": 2}
    assert done.summary["warnings"] == [
        {"column": "country", "warning": "not_in_codes", "cells": 1, "of": 4, "money": {"amount": "2.50"}}
    ]
    listed = field("country", codes={"DE": "Germany", "Atlantis": "Atlantis"})
    others = field("country", codes={"DE": "Germany"}, otherwise="n/a")
    for number, mended in enumerate((listed, others)):
        assert clean(tmp_path / str(number), contract(field("id"), mended, amount), raw).summary["warnings"] == []


@pytest.mark.parametrize(
    ("unit", "cells", "count", "amount"),
    [("percent", "10,0,0.10,1,110,", 2, "7.00"), ("share", "0.10,0,1,0.5,10,", 1, "4.50")],
)
def test_discounts_that_do_not_fit_their_unit_are_told_with_amount(tmp_path, unit, cells, count, amount):
    discount = field("discount", "number", decimals=2, unit=unit, role="discount_share")
    money = field("amount", "number", decimals=2, money=True)
    raw = "id,discount,amount\n" + "".join(f"{n},{cell},{n}.50\n" for n, cell in enumerate(cells.split(",")))
    plain = {key: value for key, value in discount.items() if key not in ("role", "unit")}
    found = {"column": "discount", "warning": "discount_unit", "cells": count, "of": 6, "money": {"amount": amount}}
    for place, (one, told) in enumerate(((discount, [found]), (plain, []))):
        assert clean(tmp_path / str(place), contract(field("id"), one, money), raw).summary["warnings"] == told


def test_a_converted_text_is_counted_and_never_empty(tmp_path):
    key = field("id", convert="REGEXP_REPLACE(id, '^NAS', '')")
    done = clean(tmp_path, contract(key), "id\nNASA1\nB2\nNAS\n")
    assert done.rows("data") == [{"id": "A1"}, {"id": "B2"}]
    assert done.quarantine == [(3, "missing_key")]
    assert done.conversions("id") == {"converted": 2}


def test_codes_apply_to_the_converted_text_and_are_counted_so(tmp_path):
    gender = field("gender", convert="SUBSTR(gender, 1, 1)", codes={"F": "Female"}, otherwise="n/a")
    done = clean(tmp_path, contract(field("id"), gender), "id,gender\nA,Fx\nB,Qx\n")
    assert [row["gender"] for row in done.rows("data")] == ["Female", "n/a"]
    assert done.conversions("gender")["not in the code list"] == 1


def test_a_missing_text_that_convert_makes_a_code_is_booked_beside_the_other_codes(tmp_path):
    state = field("state", convert="COALESCE(state, 'O')", codes={"O": "open", "C": "closed"})
    done = clean(tmp_path, contract(field("id"), state), "id,state\nA,\nB,O\nC,C\n")
    assert [row["state"] for row in done.rows("data")] == ["open", "open", "closed"]
    assert [(change["from"], change["to"], change["cells"]) for change in done.summary["codes"]] == [
        (None, "open", 1), ("C", "closed", 1), ("O", "open", 1),
    ]  # fmt: skip


def test_a_text_with_separators_quotes_and_line_ends_comes_back_as_it_was(tmp_path):
    text = 'a,"b"\r\nc\rd;e'
    done = clean(tmp_path, contract(field("id"), field("name")), 'id,name\nA,"a,""b""\r\nc\rd;e"\n')
    assert done.rows("data") == [{"id": "A", "name": text}]


def test_nothing_but_the_three_tables_the_twin_and_the_books_is_left_in_silver(tmp_path):
    done = clean(tmp_path, PEOPLE, 'id,name,joined\n1,"Anna",\n')
    silver = done.folder / "silver"
    files = {path.relative_to(silver).as_posix(): path for path in silver.rglob("*") if path.is_file()}
    tables = {"data/people.csv", "parquet/people.parquet", "quarantine/people.csv", "changes/people.csv"}
    assert set(files) == {*tables, "_meta/tables/people.json"}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in [silver, *silver.rglob("*")] if path.is_dir()} == {0o700}


def test_a_repair_that_breaks_the_contract_stops_the_run_and_nothing_is_written(tmp_path):
    amount = field("amount", "number", decimals=2, maximum=100, money=True)
    repair = {"field": "amount", "when": "amount = 7", "set": "amount * 1000", "why": "thousands"}
    content = contract(field("id"), amount, repairs=[repair])
    message = refusal(tmp_path, content, "id,amount\nA,1\nB,7\n", budget=1.0)
    assert message.startswith("people (crm/people.csv): breaks its contract (amount: ")
    assert "If a repair of the contract made the value, correct the repair" in message


ODD = contract(
    field("id", missingValues=["x"]),
    field("day", "date", format=["%Y%m%d", "%d-%m-%Y"], dayFirst=True, missingValues=["0"], invalid="null"),
    field("amount", "number", decimals=2, money=True),
    field("pieces", "integer", minimum=-5, invalid="null"),
    field("state", codes={"A": "open", "B": "closed"}, otherwise="other"),
    field("code", convert="REPLACE(code, '-', '')"),
    repairs=[{"field": "amount", "when": "amount IS NULL", "set": "pieces * 1.5", "why": "w"}],
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("sign", ["", ".5", "0.50", " ", "\t", "%", "(7)", "EUR7", "7-", "'"])
def test_what_a_table_need_not_be_searched_for_changes_nothing_but_the_time(tmp_path, monkeypatch, end, sign):
    rows = [
        "id,day,amount,pieces,state,code",
        "a,20240105,1,007,A,a-b",
        f"b,0,{sign or 7},-0,b,",
        "c,05-01-2024,,-7,,-",
    ]
    rows += ["d,20241305,-3,-3,C,x", "e,,1000000,,closed,y", ",,,,,"]
    raw = end.join(rows) + end
    searched = {}
    for is_searched in (False, True):
        if is_searched:
            monkeypatch.setattr(scan, "holds", lambda files, flag: False)
        done = clean(tmp_path / str(is_searched), ODD, raw)
        searched[is_searched] = (done.table, done.quarantine, done.rows("changes"), done.summary)
    assert searched[False] == searched[True]
