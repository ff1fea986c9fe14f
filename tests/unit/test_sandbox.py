"""SQL reads the tables that it is given and computes; what does more, or cannot be read, is refused by parsing."""

import polars as pl
import pytest
from conftest import ROOT

from elt.files import read_yaml
from elt.run import sandbox

OWN_SQL = sorted([*ROOT.glob("config/*/marts/*.sql"), *ROOT.glob("tests/data/*/marts/*.sql")])
OF_FILES = ["read_csv", "READ_CSV", "Read_Parquet", "read_json", "read_ndjson", "read_ipc", "scan_parquet", "scan_delta",
    "read_text", "read_blob", "parquet_scan", "glob", "sniff_csv", "sqlite_scan", "postgres_query", "iceberg_scan",
    "query", "query_table", "getenv", "current_setting", "pg_read_file", "duckdb_secrets", "which_secret", "nextval"]  # fmt: skip
DISGUISES = [
    "SELECT * FROM {f}('a')",
    "SELECT x.v FROM (SELECT v FROM {f}('a')) AS x",
    "WITH a AS (SELECT * FROM {f}('a')) SELECT * FROM a",
    "WITH {f} AS (SELECT * FROM silver.t) SELECT * FROM {f}('a')",
    "WITH {f}(v) AS (SELECT n FROM silver.t) SELECT * FROM {f}('a')",
    "SELECT n FROM silver.t WHERE n IN (SELECT k FROM {f}('a'))",
    "SELECT (SELECT MAX(k) FROM {f}('a')) AS m FROM silver.t",
    "SELECT n FROM silver.t UNION ALL (SELECT k FROM {f}('a'))",
    "SELECT t.n FROM silver.t AS t, {f}('a') AS r",
    "SELECT t.n FROM silver.t AS t LEFT JOIN {f}('a') AS r ON t.n = r.n",
    "SELECT * FROM \"{f}\"('a')",
    "SELECT * FROM silver.{f}('a')",
    "SELECT * FROM main.{f}('a')",
    "SELECT * FROM/* silver.t */{f} /* */ ('a')",
    "SELECT * -- FROM silver.t\nFROM {f}\n--\n('a')",
    "SELECT /* /* */ '*/ SELECT 1 -- */ n FROM {f}('a')",
    "SELECT {f}('a') AS n FROM silver.t",
    "WITH {f}(v) AS (SELECT n FROM silver.t) SELECT {f}('a') AS n FROM silver.t",
    "SELECT n FROM silver.t ORDER BY {f}('a')",
]


@pytest.mark.parametrize("text", DISGUISES)
def test_a_function_that_reads_more_than_its_arguments_is_refused_however_it_is_written(text):
    def is_refused(function: str) -> bool:
        found = sandbox.query_faults(text.format(f=function))
        return any(line.startswith((f"{function}(…) is not allowed", "it cannot be read")) for line in found)

    assert [function for function in OF_FILES if not is_refused(function)] == []


@pytest.mark.parametrize("text", ["{f}('a')", "MAX({f}('a'))", "n + {f}('a')", "CASE WHEN {f}('a') IS NULL THEN n END",
    "main.{f}('a')", "\"{f}\"('a')", "n IN (SELECT k FROM {f}('a'))", "(SELECT k FROM {f}('a'))"])  # fmt: skip
def test_the_same_in_an_expression(text):
    found = {function: sandbox.expression_faults(text.format(f=function)) for function in OF_FILES}
    told = {function: f"{function}(…) is not allowed. {sandbox.ONLY_COLUMNS}" for function in OF_FILES}
    assert [function for function in OF_FILES if told[function] not in found[function]] == []


@pytest.mark.parametrize(
    "name", ["'/etc/hosts'", '"/etc/hosts"', "'data.parquet'", '"raw/*.csv"', '"silver.t"', "t", '"T"', "bronze.t",
             "information_schema.tables", "main.silver.t", "silver.main.t", "pg_catalog.pg_shadow", "duckdb_settings"],
)  # fmt: skip
@pytest.mark.parametrize("text", ["SELECT * FROM {t}", "SELECT t.n FROM silver.t AS t JOIN {t} AS u ON u.n = t.n",
    "WITH a AS (SELECT * FROM {t}) SELECT * FROM a", "SELECT n FROM silver.t WHERE n = (SELECT MAX(n) FROM {t})"])  # fmt: skip
def test_what_is_no_table_of_silver_gold_or_calendar_is_not_read(text, name):
    found = sandbox.query_faults(text.format(t=name))
    assert [line for line in found if line.startswith("reading ") and line.endswith(sandbox.ONLY_TABLES)]


@pytest.mark.parametrize(
    "text",
    ["ATTACH 'a' AS b", "COPY silver.t TO 'a'", "COPY (SELECT 1) TO 'a'", "PRAGMA database_list", "SET a = 1", "RESET a",
     "INSTALL httpfs", "LOAD httpfs", "EXPORT DATABASE 'a'", "IMPORT DATABASE 'a'", "CREATE TABLE a AS SELECT 1",
     "CREATE VIEW a AS SELECT 1", "INSERT INTO silver.t SELECT 1", "UPDATE silver.t SET n = 1", "DELETE FROM silver.t",
     "DROP TABLE silver.t", "ALTER TABLE silver.t ADD x INT", "TRUNCATE silver.t", "CALL f()", "EXPLAIN SELECT 1",
     "DESCRIBE silver.t", "SUMMARIZE silver.t", "SHOW TABLES", "USE a", "VACUUM", "CHECKPOINT", "BEGIN", "EXECUTE a",
     "SELECT 1; SELECT 2", "SELECT 1; ATTACH 'a'", "", "-- nothing", ";", "SELECT n FROM silver.t FOR UPDATE",
     "SELECT n INTO a FROM silver.t", "WITH a AS (DELETE FROM silver.t) SELECT 1", "SELECT ? AS a", "SELECT $1 AS a",
     "SELECT n FROM silver.t TABLESAMPLE 10", "PIVOT silver.t ON n", "SELECT n FROM (PIVOT silver.t ON n)",
     "SELECT n FROM silver.t AT (VERSION => 1)", "SELECT (", "SELECT 'a", "SELECT n FROM silver.t /* a", "gibberish"],
)  # fmt: skip
def test_what_is_no_single_query_is_refused(text):
    assert sandbox.query_faults(text)
    assert sandbox.expression_faults(text) or text in ("gibberish", "CHECKPOINT")  # the name of a column


@pytest.mark.parametrize("text", ["SELECT 1", "n; n", "n; ATTACH 'a'", "a AS b", "*", "", "(", "'a",
    "EXISTS (SELECT 1 FROM silver.t)", "n IN (TABLE silver.t)", "SUM(n)) AS a FROM silver.t --"])  # fmt: skip
def test_what_is_no_single_expression_is_refused(text):
    assert sandbox.expression_faults(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [('MAX("^first.*$")', '"^first.*$"'), ('"*"', '"*"'), ("COLUMNS('f.*')", "COLUMNS(…)"), ("MAX(*)", "*")],
)
def test_a_pattern_of_names_hides_columns_and_is_refused(text, named):
    assert sandbox.expression_faults(text)[0].startswith(named)
    assert sandbox.query_faults(f"SELECT {text} AS a FROM silver.t")[0].startswith(named)


@pytest.mark.parametrize("text", ["E'a\\'b'", "N'a'", "$$a$$", "$x$a$x$", "x'00'"])
def test_texts_whose_end_two_readers_see_in_other_places_are_refused(text):
    assert sandbox.query_faults(f"SELECT {text} AS a FROM silver.t")


@pytest.mark.parametrize("path", OWN_SQL, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_the_marts_of_the_project_are_allowed(path):
    assert sandbox.query_faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    ["SUM(a) FILTER (WHERE b <> 'x')", "COUNT(DISTINCT a)", "COUNT(*)", "a IN ('x', 'y')", "REGEXP_LIKE(a, '^\\d+$')",
     "a - INTERVAL '7 days'", "CASE WHEN a = 1 THEN 'read_csv(1)' ELSE b END", 'ABS("Kd.-Nr (alt)")', "a // 2", "_record",
     "ROW_NUMBER() OVER (PARTITION BY a ORDER BY b)", "a BETWEEN DATE '2020-01-01' AND b", "CAST(a AS DECIMAL(18, 2))",
     "NOT (a AND (b OR c))", "COALESCE(NULLIF(TRIM(a), ''), b)", "'a\\'", "a ILIKE 'x%'", "EXTRACT(YEAR FROM a)",
     "POSITION('a' IN b) > 0", "a::VARCHAR(3)", "SUBSTRING(a, 1, 2)", "a IS NOT NULL", "-a", "/* note */ a"],
)  # fmt: skip
def test_expressions_over_columns_are_allowed(text):
    assert sandbox.expression_faults(text) == []
    assert sandbox.query_faults(f"SELECT {text} AS a FROM silver.t -- read_csv('a')") == []


@pytest.mark.parametrize("text", ["WITH x(a, b) AS (SELECT n, m FROM silver.t) SELECT a FROM x", "SELECT n FROM silver.t;",
    "SELECT v.a FROM (VALUES (1), (2)) AS v(a)", "SELECT * EXCLUDE (n) FROM gold.t", "SELECT d.date FROM calendar.days AS d",
    "SELECT n FROM silver.t WHERE n IN (SELECT n FROM gold.u)", "SELECT n FROM silver.t NATURAL JOIN gold.u"])  # fmt: skip
def test_queries_over_tables_are_allowed(text):
    assert sandbox.query_faults(text) == []


def test_every_formula_and_expression_of_the_companies_is_allowed():
    formulas = [kpi["formula"] for path in ROOT.glob("*/**/kpis.yaml") for kpi in read_yaml(path).values()]
    assert len(formulas) > 10
    assert [sandbox.expression_faults(formula) for formula in formulas] == [[] for _ in formulas]


def test_the_planner_of_the_marts_would_have_read_the_file(tmp_path):
    path = tmp_path / "persons.csv"
    path.write_text("name\nAnna Example\n", encoding="utf-8")
    sql = f"SELECT * FROM \"read_csv\"('{path}')"
    assert pl.SQLContext().execute(sql).collect().rows() == [("Anna Example",)]
    assert sandbox.query_faults(sql)[0].startswith("read_csv(…) is not allowed")


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        pytest.param(wrong, right, words, id=words)
        for wrong, right, words in (
            (
                "SELECT n FROM silver.t WHERE (n",
                "SELECT n FROM silver.t WHERE n > 1",
                "Correct it, or write it in plainer SQL",
            ),
            ("SELECT n FROM silver.t; SELECT 2", "SELECT n FROM silver.t", "Write one query"),
            ("SELECT E'a' AS n FROM silver.t", "SELECT 'a' AS n FROM silver.t", "Write it in single quotes"),
            ('SELECT MAX("^n.*$") AS n FROM silver.t', "SELECT MAX(n) AS n FROM silver.t", "Name each column"),
        )
    ],
)
@pytest.mark.remedy("elt.run.sandbox", "Correct it, or write it in plainer SQL", line=True)
@pytest.mark.remedy("elt.run.sandbox", "Write one …", line=True)
@pytest.mark.remedy("elt.run.sandbox", "Write it in single quotes", line=True)
@pytest.mark.remedy("elt.run.sandbox", "Name each column", line=True)
def test_sql_that_is_mended_as_told_is_allowed(wrong, right, words):
    assert any(line.endswith(words) for line in sandbox.query_faults(wrong))
    assert sandbox.query_faults(right) == []
