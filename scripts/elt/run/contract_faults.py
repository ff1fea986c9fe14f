"""What the schema of contracts cannot say: names that must match, fields and tables that must exist."""

from collections.abc import Iterator, Mapping

from elt.run import date_formats, sandbox, sql_names, time_zones
from elt.run.contract import Contract
from elt.run.key_figures import Kpi


def expression_faults(contracts: Mapping[str, Contract], kpis: Mapping[str, Kpi]) -> Iterator[str]:
    """SQL expressions of contracts and key figures that do more than compute from columns."""
    for stem, contract in contracts.items():
        where = f"contracts/{stem}.yaml"
        texts = [(f"fields.{f.name}.{key}", getattr(f, key)) for f in contract.fields for key in ("compute", "convert")]
        texts += [
            (f"repairs[{i}].{key}", getattr(one, key))
            for i, one in enumerate(contract.repairs)
            for key in ("when", "set")
        ]
        texts += [(f"quarantine[{i}].when", rule.when) for i, rule in enumerate(contract.quarantine)]
        for key, text in texts:
            if text is not None:
                yield from (f"{where}: {key}: {fault}" for fault in sandbox.expression_faults(text))
    for name, kpi in kpis.items():
        yield from (f"kpis.yaml: {name}.formula: {fault}" for fault in sandbox.expression_faults(kpi.formula))


def contract_faults(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """What the schema cannot say: names that must match, fields that must exist."""
    for stem, contract in contracts.items():
        where, names = f"contracts/{stem}.yaml", contract.names
        if contract.name != stem:
            yield f"{where}: name: must be {stem}, like the file"
        folded = [name.casefold() for name in names]
        for name in sorted({name for name in folded if folded.count(name) > 1}):
            yield f"{where}: fields: {name} is listed twice"
        places = [field.position for field in contract.fields if field.position is not None]
        for place in sorted({place for place in places if places.count(place) > 1}):
            yield f"{where}: fields: two are declared as column {place}. Correct position"
        for field in contract.fields:
            if field.erasure and (field.compute is not None or field.type not in ("string", "integer")):
                key = f"fields.{field.name}.erasure"
                yield f"{where}: {key}: only a text or integer that the file has identifies a person"
            formats = field.formats if field.type == "date" else ()
            found = date_formats.faults(formats, field.day_first, field.time_zone)
            yield from (f"{where}: fields.{field.name}.{one.key}: {one.words}. {one.remedy}" for one in found)
        if contract.time_zone is not None and not time_zones.is_known(contract.time_zone):
            yield f"{where}: timeZone: {contract.time_zone} is no time zone; write one such as Europe/Berlin"
        used = [("primaryKey", name) for name in contract.primary_key]
        used += [(f"repairs[{i}].field", repair.field) for i, repair in enumerate(contract.repairs)]
        used += [(f"uniqueKeys[{i}]", name) for i, key in enumerate(contract.unique_keys) for name in key]
        used += [("keep.latest", contract.latest)] if contract.latest is not None else []
        yield from (
            f"{where}: {key}: {name} is not one of the fields{sql_names.alike(name, names)}"
            for key, name in used
            if name not in names
        )


def reference_faults(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Foreign keys whose fields or table do not exist, or whose values cannot be equal as their types differ."""
    for stem, contract in contracts.items():
        for i, key in enumerate(contract.foreign_keys):
            where = f"contracts/{stem}.yaml: foreignKeys[{i}]"
            missing = [name for name in key.fields if name not in contract.by_name]
            near = {name: sql_names.alike(name, contract.names) for name in missing}
            yield from (f"{where}.fields: {name} is not one of the fields{hint}" for name, hint in near.items())
            if key.resource not in contracts:
                yield f"{where}.reference.resource: {key.resource} is not a contract"
                continue
            goal = contracts[key.resource].by_name
            unknown = [name for name in key.reference_fields if name not in goal]
            near = {name: sql_names.alike(name, goal) for name in unknown}
            yield from (
                f"{where}.reference.fields: {name} is not a field of {key.resource}{hint}"
                for name, hint in near.items()
            )
            if len(key.fields) != len(key.reference_fields):
                yield f"{where}: fields and reference.fields must be equally many"
            elif not missing and not unknown:
                for name, other in zip(key.fields, key.reference_fields, strict=True):
                    own, its = contract.by_name[name].type, goal[other].type
                    if own != its:
                        yield f"{where}: {name} is {own}, {key.resource}.{other} is {its}; give both the same type"


def sum_faults(contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Equalities of sums whose fields or table do not exist, or are no numbers."""
    for stem, contract in contracts.items():
        for i, one in enumerate(contract.equal_sums):
            where = f"contracts/{stem}.yaml: equalSums[{i}]"
            own = [(where, "field", one.field), *((where, "fields", name) for name in one.fields)]
            yield from (
                f"{at}.{key}: {name} is not one of the fields{sql_names.alike(name, contract.names)}"
                for at, key, name in own
                if name not in contract.by_name
            )
            if one.resource not in contracts:
                yield f"{where}.reference.resource: {one.resource} is not a contract"
                continue
            goal = contracts[one.resource].by_name
            its = [("sum", one.sum_of), *(("fields", name) for name in one.reference_fields)]
            yield from (
                f"{where}.reference.{key}: {name} is not a field of {one.resource}{sql_names.alike(name, goal)}"
                for key, name in its
                if name not in goal
            )
            if len(one.fields) != len(one.reference_fields):
                yield f"{where}: fields and reference.fields must be equally many"
            amounts = [contract.by_name.get(one.field), goal.get(one.sum_of)]
            yield from (
                f"{where}: {field.name} is {field.type}; only numbers have a sum"
                for field in amounts
                if field is not None and field.type not in ("number", "integer")
            )
            for name, other in zip(one.fields, one.reference_fields, strict=False):
                if name in contract.by_name and other in goal and contract.by_name[name].type != goal[other].type:
                    types = f"{name} is {contract.by_name[name].type}, {one.resource}.{other} is {goal[other].type}"
                    yield f"{where}: {types}; give both the same type"
