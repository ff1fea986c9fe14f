"""Where values come from across the layers: from published columns over marts and silver back to raw fields."""

from collections.abc import Iterable, Mapping

from elt.run.contract import Contract
from elt.run.lineage import NOTHING, ROWS, Leaf, Leaves, Traced, of_expressions


def of_contract(contract: Contract) -> dict[str, frozenset[str]]:
    """Field of a silver table -> fields of the raw file whose values it takes: its own, and those of its repairs.

    A computed field has no column in the file; its values come from the fields that it is computed from.
    """
    names = contract.names
    computed = {item.name for item in contract.fields if item.compute is not None}
    found: dict[str, frozenset[str]] = {}
    for item in contract.fields:
        texts = [text for text in (item.compute, item.convert) if text is not None]
        texts += [
            text for repair in contract.repairs if repair.field == item.name for text in (repair.set, repair.when)
        ]
        found[item.name] = of_expressions(texts, names) | ({item.name} - computed)
    while True:  # a repair may take its value from a field that another repair has set
        larger = {name: fields.union(*(found[other] for other in fields)) for name, fields in found.items()}
        if larger == found:
            return {name: fields - computed for name, fields in found.items()}
        found = larger


def to_raw(
    contracts: Mapping[str, Contract], marts: Mapping[str, Traced], leaves: Leaves, above: frozenset[str] = frozenset()
) -> frozenset[Leaf]:
    """(contract, field of the raw file) of everything that leaves come from; ROWS where records are counted."""
    found: set[Leaf] = set()
    for table, column in leaves:
        layer, _, name = table.partition(".")
        if layer == "silver" and name in contracts:
            fields = of_contract(contracts[name]).get(column, {column} if column == ROWS else frozenset())
            found |= {(name, field_name) for field_name in fields}
        elif layer == "gold" and name in marts and name not in above:
            found |= to_raw(contracts, marts, _inner(marts[name], column), above | {name})
    return frozenset(found)


def to_gold(marts: Mapping[str, Traced], leaves: Iterable[Leaf], above: frozenset[str] = frozenset()) -> set[Leaf]:
    """The mart columns among leaves, with all mart columns that these come from."""
    found: set[Leaf] = set()
    for table, column in leaves:
        layer, _, name = table.partition(".")
        if layer == "gold" and name in marts and name not in above:
            found |= {(table, column)} | to_gold(marts, _inner(marts[name], column), above | {name})
    return found


def _inner(mart: Traced, column: str) -> Leaves:
    """Leaves of a column of a mart, or of its rows."""
    return mart.rows if column == ROWS else mart.columns.get(column, NOTHING)
