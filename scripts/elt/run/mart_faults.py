"""What the schema of marts cannot say: tables, columns and key figures that must exist, and no circles."""

from collections.abc import Iterable, Iterator, Mapping

from elt.run import sandbox, sql_names, standard
from elt.run.company import Company
from elt.run.contract import Contract
from elt.run.mart import Mart, Query


def ledger_faults(mart: Mart, contracts: Mapping[str, Contract], formulas: Mapping[str, str]) -> Iterator[str]:
    """Tables, amounts and key figures of a mart's ledger that do not exist."""
    where, ledger = f"marts.yaml: marts.{mart.name}.ledger", mart.ledger
    for column, kpi in ledger.kpis.items():
        if column not in mart.by_name:
            yield f"{where}.kpis.{column}: is not a column"
        if kpi not in formulas:
            yield f"{where}.kpis.{column}: {kpi} is not a key figure over order lines"
    if ledger.table is not None and ledger.table not in contracts:
        yield f"{where}.table: {ledger.table} is not a contract"
    elif ledger.table is not None:
        amounts = {field.name for field in contracts[ledger.table].fields if field.money}
        for column, field in ledger.money.items():
            if column not in mart.by_name:
                yield f"{where}.money.{column}: is not a column"
            if field not in amounts:
                hint = money_hint(field, contracts[ledger.table])
                yield f"{where}.money.{column}: {field} is not a money field of {ledger.table}{hint}"


def money_hint(name: str, contract: Contract) -> str:
    """The line that makes a field one of money, where the contract has it."""
    if name not in contract.by_name:
        return ""
    return f". Add money: true to its field {name} in contracts/{contract.name}.yaml"


def query_faults(name: str, query: Query, known: set[str], formulas: Mapping[str, str]) -> Iterator[str]:
    """Tables and key figures that the SQL of a mart names and that do not exist; raises ValueError if it is no SQL."""
    unknown = [kpi for kpi in query.kpis if kpi not in formulas]
    yield from (f"marts/{name}.sql: kpi.{kpi} is not a key figure over order lines (kpis.yaml)" for kpi in unknown)
    filled = query.text if unknown else sql_names.with_formulas(query.text, formulas)
    yield from (f"marts/{name}.sql: {fault}" for fault in sandbox.query_faults(filled))
    by_name = {table.partition(".")[2]: table for table in sorted(known)}
    for table in (table for table in query.tables if table not in known):
        near = sql_names.nearest(table.partition(".")[2], by_name)
        hint = f"; it may be {by_name[near]}" if near else ""
        yield f"marts/{name}.sql: {table} is neither a contract nor a mart{hint}"


ONLY_CASE = "differ only in upper and lower case, so a database takes them for one. Rename all but one"


def told_by_case(names: Iterable[str]) -> Iterator[str]:
    """Names that only upper and lower case tell apart, those of one name in one text."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    yield from (" and ".join(found) for found in alike.values() if len(found) > 1)


def key_faults(mart: Mart, marts: Mapping[str, Mart]) -> Iterator[str]:
    """Columns of the key and of the references that do not exist, and columns that a database takes for one."""
    where = f"marts.yaml: marts.{mart.name}"
    yield from (f"{where}.columns: {names} {ONLY_CASE}" for names in told_by_case(mart.names))
    yield from (f"{where}.key: {column} is not a column" for column in mart.key if column not in mart.by_name)
    for column, (target, key) in mart.references.items():
        if column not in mart.by_name or target not in marts or key not in marts[target].by_name:
            yield f"{where}.foreignKeys.{column}: {target}.{key} or {column} does not exist"


def doubt_faults(mart: Mart) -> Iterator[str]:
    """Columns that a flag doubts and that do not exist."""
    for flag in mart.doubtful:
        for column in flag.doubts:
            if column not in mart.by_name:
                yield f"marts.yaml: marts.{mart.name}.columns.{flag.name}.doubts: {column} is not a column"


def mart_faults(company: Company) -> Iterator[str]:
    """Marts without SQL or entry, unknown tables and key figures, keys and references that do not exist, circles."""
    marts, queries = company.marts, company.queries
    yield from (f"kpis.yaml: {names} {ONLY_CASE}" for names in told_by_case(company.kpis))
    for name in sorted(queries.keys() - marts.keys()):
        yield f"marts.yaml: marts.{name}: has SQL (marts/{name}.sql) but no entry"
    known = {name for name, _ in company.tables()}
    needs = {}
    for name, mart in marts.items():
        if name not in queries:
            yield f"marts.yaml: marts.{name}: has no SQL (marts/{name}.sql)"
            continue
        try:
            found = list(query_faults(name, queries[name], known, company.formulas))
        except ValueError as error:
            yield f"marts/{name}.sql: {error}"
            continue
        yield from ledger_faults(mart, company.contracts, company.formulas)
        yield from standard.coarse_proofs(mart, marts, company.formulas)
        yield from found
        yield from key_faults(mart, marts)
        yield from doubt_faults(mart)
        needs[name] = {table.split(".")[1] for table in company.sources(name) if table.startswith("gold.")}
    try:
        sql_names.in_order(needs)
    except ValueError as error:
        yield f"marts: these read each other in a circle: {error}"
