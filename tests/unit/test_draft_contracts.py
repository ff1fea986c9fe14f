"""Draft contracts: what they say of an export, that the engine accepts it, and what they never show."""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

import bronze_file
import draft_contracts
import silver_table
from elt.draft import exports_below
from elt.faults import Fault
from elt.files import read_yaml
from elt.run import contract_parts, settings
from elt.run.contract import read_contract
from elt.silver.stops import Stops

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Zyxwvut"


def drafted(folder: Path, files: dict[str, bytes | str]) -> dict[str, tuple[dict[str, Any], str]]:
    """Table -> (contract, its text) of the drafts for some exports."""
    for name, content in files.items():
        path = folder / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    draft_contracts.main(str(folder / "raw"), str(folder / "new"), str(folder / "staging"), str(folder / "draft.json"))
    paths = sorted((folder / "new/contracts").glob("*.yaml"))
    return {path.stem: (yaml.safe_load(path.read_text("utf-8")), path.read_text("utf-8")) for path in paths}


def fields(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name -> field of a contract."""
    return {field["name"]: field for field in contract["fields"]}


def table(*rows: str) -> str:
    """Lines as the text of a file."""
    return "".join(f"{row}\n" for row in rows)


def ran(raw: Path, contract: dict[str, Any], path: Path, folder: Path, budget: float = 0.01) -> dict[str, Any]:
    """Bronze and silver of a drafted table whose classes were decided; the books of silver."""
    for field in contract["fields"]:
        field["personal"] = "quasi"
    path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
    copies, stated = [], []
    for source in sorted(raw.glob(contract["files"])):
        copies.append(str(folder / source.name))
        stated.append(f"{copies[-1]}.json")
        where = source.relative_to(raw).as_posix()
        of_file = contract_parts.of_file(read_contract(path))
        bronze_file.main(raw=str(source), contract=of_file, where=where, copy=copies[-1], metadata=stated[-1])
    silver = {
        part: str(folder / f"{contract['name']}.{part}") for part in ("table", "quarantine", "changes", "summary")
    }
    silver_table.main(
        bronze=copies,
        metadata=stated,
        contract=contract_parts.of_cleaning(read_contract(path)),
        stops=Stops(budget),
        twin=str(folder / f"{contract['name']}.parquet"),
        **silver,
    )
    return json.loads(Path(silver["summary"]).read_text("utf-8"))


def test_the_engine_accepts_the_drafts_of_the_sample_once_the_classes_are_decided(tmp_path: Path):
    raw = ROOT / "raw"
    draft_contracts.main(str(raw), str(tmp_path / "new"), str(tmp_path / "staging"), str(tmp_path / "draft.json"))
    schema = read_yaml(ROOT / "config/company.schema.yaml")
    contract_schema = {**schema["$defs"]["contract"], "$defs": schema["$defs"]}
    records = {}
    for path in sorted((tmp_path / "new/contracts").glob("*.yaml")):
        contract = read_yaml(path)
        books = ran(raw, contract, path, tmp_path)
        assert list(settings.schema_faults(read_yaml(path), contract_schema)) == []
        records[contract["name"]] = (books["records"], books["silver"] / books["records"] > 0.99)
    assert records == {
        "cust_az12": (6000, True),
        "cust_info": (6010, True),
        "loc_a101": (6000, True),
        "prd_info": (430, True),
        "px_cat_g1v2": (37, True),
        "sales_details": (39543, True),
    }


def test_the_drafts_of_the_sample_find_types_keys_and_references(tmp_path: Path):
    raw = ROOT / "raw"
    draft_contracts.main(str(raw), str(tmp_path / "new"), str(tmp_path / "staging"), str(tmp_path / "draft.json"))
    text = (tmp_path / "new/contracts/sales_details.yaml").read_text("utf-8")
    sales = yaml.safe_load(text)
    assert sales["primaryKey"] == ["sls_ord_num", "sls_prd_key"]
    kinds = [field["type"] for field in sales["fields"]]
    assert kinds == ["string", "string", "integer", "date", "date", "date", "number", "integer", "number"]
    assert fields(sales)["sls_order_dt"]["missingValues"] == ["0"]
    assert "# refers to: sls_cust_id -> cust_info.cst_id: 5820 of its 5820 distinct values are there" in text
    customers = read_yaml(tmp_path / "new/contracts/cust_az12.yaml")
    assert (
        fields(customers)["BDATE"]["format"] == ["%d.%m.%Y", "%Y-%m-%d"]
        or fields(customers)["BDATE"]["format"] == "%d.%m.%Y"
    )
    assert {f["personal"] for f in [*sales["fields"], *customers["fields"]]} == {"unclassified"}


def test_files_with_one_header_become_one_contract_and_others_their_own(tmp_path: Path):
    found = drafted(tmp_path, {
        "sales_2024.csv": table("id;day", "1;2024-01-01", "2;2024-01-02"),
        "sales_2025.csv": table("id;day", "3;2025-01-01", "4;2025-01-02"),
        "sales_returns.csv": table("id;reason", "3;broken", "4;late"),
        "regions.csv": table("id;day", "9;2025-01-01", "8;2025-01-01"),
    })  # fmt: skip
    assert {name: contract["files"] for name, (contract, _) in found.items()} == {
        "sales": "sales_[0-9]*.csv",
        "sales_returns": "sales_returns*.csv",
        "regions": "regions*.csv",
    }
    matched = sorted(path.name for path in (tmp_path / "raw").glob(found["sales"][0]["files"]))
    assert matched == ["sales_2024.csv", "sales_2025.csv"]
    assert "# 4 records in sales_2024.csv, sales_2025.csv" in found["sales"][1]


def test_a_contract_that_is_there_stays_byte_for_byte_and_is_named(tmp_path: Path):
    mine = tmp_path / "new/contracts/people.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"name: people\nfiles: people*.csv # mine\n")
    found = drafted(tmp_path, {"people.csv": table("a;b", "1;2"), "other.csv": table("c;d", "1;2", "2;2")})
    assert mine.read_bytes() == b"name: people\nfiles: people*.csv # mine\n"
    assert sorted(found) == ["other", "people"]
    assert json.loads((tmp_path / "draft.json").read_text())["kept"] == {"people": "people*.csv"}


def test_a_name_that_a_contract_of_other_files_has_is_not_taken(tmp_path: Path):
    mine = tmp_path / "new/contracts/people.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"name: people\nfiles: elsewhere/people*.csv\n")
    assert sorted(drafted(tmp_path, {"people.csv": table("a;b", "1;2", "2;3")})) == ["people", "people_2"]


def test_what_is_open_is_said_and_not_guessed(tmp_path: Path):
    days = [f"0{n % 9 + 1}/0{n % 7 + 1}/2024;1.{n + 100}" for n in range(40)]
    contract, text = drafted(tmp_path, {"x.csv": table("day;amount", *days)})["x"]
    assert sorted(fields(contract)["day"]["format"]) == ["%d/%m/%Y", "%m/%d/%Y"]
    assert "OPEN: days can be read in more than one of these formats" in text
    assert "OPEN: its numbers can be read with a decimal point and with a decimal comma" in text
    assert "OPEN: state decimalChar for amount; a run asks for it" in text
    with pytest.raises(Fault, match=r"can be read (as %|with a decimal)"):
        ran(tmp_path / "raw", {**contract, "primaryKey": ["day", "amount"]}, tmp_path / "x.yaml", tmp_path)


@pytest.mark.parametrize(
    ("zone", "form"),
    [("Z", "%Y-%m-%dT%H:%M:%S%z"), (".123Z", "%Y-%m-%dT%H:%M:%S%.f%z"), ("+02:00", "%Y-%m-%dT%H:%M:%S%z")],
)
def test_a_draft_reads_the_zone_of_time_stamps_and_says_whose_day_they_become(tmp_path: Path, zone, form):
    rows = [f"{n};2023-12-{n + 1:02}T23:30:00{zone}" for n in range(31)]
    contract, text = drafted(tmp_path, {"x.csv": table("id;day", *rows)})["x"]
    assert fields(contract)["day"]["format"] == form
    assert (
        "time stamps with a zone: %z makes of each the day of timeZone, by default that of the calendar's country"
        in text
    )
    found = ran(tmp_path / "raw", {**contract, "timeZone": "Europe/Berlin"}, tmp_path / "x.yaml", tmp_path)
    moved = {c["rule"]: c["cells"] for c in found["conversions"]}.get(
        "day of Europe/Berlin for the one written in another zone"
    )
    assert (found["silver"], moved) == (31, None if zone == "+02:00" else 31)


def test_a_draft_says_where_time_stamps_have_no_zone_beside_others_that_have_one(tmp_path: Path):
    rows = [f"{n};2023-12-{n + 1:02}T23:30:00{'Z' * (n > 3)}" for n in range(31)]
    contract, text = drafted(tmp_path, {"x.csv": table("id;day", *rows)})["x"]
    assert fields(contract)["day"]["format"] == ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S"]
    assert "OPEN: some have no zone; they are taken as local time" in text


@pytest.mark.parametrize(("last", "is_open"), [("12.03.2024", True), ("13.03.2024", False)])
def test_a_draft_says_where_day_and_month_may_be_exchanged(tmp_path: Path, last, is_open):
    rows = [f"{n};0{n % 9 + 1}.0{n % 7 + 1}.2024" for n in range(40)]
    contract, text = drafted(tmp_path, {"x.csv": table("id;day", *rows, f"40;{last}")})["x"]
    assert fields(contract)["day"]["format"] == "%d.%m.%Y"
    words = (
        "OPEN: no day in %d.%m.%Y is above 12; if it is right, add dayFirst: true, else write %m.%d.%Y and add dayFirst"
    )
    assert (words in text) is is_open
    if is_open:
        fields(contract)["day"]["dayFirst"] = True
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 41


def test_two_delimiters_that_fit_alike_are_named(tmp_path: Path):
    rows = [f"{n};{n},{n}" for n in range(9)]
    contract, text = drafted(tmp_path, {"x.csv": table("a;b,c", *rows)})["x"]
    assert contract["dialect"]["delimiter"] in (";", ",")
    assert "OPEN: " in text and "would fit as well" in text


def test_a_likely_code_page_is_stated_for_a_person_to_look_at(tmp_path: Path):
    raw = "id;name\n" + "".join(f"{n};Präsentkorb {n}\n" for n in range(1, 30)) + "30;Hausröstung\n"
    contract, text = drafted(tmp_path, {"articles.csv": raw.encode("cp850")})["articles"]
    assert contract["dialect"]["encoding"] == "cp850"
    assert "OPEN: look whether names and articles read well, and correct encoding" in text


def test_lines_above_and_below_the_table_are_stated(tmp_path: Path):
    text = (
        "Export of today\n\nid;name of thing;price\n"
        + "".join(f"{n};T{n};1,{n:02}\n" for n in range(30))
        + "30 records"
    )
    contract, _ = drafted(tmp_path, {"x.csv": text})["x"]
    assert contract["dialect"] == {"skipLines": 2, "skipFooterLines": 1}
    books = ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)
    assert (books["records"], books["silver"]) == (30, 30)


def test_digits_with_a_zero_in_front_stay_text_and_amounts_keep_their_decimals(tmp_path: Path):
    rows = [f"0{n};{n},1259;{n}" for n in range(100, 160)]
    contract, _ = drafted(tmp_path, {"x.csv": table("code;weight;count", *rows)})["x"]
    assert [(f["type"], f.get("decimals")) for f in contract["fields"]] == [
        ("string", None), ("number", 4), ("integer", None),
    ]  # fmt: skip


def test_no_cell_of_a_column_that_looks_personal_is_shown_nor_a_rare_code(tmp_path: Path):
    rows = []
    for n in range(200):
        status = "rare" if n < 3 else ("open", "closed")[n % 2]
        rows.append(f"{n};{CANARY}{n % 4};Anna {CANARY};x{n}@{CANARY}.de;{status};Xaveria {CANARY}")
    header = "nr;Nachname;kontakt;wohin;status;who"
    _, text = drafted(tmp_path, {"x.csv": table(header, *rows)})["x"]
    assert CANARY not in text and "Anna" not in text and "rare" not in text
    assert '# codes: {"closed": , "open": } # values with at least five records; 1 with fewer are not shown' in text
    assert "200 of its cells look like e-mail addresses" in text
    assert CANARY not in (tmp_path / "draft.json").read_text()


def test_values_that_may_be_names_are_shown_only_where_nothing_looks_personal(tmp_path: Path):
    rows = [f"{n};{('Zenzl', 'Xaver')[n % 2]};{('Zita Xylander', 'box')[n % 2]}" for n in range(60)]
    _, beside = drafted(tmp_path / "a", {"x.csv": table("Kunden-Nr.;who;how", *rows)})["x"]
    assert "Zenzl" not in beside and "Zita" not in beside
    assert beside.count("a closed list of 2 values; not shown, as they may be names of persons") == 2
    _, alone = drafted(tmp_path / "b", {"x.csv": table("thing;kind;how", *rows)})["x"]
    assert '{"Xaver": , "Zenzl": }' in alone and "Zita" not in alone


def test_a_first_line_that_is_a_person_is_no_header_and_is_not_shown(tmp_path: Path):
    good = table("a;b", "1;2", "2;3")
    found = drafted(
        tmp_path, {"people.csv": table(f"Anna;{CANARY};1987-02-03", f"Bernd;{CANARY};1999-02-03"), "x.csv": good}
    )
    faults = json.loads((tmp_path / "draft.json").read_text())["faults"]
    assert list(found) == ["x"]
    assert faults == [
        "people.csv: has no header: numbers, dates or personal data stand where names were expected. "
        "Export the table with the names of its columns in the first line."
    ]


def test_a_share_or_a_weight_is_not_proposed_as_money_and_whole_amounts_keep_their_decimals(tmp_path: Path):
    header = "Nr;Umsatz;Rabatt %;Steuersatz;Gewicht (kg);Skonto;Anteil netto;Versand;Los"
    rows = [f"{n};{n},50;{n % 3},50;7,50;1,25;0,0{n % 9 + 1};12,50;{n % 2}.00;{n}.0" for n in range(100, 160)]
    contract, text = drafted(tmp_path, {"x.csv": table(header, *rows).replace(",", ".")})["x"]
    assert [one["name"] for one in contract["fields"] if one["type"] == "number"] == header.split(";")[1:]
    money = re.findall(r"- name: (.+)\n    type: number.*\n    decimals: .*\n    # money", text)
    assert [name.strip('"') for name in money] == ["Umsatz", "Anteil netto", "Versand", "Los"]


def test_pieces_with_three_decimals_and_a_line_number_with_zeros_are_drafted_as_a_run_takes_them(tmp_path: Path):
    rows = [f"{7000 + n // 2};{(n % 2 + 1) * 10:06};{n % 7 + 1},000;{n},50;21.02.2024" for n in range(100, 160)]
    contract, text = drafted(tmp_path, {"vbap.csv": table("VBELN;POSNR;KWMENG;NETPR;AUDAT", *rows)})["vbap"]
    assert contract["dialect"] == {"decimalChar": ","} and fields(contract)["KWMENG"]["decimals"] == 3
    assert "    # role: line_number # by its name; remove the first # if it is so" in text
    assert "    # type: integer # in place of the string above; it belongs to the role" in text
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 60


def test_a_reference_is_found_between_two_names_of_a_customer_and_an_order_may_be_called_name(tmp_path: Path):
    orders = [f"#{n};{4711 + n % 30};2024-01-0{n % 9 + 1};5.50;{n % 4}" for n in range(1001, 1061)]
    found = drafted(tmp_path, {
        "orders.csv": table("Name;Auftraggeber;Created at;Subtotal;Lineitem quantity", *orders),
        "debitoren.csv": table("Debitor;Ort", *(f"{4711 + n};Ulm" for n in range(30))),
    })  # fmt: skip
    contract, text = found["orders"]
    assert "{fields: [Auftraggeber], reference: {resource: debitoren, fields: [Debitor]}}" in text
    assert re.search(r"- name: Name\n(?:    .*\n)*?    # role: order_number", text)
    assert "its cells look like numbers of orders (usually identifier)" in text
    assert contract["primaryKey"] == ["Name"]


def test_a_month_and_a_measure_that_are_called_like_persons_are_names_of_columns(tmp_path: Path):
    months = table("Ware;Jan;Feb;Mrz", "a;1;2;3", "b;4;5;6")
    alone = table("Ort;Max;x", "Ulm;1;2", "Hof;3;4")
    found = drafted(tmp_path, {"m.csv": months, "r.csv": table("Ort;Min;Max", "Ulm;1;2", "Hof;3;4"), "p.csv": alone})
    assert sorted(found) == ["m", "r"]


def test_exports_that_are_no_tables_are_named_and_the_others_drafted(tmp_path: Path):
    found = drafted(tmp_path, {
        "good.csv": table("a;b", "1;2", "2;3"), "empty.csv": b"", "book.csv": b"PK\x03\x04rest",
        "twice.csv": table("a;a", "1;2"), "nothing.csv": table("a;b"), "note.md": "no export",
    })  # fmt: skip
    assert list(found) == ["good"]
    faults = json.loads((tmp_path / "draft.json").read_text())["faults"]
    assert [fault.partition(":")[0] for fault in faults] == ["book.csv", "empty.csv", "nothing.csv", "twice.csv"]


def test_a_column_whose_name_no_field_may_have_is_drafted_by_its_position(tmp_path: Path):
    rows = [f"{n};{n},50;{n % 7};x{n % 3};y;z;1;1" for n in range(100, 150)]
    contract, text = drafted(tmp_path, {"x.csv": table("Auftrag;Preis [EUR];Menge?;Farbe;Form;Art;Lager;2024", *rows)})[
        "x"
    ]
    assert "ignore" not in contract
    assert [(name, one.get("position"), one["type"]) for name, one in fields(contract).items()] == [
        ("Auftrag", None, "integer"), ("Preis EUR", 2, "number"), ("Menge", 3, "integer"), ("Farbe", None, "string"),
        ("Form", None, "string"), ("Art", None, "string"), ("Lager", None, "integer"), ("column_8", 8, "integer"),
    ]  # fmt: skip
    assert 'position: 2 # no field may be called "Preis [EUR]", as the header has it; if it is not needed' in text
    contract["fields"] = [one for one in contract["fields"] if one["name"] != "column_8"]
    contract["ignore"] = ["2024"]
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 50


def test_days_with_names_of_months_are_dates_and_no_names_of_persons(tmp_path: Path):
    days = [("01 Jan 2023", "1-APR-23", "June 5, 2024"), ("14 May 2024", "30-MAY-24", "Jan 31, 2024")]
    rows = [f'{n};{a};{b};"{c}"' for n, (a, b, c) in enumerate(days * 20, 100)]
    contract, _ = drafted(tmp_path, {"rates.csv": table("Nr;From;Day;Until", *rows)})["rates"]
    found = fields(contract)
    assert [found[name]["type"] for name in ("From", "Day", "Until")] == ["date", "date", "date"]
    assert [found[name]["format"] for name in ("From", "Day", "Until")] == ["%d %b %Y", "%d-%b-%y", "%B %d, %Y"]
    text = (tmp_path / "new/contracts/rates.yaml").read_text("utf-8")
    assert "looks personal: " not in text.partition("name: From")[2]
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 40


def test_the_currency_of_an_order_and_of_its_lines_is_one_role(tmp_path: Path):
    orders = [f"B{n};05.07.2024;{'EUR' if n % 3 else 'CHF'}" for n in range(30)]
    lines = [f"B{n // 2};{n % 2 + 1};A{n % 7};{n % 5 + 1};{n}.50;{'EUR' if n // 2 % 3 else 'CHF'}" for n in range(60)]
    found = drafted(tmp_path, {
        "orders.csv": table("Bestellnummer;Bestelldatum;Währung", *orders),
        "order_lines.csv": table("Bestellnummer;Position;Artikelnummer;Menge;Nettobetrag;Währung", *lines),
    })  # fmt: skip
    assert "# role: currency" in found["orders"][1] and "# role: currency" not in found["order_lines"][1]
    (told,) = [line for line in found["order_lines"][1].splitlines() if "the role currency" in line]
    assert told.endswith("the role currency is proposed once, at orders.Währung")
    assert "# role: sales_amount" in found["order_lines"][1]


def test_roles_of_a_service_are_proposed_and_the_number_of_an_address_is_no_customer(tmp_path: Path):
    head = "Invoice No.;Item;Invoice Date;Service Code;Service;Hours;Hourly Rate;billing_addressID"
    lines = [f"R{n // 2};{n % 2};05 Jul 2024;S{n % 4};Survey {n % 4};{n}.5;160.25;{n % 9}" for n in range(60)]
    places = [f"{n};Town {n};DE" for n in range(9)]
    found = drafted(tmp_path, {
        "invoice_items.csv": table(head, *lines), "customer_addresses.csv": table("id;city;country", *places),
    })  # fmt: skip
    roles = {
        name: dict(re.findall(r"name: (.+)\n(?:    .*\n)*?    # role: (\w+)", text))
        for name, (_, text) in found.items()
    }
    stated = {name.strip('"'): role for name, role in roles["invoice_items"].items()}
    assert stated == {
        "Invoice No.": "order_number", "Item": "line_number", "Invoice Date": "order_date",
        "Service Code": "product_number", "Service": "product_name", "Hours": "quantity", "Hourly Rate": "unit_price",
    }  # fmt: skip
    assert "customer_number" not in roles["customer_addresses"].values()
    assert "the number of an address, which leads to a person (usually identifier)" in found["invoice_items"][1]
    (key,) = [line for line in found["invoice_items"][1].splitlines() if "resource: customer_addresses" in line]
    assert "billing_addressID" in key


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        (("0.00", "0.05", "0.15"), "discount_share"),
        (("0", "0,1", "1"), "discount_share"),
        (("0.00", "2.50", "0.15"), None),  # money
        (("0.00", "-0.10", "0.15"), None),
        (("0.00", "1.00", "0.00"), None),  # nothing in between: a flag, or money
    ],
)
def test_a_column_called_discount_is_a_share_where_its_numbers_are(
    tmp_path: Path, cells: tuple[str, ...], role: str | None
):
    lines = [f"R{n // 2};2024-07-05;P{n % 7};{1 + n % 5};{n}.25;{cells[n % 3]}" for n in range(60)]
    _, text = drafted(tmp_path, {"order_lines.csv": table("order_no;order_date;sku;qty;price;discount", *lines)})[
        "order_lines"
    ]
    roles = dict(re.findall(r"name: (.+)\n(?:    .*\n)*?    # role: (\w+)", text))
    assert roles["price"] == "unit_price"
    assert roles.get("discount") == role


@pytest.mark.parametrize(
    ("header", "cells", "unit"),
    [
        ("discount", ("0.00", "0.05", "0.15"), "share # a tenth is 0.1"),
        ("Rabatt in %", ("0", "5", "12,5"), "percent # a tenth is 10"),
        ("Rabatt in %", ("0", "5", "10"), "percent # a tenth is 10"),
        ("Rabattsatz", ("0,00", "1,00", "0,00"), "… # share if a tenth is 0.1; percent if a tenth is 10"),
    ],
)
def test_a_discount_is_drafted_with_the_unit_that_its_role_needs(tmp_path: Path, header, cells, unit):
    lines = [f"R{n // 2};2024-07-05;P{n % 7};{1 + n % 5};{n},25;{cells[n % 3]}" for n in range(60)]
    _, text = drafted(tmp_path, {"order_lines.csv": table(f"order_no;order_date;sku;qty;price;{header}", *lines)})[
        "order_lines"
    ]
    told = text.splitlines()
    at = next(n for n, line in enumerate(told) if line.startswith("    # role: discount_share"))
    assert told[at + 1] == f"    # unit: {unit}; it belongs to the role"


def test_a_written_index_is_ignored_and_is_no_key(tmp_path: Path):
    rows = [f"{n};A{n // 2};{n % 2}" for n in range(300)]
    contract, text = drafted(tmp_path, {"x.csv": table(";Auftrag;Pos", *rows)})["x"]
    assert (contract["ignore"], contract["primaryKey"]) == ([""], ["Auftrag", "Pos"])
    assert "column 1 has no name and counts the records up" in text
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 300


def test_columns_without_a_name_or_with_a_shared_one_are_drafted_by_position(tmp_path: Path):
    rows = [f"{n};K{n % 50};w{n % 2};{n};{n % 9}" for n in range(300, 100, -1)]
    contract, text = drafted(tmp_path, {"x.csv": table("number;Number;;Menge;Rest", *rows)})["x"]
    assert {name: field.get("position") for name, field in fields(contract).items()} == {
        "number": 1, "Number_2": 2, "column_3": 3, "Menge": None, "Rest": None
    }  # fmt: skip
    assert "stands in the header more than once; if it is not needed, state ignore: [Number] in" in text
    assert 'has no name in the header; if it is not needed, state ignore: [""] in' in text
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 200


def test_what_the_draft_says_of_columns_that_are_not_needed_works(tmp_path: Path):
    rows = [f"{n};K{n % 50};w{n % 2};{n}" for n in range(300, 100, -1)]
    contract, _ = drafted(tmp_path, {"x.csv": table("number;number;;Menge", *rows)})["x"]
    contract["fields"] = [field for field in contract["fields"] if field["name"] in ("number", "Menge")]
    contract["ignore"] = ["number", ""]
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 200


def test_a_last_column_without_a_name_is_one_if_its_cells_are_filled(tmp_path: Path):
    files = {
        "filled.csv": table("id;a;", *(f"{n};7;w{n % 3}" for n in range(50))),
        "empty.csv": table("id;a;", *(f"{n};7;" for n in range(50))),
    }
    found = drafted(tmp_path, files)
    assert list(fields(found["filled"][0])) == ["id", "a", "column_3"]
    assert list(fields(found["empty"][0])) == ["id", "a"]


def test_names_in_decomposed_letters_are_drafted_composed(tmp_path: Path):
    names = ["Auftra\u0308ge 2023.csv", "Aufträge 2024.csv"]
    headers = ["Stu\u0308ck;Ma\u0308rz", "Stück;März"]
    files = {name: table(head, *(f"{n};7" for n in range(i * 50, i * 50 + 50)))
             for i, (name, head) in enumerate(zip(names, headers, strict=True))}  # fmt: skip
    found = drafted(tmp_path, files)
    assert list(found) == ["auftraege"]
    contract, text = found["auftraege"]
    assert (list(fields(contract)), contract["files"]) == (["Stück", "März"], "Aufträge*.csv")
    assert text == unicodedata.normalize("NFC", text)


def test_files_whose_headers_differ_in_case_are_read_together(tmp_path: Path):
    files = {f"sales_{i}.csv": table(head, *(f"{n};7" for n in range(i * 50, i * 50 + 50)))
             for i, head in enumerate(("Id;Kind", "ID;kind"))}  # fmt: skip
    contract, text = drafted(tmp_path, files)["sales"]
    assert list(fields(contract)) == ["Id", "Kind"]
    assert "# 100 records" in text


def test_a_title_line_as_wide_as_the_table_is_no_header(tmp_path: Path):
    rows = ["Umsatzliste;;;", "id;a;b;c", *(f"{n};1;2;3" for n in range(50))]
    contract, text = drafted(tmp_path, {"x.csv": table(*rows)})["x"]
    assert (contract["dialect"]["skipLines"], list(fields(contract))) == (1, ["id", "a", "b", "c"])
    assert "1 lines above the header are left out" in text


def test_a_title_line_of_several_cells_is_no_table_without_names(tmp_path: Path):
    rows = ["Umsatzliste;2024;;", "id;a;b;c", *(f"{n};1;2;3" for n in range(50))]
    with pytest.raises(Fault, match="have no name"):
        drafted(tmp_path, {"x.csv": table(*rows)})


def test_cells_that_a_spreadsheet_cut_short_are_said_and_neither_codes_nor_key(tmp_path: Path):
    rows = [f"{'4,00638E+12' if n % 3 else 4006381333931 + n};{n // 2};{n % 2}" for n in range(300)]
    contract, text = drafted(tmp_path, {"x.csv": table("EAN;Auftrag;Pos", *rows)})["x"]
    assert fields(contract)["EAN"]["type"] == "string"
    assert contract["primaryKey"] == ["Auftrag", "Pos"]
    assert "OPEN: 200 cells are in scientific notation, so their last digits are lost" in text
    assert "4,00638" not in text


def test_a_point_in_time_is_no_key_and_that_it_is_cut_is_said(tmp_path: Path):
    def stamp(n: int) -> str:
        return f"2024-01-{n // 24 + 1:02} {n % 24:02}:15:00"

    rows = [f"{stamp(n)};{stamp(n)} Uhr;Tag {n // 24} 1{n % 24 % 10}:{n:03};A{n // 2};{n % 2}" for n in range(300)]
    contract, text = drafted(tmp_path, {"x.csv": table("Zeit;Angelegt;Ende;Auftrag;Pos", *rows)})["x"]
    assert contract["primaryKey"] == ["Auftrag", "Pos"]
    assert fields(contract)["Zeit"]["type"] == "date"
    assert "only the day is kept: the time of day is cut" in text


def test_numbers_without_a_zero_in_front_are_numbers(tmp_path: Path):
    rows = [f"{n};{('.75', '1.25', '-.5')[n % 3]};{(',90', '12,50')[n % 2]}" for n in range(90)]
    contract, _ = drafted(tmp_path, {"x.csv": table("id;Gewicht;Betrag", *rows)})["x"]
    assert [field["type"] for field in contract["fields"]] == ["integer", "number", "number"]
    assert ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)["silver"] == 90


@pytest.mark.parametrize(
    ("cells", "decimals", "is_open"),
    [
        (("12,50", "1.249,00", "1,249"), 2, True),
        (("12,500", "0,125", "1.249,000"), 3, False),
        (("1,500", "0,5", "2,25"), 2, True),
        (("0,5", "2,25", "7"), 2, False),
    ],
)
def test_three_decimals_in_the_shape_of_thousands_do_not_make_the_decimals_of_a_column(
    tmp_path: Path, cells: tuple[str, ...], decimals: int, is_open: bool
):
    rows = [f"{n};{cells[n % 3]}" for n in range(90)]
    contract, text = drafted(tmp_path, {"x.csv": table("id;Betrag", *rows)})["x"]
    assert fields(contract)["Betrag"]["decimals"] == decimals
    assert ("OPEN: 30 cells have three decimals, the others fewer" in text) is is_open


def test_a_folder_without_an_export_is_refused_and_nothing_is_left(tmp_path: Path):
    (tmp_path / "raw").mkdir()
    with pytest.raises(Fault, match="no contract can be drafted"):
        drafted(tmp_path, {})
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "staging").exists()


def test_a_table_without_a_key_says_so(tmp_path: Path):
    contract, text = drafted(tmp_path, {"x.csv": table("a;b", *["1;2"] * 30)})["x"]
    assert contract["primaryKey"] == []
    assert "none was found: a person names the columns" in text


def test_a_combination_that_is_nearly_unique_is_named_but_not_taken_for_the_key(tmp_path: Path):
    rows = [f"B{n // 2};T{n % 2}" for n in range(300)] + ["B7;T1"]
    contract, text = drafted(tmp_path, {"x.csv": table("order;thing", *rows)})["x"]
    assert contract["primaryKey"] == []
    assert "# key: order + thing: unique in 300 of 301 records" in text


def test_a_key_that_repeats_now_and_then_is_proposed_with_its_repetitions(tmp_path: Path):
    rows = [f"{n};{n % 3}" for n in range(200)] + ["7;2"]
    contract, text = drafted(tmp_path, {"x.csv": table("thing;kind", *rows)})["x"]
    assert contract["primaryKey"] == ["thing"]
    assert "thing: unique in 200 of 201 records (1 repeat)" in text


def test_names_of_columns_in_german_become_fields_that_the_engine_reads(tmp_path: Path):
    rows = [f"{n:05};Tür {n};1.{n:03},50" for n in range(100, 150)]
    files = {"Aufträge März.csv": table("Artikel-Nr.;Bezeichnung (lang);Preis/Stück", *rows).encode("cp1252")}
    found = drafted(tmp_path, files)
    assert list(found) == ["auftraege_maerz"]
    contract, _ = found["auftraege_maerz"]
    books = ran(tmp_path / "raw", contract, tmp_path / "x.yaml", tmp_path)
    assert books["silver"] == 50


@pytest.mark.parametrize(
    ("names", "called", "pattern"),
    [
        (["Rechnung_Max_Mustermann.csv"], "rechnung", "Rechnung*.csv"),
        (["RechnungMaxMustermann.csv"], "rechnung", "Rechnung*.csv"),
        (["Müller.csv"], "table", "*.csv"),
        (["Rechnung_Anna_A.csv", "Rechnung_Anna_B.csv"], "rechnung", "Rechnung*.csv"),
        (["kunden_2024.csv"], "kunden", "kunden*.csv"),
    ],
)
def test_a_person_in_the_name_of_a_file_is_in_no_draft(tmp_path: Path, names: list[str], called: str, pattern: str):
    rows = {name: table("order;thing", *(f"{n};{n % 7}" for n in range(start, start + 50)))
            for start, name in zip((100, 200), names, strict=False)}  # fmt: skip
    found = drafted(tmp_path, rows)
    assert list(found) == [called]
    contract, text = found[called]
    assert contract["files"] == pattern
    assert not re.search("Max|Muster|Müller|Anna", text)


def test_a_file_that_cannot_be_drafted_is_told_by_number_if_its_name_names_a_person(tmp_path: Path):
    (tmp_path / "Rechnung_Max.csv").write_text("")
    (tmp_path / "artikel.csv").write_text("")
    assert exports_below.read(tmp_path, {}, tmp_path / "texts")[1] == [
        "file 1 by name below the raw folder: is empty. Export the table again.",
        "artikel.csv: is empty. Export the table again.",
    ]


def test_the_same_exports_give_the_same_bytes(tmp_path: Path):
    rows = [f"{n};{n % 7};{n},50" for n in range(500)]
    texts = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        texts.append(drafted(folder, {"x.csv": table("id;kind;price", *rows), "y.csv": table("id;z", "1;2", "2;2")}))
    assert texts[0] == texts[1]


def test_a_label_or_a_name_is_no_key_before_a_number_and_two_places_are_no_reference(tmp_path: Path):
    items = [f"{4000 + row:06};Ware {row};Obst" for row in range(60)] + ["004059;Ware 59 (alt);Obst"]
    addresses = [f"D{row // 2};L{row % 2 + 1};Markt {row} Nord;Ort {row % 4}" for row in range(60)]
    stores = [f"S{row};Laden {row};Ort {row}" for row in range(4)]
    found = drafted(
        tmp_path,
        {
            "artikel.csv": table("Nr.;Beschreibung;Warengruppe", *items),
            "lieferadressen.csv": table("Debitorennr.;Code;Name;Ort", *addresses),
            "stores.csv": table("store_id;store_name;Ort", *stores),
        },
    )
    assert {name: contract["primaryKey"] for name, (contract, _) in found.items()} == {
        "artikel": ["Nr."], "lieferadressen": ["Debitorennr.", "Code"], "stores": ["store_id"],
    }  # fmt: skip
    assert "stores, fields: [Ort]" not in found["lieferadressen"][1]


def test_a_net_amount_the_only_day_and_what_is_cancelled_are_told_apart_from_what_looks_like_them(tmp_path: Path):
    rows = [
        f"R{row // 2},{row % 2 + 1},2024-03-{row % 28 + 1:02},{'Storniert' if row % 9 < 2 else 'Gebucht'},P{row % 7},2,"
        f"{row * 1.19:.2f},{row * 0.19:.2f},{row:.2f}"
        for row in range(80)
    ]
    header = "receipt_number,line,completed_at,status,sku,quantity,line_total,tax,net_total"
    text = drafted(tmp_path, {"receipts.csv": table(header, *rows)})["receipts"][1]
    roles = dict(re.findall(r"name: (.+)\n(?:    .*\n)*?    # role: (\w+)", text))
    assert (roles["completed_at"], roles["net_total"], roles["status"]) == (
        "order_date",
        "sales_amount",
        "order_status",
    )
    assert '# codes: {"Gebucht": , "Storniert": cancelled} #' in text
