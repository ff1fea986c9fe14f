"""Lineage of the marts of a company, and the fields of silver from which the day of an order comes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from elt.code_version import code_version
from elt.remembered import memory
from elt.run import lineage, sql_names
from elt.run.company import Company, StarColumn
from elt.run.contract import Contract
from elt.run.lineage import ROWS, Leaf, Leaves, Traced
from elt.run.mart import COMPLETE_MONTHS, FACT, Mart

ORDER_DATE = "order_date"  # of fact_sales: its newest one is the analysis date


def traced(
    contracts: Mapping[str, Contract],
    marts: Mapping[str, Mart],
    sql: Mapping[str, str],
    star: Mapping[str, Mapping[str, StarColumn]],
    names: Collection[str] | None = None,
) -> dict[str, Traced]:
    """Mart -> its lineage; of all marts, or of those that are named.

    `sql`: mart -> its text, with the formulas of key figures in place of their names; `star`: columns of the star
    schema by mart, which a mart may lack and others read as missing.
    """
    tables = {f"silver.{name}": contract.names for name, contract in contracts.items()}
    tables |= {f"gold.{name}": mart.names for name, mart in marts.items()}
    absent = {f"gold.{name}": columns.keys() - set(tables.get(f"gold.{name}", ())) for name, columns in star.items()}
    tables[COMPLETE_MONTHS] = ["month_start", "is_complete"]
    wanted = marts if names is None else [name for name in marts if name in names]
    return {name: _of_mart(sql[name], marts[name], star, tables, absent) for name in wanted}


def _of_mart(
    sql: str,
    mart: Mart,
    star: Mapping[str, Mapping[str, StarColumn]],
    tables: Mapping[str, Iterable[str]],
    absent: Mapping[str, Iterable[str]],
) -> Traced:
    """Lineage of a mart: derived columns have the leaves of what they are made of, complete months those of orders."""
    given = [name for name in mart.names if name not in mart.derived]
    found = lineage.of_query(sql, tables, given, absent)
    columns = {name: _in_gold(leaves) for name, leaves in found.columns.items()}
    for name in mart.derived:
        columns[name] = frozenset().union(*(columns[made_of] for made_of in star[mart.name][name].derived))
    return replace(found, columns=columns, choosing=_in_gold(found.choosing), rows=_in_gold(found.rows))


def _in_gold(leaves: Leaves) -> Leaves:
    """The leaves, with the days of orders in the place of the complete months, which are found from them."""
    return frozenset((f"gold.{FACT}", ORDER_DATE) if table == COMPLETE_MONTHS else (table, column)
                     for table, column in leaves)  # fmt: skip


def silver_dates(company: Company, mart: str, column: str) -> list[Leaf]:
    """(silver table, field of type date) from which a column of a mart comes, through other marts too; sorted.

    None where the SQL of a mart on the way cannot be followed: then every field would count, dates of birth included.
    """

    def depends_on() -> tuple[object, ...]:
        return company.digest, mart, column, code_version("elt/run/mart_lineage.py")

    found = memory.result("silver_dates", depends_on, lambda: _silver_dates(company, mart, column))
    return [(table, name) for table, name in found]


def _silver_dates(company: Company, mart: str, column: str) -> list[Leaf]:
    """What `silver_dates` gives."""
    found: set[Leaf] = set()
    ahead, seen = {(f"gold.{mart}", column)}, set()
    while ahead:
        leaf = ahead.pop()
        seen.add(leaf)
        layer, _, name = leaf[0].partition(".")
        if layer == "silver":
            found.add((name, leaf[1]))
        elif layer == "gold" and leaf[1] != ROWS:
            ahead |= _behind(company, name, leaf[1]) - seen
    return sorted(
        (name, item.name)
        for name, contract in company.contracts.items()
        for item in contract.fields
        if item.type == "date" and (name, item.name) in found
    )


def _behind(company: Company, mart: str, column: str) -> frozenset[Leaf]:
    """What a column of a mart is made of; nothing where its SQL cannot be followed."""
    sql = {mart: sql_names.with_formulas(company.queries[mart].text, company.formulas)}
    trace = traced(company.contracts, company.marts, sql, company.star, [mart])[mart]
    return trace.columns[column] if trace.is_by_column else frozenset()


def order_dates(company: Company, table: str) -> tuple[str, ...]:
    """Fields of a silver table from which the order date of fact_sales comes."""
    return tuple(field for name, field in silver_dates(company, FACT, ORDER_DATE) if name == table)


def referring_dates(company: Company, mart: str) -> dict[str, tuple[str, ...]]:
    """Column of a mart that is a date and refers to another mart -> the silver columns from which it comes."""
    columns = [
        column for column in company.marts[mart].references if company.marts[mart].by_name[column].type == "date"
    ]
    return {
        column: tuple(".".join(("silver", *leaf)) for leaf in silver_dates(company, mart, column)) for column in columns
    }
