"""Every remedy that a refusal of docs/bad_inputs.md gives, applied: the input is accepted whole.

A case of test_bad_inputs.py is mended as its message says, each way that the message names on its own. Lines that the
message brings for the contract are taken from the message.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import one_table
import pytest
import yaml
from referring_tables import shop
from test_bad_inputs import (
    BERLIN,
    CANARY,
    DMY,
    GOOD,
    HEADER,
    MDY,
    QUARANTINED,
    REFUSED,
    TABLE,
    ZONED,
    Case,
    amounts,
    column,
    contract,
    dates,
    lines,
    sold_on,
)  # fmt: skip

import gold_mart
from elt import tables
from elt.bronze import exports
from elt.faults import Fault
from elt.gold.budgets import Budgets
from elt.run import sql_names
from elt.run.contract import Contract
from elt.run.mart import Mart

pytestmark = pytest.mark.slow

Input = tuple[dict[str, Any], bytes | str]
Remedy = Callable[[Case, str], Input]
CASES = {case.name: case for case in (*REFUSED, *QUARANTINED)}
NO_BUDGET = 0.0


def exported(raw: bytes | str) -> Remedy:
    """The file is exported again, and is this one."""
    return lambda case, message: (case.table, raw)


def with_contract(**changed: Any) -> Remedy:
    """The contract states more; a value may be a function of the value that it had."""
    return lambda case, message: (
        {**case.table, **{key: value(case.table[key]) if callable(value) else value for key, value in changed.items()}},
        case.raw,
    )


def with_field(name: str, **more: Any) -> Remedy:
    """A field of the contract states more."""
    return with_contract(fields=lambda fields: [{**f, **more} if f["name"] == name else f for f in fields])


def without(name: str, **more: Any) -> Remedy:
    """A field is taken out of the contract."""
    return with_contract(fields=lambda fields: [f for f in fields if f["name"] != name], **more)


def replaced(old: str, new: str) -> Remedy:
    """Text of the file is another one at the source."""

    def mend(case: Case, message: str) -> Input:
        raw = case.raw if isinstance(case.raw, str) else case.raw.decode("cp1252")
        assert old in raw
        return case.table, raw.replace(old, new)

    return mend


def lines_of(message: str) -> list[dict[str, Any]]:
    """The lines for the contract that a message brings, with a class and a meaning that a person has written."""
    found = re.findall(r"- (\{.*?\})", message)
    filled = [
        line.replace("personal: ,", "personal: none,").replace("description: }", "description: x}") for line in found
    ]
    return [yaml.safe_load(line) for line in filled]


def with_lines_of_message(taken_away: str = "") -> Remedy:
    """The lines that the message brings, in the contract, in place of one field where columns share its name."""

    def mend(case: Case, message: str) -> Input:
        kept = [field for field in case.table["fields"] if field["name"] != taken_away]
        return {**case.table, "fields": [*kept, *lines_of(message)]}, case.raw

    return mend


def as_the_message_says_of_days(which: int) -> Remedy:
    """The format that is right, the first or the second that the message names, with the dayFirst that it names."""

    def mend(case: Case, message: str) -> Input:
        (right, add), (other, write) = re.findall(
            r"[Ii]f (%\S+(?: %\S+)?) (?:is right|is), (.*?)(?:;|\. Nothing)", message
        )
        words = (add, write)[which]
        day_first = yaml.safe_load(re.search(r"dayFirst: (\[.*?\]|true|false)", words)[1])  # type: ignore[index]
        forms = case.table["fields"][1]["format"]
        forms = [forms] if isinstance(forms, str) else list(forms)
        stated = [(other if which and form == right else form) for form in forms]
        form = stated if len(stated) > 1 else stated[0]
        return with_field("day", format=form, dayFirst=day_first)(case, message)

    return mend


RIGHT, OTHER = as_the_message_says_of_days(0), as_the_message_says_of_days(1)
QUOTED = '3,"""x, y",1.00,\n'  # a quote inside a quoted field is doubled
IN_FULL = "400638000000"
REMEDIES: dict[str, list[Remedy]] = {
    "05 invalid byte in a file whose contract says UTF-8": [
        exported(f"{HEADER}\n1,{CANARY},1.50,\n2,Ä,2.00,\n"), with_contract(dialect={"encoding": "cp1252"}),
    ],
    "07 a delimiter under which the header is not the contract's": [
        exported("id;name;amount;day\n1;x;2;\n"), without("day"),
    ],
    "59 words of cp850": [exported(GOOD), with_contract(dialect={"encoding": "cp850"})],
    "59 words of mac-roman": [exported(GOOD), with_contract(dialect={"encoding": "mac-roman"})],
    "59 a byte that is neither UTF-8 nor cp1252": [exported(GOOD), with_contract(dialect={"encoding": "cp850"})],
    "61 UTF-16 without a mark": [exported(GOOD), with_contract(dialect={"encoding": "utf-16-be"})],
    "61 UTF-7": [exported(GOOD), with_contract(dialect={"encoding": "utf-8"})],
    "09 preamble": [exported(GOOD), with_contract(dialect={"skipLines": 2})],
    "12 quoted field without an end": [exported(f"{GOOD}{QUOTED}4,x,1.00,\n")],
    "12 quoted field that swallows lines": [exported(f'{GOOD}{QUOTED}4,"x",1.00,\n')],
    "15 NUL byte": [replaced("\0", "")],
    "17 empty file": [exported(GOOD)],
    "17 header only": [exported(GOOD), with_contract(mayBeEmpty=True)],
    "18 last record cut off": [
        exported(f"{GOOD}3,x,1.00,\n"), with_contract(dialect={"skipFooterLines": 1}),
    ],
    "20 no header line": [exported(GOOD)],
    "21 column missing": [exported(GOOD), without("day")],
    "21 column renamed": [
        replaced("amounts", "amount"),
        with_contract(fields=lambda fields: [{**f, "name": "amounts"} if f["name"] == "amount" else f for f in fields]),
    ],
    "22 unknown column": [with_contract(ignore=["phone"]), with_lines_of_message()],
    "23 column twice": [exported(GOOD), with_lines_of_message("name"), without("name", ignore=["name"])],
    **{name: [exported(GOOD)] for name in CASES if name.startswith("27 ")},
    **{name: [replaced(written, IN_FULL)] for name, written in (
        ("35 key in scientific notation", "1,23E+11"), ("35 integer key in scientific notation", "1.23E+11"),
    )},
    **{name: [replaced(written, IN_FULL), without("article", ignore=["article"])] for name, written in (
        ("52 article number with decimal comma", "4,00638E+12"), ("52 with a small e", "4.00638e+12"),
        ("52 without a plus", "4.00638E12"), ("52 without decimals", "4E+12"), ("52 integer without a plus", "4,00638E12"),
    )},
    "37 a point in front of three digits": [
        with_contract(dialect={"decimalChar": ","}), with_contract(dialect={"decimalChar": "."}, fields=lambda fields: [
            {**f, **({"decimals": 3} if f["name"] == "amount" else {})} for f in fields]),
    ],
    "38 two conventions above the budget": [replaced("3.75", "3,75")],
    "38 two conventions, each as often": [replaced("3.75", "3,75")],
    "38 two conventions in a column": [replaced("3.75", "3,75")],
    "56 three decimals all over a column of two": [
        with_field("amount", decimals=3), exported(amounts("1,50", "2,25", "0,75")[1]),
    ],
    **{name: [exported(amounts("1,50", "1.249,00", "1.249,00")[1])] for name in CASES if name.startswith("56 ") and "all over" not in name},
    "58 a name that stands twice": [exported(GOOD), with_lines_of_message("name"), without("name", ignore=["name"])],
    "58 a column without a name": [with_contract(ignore=[""]), with_lines_of_message()],
    "58 a position whose column has another name": [
        lambda case, message: ({**case.table, "fields": [column("id"), column("phone"), column("number")]}, case.raw),
        replaced("x,phone,id,number", "x,,id,"),
    ],
    "58 a position behind the last column": [
        lambda case, message: ({**case.table, "fields": [column("id"), column("number")]}, case.raw),
        exported("x,,id,\n,7,1,8\n"),
    ],
    "41 dates with two readings": [
        with_field("day", format=DMY, dayFirst=True), with_field("day", format=MDY, dayFirst=False),
    ],
    **{name: [lambda case, message: ({**dates(ZONED)[0], "timeZone": BERLIN}, case.raw)] for name in CASES
       if name.startswith("65 ") and "computed" not in name},
    "65 the day computed from the text": [
        lambda case, message: (
            {**contract(column("id"), column("stamp", "date", format=ZONED), column("day", "date", compute="stamp")),
             "timeZone": BERLIN}, case.raw),
    ],
    "64 time stamps with a zone and no zone for the company": [with_contract(timeZone="America/New_York")],
    **{name: [RIGHT, OTHER] for name in CASES if name.startswith("66 ")},
    "66 more cells that the other order reads": [OTHER],
    "51 half of the records in quarantine": [exported(GOOD)],
    "101 three of four records are bad": [exported(GOOD)],
    "101 more bad records in a small table than its floor": [exported(GOOD)],
    "10 footer text": [with_contract(dialect={"skipFooterLines": 1})],
    "10 totals line of the right width": [replaced("Sum,,3.50,\n", "")],
    "100 the first bad record of fifty": [exported(GOOD)],
    "100 five bad records of fifty": [exported(GOOD)],
    "11 short record": [replaced("3,x,1.00\n", "3,x,1.00,\n")],
    "11 unquoted decimal comma": [
        exported(lines('1,x,"1,50",2024-01-05', '2,x,"2,00",2024-01-06')), exported("id;name;amount;day\n1;x;1,50;2024-01-05\n"),
    ],
    "13 inch sign": [with_contract(dialect={"quoteChar": ""})],
    "13 quote inside a quoted field": [replaced('"say "hi" there"', '"say ""hi"" there"')],
    "13 backslash escape": [with_contract(dialect={"escapeChar": "\\"})],
    "13 single quotes": [with_contract(dialect={"quoteChar": "'"})],
    "53 error value in a key": [replaced("#NV", "2")],
    "54 formula text with the delimiter inside": [replaced('="01,067"', '"01,067"')],
    "25 header in the middle": [replaced(f"{HEADER}\n3", "3")],
    "28 field above a megabyte": [replaced("x" * (1 << 20), "x")],
    "42 days that are none": [with_field("day", invalid="null"), with_field("day", missingValues=["0", "00000000"], invalid="null")],
    "42 days outside the limits": [
        with_field("day", invalid="null"), with_field("day", minimum="1800-01-01", maximum="9999-12-31"),
    ],
}  # fmt: skip


def told(folder: Path, case: Case) -> str:
    """What is said of a case; nothing of one whose records go to quarantine within the budget."""
    try:
        one_table.clean(folder, case.table, case.raw, budget=case.budget)
    except Fault as fault:
        return str(fault)
    return ""


def given(table: dict[str, Any]) -> dict[str, Any]:
    """A contract without keys that were taken out of its fields."""
    fields = [{key: value for key, value in field.items() if value is not None} for field in table["fields"]]
    return {**table, "fields": fields}


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name, remedies in REMEDIES.items() for number in range(len(remedies))],
    ids=lambda part: str(part),
)
def test_what_is_mended_as_the_message_says_is_accepted_whole(tmp_path, name, number):
    case = CASES[name]
    message = told(tmp_path / "before", case)
    table, raw = REMEDIES[name][number](case, message)
    assert (table, raw) != (case.table, case.raw)
    found = one_table.clean(tmp_path / "after", given(table), raw, budget=NO_BUDGET)
    assert found.quarantine == []
    assert len(found.rows("data")) == found.summary["records"]


@pytest.mark.parametrize("name", [case.name for case in REFUSED if "records cannot be used" in str(case.words)])
def test_a_raised_budget_is_accepted_and_what_cannot_be_used_is_in_quarantine(tmp_path, name):
    case = CASES[name]
    found = one_table.clean(tmp_path, case.table, case.raw, budget=1.0)
    assert len(found.quarantine) > 0
    assert len(found.quarantine) + len(found.rows("data")) == found.summary["records"]


@pytest.mark.remedy("bronze_file", "Export the table again; if it may be empty, state mayBeEmpty: true in the contract")
@pytest.mark.remedy("elt.bronze.encodings", "Export it in UTF-8, or state encoding: … under dialect in the contract")
@pytest.mark.remedy(
    "elt.bronze.encodings", "Export the file again in UTF-8, or state its encoding under dialect in the contract"
)
@pytest.mark.remedy(
    "elt.bronze.encodings",
    "Export the file again in UTF-8; if the text is right, state encoding: utf-8 in the contract's dialect",
)
@pytest.mark.remedy(
    "elt.bronze.headers",
    "Correct position in the contract, or leave it out and give the field the name that the column has; a position is for a column without a name, for a name that stands twice, and for one that no field may have",
)
@pytest.mark.remedy("elt.bronze.headers", "Correct position in the contract, or take the field out of it")
@pytest.mark.remedy(
    "elt.bronze.headers",
    "Export it once, or declare each by its position in the contract, in place of the one field; for those that are not needed name it under ignore:\n…\n ",
)
@pytest.mark.remedy("elt.bronze.headers", "Export it, or take it out of the contract")
@pytest.mark.remedy("elt.bronze.headers", "Export the file with its header line as the first line")
@pytest.mark.remedy(
    "elt.bronze.headers", "Remove the lines above it, or state skipLines: … under dialect in the contract"
)
@pytest.mark.remedy("elt.bronze.headers", "Rename it in the export or in the contract")
@pytest.mark.remedy(
    "elt.bronze.headers",
    'Unknown means personal: name it under ignore (one without a name as ""), or add it to fields with the personal class that a person decides (none, quasi, identifier or direct):\n…\n ',
)
@pytest.mark.remedy(
    "elt.bronze.headers",
    "Unknown means personal: name it under ignore…, or add it to fields with the personal class that a person decides (none, quasi, identifier or direct):\n…\n ",
)
@pytest.mark.remedy(
    "elt.bronze.quoting",
    "Export the file with quotes doubled inside quoted fields; if the transfer broke off, fetch it again",
)
@pytest.mark.remedy(
    "elt.bronze.records",
    "Fetch the file again; if this line is a footer, state skipFooterLines under dialect in the contract",
)
@pytest.mark.remedy(
    "elt.silver.budgets", "Mend the export or the contract, or raise quarantine_budget in config/config.yaml…"
)
@pytest.mark.remedy(
    "elt.silver.conventions",
    """State decimalChar under dialect in the contract: dialect: {decimalChar: ","} or {decimalChar: "."}""",
)
@pytest.mark.remedy("elt.silver.conventions", "Write all of them in one convention at the source")
@pytest.mark.remedy("elt.silver.dates", "State one format in the contract, and dayFirst: true or false")
@pytest.mark.remedy(
    "elt.silver.day_order",
    "If … is right, add dayFirst: … to the field in the contract; if … is, write that and add dayFirst: …",
)
@pytest.mark.remedy(
    "elt.silver.spreadsheets",
    "Export the table again without opening it in a spreadsheet, or format the column as text there; a column that nobody needs may stand under ignore in the contract",
)
def test_the_messages_of_the_cases_bring_these_remedies_each_of_which_is_tried_above(tmp_path):
    for number, case in enumerate(CASES.values()):
        told(tmp_path / str(number), case)


def test_every_case_that_is_refused_or_in_quarantine_has_its_remedies():
    assert sorted(CASES.keys() - REMEDIES.keys()) == []
    assert sorted(REMEDIES.keys() - CASES.keys()) == []


def found_in(raw: Path) -> list[str]:
    """The faults of a raw folder of one table."""
    return exports.find(raw, {"people": Contract.of({**TABLE, "files": "people*.csv"})})[1]


@pytest.mark.parametrize("kind", ["missing", "a folder", "a link out of raw"])
def test_29_a_file_that_is_put_there_itself_is_accepted(tmp_path, kind):
    raw, path = tmp_path / "raw", tmp_path / "raw/people.csv"
    raw.mkdir()
    (tmp_path / "elsewhere.csv").write_text(GOOD, encoding="utf-8")
    if kind == "a folder":
        path.mkdir()
    elif kind == "a link out of raw":
        path.symlink_to(tmp_path / "elsewhere.csv")
    assert len(found_in(raw)) == 1
    if kind == "a folder":
        path.rmdir()
    path.unlink(missing_ok=True)
    path.write_text(GOOD, encoding="utf-8")
    assert found_in(raw) == []


def test_31_a_table_without_the_second_copy_of_a_file_is_accepted(tmp_path):
    for name in ("people_1.csv", "people_2.csv"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    assert len(found_in(tmp_path)) == 1
    (tmp_path / "people_2.csv").unlink()
    assert found_in(tmp_path) == []


@pytest.mark.remedy("elt.silver.order_dates", "state a … for … in the contract", line=True)
@pytest.mark.parametrize("days", [["1900-01-01"] * 80, ["1900-01-01"]])
def test_67_and_68_dates_that_are_right_are_accepted_where_the_contract_states_limits(tmp_path, days):
    table = with_field("day", minimum="1900-01-01")(Case("", TABLE, ""), "")[0]
    found = one_table.clean(tmp_path, table, sold_on(*days), budget=NO_BUDGET, order_dates=["day"])
    assert found.quarantine == []


def test_87_a_quantity_with_decimals_is_accepted_where_the_mart_says_decimal(tmp_path):
    (tmp_path / "sales.csv").write_text("id,quantity\n1,2.500\n2,3.000\n", encoding="utf-8")
    (tmp_path / "facts.sql").write_text("SELECT id, quantity FROM silver.sales", encoding="utf-8")
    spec = (tables.ColumnType("id", "string"), tables.ColumnType("quantity", "number", 3))
    kinds: dict[str, dict[str, Any]] = {"id": {"type": "string"}, "quantity": {"type": "decimal", "decimals": 3}}
    columns = {name: {**kind, "personal": "none", "description": "d"} for name, kind in kinds.items()}
    gold_mart.main(
        sql=sql_names.bare(sql_names.read(tmp_path / "facts.sql")),
        mart=Mart.of("facts", {"title": "t", "grain": "g", "key": ["id"], "columns": columns}),
        sources={"silver.sales": gold_mart.Source(str(tmp_path / "sales.csv"), spec)},
        calendar=None,
        formulas={},
        budgets=Budgets(),
        output=str(tmp_path / "facts.csv"),
        twin=str(tmp_path / "facts.parquet"),
        metadata=str(tmp_path / "facts.json"),
    )
    assert (tmp_path / "facts.csv").read_text("utf-8") == "id,quantity\n1,2.500\n2,3.000\n"


def test_93_records_without_a_partner_are_accepted_once_both_tables_are_whole_or_the_budget_is_raised(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    refers = [*["A"] * 10, *(f"X{n}" for n in range(40))]
    assert shop(tmp_path / "a", ["A", *refers[10:]], refers).check("lines", "orders")[0]["orphans"] == 0
    assert shop(tmp_path / "b", ["A"], refers).check("lines", "orders", budget=0.9)[0]["orphans"] == 40
