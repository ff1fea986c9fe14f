"""Describe the tables of gold as a Frictionless Data Package, so that programs know their types, keys and references.

Inputs: the marts, the customer pseudonyms.
Outputs: gold/datapackage.json.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import sha256, write_json
from elt.warehouse import ddl

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

TYPES = {"decimal": "number"}  # the rest has the same name there
PSEUDONYMS = "customer_pseudonyms"
PSEUDONYM_TABLE = {
    "title": "Pseudonyms of customers",
    "grain": "one row a customer, the unknown one apart",
    "key": ["customer_key"],
    "foreignKeys": {"customer_key": "dim_customer.customer_key"},
    "columns": {
        "customer_key": {
            "type": "integer", "required": True, "personal": "identifier", "description": "Surrogate key",
        },
        "pseudonym": {
            "type": "string", "required": True, "personal": "identifier", "unique": True,
            "description": "Keyed pseudonym, under which the published tables have the customer",
        },
    },
}  # fmt: skip


def title(name: str) -> str:
    """A column's name as words."""
    return name.replace("_", " ").capitalize()


def field(name: str, column: Mapping[str, Any], is_required: bool, is_unique: bool) -> dict[str, Any]:
    """A column as a Frictionless field; unit, decimals and personal class as properties of our own."""
    constraints = {"required": is_required, "unique": is_unique or column.get("unique", False)}
    formats = {"date": {"format": "default"}, "decimal": {"decimalChar": ".", "bareNumber": True}}
    formats["boolean"] = {"trueValues": ["true"], "falseValues": ["false"]}
    return {
        "name": name,
        "title": title(name),
        "description": column["description"],
        "type": TYPES.get(column["type"], column["type"]),
        **formats.get(column["type"], {}),
        "constraints": {key: True for key, value in constraints.items() if value},
        **{key: column[key] for key in ("unit", "decimals", "personal") if key in column},
    }


def reference(column: str, goal: str) -> dict[str, Any]:
    """A foreign key as Frictionless has it."""
    table, key = goal.split(".")
    return {"fields": [column], "reference": {"resource": table, "fields": [key]}}


def resource(name: str, mart: Mapping[str, Any], unique: list[str], path: str) -> dict[str, Any]:
    """One table: where it is, its bytes, how it is written, its schema; `unique`: columns unique beside the key."""
    needed, alone = ddl.required(mart), {*unique, *(mart["key"] if len(mart["key"]) == 1 else [])}
    schema: dict[str, Any] = {
        "fields": [field(column, spec, column in needed, column in alone) for column, spec in mart["columns"].items()],
        "primaryKey": mart["key"],
        "missingValues": [""],
    }
    if keys := [reference(column, goal) for column, goal in ddl.references(mart).items()]:
        schema["foreignKeys"] = keys
    return {
        "name": name,
        "profile": "tabular-data-resource",
        "title": mart["title"],
        "description": mart["grain"],
        "path": f"data/{Path(path).name}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": Path(path).stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def package(marts: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """The whole description; every table after those that it refers to. `files`: table -> its CSV file."""
    tables = {**marts, PSEUDONYMS: PSEUDONYM_TABLE}
    order = ddl.by_reference(tables)
    return {
        "profile": "tabular-data-package",
        "name": "gold",
        "title": "Gold: star schema and aggregates",
        "description": "The tables of the protected layer gold, with types, keys, references and personal classes. "
        "They hold personal data: see the property personal of each field.",
        "resources": [resource(n, tables[n], ddl.also_unique(n, tables), files[n]) for n in order],
    }


def main(files: Mapping[str, str], marts: Mapping[str, Any], output: str) -> None:
    """Describe the tables and write the description."""
    write_json(output, package(marts, files))
    rulelog.log.info("%d tables described", len(files))


if __name__ == "__main__":
    rulelog.start(snakemake)
    names = [*snakemake.params.marts, PSEUDONYMS]
    paths = [*snakemake.input.marts, snakemake.input.pseudonyms]
    main(dict(zip(names, paths, strict=True)), snakemake.params.marts, snakemake.output[0])
