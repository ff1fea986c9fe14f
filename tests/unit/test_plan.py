"""What a dry run tells of a company: tables, roles, what is left out, personal columns; no cell and no name of a file."""

import json
from pathlib import Path

from drawn_star import company, contract, field

from elt.bronze.exports import RawFile, RawFiles
from elt.command import plan

COMPANY = company([
    contract(
        "lines", ("no", "pos"),
        field("no", "string", "order_number", personal="identifier"), field("pos", "integer", "line_number"),
        field("day", "date", "order_date", personal="quasi"), field("name", "string", personal="direct"),
        field("buyer", "string", "customer_number", personal="identifier"), field("item", "string", "product_number"),
        field("pieces", "integer", "quantity"), field("amount", "number", "sales_amount"),
    ),
    contract("rest", "id", field("id", "string")),
])  # fmt: skip
FILES = RawFiles({f"lines-000{i}.csv": RawFile(f"raw/Anna_{i}.csv", f"Anna_{i}.csv", "lines", i) for i in (1, 2)})


def told(run: Path, **more: object) -> list[str]:
    """The lines of a plan."""
    from dataclasses import replace

    return plan.text(replace(COMPANY, **more), FILES, run).splitlines()


def test_a_table_is_told_with_its_files_and_with_its_records_once_all_were_counted(tmp_path):
    assert told(tmp_path)[:3] == ["Plan of company firm:", "  lines  2 files, 8 fields", "  rest   0 files, 1 fields"]
    folder = tmp_path / "bronze/_meta/files"
    folder.mkdir(parents=True)
    for i, records in ((1, 1200), (2, 34)):
        assert told(tmp_path)[1] == "  lines  2 files, 8 fields"
        (folder / f"lines-000{i}.csv.json").write_text(json.dumps({"sha256": "0", "records": records}))
    assert told(tmp_path)[1] == "  lines  2 files, 1,234 records, 8 fields"
    assert "Anna" not in "".join(told(tmp_path))


def test_roles_are_told_with_their_tables_and_so_are_those_of_no_field(tmp_path):
    lines = told(tmp_path)
    star = lines[lines.index("Star schema:") + 1 : lines.index("Personal columns:")]
    assert star[0] == "  drawn from roles: dim_customer, dim_product, dim_location, dim_date, fact_sales"
    words = " ".join(line.strip() for line in star[1:])
    filled, _, missing = words.partition("roles of no field: ")
    assert filled.startswith(
        "roles: quantity (lines), order_number (lines), order_date (lines), customer_number (lines)"
    )
    assert "unit_cost" in missing and "quantity" not in missing
    assert max(map(len, lines)) <= plan.WIDEST + 20


def test_a_company_that_has_written_its_marts_is_told_them_and_no_roles(tmp_path):
    from dataclasses import replace

    marts = {name: replace(mart, is_drawn=False) for name, mart in COMPANY.marts.items()}
    text = "\n".join(told(tmp_path, marts=marts))
    assert "  written by the company: dim_customer, dim_product" in text and "roles" not in text


def test_what_is_left_out_stands_by_the_column_that_it_needs(tmp_path):
    lines = told(tmp_path, left_out={"a.cost": "fact_sales.cost_amount", "b.cost": "fact_sales.cost_amount"})
    assert "  fact_sales.cost_amount: a.cost, b.cost" in lines


def test_personal_columns_are_told_by_class_the_strictest_first(tmp_path):
    lines = told(tmp_path)
    assert lines[lines.index("Personal columns:") + 1 :] == [
        "  direct (1): lines.name", "  identifier (2): lines.no, lines.buyer", "  quasi (1): lines.day",
        "  none: the other 5",
    ]  # fmt: skip
