"""What is known of a company, typed: made from small YAML entries, asked without Snakemake."""

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from elt.bronze.exports import RawFile, RawFiles
from elt.run import contract_parts
from elt.run.columns import ClassedColumn, Column
from elt.run.company import NO_COMPANY, Company, Identity, StarColumn
from elt.run.contract import Contract, QuarantineRule, Repair, read_contract
from elt.run.dialect import StatedDialect
from elt.run.entries import plain_dates
from elt.run.fields import Field
from elt.run.key_figures import Kpi
from elt.run.mart import Calendar, Mart, MartLedger, Query
from elt.run.segment_rules import SegmentCondition, Segments
from elt.tables import ColumnType

BOTH = {"en": "x", "de": "x"}


def field(name: str, kind: str = "string", **more) -> dict:
    """An entry of a field."""
    return {"name": name, "type": kind, "personal": "none", "description": "d", **more}


def contract(name: str, *fields: dict, **more) -> Contract:
    """A contract of these fields, the first of which is its key."""
    entry = {"name": name, "title": name.title(), "files": f"{name}*.csv", "primaryKey": [fields[0]["name"]]}
    return Contract.of({**entry, "fields": list(fields), **more})


def mart(name: str, *columns: str, **more) -> Mart:
    """A mart of integer columns, the first of which is its key."""
    entries = {column: {"type": "integer", "personal": "none", "description": "d"} for column in columns}
    return Mart.of(name, {"title": name.title(), "grain": "g", "key": [columns[0]], "columns": entries, **more})


PEOPLE = contract("people", field("number", erasure="customer", personal="identifier"), field("mail", erasure="email"))
SALES = contract(
    "sales",
    field("line", "integer"),
    field("who", erasure="customer"),
    field("amount", "number", decimals=2, money=True),
)
FACTS = mart(
    "fact_sales", "sale_key", "customer_key", "amount", foreignKeys={"customer_key": "dim_customer.customer_key"}
)
CUSTOMERS = mart("dim_customer", "customer_key")
MONTHS = mart("months", "month", "revenue", ledger={"kpis": {"revenue": "revenue"}})
QUERIES = {
    "fact_sales": Query("firm/marts/fact_sales.sql", "SELECT * FROM silver.sales"),
    "dim_customer": Query("firm/marts/dim_customer.sql", "SELECT * FROM silver.people, silver.people"),
    "months": Query("standard/months.sql", "SELECT kpi.orders FROM calendar.days, gold.dim_customer"),
}
COMPANY = Company(
    folder="config/firm",
    contracts={"people": PEOPLE, "sales": SALES},
    marts={"fact_sales": FACTS, "dim_customer": CUSTOMERS, "months": MONTHS},
    queries=QUERIES,
    calendar=Calendar("DE", "BY"),
    kpis={},
    formulas={"revenue": "SUM(amount)", "orders": "COUNT(*)", "returns": "0"},
    segments=None,
    star={"dim_customer": {"country": StarColumn("string", optional=True)}, "fact_sales": {"amount": StarColumn("decimal")}},
    standard=("months",),
)  # fmt: skip


def test_a_field_says_little_by_default():
    found = Field.of_entry({"name": "a", "type": "string"})
    assert (found.personal, found.invalid, found.formats, found.missing_values) == ("direct", "quarantine", (), ())
    assert (found.erasure, found.compute, found.convert, found.codes, found.otherwise) == (None, None, None, None, None)
    assert (found.decimals, found.scale, found.required, found.money, found.is_limited) == (
        None,
        2,
        False,
        False,
        False,
    )


@pytest.mark.parametrize(("stated", "formats"), [("%d.%m.%Y", ("%d.%m.%Y",)), (["%Y", "%y"], ("%Y", "%y"))])
def test_the_format_of_a_field_is_one_or_several(stated, formats):
    assert Field.of_entry(field("day", "date", format=stated)).formats == formats


@pytest.mark.parametrize(
    ("formats", "stated", "of_all", "orders"),
    [
        ("%d.%m.%Y", None, None, ()),
        ("%d.%m.%Y", True, None, (True,)),
        ("%d.%m.%Y", None, True, (True,)),
        ("%m.%d.%Y", False, True, (False,)),
        ("%Y-%m-%d", None, True, ()),
        ("%Y-%m-%d", True, None, (True,)),
        (["%Y-%m-%d", "%d.%m.%Y"], True, None, (False, True)),
        (["%d-%m-%Y", "%m/%d/%Y"], [True, False], None, (True, False)),
    ],
)
def test_one_word_on_the_order_of_day_and_month_leaves_days_that_begin_with_the_year_alone(
    formats, stated, of_all, orders
):
    entry = field("day", "date", format=formats, **({} if stated is None else {"dayFirst": stated}))
    assert Field.of_entry(entry, day_first=of_all).day_first == orders


@pytest.mark.parametrize(
    ("entry", "low", "high"),
    [
        (field("a", "integer", minimum=0), 0, None),
        (field("a", "number", maximum=2.5), None, 2.5),
        (field("a", "date", minimum="2024-02-29"), date(2024, 2, 29), None),
    ],
)
def test_a_limit_is_of_the_type_of_its_field(entry, low, high):
    found = Field.of_entry(entry)
    assert found.is_limited
    assert (found.limit("minimum"), found.limit("maximum")) == (low, high)


def test_a_contract_has_the_words_of_its_yaml_as_attributes():
    found = contract(
        "t",
        field("a", missingValues=["-", "n/a"], codes={"1": "one"}, otherwise="none"),
        mayBeEmpty=True,
        keep={"latest": "a"},
        ignore=["b"],
        dialect={"delimiter": ";", "decimalChar": ",", "quoteChar": "", "skipFooterLines": 1},
        repairs=[{"field": "a", "when": "TRUE", "set": "1", "why": "w"}],
        quarantine=[{"code": "odd", "when": "FALSE", "why": "w"}],
    )
    assert (found.primary_key, found.may_be_empty, found.latest, found.ignore) == (("a",), True, "a", ("b",))
    dialect = StatedDialect(delimiter=";", decimal_char=",", quote_char="", skip_footer_lines=1)
    assert found.dialect == dialect
    assert found.repairs == (Repair("a", "TRUE", "1", "w"),)
    assert found.quarantine == (QuarantineRule("odd", "FALSE", "w"),)
    assert found.by_name["a"].missing_values == ("-", "n/a")
    assert (found.by_name["a"].codes, found.by_name["a"].otherwise) == ({"1": "one"}, "none")


def test_a_contract_that_states_nothing_more_is_strict_and_leaves_the_dialect_open():
    assert (PEOPLE.may_be_empty, PEOPLE.latest, PEOPLE.ignore, PEOPLE.repairs, PEOPLE.quarantine) == (
        False,
        None,
        (),
        (),
        (),
    )
    assert PEOPLE.dialect == StatedDialect("auto", "auto", "auto", "auto", None, True, None, 0, 0)


def test_reading_a_table_needs_names_types_and_decimals_alone():
    assert SALES.typed_columns == (
        ColumnType("line", "integer"), ColumnType("who", "string"), ColumnType("amount", "number", 2),
    )  # fmt: skip
    described = replace(SALES, fields=tuple(replace(item, description="other") for item in SALES.fields))
    assert described != SALES
    assert described.typed_columns == SALES.typed_columns


def test_a_search_for_personal_values_gets_classes_and_key():
    classed = PEOPLE.classed
    assert classed.key == ("number",)
    assert classed.columns == (
        ClassedColumn("number", "string", None, "identifier"), ClassedColumn("mail", "string", None, "none"),
    )  # fmt: skip


def test_the_kinds_of_numbers_by_which_a_person_is_found_are_those_of_the_fields():
    assert PEOPLE.erasure_kinds == {"customer", "email"}
    assert contract("t", field("a")).erasure_kinds == frozenset()


def test_a_contract_is_read_from_its_file_with_days_as_text(tmp_path: Path):
    text = "name: t\ntitle: T\nfiles: t.csv\nprimaryKey: [a]\nfields:\n- {name: a, type: date, minimum: 2024-01-05}\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    found = read_contract(tmp_path / "t.yaml")
    assert (found.names, found.by_name["a"].minimum) == (["a"], "2024-01-05")
    assert plain_dates({"a": [date(2024, 1, 5), {"b": 1}]}) == {"a": ["2024-01-05", {"b": 1}]}


def test_what_must_have_a_value_are_the_key_and_what_is_marked():
    columns = {"k": {"type": "integer"}, "a": {"type": "string", "required": True}, "b": {"type": "boolean"}}
    found = Mart.of("m", {"title": "M", "grain": "g", "key": ["k"], "columns": columns})
    assert found.required_columns == {"k", "a"}
    assert found.flags == (Column("b", "boolean"),)
    assert found.names == ["k", "a", "b"]
    assert found.by_name["a"].personal == "direct"


def test_a_mart_knows_what_its_foreign_keys_refer_to():
    assert FACTS.references == {"customer_key": ("dim_customer", "customer_key")}
    assert CUSTOMERS.references == {}


def test_what_is_proved_of_a_mart_is_empty_unless_it_is_stated():
    assert MONTHS.ledger == MartLedger(kpis={"revenue": "revenue"})
    assert FACTS.ledger == MartLedger()
    assert (FACTS.ledger.table, FACTS.ledger.rows, FACTS.ledger.money, FACTS.ledger.kpis) == (None, None, {}, {})


def test_the_tables_of_a_query_do_not_count_the_calendar():
    assert QUERIES["months"].tables == ("gold.dim_customer",)
    assert (QUERIES["months"].reads_calendar, QUERIES["fact_sales"].reads_calendar) == (True, False)
    assert (QUERIES["months"].kpis, QUERIES["fact_sales"].kpis) == (("orders",), ())


def test_a_mart_reads_what_its_sql_names_what_it_refers_to_and_the_lines_that_prove_it():
    assert COMPANY.sources("fact_sales") == ("gold.dim_customer", "silver.sales")
    assert COMPANY.sources("dim_customer") == ("silver.people",)
    assert COMPANY.sources("months") == ("gold.dim_customer", "gold.fact_sales")


def test_the_types_of_a_table_are_found_by_its_dotted_name():
    assert COMPANY.typed_columns("silver.sales") == SALES.typed_columns
    assert COMPANY.typed_columns("gold.months") == MONTHS.typed_columns


def test_a_standard_mart_reads_optional_columns_that_are_missing():
    assert COMPANY.absent_columns("months") == {
        "gold.dim_customer": (ColumnType("country", "string"),), "gold.fact_sales": (),
    }  # fmt: skip
    assert COMPANY.absent_columns("fact_sales") == {}


def test_a_mart_gets_the_formulas_that_it_names_and_those_that_prove_it():
    assert COMPANY.formulas_of("months") == {"orders": "COUNT(*)", "revenue": "SUM(amount)"}
    assert COMPANY.formulas_of("fact_sales") == {}


def test_holidays_count_for_what_reads_the_calendar():
    assert COMPANY.calendar_of("months") == Calendar("DE", "BY")
    assert COMPANY.calendar_of("fact_sales") is None


def test_a_company_is_named_by_its_folder_and_its_contracts_lie_there():
    assert (COMPANY.name, COMPANY.contract_file("people")) == ("firm", "config/firm/contracts/people.yaml")
    assert (COMPANY.mart("months"), COMPANY.contract("sales")) == (MONTHS, SALES)


def test_all_tables_are_those_of_silver_then_those_of_gold():
    assert [name for name, _ in COMPANY.tables()] == [
        "silver.people", "silver.sales", "gold.fact_sales", "gold.dim_customer", "gold.months",
    ]  # fmt: skip
    assert list(NO_COMPANY.tables()) == []


@pytest.mark.parametrize("stated", [True, False])
def test_a_key_figure_counts_people_where_its_entry_says_so_whatever_its_formula(stated):
    entry = {"name": BOTH, "definition": BOTH, "unit": "count", "direction": "up"}
    found = Kpi.of({**entry, "formula": "COUNT(DISTINCT customer_key)", "counts_people": stated})
    assert found.counts_people is stated
    assert not Kpi.of({**entry, "formula": "COUNT(DISTINCT customer_key)"}).counts_people


def test_a_key_figure_runs_over_order_lines_unless_it_is_stated():
    entry = {"name": BOTH, "definition": BOTH, "formula": "1", "unit": "share", "direction": "none"}
    assert (Kpi.of(entry).over, Kpi.of({**entry, "over": "customers"}).over) == ("lines", "customers")
    assert Kpi.of(entry).exclusions is None


def test_the_rules_of_segments_keep_their_order_and_conditions():
    rule = {"id": "a", "name": BOTH, "action": BOTH, "success": BOTH, "when": [{"feature": "recency", "above": 0.5}]}
    segments = [rule, {**rule, "id": "b", "when": [], "no_action": True}]
    found = Segments.of({"features": ["recency"], "labels": {"recency": BOTH}, "segments": segments})
    assert ([one.id for one in found.rules], found.features, found.labels) == (
        ["a", "b"],
        ("recency",),
        {"recency": BOTH},
    )
    assert found.rules[0].when == (SegmentCondition("recency", above=0.5),)
    assert [one.no_action for one in found.rules] == [False, True]


def test_what_rules_hand_to_scripts_is_the_same_on_the_other_side():
    assert SALES.by_name and FACTS.by_name  # what was looked up before goes along
    for thing in (SALES, FACTS, COMPANY, COMPANY.typed_columns("gold.months")):
        assert pickle.loads(pickle.dumps(thing)) == thing


def test_what_a_rule_gets_reads_the_same_in_every_process_so_that_nothing_reruns():
    for thing in (SALES, FACTS, COMPANY.formulas_of("months"), PEOPLE.classed, COMPANY.absent_columns("months")):
        assert "frozenset" not in repr(thing) and " at 0x" not in repr(thing)
        assert repr(pickle.loads(pickle.dumps(thing))) == repr(thing)


FILES = RawFiles(
    {
        "people.csv": RawFile("raw/crm/people.csv", "crm/people.csv", "people"),
        "sales_1.csv": RawFile("raw/shop/sales_1.csv", "shop/sales_1.csv", "sales"),
        "sales_2.csv": RawFile("raw/sales_2.csv", "sales_2.csv", "sales"),
    }
)


def test_raw_files_are_found_by_table_place_and_source():
    assert FILES.names == ["people.csv", "sales_1.csv", "sales_2.csv"]
    assert FILES.of("sales") == ["sales_1.csv", "sales_2.csv"]
    assert FILES.tables == {"crm/people.csv": "people", "shop/sales_1.csv": "sales", "sales_2.csv": "sales"}
    assert FILES.sources == ["crm", "raw", "shop"]


def test_the_files_that_tie_numbers_of_a_person_are_others_with_several_kinds():
    assert FILES.ties("sales_1.csv", COMPANY) == {"people.csv": contract_parts.of_file(COMPANY.contract("people"))}
    assert FILES.ties("people.csv", COMPANY) == {}


def test_a_run_without_raw_files_has_none_of_anything():
    assert (RawFiles().names, RawFiles().tables, RawFiles().sources, RawFiles().of("sales")) == ([], {}, [], [])


@pytest.mark.parametrize(
    ("name", "language", "called"),
    [
        ("", "de", "Flat Shop"),
        ("Tonladen", "en", "Tonladen"),
        ({"en": "Clay Shop", "de": "Tonladen"}, "de", "Tonladen"),
        ({"en": "Clay Shop"}, "de", "Clay Shop"),
    ],
)
def test_a_company_is_called_as_it_says_in_the_language_that_it_has_else_by_its_folder(name, language, called):
    assert Identity(name).called("flat_shop", language) == called
