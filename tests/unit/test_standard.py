"""The star schema: what a company must have, what it may lack, and which standard marts and columns it then gets."""

from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from elt.files import read_yaml
from elt.run import settings, sql_names, standard
from elt.run.columns import Column
from elt.run.company import Company, StarColumn
from elt.run.mart import COMPLETE_MONTHS, FACT, Calendar, Mart, MartLedger, Query
from elt.tables import ColumnType

ROOT = Path(__file__).resolve().parents[2]
STANDARD = standard.read(ROOT)
STAR = {
    "fact": {
        "key": StarColumn("integer"),
        "amount": StarColumn("decimal"),
        "cost": StarColumn("decimal", optional=True),
    },
    "dim": {"key": StarColumn("integer"), "group": StarColumn("string", optional=True)},
}


def mart(name: str, **columns: str) -> Mart:
    """A mart with columns of these types."""
    entries = {column: {"type": kind} for column, kind in columns.items()}
    return Mart.of(name, {"title": "T", "grain": "g", "key": ["key"], "columns": entries})


WHOLE = {
    "fact": mart("fact", key="integer", amount="decimal", cost="decimal"),
    "dim": mart("dim", key="integer", group="string"),
}
BY_MONTH = {
    "title": "Months", "grain": "one row a month", "key": ["month"],
    "columns": {"month": {"type": "date"}, "margin": {"type": "decimal", "needs": "fact.cost"}},
}  # fmt: skip
BY_GROUP = {
    "title": "Groups", "grain": "one row a group", "key": ["group"], "needs": "dim.group",
    "columns": {"group": {"type": "string"}},
}  # fmt: skip
STANDARD_MARTS = {
    name: standard.StandardMart.of(name, entry) for name, entry in (("by_month", BY_MONTH), ("by_group", BY_GROUP))
}


def lacking(*columns: str) -> dict[str, Mart]:
    """WHOLE without some columns `<mart>.<column>`."""
    return {
        name: replace(entry, columns=tuple(c for c in entry.columns if f"{name}.{c.name}" not in columns))
        for name, entry in WHOLE.items()
    }


def test_a_whole_star_schema_gets_every_standard_mart():
    marts, left_out = standard.fitted(WHOLE, STANDARD_MARTS)
    assert list(marts) == ["fact", "dim", "by_month", "by_group"]
    assert marts["by_month"].typed_columns == (ColumnType("month", "date"), ColumnType("margin", "decimal"))
    assert (marts["by_month"].left_out, marts["fact"].left_out) == ((), None)
    assert left_out == {}


def test_a_missing_optional_column_leaves_out_the_columns_that_need_it():
    marts, left_out = standard.fitted(lacking("fact.cost"), STANDARD_MARTS)
    assert (marts["by_month"].names, marts["by_month"].left_out) == (["month"], ("margin",))
    assert left_out == {"by_month.margin": "fact.cost"}


def test_a_missing_optional_column_leaves_out_the_mart_that_needs_it():
    marts, left_out = standard.fitted(lacking("dim.group"), STANDARD_MARTS)
    assert "by_group" not in marts
    assert left_out == {"by_group": "dim.group"}


def test_a_mart_of_the_company_stays_as_it_is_whatever_the_standard_one_needs():
    own = {**lacking("dim.group"), "by_group": mart("by_group", key="integer")}
    marts, left_out = standard.fitted(own, STANDARD_MARTS)
    assert marts["by_group"] == own["by_group"]
    assert left_out == {}


def test_fitting_changes_neither_the_marts_of_the_company_nor_the_standard_ones():
    before = repr((WHOLE, STANDARD_MARTS))
    standard.fitted(WHOLE, STANDARD_MARTS)
    assert repr((WHOLE, STANDARD_MARTS)) == before


@pytest.mark.parametrize(
    ("marts", "lines"),
    [
        (WHOLE, []),
        (lacking("fact.cost", "dim.group"), []),
        ({**WHOLE, "fact": mart("fact", key="integer", amount="integer")}, []),
        ({"fact": WHOLE["fact"]}, ["marts.yaml: marts.dim: is missing; every later stage reads it (key, group)"]),
        (lacking("fact.amount"), ["marts.yaml: marts.fact.columns: amount (decimal) is missing; the star schema needs it"]),
        ({**WHOLE, "dim": mart("dim", key="string", group="string")},
         ["marts.yaml: marts.dim.columns.key: is string, the star schema has it as integer"]),
        ({**WHOLE, "dim": mart("dim", key="decimal", group="string")},
         ["marts.yaml: marts.dim.columns.key: is decimal, the star schema has it as integer"]),
        ({**WHOLE, "dim": mart("dim", key="integer", group="boolean")},
         ["marts.yaml: marts.dim.columns.group: is boolean, the star schema has it as string"]),
    ],
    ids=["whole", "optional ones missing", "whole numbers as amounts", "table missing", "column missing", "wrong type",
         "fractions as a key", "wrong type of an optional one"],
)  # fmt: skip
def test_what_is_missing_or_of_another_type_is_a_line(marts, lines):
    assert list(standard.faults(marts, STAR)) == lines


def company(own: dict[str, Mart], *standard_marts: str) -> Company:
    """A company with a star schema, whose by_month reads all of it."""
    sql = Query("by_month.sql", "SELECT * FROM gold.fact, gold.dim, silver.raw, gold.other")
    marts = {**own, "by_month": mart("by_month", month="date"), "other": mart("other", key="integer")}
    queries = {"by_month": sql}
    return Company("firm", {}, marts, queries, Calendar("DE"), {}, {}, None, star=STAR, standard=standard_marts)


def test_a_standard_mart_reads_the_optional_columns_that_are_missing_as_missing_values():
    assert company(WHOLE, "by_month").absent_columns("by_month") == {"gold.fact": (), "gold.dim": (), "gold.other": ()}
    lacks_cost = company(lacking("fact.cost"), "by_month").absent_columns("by_month")
    assert lacks_cost == {"gold.fact": (ColumnType("cost", "decimal"),), "gold.dim": (), "gold.other": ()}


def test_a_mart_of_the_company_itself_reads_what_is_there_and_no_more():
    assert company(lacking("fact.cost")).absent_columns("by_month") == {}


def needs() -> list[tuple[str, str]]:
    """(standard mart or column, column of the star schema that it needs)."""
    found = [(name, mart.needs) for name, mart in STANDARD.marts.items() if mart.needs is not None]
    for name, mart in STANDARD.marts.items():
        found += [(f"{name}.{column}", needed) for column, needed in mart.column_needs.items()]
    return found


def test_what_standard_marts_need_are_optional_columns_of_the_star_schema():
    assert needs()
    for what, needed in needs():
        table, _, column = needed.partition(".")
        assert STANDARD.star[table][column].optional, f"{what} needs {needed}"


def test_every_standard_mart_has_sql_and_entry_and_reads_only_the_star_schema():
    assert list(STANDARD.sql) == sorted(STANDARD.marts)
    for name, path in STANDARD.sql.items():
        read = sql_names.tables(path.read_text(encoding="utf-8"))
        assert set(read) <= {COMPLETE_MONTHS, *(f"gold.{table}" for table in STANDARD.star)}, name


def test_the_standard_marts_and_key_figures_keep_the_schema_of_a_company():
    definitions = read_yaml(ROOT / "config/company.schema.yaml")["$defs"]
    for name, entry in read_yaml(ROOT / "config/standard/marts.yaml")["marts"].items():
        columns = {
            c: {k: v for k, v in spec.items() if k not in ("needs", "inherits", "class_exception")}
            for c, spec in entry["columns"].items()
        }
        plain = {**{key: value for key, value in entry.items() if key != "needs"}, "columns": columns}
        assert list(settings.schema_faults(plain, {"$defs": definitions, "$ref": "#/$defs/mart"})) == [], name
    for name, kpi in read_yaml(ROOT / "config/standard/kpis.yaml").items():
        assert list(settings.schema_faults(kpi, {"$defs": definitions, "$ref": "#/$defs/kpi"})) == [], name


def test_the_definitions_that_the_standard_files_are_checked_with_can_refuse():
    definitions = read_yaml(ROOT / "config/company.schema.yaml")["$defs"]
    for kind in ("mart", "kpi"):
        assert not Draft202012Validator({"$defs": definitions, "$ref": f"#/$defs/{kind}"}).is_valid({"unknown": 1})


def test_the_standard_marts_prove_their_revenue_and_name_only_key_figures_over_order_lines():
    over_lines = {name for name, kpi in STANDARD.kpis.items() if kpi.over == "lines"}
    for name, path in STANDARD.sql.items():
        assert set(sql_names.kpis(path.read_text(encoding="utf-8"))) <= over_lines, name
    proof = MartLedger(kpis={"revenue": "revenue"})
    proved = {name for name, entry in STANDARD.marts.items() if entry.mart.ledger == proof}
    assert proved == STANDARD.marts.keys() - {"agg_cohort_retention"}


def test_a_company_that_lists_no_key_figures_loses_none_that_a_standard_mart_names():
    used = {kpi for path in STANDARD.sql.values() for kpi in sql_names.kpis(path.read_text(encoding="utf-8"))}
    assert used <= STANDARD.kpis.keys()


def test_the_only_standard_key_figure_about_people_is_the_number_of_customers():
    assert [name for name, kpi in STANDARD.kpis.items() if kpi.counts_people] == ["active_customers"]


def fact_with(**decimals: int) -> Mart:
    """fact_sales with amounts of so many decimals."""
    return Mart(FACT, FACT, "", (), tuple(Column(name, "decimal", scale) for name, scale in decimals.items()))


@pytest.mark.parametrize(
    ("formula", "decimals"),
    [
        ("SUM(sales_amount)", 4),
        ("SUM(sales_amount) - SUM(cost_amount)", 4),
        ("SUM(cost_amount)", 3),
        ("SUM(quantity * sales_amount)", 6),
        ("SUM(sales_amount) * 1.19", 6),
        ("COUNT(*)", 0),
        ("SUM(sales_amount) / COUNT(*)", 4),
    ],
)
def test_a_sum_over_order_lines_has_the_decimals_of_its_amounts(formula, decimals):
    marts = {FACT: fact_with(sales_amount=4, cost_amount=3, quantity=2)}
    assert standard.formula_decimals(marts, formula) == decimals


@pytest.mark.parametrize("decimals", [0, 2, 3, 4, 6])
def test_standard_marts_have_the_decimals_of_the_amounts_of_the_star_and_at_least_two(decimals):
    own = {FACT: fact_with(sales_amount=decimals, cost_amount=2, quantity=3)}
    formulas = {name: kpi.formula for name, kpi in STANDARD.kpis.items() if kpi.over == "lines"}
    marts, _ = standard.fitted(own, STANDARD.marts, formulas)
    months = marts["agg_exec_kpis"].by_name
    most = max(decimals, 2)
    assert [months[name].scale for name in ("revenue", "gross_sales", "average_order_value")] == [most] * 3
    assert [months[name].scale for name in ("cost", "gross_margin", "gross_margin_rate")] == [2, most, 6]
    assert (months["units"].type, months["units"].decimals) == ("decimal", 3)
    assert marts["agg_cohort_retention"].by_name["revenue"].scale == most


def test_every_amount_and_quantity_of_a_standard_mart_says_whose_decimals_it_has():
    for name, entry in STANDARD.marts.items():
        for column in entry.mart.columns:
            has_decimals = column.unit == "money" or column.name == "units"
            assert (column.name in entry.inherits) is has_decimals, f"{name}.{column.name}"


def test_a_proved_column_with_fewer_decimals_than_its_key_figure_is_refused_with_the_number():
    own = Mart("own", "own", "", (), (Column("revenue", "decimal", 2),), ledger=MartLedger(kpis={"revenue": "revenue"}))
    (fault,) = standard.coarse_proofs(own, {FACT: fact_with(sales_amount=4)}, {"revenue": "SUM(sales_amount)"})
    assert fault.startswith("marts.yaml: marts.own.columns.revenue: must have 4 decimals (type: decimal, decimals: 4)")
    assert not list(standard.coarse_proofs(own, {FACT: fact_with(sales_amount=2)}, {"revenue": "SUM(sales_amount)"}))
