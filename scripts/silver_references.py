"""Check references, unique keys and equal sums of a raw table: what breaks them is counted, and stops above a budget.

Inputs: the silver table, the silver tables that its contract refers to; of their contracts the columns, keys and sums.
Outputs: silver/_meta/references/<table>.json.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from elt import rulelog, tables
from elt.files import write_json
from elt.run.contract import Contract
from elt.run.relations import ForeignKey
from elt.silver import references, sums
from elt.silver.references import Reference, Repetition

if TYPE_CHECKING:
    import polars as pl
    from snakemake.iocontainers import snakemake


def exact(amounts: Mapping[str, Decimal], contract: Contract) -> dict[str, str]:
    """Amounts as text with the decimals of their field."""
    return {name: f"{amount:.{contract.by_name[name].scale}f}" for name, amount in amounts.items()}


def described(reference: Reference, contract: Contract, budget: float) -> dict[str, Any]:
    """The metadata of a foreign key: counts of records, amounts as text, another spelling that would help."""
    hint = reference.hint
    return {
        "fields": list(reference.key.fields),
        "target": reference.key.target,
        "records": reference.records,
        "missing": reference.missing,
        "missing_money": exact(reference.missing_money, contract),
        "orphans": reference.orphans,
        "money": exact(reference.money, contract),
        "of_money": exact(reference.of_money, contract),
        "budget": budget,
        "hint": None if hint is None else {"spelling": hint.spelling.name, "records": hint.records},
    }


def alone(
    child: "pl.LazyFrame", parent: "pl.LazyFrame", contracts: Sequence[Contract], key: ForeignKey
) -> dict[str, Any]:
    """The metadata of orders without a line, if the first contract is that of lines and the second that of their orders
    and there are any; else empty."""
    lines, orders = ({field.role for field in contract.fields} for contract in contracts)
    if "quantity" not in lines or "order_date" not in orders:
        return {}
    records, of, *amounts = references.without_lines(child, parent, key, contracts[1].amounts)
    money, of_money = (exact(sums, contracts[1]) for sums in amounts)
    found = {"fields": list(key.fields), "target": key.target, "alone": records, "records": of}
    return {**found, "money": money, "of_money": of_money} if records else {}


def repeated(found: Repetition, contract: Contract, budget: float) -> dict[str, Any]:
    """The metadata of a unique key."""
    return {
        "fields": list(found.fields),
        "records": found.records,
        "repeated": found.repeated,
        "money": exact(found.money, contract),
        "of_money": exact(found.of_money, contract),
        "budget": budget,
    }


def checked_keys(child: "pl.LazyFrame", contract: Contract, budget: float) -> list[dict[str, Any]]:
    """The metadata of the unique keys of a table; raises Fault where more records repeat one than the budget allows."""
    listed = []
    for fields in contract.unique_keys:
        found = references.repetition(child, fields, contract.amounts)
        references.check_repetition(found, budget, contract.name)
        if found.repeated:
            counts = (found.repeated, found.records, ", ".join(fields))
            rulelog.log.warning("%s: %d of %d records repeat the %s of another", contract.name, *counts)
        listed.append(repeated(found, contract, budget))
    return listed


def main(
    *,
    table: str,
    referred: Sequence[str],
    contract: Contract,
    others: Sequence[Contract],
    budget: float,
    output: str,
) -> None:
    """Count what breaks the foreign and unique keys and the sums of the table; raises Fault above a budget.

    `referred`, `others`: the tables that it refers to, and their contracts in the same order.
    """
    child, listed, without = tables.scan(table, contract.typed_columns), [], []
    goals = {goal.name: goal for goal in others}
    files = dict(zip(goals, referred, strict=True))
    for key in contract.foreign_keys:
        parent, most = goals[key.resource], budget if key.budget is None else key.budget
        partners = tables.scan(files[key.resource], parent.typed_columns)
        reference = references.found(child, partners, key, contract.amounts)
        references.check_budget(reference, most, contract, parent)
        if reference.orphans:
            counts = (reference.orphans, reference.records, key.resource)
            rulelog.log.warning("%s: %d of %d records have no partner in %s", contract.name, *counts)
        listed.append(described(reference, contract, most))
        without.append(alone(child, partners, (contract, parent), key))
    equalities = []
    for equality in contract.equal_sums:
        parent, most = goals[equality.resource], budget if equality.budget is None else equality.budget
        compared = sums.compared(child, tables.scan(files[parent.name], parent.typed_columns), equality)
        sums.check_budget(compared, most, contract)
        equalities.append(sums.metadata(compared, contract, most))
    found = {"references": listed, "unique_keys": checked_keys(child, contract, budget)}
    found |= {"without_lines": orders} if (orders := [one for one in without if one]) else {}
    write_json(output, found | ({"sums": equalities} if equalities else {}))
    rulelog.log.info("%s: %d references", contract.name, len(listed))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(
        table=snakemake.input.table,
        referred=snakemake.input.referred,
        contract=snakemake.params.contracts[0],
        others=snakemake.params.contracts[1:],
        budget=snakemake.params.budget,
        output=snakemake.output[0],
    )
