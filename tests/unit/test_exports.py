"""Raw files are found by the pattern of their contract; what cannot be used is a fault with a remedy, a line each."""

import os
import time
from dataclasses import replace

import pytest

from elt.bronze import exports
from elt.bronze.exports import RawFile, RawFiles
from elt.faults import Fault
from elt.run import contract_parts
from elt.run.company import NO_COMPANY
from elt.run.contract import Contract
from elt.run.fields import Field


def contracts(**patterns):
    """Table -> a contract of which only the pattern of its files matters."""
    return {table: Contract(table, table, files, ("id",), ()) for table, files in patterns.items()}


CONTRACTS = contracts(customers="crm/cust*.csv", sales="**/sales*.csv")


def put(folder, *names):
    """Empty files below a folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_every_file_that_matches_belongs_to_its_table(tmp_path):
    put(tmp_path, "crm/cust.csv", "crm/customers 2 (neu).csv", "erp/sales_1.csv", "crm/other.csv")
    expected = [
        RawFile(f"{tmp_path}/crm/cust.csv", "crm/cust.csv", "customers"),
        RawFile(f"{tmp_path}/crm/customers 2 (neu).csv", "crm/customers-0002.csv", "customers", 2),
        RawFile(f"{tmp_path}/erp/sales_1.csv", "sales-0001.csv", "sales", 1),
    ]
    names = ["cust.csv", "customers-0002.csv", "sales-0001.csv"]
    assert exports.find(tmp_path, CONTRACTS) == (RawFiles(dict(zip(names, expected, strict=True))), [])


def test_a_missing_raw_folder_is_named_with_the_way_out(tmp_path):
    assert exports.find(tmp_path / "none", CONTRACTS)[1] == [
        f"{tmp_path}/none: there is no such folder. Give the folder with the exports: --config raw=<folder>"
    ]


def test_every_table_without_a_file_is_a_line_with_its_pattern(tmp_path):
    assert exports.find(tmp_path, CONTRACTS)[1] == [
        f"customers: no file matches crm/cust*.csv below {tmp_path}. "
        "Export it there, or correct files: in the contract customers.yaml",
        f"sales: no file matches **/sales*.csv below {tmp_path}. "
        "Export it there, or correct files: in the contract sales.yaml",
    ]


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    put(tmp_path, "sales.csv")
    (tmp_path / "crm/cust.csv").mkdir(parents=True)
    assert exports.find(tmp_path, CONTRACTS)[1] == [
        "customers: crm/cust.csv is not a file. Replace it by the exported file"
    ]


def test_a_link_out_of_the_raw_folder_is_refused(tmp_path):
    put(tmp_path, "secret.csv", "raw/sales.csv", "raw/crm/x")
    (tmp_path / "raw/crm/cust.csv").symlink_to(tmp_path / "secret.csv")
    found, faults = exports.find(tmp_path / "raw", CONTRACTS)
    assert found.names == ["sales.csv"]
    assert faults == [
        f"customers: crm/cust.csv is a link to a place outside {tmp_path}/raw. Replace it by the file itself"
    ]


def test_a_link_within_the_raw_folder_is_followed(tmp_path):
    put(tmp_path, "sales.csv", "crm/x.csv")
    (tmp_path / "crm/cust.csv").symlink_to(tmp_path / "crm/x.csv")
    assert exports.find(tmp_path, CONTRACTS)[1] == []


def test_a_pattern_that_leaves_the_raw_folder_finds_nothing_usable(tmp_path):
    put(tmp_path, "other/cust.csv", "raw/x")
    found, faults = exports.find(tmp_path / "raw", contracts(customers="../other/cust.csv"))
    assert found.names == []
    assert len(faults) == 1


@pytest.mark.parametrize(
    "name", ["cust\n.csv", "cust$(id).csv", "cust;x.csv", "cust{a}.csv", "cust'x.csv", "cust\u202e.csv"]
)
def test_a_file_name_with_unusual_characters_is_refused_and_not_repeated(tmp_path, name):
    put(tmp_path, f"crm/{name}", "sales.csv")
    faults = exports.find(tmp_path, CONTRACTS)[1]
    assert faults == [
        "customers: a file name holds characters beyond letters, digits, space and . _ - + ( ). Rename it"
    ]


def test_two_files_of_the_same_name_are_refused(tmp_path):
    put(tmp_path, "a/sales.csv", "b/sales.csv")
    assert exports.find(tmp_path, contracts(here="a/sales.csv", there="b/sales*.csv"))[1] == [
        "there: b/sales.csv and a/sales.csv have the same name. Rename one of them"
    ]


def test_two_files_of_one_name_whose_names_are_not_said_are_two_files(tmp_path):
    put(tmp_path, "crm/cust.csv", "a/sales.csv", "b/sales.csv")
    found, faults = exports.find(tmp_path, CONTRACTS)
    assert (found.of("sales"), faults) == (["sales-0001.csv", "sales-0002.csv"], [])


def test_a_file_that_two_contracts_claim_is_refused(tmp_path):
    put(tmp_path, "crm/sales.csv")
    both = contracts(orders="crm/*.csv", sales="**/sales*.csv")
    assert exports.find(tmp_path, both)[1] == [
        "sales: sales-0001.csv (number 1 by name of what **/sales*.csv finds) belongs to the table orders already. Correct files: in one of the two contracts"
    ]


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    put(tmp_path, "crm/cust.csv", "sales.csv")
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "cust.csv")
    assert exports.find(tmp_path, CONTRACTS)[1] == [
        "customers: crm/cust.csv may not be read. Give yourself the right to read it"
    ]


def test_the_same_file_twice_in_a_table_is_refused_whatever_its_name(tmp_path):
    put(tmp_path, "crm/cust_1.csv", "sales.csv")
    (tmp_path / "crm/cust_2.csv").write_bytes((tmp_path / "crm/cust_1.csv").read_bytes())
    assert exports.find(tmp_path, CONTRACTS)[1] == [
        "customers: crm/customers-0002.csv (number 2 by name of what crm/cust*.csv finds) is the same file as "
        "crm/customers-0001.csv (number 1 by name of what crm/cust*.csv finds), byte for byte, "
        "so its records would count twice. Remove one of them"
    ]


def test_two_files_of_equal_size_and_other_content_are_two_files(tmp_path):
    put(tmp_path, "crm/cust_1.csv", "crm/cust_2.csv", "sales.csv")
    assert exports.find(tmp_path, CONTRACTS)[1] == []


def test_three_hundred_files_are_found_in_a_moment(tmp_path):
    put(tmp_path, "crm/cust.csv", *(f"daily/sales_{i:03}.csv" for i in range(300)))
    start = time.process_time()  # of this process alone, however busy the machine is
    found, faults = exports.find(tmp_path, CONTRACTS)
    assert (len(found.names), faults) == (301, [])
    assert time.process_time() - start < 0.3


FOUND = RawFiles(
    {
        "a.csv": RawFile("raw/crm/a.csv", "crm/a.csv", "customers"),
        "b.csv": RawFile("raw/erp/b.csv", "erp/b.csv", "orders"),
        "c.csv": RawFile("raw/c.csv", "c.csv", "orders"),
    }
)


def test_raw_files_are_known_by_table_place_and_source():
    assert FOUND.names == ["a.csv", "b.csv", "c.csv"]
    assert FOUND.of("orders") == ["b.csv", "c.csv"]
    assert FOUND.tables == {"crm/a.csv": "customers", "erp/b.csv": "orders", "c.csv": "orders"}
    assert FOUND.sources == ["crm", "erp", "raw"]


def test_only_other_files_whose_tables_hold_two_kinds_of_numbers_tie_the_identifiers_of_a_person():
    def kinds(table, *stated):
        fields = tuple(Field(f"f{i}", "string", erasure=kind) for i, kind in enumerate(stated))
        return Contract(table, table, "*.csv", ("f0",), fields)

    both, one = kinds("customers", "customer", "customer_id"), kinds("orders", "customer_id", None)
    company = replace(NO_COMPANY, folder="config/shop", contracts={"customers": both, "orders": one})
    assert FOUND.ties("b.csv", company) == {"a.csv": contract_parts.of_file(both)}
    assert FOUND.ties("a.csv", company) == {}


@pytest.mark.parametrize("pattern", ["crm/Aufträge*.csv", "**/aufträge*.csv", "**/Auftr?ge*", "*/Auftr[äö]ge 1.csv"])
def test_names_of_files_are_compared_composed(tmp_path, pattern):
    put(tmp_path, "crm/Auftra\u0308ge 1.csv", "crm/andere.csv")
    pattern = pattern.replace("aufträge", "Auftra\u0308ge")  # the pattern may be decomposed as well
    found, faults = exports.find(tmp_path, contracts(orders=pattern))
    assert faults == []
    (file,) = found.by_name.values()
    assert (file.path, file.table, file.number) == (f"{tmp_path}/crm/Auftra\u0308ge 1.csv", "orders", 1)


def test_a_folder_in_decomposed_letters_is_found(tmp_path):
    put(tmp_path, "Verka\u0308ufe/2024/sales.csv", "sales.csv")
    found, faults = exports.find(tmp_path, contracts(sales="Verkäufe/**/*.csv"))
    assert (faults, found.tables, found.sources) == ([], {"Verkäufe/sales-0001.csv": "sales"}, ["Verkäufe"])


def test_one_name_in_both_forms_is_two_files_of_a_pattern_and_one_name_without(tmp_path):
    put(tmp_path, "Auftra\u0308ge.csv", "Aufträge.csv")
    found, faults = exports.find(tmp_path, contracts(orders="Auftr*.csv"))
    assert found.names == ["orders-0001.csv", "orders-0002.csv"] and not faults
    found, faults = exports.find(tmp_path, contracts(orders="Aufträge.csv"))
    assert (found.names, len(faults)) == (["Aufträge.csv"], 1)
    assert "have the same name" in faults[0]


@pytest.mark.parametrize(
    ("pattern", "name", "said"),
    [
        ("crm/cust_info.csv", "crm/cust_info.csv", "crm/cust_info.csv"),
        ("crm/cust_info*.csv", "crm/cust_info.csv", "crm/cust_info.csv"),
        ("crm/cust_info*.csv", "crm/cust_info_Max_Mustermann.csv", "crm/orders-0001.csv"),
        ("Rechnung_*.csv", "Rechnung_Max_Mustermann.csv", "orders-0001.csv"),
        ("*.csv", "Max Mustermann.csv", "orders-0001.csv"),
        ("*", "Max.Mustermann", "orders-0001.csv"),
        ("*/orders.csv", "Mustermann/orders.csv", "orders-0001.csv"),
        ("**/orders*.csv", "orders.csv", "orders.csv"),
        ("**/orders*.csv", "shop/orders.csv", "orders-0001.csv"),
        ("shop/**/orders.txt", "shop/Mustermann/orders.txt", "shop/orders-0001.txt"),
        ("K[0-9][0-9].csv", "K17.csv", "orders-0001.csv"),
        ("K?.csv", "K1.csv", "orders-0001.csv"),
        ("konto_*.csv", "konto_4711.csv", "orders-0001.csv"),
        ("orders*.[ct]sv", "orders.csv", "orders-0001.csv"),
    ],
)
def test_a_file_is_called_by_its_name_only_where_all_of_it_stands_in_the_contract(tmp_path, pattern, name, said):
    put(tmp_path, name)
    found, faults = exports.find(tmp_path, contracts(orders=pattern))
    assert faults == [] and found.tables == {said: "orders"}
    assert exports.located(tmp_path, contracts(orders=pattern)["orders"], found.names[0]) == tmp_path / name


def test_no_fault_of_the_raw_folder_says_a_name_that_may_be_a_persons(tmp_path):
    put(tmp_path, "r/Rechnung_Max.csv", "r/Rechnung_Mustermann.csv", "secret")
    (tmp_path / "r/Rechnung_Mustermann.csv").write_text("r/Rechnung_Max.csv")
    (tmp_path / "r/Rechnung_Maxima.csv").symlink_to(tmp_path / "secret")
    (tmp_path / "r/Rechnung_Maxfolder.csv").mkdir()
    both = contracts(bills="Rechnung_*.csv", others="*.csv")
    text = "\n".join(exports.find(tmp_path / "r", both)[1])
    assert "Max" not in text and "Muster" not in text
    assert "bills-0003.csv (number 3 by name of what Rechnung_*.csv finds) is a link" in text
    assert "is the same file as" in text and "is not a file" in text and "belongs to the table bills already" in text


@pytest.mark.remedy("elt.bronze.exports", "Start the same command again when the export is complete")
def test_a_file_that_went_away_is_told_by_its_number_and_found_when_it_is_there(tmp_path):
    with pytest.raises(Fault, match="orders-0001.csv: is no longer in the raw folder. Start the same command again"):
        exports.located(tmp_path, contracts(orders="*.csv")["orders"], "orders-0001.csv")
    put(tmp_path, "Max.csv")
    found = exports.located(tmp_path, contracts(orders="*.csv")["orders"], "orders-0001.csv")
    assert found == tmp_path / "Max.csv"


def test_a_renamed_file_is_noticed_by_a_mark_that_tells_no_name(tmp_path):
    put(tmp_path, "crm/cust.csv", "sales_Max.csv")
    before = exports.find(tmp_path, CONTRACTS)[0].marks(str(tmp_path))
    (tmp_path / "sales_Max.csv").rename(tmp_path / "sales_Eva.csv")
    after = exports.find(tmp_path, CONTRACTS)[0].marks(str(tmp_path))
    assert before.keys() == after.keys() == {"sales-0001.csv"}
    assert before != after and all(len(mark) == 2 for mark in [*before.values(), *after.values()])


def test_files_whose_names_may_be_a_persons_are_called_by_number(tmp_path):
    put(tmp_path, "crm/cust.csv", "sales_Max.csv")
    found, _ = exports.find(tmp_path, CONTRACTS)
    assert (found.numbered, found.numbered_tables) == (["sales-0001.csv"], ["sales"])
