"""What drafts got wrong on real exports, one fault a test."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from one_table import clean

import draft_contracts
from elt.command import draft

LINES = 60


def drafted(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """Name of the file of a contract -> its text, of exports below a raw folder."""
    for name, text in files.items():
        path = folder / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    draft_contracts.main(*(str(folder / part) for part in ("raw", "new", "staging", "draft.json")))
    return {path.stem: path.read_text("utf-8") for path in (folder / "new/contracts").glob("*.yaml")}


def rows(header: str, *columns: Any, count: int = LINES) -> str:
    """A table with a column a function of the row's number."""
    lines = [";".join(str(column(row)) for column in columns) for row in range(count)]
    return "\n".join([header, *lines]) + "\n"


def fields(text: str) -> dict[str, dict[str, Any]]:
    """Name -> field of a drafted contract."""
    return {one["name"]: one for one in yaml.safe_load(text)["fields"]}


def line_of(text: str, word: str) -> str:
    """The line of a contract with a word."""
    return next(line for line in text.splitlines() if word in line)


def test_a_number_of_something_with_letters_in_one_cell_is_text(tmp_path: Path):
    found = drafted(tmp_path, {"a.csv": rows("Vertrag;x", lambda row: "8049-N" if row == 49 else 8000 + row, str)})
    assert fields(found["a"])["Vertrag"]["type"] == "string"
    assert "1 cells have letters" in line_of(found["a"], "type: string")


def test_a_type_that_leaves_more_cells_than_the_budget_of_the_quarantine_is_not_taken(tmp_path: Path):
    found = drafted(
        tmp_path, {"a.csv": rows("id;Wert", str, lambda row: "?!" if row % 66 == 65 else "1,50", count=132)}
    )
    assert fields(found["a"])["Wert"]["type"] == "string"


def test_an_amount_in_dollars_is_a_number_and_silver_reads_it_as_drafted(tmp_path: Path):
    raw = rows("id;Price", lambda row: f"A{row}", lambda row: f"${1000 + row:,}.50 ")
    [text] = drafted(tmp_path, {"people.csv": raw}).values()
    assert fields(text)["Price"]["type"] == "number"
    content = yaml.safe_load(text.replace("unclassified", "none"))
    kept = clean(tmp_path, content, raw)
    assert [row["Price"] for row in kept.rows("data")][:2] == ["1000.50", "1001.50"] and kept.quarantine == []


def test_amounts_in_two_currencies_are_no_number(tmp_path: Path):
    found = drafted(tmp_path, {"a.csv": rows("id;Price", str, lambda row: f"{'$£'[row % 2]}{row}.50")})
    assert fields(found["a"])["Price"]["type"] == "string"
    assert "OPEN: amounts in 2 currencies" in found["a"]


@pytest.mark.parametrize("form", ["%d/%m/%y", "%m/%d/%y", "%d-%m-%y"])
def test_years_of_two_digits_behind_slashes_and_dashes_are_days(tmp_path: Path, form: str):
    found = drafted(
        tmp_path, {"a.csv": rows("id;Tag", str, lambda row: (date(2024, 1, 1) + timedelta(row)).strftime(form))}
    )
    assert (fields(found["a"])["Tag"]["type"], fields(found["a"])["Tag"]["format"]) == ("date", form)


def test_it_is_said_how_many_cells_prove_the_order_of_day_and_month(tmp_path: Path):
    found = drafted(tmp_path, {"a.csv": rows("id;Tag", str, lambda row: f"{1 + row % 20:02}.03.2024")})
    assert "24 cells can only be read with the day first; 33 could be read either way" in found["a"]


def test_postal_codes_and_bar_codes_are_text(tmp_path: Path):
    found = drafted(
        tmp_path, {"a.csv": rows("id;PLZ;EAN", str, lambda row: 50667 + row, lambda row: 4006381333931 + row)}
    )
    assert [fields(found["a"])[name]["type"] for name in ("PLZ", "EAN")] == ["string", "string"]


ORDERS = (
    "Bestellung;Menge;category_id;Pakete",
    lambda row: f"B{row}",
    lambda row: 1 + row % 5,
    lambda row: 1 + row % 3,
)


def test_small_numbers_refer_by_name_and_not_by_chance(tmp_path: Path):
    orders = rows(*ORDERS, lambda row: 1 + row % 4)
    categories = "id;name\n1;Hand\n2;Maschine\n3;Rest\n4;Alt\n5;Neu\n"
    found = drafted(tmp_path, {"orders.csv": orders, "categories.csv": categories})
    references = [line for line in found["orders"].splitlines() if line.startswith("# refers to")]
    assert references == ["# refers to: category_id -> categories.id: 3 of its 3 distinct values are there"]


def test_two_keys_that_count_up_refer_to_nothing(tmp_path: Path):
    found = drafted(
        tmp_path,
        {
            "orders.csv": rows("entity_id;x", lambda row: 11 + row, str),
            "customers.csv": rows("entity_id;y", lambda row: 40 + row, str),
        },
    )
    assert "# refers to" not in "".join(found.values())


def test_a_whole_number_that_refers_to_a_text_is_a_text(tmp_path: Path):
    notes = rows("LS-Nr;x", lambda row: "50047A" if row == 47 else 50001 + row, str)
    moves = rows("Lfd;LS-Nr", lambda row: row + 1, lambda row: 50001 + row // 2)
    found = drafted(tmp_path, {"lieferscheine.csv": notes, "bewegungen.csv": moves})
    assert fields(found["bewegungen"])["LS-Nr"]["type"] == "string"
    assert "text as lieferscheine.LS-Nr is" in found["bewegungen"]


def test_an_amount_that_is_unique_by_chance_is_no_key(tmp_path: Path):
    found = drafted(tmp_path, {"a.csv": rows("Bytes;Nr", lambda row: 4711 + row * 31, lambda row: row + 1)})
    assert yaml.safe_load(found["a"])["primaryKey"] == ["Nr"]


def test_a_line_of_blanks_or_of_a_sum_below_the_table_takes_no_key_away(tmp_path: Path):
    raw = rows("Nr;Kunde;Betrag", lambda row: row + 1, lambda row: f"K{row % 9}", lambda row: f"{row},50", count=30)
    found = drafted(tmp_path, {"a.csv": f"{raw};;435,00\n"})
    assert yaml.safe_load(found["a"])["primaryKey"] == ["Nr"]


def test_articles_that_are_called_like_persons_look_like_articles(tmp_path: Path):
    names = ("Regal Emma", "Sofa Oskar", "Tisch Anton")
    found = drafted(tmp_path, {"artikel.csv": rows("Nr;Bezeichnung;Preis", str, lambda row: names[row % 3], str)})
    assert "looks personal" not in found["artikel"].split("name: Bezeichnung")[1].split("- name")[0]


def test_a_list_of_categories_is_shown_beside_persons(tmp_path: Path):
    kinds = ("Geschirr", "Genuss", "Möbel")
    raw = rows("Kundenname;Warengruppe", lambda row: f"Anna Zorn{row}", lambda row: kinds[row % 3])
    found = drafted(tmp_path, {"a.csv": raw})
    assert '# codes: {"Genuss": , "Geschirr": , "Möbel": }' in found["a"]


def test_the_title_of_a_list_that_has_its_width_is_no_header(tmp_path: Path):
    raw = "Umsatz Vertrieb;;;\n;;;\n" + rows("Nr;Kunde;2024;Preis [EUR]", str, str, str, str)
    found = drafted(tmp_path, {"a.csv": raw})
    content = yaml.safe_load(found["a"])
    assert content["dialect"]["skipLines"] == 2
    assert [field.get("position") for field in content["fields"]] == [None, None, 3, 4]
    assert (list(fields(found["a"])), content.get("ignore")) == (["Nr", "Kunde", "column_3", "Preis EUR"], None)


def test_a_file_a_day_is_one_table_and_what_holds_for_all_is_said_once(tmp_path: Path):
    days = {f"kasse/202401{day:02}.csv": rows("Bon;Betrag", lambda row: row, str, count=6) for day in range(1, 31)}
    [text] = drafted(tmp_path, days).values()
    assert (yaml.safe_load(text)["name"], yaml.safe_load(text)["files"]) == ("kasse", "kasse/[0-9]*.csv")
    assert [line for line in text.splitlines() if "encoding" in line] == [
        "# 20240101.csv and 29 more: encoding utf-8 (every byte is valid UTF-8); delimiter semicolon"
    ]
    assert line_of(text, " records in ").endswith("20240105.csv and 25 more")


@pytest.mark.remedy(
    "elt.draft.export_files", "Take it out of the folder, or export the table with a sign between its columns"
)
def test_a_text_about_the_data_is_no_table(tmp_path: Path):
    prose = (
        "These exports come from the shop\nThey were made on the first of May\nAsk the office if a number is wrong\n"
    )
    goods = rows("Nr;Artikel", str, str)
    assert list(drafted(tmp_path, {"SOURCE.txt": prose, "artikel.csv": goods})) == ["artikel"]
    assert "is a text and no table" in (tmp_path / "draft.json").read_text("utf-8")
    assert "source" in drafted(tmp_path, {"SOURCE.txt": rows("Nr;Text", str, lambda _: "one two three four")})


@pytest.mark.remedy(
    "elt.draft.contract_text",
    "remove the first # if it is so, and the star schema is drawn from it",
    line=True,
)
def test_a_role_is_proposed_once_and_counts_for_nothing_before_somebody_says_so(tmp_path: Path):
    raw = rows("Auftragsnr;Kundennr;Datum;Menge;Preis;Preis 2", str, str, lambda row: "2024-01-05", str, str, str)
    found = drafted(tmp_path, {"auftraege.csv": raw})["auftraege"]
    roles = [line.split("# role: ")[1].split(" ")[0] for line in found.splitlines() if "# role: " in line]
    assert roles == ["order_number", "customer_number", "order_date", "quantity", "unit_price"]
    assert all("role" not in one for one in fields(found).values())
    taken = fields(found.replace("    # role: ", "    role: "))
    assert taken["Menge"]["role"] == "quantity"


@pytest.mark.parametrize(
    ("company", "fault"),
    [
        ("config/new", None),
        ("config", None),
        (None, "company: None is no name of a folder"),
        ("", "company:  is no name of a folder"),
        ("config/..", "company: config/.. is no name of a folder"),
        ("config/taken", "company: config/taken is a file"),
    ],
)
def test_contracts_are_drafted_in_a_folder_new_or_not_and_nowhere_else(tmp_path, monkeypatch, company, fault):
    monkeypatch.chdir(tmp_path)
    for name in ("raw", "config"):
        Path(name).mkdir()
    Path("config/taken").touch()
    found = list(draft.faults({"raw": "raw", "company": company}))
    assert found == [] if fault is None else [line.partition(". Give")[0] for line in found] == [fault]
