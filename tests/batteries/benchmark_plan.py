"""What moves when exports are scaled: which fields hold numbers that a copy needs anew, by contracts alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from elt.run.contract import Contract
from elt.run.fields import Field

Name = tuple[str, str]  # table, field


@dataclass(frozen=True)
class Plan:
    """What moves: group of each field, groups that move in every copy, and tables that are there in every copy.

    Fields of a group hold the same kind of number. Other tables with a field of a group are there once for each
    population of customers; tables without one are copied once.
    """

    groups: Mapping[Name, int]
    of_orders: frozenset[int]
    tables_of_orders: frozenset[str]

    def fields(self, table: str) -> dict[str, int]:
        """Field -> group of what moves in a table."""
        return {field: group for (name, field), group in self.groups.items() if name == table}


def joined(pairs: Iterable[tuple[Name, Name]]) -> dict[Name, int]:
    """Number of the set that each field is in, where a pair puts both into one."""
    sets: dict[Name, set[Name]] = {}
    for one, other in pairs:
        both = sets.setdefault(one, {one}) | sets.setdefault(other, {other})
        sets.update(dict.fromkeys(both, both))
    numbers = count()
    seen: dict[int, int] = {}
    return {name: seen.setdefault(id(group), next(numbers)) for name, group in sorted(sets.items())}


def same_numbers(contracts: Mapping[str, Contract]) -> Iterator[tuple[Name, Name]]:
    """Pairs of fields that hold the same numbers: by references, and by the kind of number that erasure knows."""
    kinds: dict[str, Name] = {}
    for table, contract in contracts.items():
        for field in contract.fields:
            yield (table, field.name), (table, field.name)
            if field.erasure:
                yield (table, field.name), kinds.setdefault(field.erasure, (table, field.name))
        for key in contract.foreign_keys:
            for own, its in zip(key.fields, key.reference_fields, strict=True):
                yield (table, own), (key.resource, its)


def moves(field: Field) -> bool:
    """Whether a field is a number of somebody or something that a new copy needs anew."""
    return field.personal == "identifier" and field.type in ("integer", "string") and field.compute is None


def plan_of(contracts: Mapping[str, Contract], lines_table: str) -> Plan:
    """What moves in the exports of these contracts; `lines_table`: the raw table of the order lines."""
    sets = joined(same_numbers(contracts))
    moving = {sets[table, one.name] for table, contract in contracts.items() for one in contract.fields if moves(one)}
    key = {sets[lines_table, name] for name in contracts[lines_table].primary_key}
    if not key & moving:  # its lines are numbered by something that nobody is known by
        referring = {name for one in contracts[lines_table].foreign_keys for name in one.fields}
        moving |= {sets[lines_table, name] for name in contracts[lines_table].primary_key if name not in referring}
    orders = {
        table for table, contract in contracts.items() if {sets[table, n] for n in contract.primary_key} & key & moving
    }
    groups = {name: group for name, group in sets.items() if group in moving and _is_read(contracts, name)}
    elsewhere = {group for (table, _), group in groups.items() if table not in orders}
    return Plan(groups, frozenset(groups.values()) - elsewhere, frozenset(orders))


def _is_read(contracts: Mapping[str, Contract], name: Name) -> bool:
    return contracts[name[0]].by_name[name[1]].compute is None
