"""Whether the SQL expressions of a contract fit its fields: planned over no records, before anything runs.

The planner is the one that later cleans the table, so what it takes here it takes there, and nothing else is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl
from polars.exceptions import PolarsError

from elt.faults import Fault
from elt.run import sql_names
from elt.run.company import Company
from elt.run.contract import Contract
from elt.silver import cleaning

PLACES = ("_file", "_record")  # what an expression may name beside the fields


def alone(contract: Contract) -> Iterator[tuple[str, str, Contract]]:
    """(key, SQL, the contract with this expression alone) of each expression of a contract, in order."""
    plain = [replace(field, convert=None, compute=None) for field in contract.fields]
    bare = replace(contract, fields=tuple(plain), repairs=(), quarantine=())
    for i, field in enumerate(contract.fields):
        for key, sql in (("convert", field.convert), ("compute", field.compute)):
            if sql is not None:
                only = replace(plain[i], convert=field.convert, compute=field.compute)
                fields = (*plain[:i], only, *plain[i + 1 :])
                yield f"fields.{field.name}.{key}", sql, replace(bare, fields=fields)
    for i, repair in enumerate(contract.repairs):
        yield f"repairs[{i}].when", repair.when, replace(bare, repairs=(replace(repair, set="NULL"),))
        yield f"repairs[{i}].set", repair.set, replace(bare, repairs=(replace(repair, when="TRUE"),))
    for i, rule in enumerate(contract.quarantine):
        yield f"quarantine[{i}].when", rule.when, replace(bare, quarantine=(rule,))


def problem(contract: Contract) -> str:
    """Why the planner does not take the expressions of a contract; empty if it does."""
    try:
        cleaning.check_expressions(contract, "")
    except Fault as fault:
        return fault.problem
    return ""


def unknown(sql: str, names: Sequence[str]) -> list[str]:
    """The columns of an expression that are none of the names, sorted; none if it cannot be read."""
    try:
        return sorted(set(pl.sql_expr(sql).meta.root_names()) - {*names, *PLACES})
    except PolarsError:
        return []


def contract_faults(contract: Contract, file: str) -> Iterator[str]:
    """A line for every column that an expression of a contract names and no field is, or for what else is wrong."""
    whole = problem(contract)
    if not whole:
        return
    found = []
    for key, sql, only in alone(contract):
        if reason := problem(only):
            where = f"{file}: {key}"
            found += [
                f"{where}: the contract has no field {name}{sql_names.alike(name, contract.names)}. "
                "Correct the expression, in which text stands in single quotes, or add the field"
                for name in unknown(sql, contract.names)
            ] or [f"{where}: {reason}. Correct the expression"]
    yield from found or [f"{file}: {whole}. Correct convert, compute, repairs or quarantine in it"]


def faults(company: Company) -> Iterator[str]:
    """The lines of all contracts of a company."""
    for name, contract in company.contracts.items():
        yield from contract_faults(contract, company.contract_file(name))
