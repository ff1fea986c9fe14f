"""A value is as strict as the strictest column that it is taken from; what relaxes is a short list of rules."""

import contextlib

import pytest

from elt.run import value_classes
from elt.run.value_classes import NotFollowedError, Persons

TABLES = {
    "silver.people": {"id": "identifier", "name": "direct", "mail": "direct", "born": "quasi", "place": "quasi", "shop": "none"},
    "silver.sales": {"number": "identifier", "person": "identifier", "day": "quasi", "amount": "none", "age": "quasi", "sku": "none"},
    "gold.dim": {"key": "identifier", "id": "identifier", "label": "none"},
    "calendar.days": {"date": "none", "month_start": "none"},
}  # fmt: skip
PERSONS = Persons(5, {("silver.sales", "person"), ("gold.dim", "key")})
PEOPLE, SALES = "silver.people AS p", "silver.sales AS s"


def classes(sql, persons=PERSONS):
    """Output column -> class."""
    return {name: one.personal for name, one in value_classes.of_query(sql, TABLES, persons).items()}


def of(expression, source=PEOPLE, rest=""):
    """The class of one expression."""
    return classes(f"SELECT {expression} AS v FROM {source} {rest}")["v"]


@pytest.mark.parametrize(
    "expression",
    ["name", "p.name", "p.\"name\"", "MAX(name)", "MIN(name)", "FIRST(name)", "LAST(name)", "ANY_VALUE(name)", "MODE(name)",
     "STRING_AGG(name, ',')", "ARRAY_AGG(name)", "UPPER(name)", "SUBSTR(name, 1, 1)", "name || ' x'", "CONCAT(shop, name)",
     "CONCAT_WS(' ', shop, name)", "COALESCE(shop, name)", "COALESCE(NULL, name)", "NULLIF(name, 'x')", "REPLACE(shop, 'a', name)",
     "CASE WHEN shop = 'a' THEN name ELSE shop END", "CASE WHEN name LIKE 'A%' THEN 1 ELSE 0 END", "name = 'Anna'", "LENGTH(name)",
     "IF(shop = 'a', name, shop)", "GREATEST(shop, name)", "CAST(name AS VARCHAR)", "name::VARCHAR", "TRY_CAST(name AS INT)",
     "LAG(name) OVER (ORDER BY shop)", "FIRST_VALUE(name) OVER (PARTITION BY shop ORDER BY id)", "MAX(name) OVER ()",
     "MAX(name) FILTER (WHERE shop = 'a')", "SUM(LENGTH(name))", "MEDIAN(LENGTH(name))", "REVERSE(name)", "[name]",
     "REGEXP_REPLACE(name, 'a', 'b')", "SPLIT_PART(name, ' ', 1)", "STRPOS(name, 'a')", "(SELECT MAX(q.name) FROM silver.people AS q)",
     "(SELECT q.name FROM silver.people AS q WHERE q.id = p.id)", "shop IN (SELECT q.name FROM silver.people AS q)",
     "CASE shop WHEN name THEN 1 END", "name IS DISTINCT FROM 'x'", "ABS(CAST(name AS INT))"],
)  # fmt: skip
def test_what_is_made_of_a_direct_value_is_direct(expression):
    assert of(expression) == "direct"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT x.a AS v FROM (SELECT name AS a FROM silver.people) AS x",
        "WITH a AS (SELECT name FROM silver.people), b AS (SELECT * FROM a) SELECT MAX(b.name) AS v FROM b",
        "WITH a(shop) AS (SELECT name FROM silver.people) SELECT shop AS v FROM a",
        "SELECT shop AS v FROM silver.people UNION ALL SELECT name FROM silver.people",
        "SELECT name AS v FROM silver.people EXCEPT SELECT shop FROM silver.people",
        "SELECT shop AS v FROM silver.people INTERSECT SELECT name FROM silver.people",
        "SELECT DISTINCT name AS v FROM silver.people",
        "SELECT name AS v FROM silver.people GROUP BY name",
        "SELECT name AS shop, shop AS v, v AS w FROM (SELECT name AS shop FROM silver.people) AS x",
        "SELECT s.sku, p.name AS v FROM silver.sales AS s LEFT JOIN silver.people AS p ON p.id = s.person",
        "SELECT u.v FROM silver.people AS p CROSS JOIN UNNEST([p.name]) AS u(v)",
        "SELECT * REPLACE (name AS shop) FROM (SELECT name, shop AS v FROM silver.people UNION SELECT 'a', name FROM silver.people) AS x",
    ],
)  # fmt: skip
def test_no_query_within_a_query_makes_it_weaker(query):
    with contextlib.suppress(NotFollowedError):  # then every column counts as direct
        assert classes(query)["v"] == "direct"


@pytest.mark.parametrize(
    ("expression", "personal"),
    [("COUNT(*)", "none"), ("COUNT(name)", "none"), ("COUNT(DISTINCT name)", "none"), ("COUNT(*) OVER (PARTITION BY name)", "none"),
     ("COUNT(*) FILTER (WHERE born IS NULL)", "none"), ("name IS NULL", "none"), ("name IS NOT NULL", "none"),
     ("CASE WHEN name IS NULL THEN 'n/a' ELSE shop END", "none"), ("id = 0", "none"), ("id <> 0", "none"),
     ("CASE WHEN id = 0 THEN NULL ELSE shop END", "none"), ("CASE WHEN id LIKE 'G%' THEN -1 ELSE 1 END", "none"),
     ("id", "identifier"), ("MAX(id)", "identifier"), ("born", "quasi"), ("MIN(born)", "quasi"), ("DATE_TRUNC('year', born)", "quasi"),
     ("EXTRACT(YEAR FROM born)", "quasi"), ("CASE WHEN place = 'a' THEN 1 ELSE 0 END", "quasi"), ("shop", "none"), ("'a'", "none"),
     ("id || born", "identifier"), ("EXISTS (SELECT 1 FROM silver.sales AS s WHERE s.person = p.id)", "none"),
     ("CASE WHEN id = born THEN 1 END", "identifier"), ("COUNT(*) * 1.0 / NULLIF(COUNT(DISTINCT place), 0)", "none")],
)  # fmt: skip
def test_counts_and_tests_that_something_is_missing_relax_and_nothing_else_does(expression, personal):
    assert of(expression) == personal


@pytest.mark.parametrize(
    ("place", "personal"),
    [("ROW_NUMBER() OVER (ORDER BY name)", "identifier"), ("ROW_NUMBER() OVER (ORDER BY id)", "identifier"),
     ("RANK() OVER (ORDER BY born)", "quasi"), ("ROW_NUMBER() OVER (ORDER BY shop)", "none"), ("NTILE(5) OVER (ORDER BY born)", "quasi"),
     ("ROW_NUMBER() OVER (PARTITION BY id ORDER BY born)", "none"), ("ROW_NUMBER() OVER (PARTITION BY shop ORDER BY id)", "identifier"),
     ("SUM(1) OVER (PARTITION BY id ORDER BY name)", "none")],
)  # fmt: skip
def test_a_place_in_an_order_tells_of_what_is_ordered_but_among_the_rows_of_a_number_nothing(place, personal):
    assert of(place) == personal


ENOUGH = "HAVING COUNT(DISTINCT s.person) >= 5"


@pytest.mark.parametrize(
    ("expression", "rest", "personal"),
    [("SUM(age)", "", "quasi"), ("AVG(age)", "GROUP BY sku", "quasi"), ("SUM(age)", f"GROUP BY sku {ENOUGH}", "none"),
     ("AVG(age)", "GROUP BY sku HAVING COUNT(DISTINCT person) > 4 AND SUM(amount) > 0", "none"),
     ("AVG(age)", "GROUP BY sku HAVING COUNT(DISTINCT person) >= 4", "quasi"),
     ("AVG(age)", "GROUP BY sku HAVING COUNT(DISTINCT person) >= 5 OR sku = 'a'", "quasi"),
     ("AVG(age)", "GROUP BY sku HAVING COUNT(person) >= 5", "quasi"), ("AVG(age)", "GROUP BY sku HAVING COUNT(DISTINCT number) >= 5", "quasi"),
     ("AVG(age)", "GROUP BY sku HAVING COUNT(DISTINCT sku) >= 5", "quasi"), ("AVG(age)", "GROUP BY sku HAVING COUNT(*) >= 5", "quasi"),
     ("MIN(age)", f"GROUP BY sku {ENOUGH}", "quasi"), ("MAX(age)", f"GROUP BY sku {ENOUGH}", "quasi"),
     ("MEDIAN(age)", f"GROUP BY sku {ENOUGH}", "quasi"), ("QUANTILE_CONT(age, 0.5)", f"GROUP BY sku {ENOUGH}", "quasi"),
     ("SUM(CAST(number AS INT))", f"GROUP BY sku {ENOUGH}", "identifier"), ("SUM(age) OVER ()", "", "quasi"),
     ("SUM(age) FILTER (WHERE person = '7')", f"GROUP BY sku {ENOUGH}", "quasi"),
     ("SUM(CASE WHEN person = '7' AND age > 0 THEN age END)", f"GROUP BY sku {ENOUGH}", "quasi"),
     ("SUM(CASE WHEN person <> 0 THEN age END)", f"GROUP BY sku {ENOUGH}", "none"),
     ("SUM(age) + MAX(age)", f"GROUP BY sku {ENOUGH}", "quasi"), ("SUM(amount)", "GROUP BY person", "none")],
)  # fmt: skip
def test_a_sum_or_mean_relaxes_over_enough_persons_alone(expression, rest, personal):
    assert of(expression, SALES, rest) == personal


def test_a_key_figure_whose_small_groups_are_hidden_may_sum_and_not_pick():
    always = Persons(5, always=True)
    picked = "SELECT SUM(age) AS a, MAX(age) AS b, SUM(age) FILTER (WHERE person <> 0 AND day > DATE '2020-01-01') AS c, AVG(age) FILTER (WHERE person < '7') AS d FROM silver.sales"
    assert classes(picked, always) == {"a": "none", "b": "quasi", "c": "none", "d": "quasi"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT d.date AS v FROM calendar.days AS d JOIN silver.people AS p ON p.born = d.date",
        "SELECT d.date AS v FROM calendar.days AS d, silver.people AS p WHERE d.date = p.born",
        "SELECT d.date AS v FROM calendar.days AS d WHERE d.date IN (SELECT p.born FROM silver.people AS p)",
        "SELECT d.date AS v FROM calendar.days AS d WHERE EXISTS (SELECT 1 FROM silver.people AS p WHERE p.born = d.date)",
        "SELECT CAST(d.date AS VARCHAR) AS v FROM calendar.days AS d JOIN silver.people AS p ON CAST(d.date AS VARCHAR) = CAST(p.born AS VARCHAR)",
        "WITH b AS (SELECT born AS x FROM silver.people) SELECT d.date AS v FROM calendar.days AS d JOIN b ON b.x = d.date",
        "WITH e AS (SELECT d.date AS y FROM calendar.days AS d JOIN silver.people AS p ON p.born = d.date) SELECT f.date AS v FROM calendar.days AS f JOIN e ON f.date = e.y",
        "SELECT g.date AS v FROM silver.people AS p JOIN calendar.days AS d ON p.born = d.date JOIN calendar.days AS g ON g.date = d.date",
    ],
)  # fmt: skip
def test_a_column_that_is_held_equal_to_a_stricter_one_is_as_strict(sql):
    assert classes(sql) == {"v": "quasi"}


def test_what_stands_beside_a_column_that_is_joined_by_is_not_stricter():
    sql = "SELECT d.month_start AS m, s.amount AS a FROM silver.sales AS s JOIN calendar.days AS d ON s.day = d.date WHERE s.person <> 0"
    assert classes(sql) == {"m": "none", "a": "none"}


@pytest.mark.parametrize(
    "sql",
    ["SELECT gone AS v FROM silver.people", "SELECT v FROM silver.unknown", "SELECT 1 AS v FROM", "DROP TABLE silver.people",
     "WITH RECURSIVE a AS (SELECT name AS v FROM silver.people UNION ALL SELECT v FROM a) SELECT v FROM a"],
)  # fmt: skip
def test_what_cannot_be_followed_is_said_so(sql):
    with pytest.raises(NotFollowedError):
        classes(sql)


def test_the_strictest_column_is_named():
    found = value_classes.of_query("SELECT shop || place || MAX(name) AS v FROM silver.people", TABLES, PERSONS)
    assert found["v"].leaf == ("silver.people", "name")
