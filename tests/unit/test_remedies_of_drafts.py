"""What a draft of a contract tells a person to do: each is done as told, and the engine accepts the table."""

import json
from pathlib import Path
from typing import Any

import pytest
from test_draft_contracts import drafted, fields, ran, table

pytestmark = pytest.mark.slow


def accepted(folder: Path, contract: dict[str, Any], silver: int) -> None:
    """See a contract accepted: as many records are in silver, none in quarantine."""
    books = ran(folder / "raw", contract, folder / f"{contract['name']}.yaml", folder)
    assert (books["silver"], books["quarantined"]) == (silver, [])


def draft(folder: Path, *rows: str) -> tuple[dict[str, Any], str]:
    """(contract, its text) of the draft of one export."""
    return drafted(folder, {"x.csv": table(*rows)})["x"]


@pytest.mark.remedy("elt.draft.column_types", "add dayFirst: …, else write … and add dayFirst: …", line=True)
@pytest.mark.parametrize(("form", "is_first"), [("%d.%m.%Y", True), ("%m.%d.%Y", False)])
def test_the_order_of_day_and_month_is_stated(tmp_path, form, is_first):
    contract, text = draft(tmp_path, "id;day", *(f"{n};0{n % 9 + 1}.0{n % 7 + 1}.2024" for n in range(40)))
    assert "add dayFirst: true, else write %m.%d.%Y and add dayFirst: false" in text
    fields(contract)["day"] |= {"format": form, "dayFirst": is_first}
    accepted(tmp_path, contract, 40)


@pytest.mark.remedy("elt.draft.column_types", "leave only the right one, with dayFirst: true or false", line=True)
@pytest.mark.parametrize(("form", "is_first"), [("%d/%m/%Y", True), ("%m/%d/%Y", False)])
def test_one_of_two_formats_is_left(tmp_path, form, is_first):
    contract, text = draft(tmp_path, "id;day", *(f"{n};0{n % 9 + 1}/0{n % 7 + 1}/2024" for n in range(40)))
    assert "leave only the right one, with dayFirst: true or false" in text
    fields(contract)["day"] |= {"format": form, "dayFirst": is_first}
    accepted(tmp_path, contract, 40)


@pytest.mark.remedy("elt.draft.column_types", "look whether the century is right", line=True)
def test_years_of_two_digits_are_looked_at(tmp_path):
    contract, text = draft(tmp_path, "id;day", *(f"{n};{n % 28 + 1}.03.24" for n in range(40)))
    assert "look whether the century is right" in text
    accepted(tmp_path, contract, 40)
    assert "2024-03-01" in (tmp_path / "x.table").read_text("utf-8")


@pytest.mark.remedy("elt.draft.column_types", "make it a string", line=True)
def test_digits_that_are_numbers_become_texts(tmp_path):
    contract, text = draft(tmp_path, "id;number", *(f"{n};202401{n % 28 + 1:02}" for n in range(40)))
    assert "if they are numbers of something, make it a string" in text
    number = fields(contract)["number"]
    del number["format"]
    number["type"] = "string"
    accepted(tmp_path, contract, 40)


@pytest.mark.remedy("elt.draft.column_types", "state decimals: 3", line=True)
def test_amounts_that_are_no_thousands_have_three_decimals(tmp_path):
    contract, text = draft(tmp_path, "id;amount", *(f"{n};{('1,500', '0,5', '2,25')[n % 3]}" for n in range(90)))
    assert "if they are none, state decimals: 3" in text
    fields(contract)["amount"]["decimals"] = 3
    accepted(tmp_path, contract, 90)


@pytest.mark.remedy("elt.draft.contract_text", "state ignore: … in place of the field", line=True)
def test_a_column_that_is_not_needed_is_ignored(tmp_path):
    contract, _ = draft(tmp_path, "number;number;Menge", *(f"{n};K{n % 50};{n}" for n in range(300, 100, -1)))
    contract["fields"] = [field for field in contract["fields"] if field["name"] in ("number", "Menge")]
    contract["ignore"] = ["number"]
    accepted(tmp_path, contract, 200)
    (tmp_path / "odd").mkdir()
    contract, text = draft(
        tmp_path / "odd", "Auftrag;Preis [EUR];Farbe", *(f"{n};{n},50;x{n % 3}" for n in range(100, 150))
    )
    assert 'state ignore: ["Preis [EUR]"] in place of the field' in text
    contract["fields"] = [field for field in contract["fields"] if field["name"] != "Preis EUR"]
    contract["ignore"] = ["Preis [EUR]"]
    accepted(tmp_path / "odd", contract, 50)


@pytest.mark.remedy(
    "elt.draft.contract_text",
    "export the table again without a spreadsheet, or name the column under ignore",
    line=True,
)
def test_numbers_that_a_spreadsheet_cut_short_are_exported_again_or_ignored(tmp_path):
    def rows(cell: str) -> list[str]:
        return [f"{cell if n % 3 else 4006381333931 + n};{n}" for n in range(300)]

    contract, text = draft(tmp_path, "EAN;id", *rows("4,00638E+12"))
    assert "export the table again without a spreadsheet, or name the column under ignore" in text
    contract["fields"] = [field for field in contract["fields"] if field["name"] == "id"]
    contract["ignore"] = ["EAN"]
    accepted(tmp_path, contract, 300)
    whole, text = draft(tmp_path / "again", "EAN;id", *rows("4006380000000"))
    assert "scientific" not in text
    accepted(tmp_path / "again", whole, 300)


@pytest.mark.remedy("elt.draft.contract_text", "give the others a contract of their own", line=True)
def test_files_that_are_written_otherwise_get_a_contract_of_their_own(tmp_path):
    body = table("id;name", *(f"{n};Bell" for n in range(30)))
    other = table("id;name", *(f"{n};Horn" for n in range(30, 60)))
    (contract, text) = drafted(tmp_path, {"sales_1.csv": body, "sales_2.csv": f"Export\n\n{other}"}).popitem()[1]
    assert "give the others a contract of their own" in text
    for name, skipped in (("sales_1", 0), ("sales_2", 2)):
        own = {**json.loads(json.dumps(contract)), "name": name, "files": f"{name}.csv"}
        accepted(tmp_path, {**own, "dialect": {"skipLines": skipped}}, 30)


@pytest.mark.remedy("elt.draft.contract_text", "look at them", line=True)
@pytest.mark.remedy("elt.draft.contract_text", "state decimalChar for …; …", line=True)
def test_the_decimal_mark_is_stated_or_looked_at(tmp_path):
    cells = [f"{n};1.{n + 100}" for n in range(40)]
    contract, text = draft(tmp_path, "id;amount", *cells)
    assert "state decimalChar for amount; a run asks for it" in text
    for mark, decimals in ((".", 3), (",", 2)):
        fields(contract)["amount"]["decimals"] = decimals
        accepted(tmp_path, {**contract, "dialect": {"decimalChar": mark}}, 40)
    contract, text = draft(tmp_path / "two", "id;amount;price", *(f"{cell};{n},50" for n, cell in enumerate(cells)))
    assert "whose cells alone leave it open; look at them" in text
    accepted(tmp_path / "two", contract, 40)


@pytest.mark.remedy("elt.draft.contract_text", "write the meaning behind each", line=True)
def test_codes_get_their_meaning(tmp_path):
    contract, text = draft(tmp_path, "id;status", *(f"{n};{'OC'[n % 2]}" for n in range(40)))
    assert "write the meaning behind each" in text
    fields(contract)["status"]["codes"] = {"O": "open", "C": "closed"}
    accepted(tmp_path, contract, 40)
    assert "open" in (tmp_path / "x.table").read_text("utf-8")


@pytest.mark.remedy(
    "elt.draft.export_files", "look whether names and articles read well, and correct encoding", line=True
)
@pytest.mark.parametrize("encoding", ["cp850", "cp437"])
def test_a_likely_encoding_is_looked_at_and_corrected(tmp_path, encoding):
    raw = "id;name\n" + "".join(f"{n};Präsentkorb {n}\n" for n in range(1, 30)) + "30;Hausröstung\n"
    contract, text = drafted(tmp_path, {"x.csv": raw.encode(encoding)})["x"]
    assert "look whether names and articles read well, and correct encoding" in text
    accepted(tmp_path, {**contract, "dialect": {"encoding": encoding}}, 30)
    assert "Hausröstung" in (tmp_path / "x.table").read_text("utf-8")


@pytest.mark.remedy("elt.draft.export_files", "look whether that is so", line=True)
def test_lines_below_the_records_are_looked_at(tmp_path):
    rows = table("id;name", *(f"{n};Bell" for n in range(30)), "30 records")
    contract, text = drafted(tmp_path, {"x.csv": rows.rstrip("\n")})["x"]
    assert "lines below the last record are left out; look whether that is so" in text
    accepted(tmp_path, contract, 30)


@pytest.mark.remedy("elt.draft.export_files", "look, and correct delimiter and fields", line=True)
@pytest.mark.parametrize(("delimiter", "names"), [(";", ["a", "b,c"]), (",", ["a;b", "c"])])
def test_a_delimiter_that_may_be_another_is_corrected_with_the_fields(tmp_path, delimiter, names):
    contract, text = draft(tmp_path, "a;b,c", *(f"{n};{n},{n}" for n in range(9)))
    assert "would fit as well; look, and correct delimiter and fields" in text
    contract["fields"] = [
        {"name": f"column_{at}", "position": at} if ";" in name else {"name": name} for at, name in enumerate(names, 1)
    ]
    for field in contract["fields"]:
        field |= {"type": "string", "description": "d"}
    key = [contract["fields"][0]["name"]]
    accepted(tmp_path, {**contract, "dialect": {"delimiter": delimiter}, "primaryKey": key}, 9)
