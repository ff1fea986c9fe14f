"""Describe the tables of gold as a Frictionless Data Package, so that programs know their types, keys and references.

Inputs: the marts, the customer pseudonyms.
Outputs: gold/datapackage.json.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elt import rulelog
from elt.files import sha256, write_json
from elt.report.languages import in_language
from elt.run.columns import Column
from elt.run.mart import Mart
from elt.warehouse import ddl

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

TYPES = {"decimal": "number"}  # the rest has the same name there
PSEUDONYMS = Mart(
    name="customer_pseudonyms",
    title="Pseudonyms of customers",
    grain="one row a customer, the unknown one apart",
    key=("customer_key",),
    foreign_keys={"customer_key": "dim_customer.customer_key"},
    columns=(
        Column("customer_key", "integer", required=True, personal="identifier", description="Surrogate key"),
        Column(
            "pseudonym",
            "string",
            required=True,
            personal="identifier",
            description="Keyed pseudonym, under which the published tables have the customer",
        ),
    ),
)
UNIQUE = {PSEUDONYMS.name: ("pseudonym",)}  # table -> columns that are unique beside its key and what others refer to


def title(name: str) -> str:
    """A column's name as words."""
    return name.replace("_", " ").capitalize()


def field(column: Column, *, is_required: bool, is_unique: bool) -> dict[str, Any]:
    """A column as a Frictionless field; unit, decimals and personal class as properties of our own."""
    constraints = {"required": is_required, "unique": is_unique}
    formats: dict[str, dict[str, Any]] = {
        "date": {"format": "default"},
        "decimal": {"decimalChar": ".", "bareNumber": True},
    }
    formats["boolean"] = {"trueValues": ["true"], "falseValues": ["false"]}
    own = {"unit": column.unit, "decimals": column.decimals, "personal": column.personal}
    return {
        "name": column.name,
        "title": title(column.name),
        "description": in_language(column.description),
        "type": TYPES.get(column.type, column.type),
        **formats.get(column.type, {}),
        "constraints": {key: True for key, value in constraints.items() if value},
        **{key: value for key, value in own.items() if value is not None},
    }


def schema(mart: Mart, unique: Collection[str]) -> dict[str, Any]:
    """Fields, key and references of a table; `unique`: columns that are unique beside its key."""
    alone = {*unique, *(mart.key if len(mart.key) == 1 else ())}
    needed = mart.required_columns
    references = [
        {"fields": [column], "reference": {"resource": target, "fields": [key]}}
        for column, (target, key) in mart.references.items()
    ]
    return {
        "fields": [
            field(column, is_required=column.name in needed, is_unique=column.name in alone) for column in mart.columns
        ],
        "primaryKey": list(mart.key),
        "missingValues": [""],
        **({"foreignKeys": references} if references else {}),
    }


def resource(mart: Mart, unique: Collection[str], path: str) -> dict[str, Any]:
    """One table: where it is, its bytes, how it is written, its schema."""
    return {
        "name": mart.name,
        "profile": "tabular-data-resource",
        "title": in_language(mart.title),
        "description": in_language(mart.grain),
        "path": f"data/{Path(path).name}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": Path(path).stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema(mart, unique),
    }


def package(marts: Mapping[str, Mart], files: Mapping[str, str]) -> dict[str, Any]:
    """The whole description; every table after those that it refers to. `files`: table -> its CSV file."""
    tables = {**marts, PSEUDONYMS.name: PSEUDONYMS}
    unique = {name: [*ddl.also_unique(mart, tables), *UNIQUE.get(name, ())] for name, mart in tables.items()}
    return {
        "profile": "tabular-data-package",
        "name": "gold",
        "title": "Gold: star schema and aggregates",
        "description": "The tables of the protected layer gold, with types, keys, references and personal classes. "
        "They hold personal data: see the property personal of each field.",
        "resources": [resource(tables[name], unique[name], files[name]) for name in ddl.by_reference(tables)],
    }


def main(marts: Mapping[str, Mart], paths: Sequence[str], pseudonyms: str, output: str) -> None:
    """Describe the tables and write the description; `paths`: the file of each mart."""
    files = {**dict(zip(marts, paths, strict=True)), PSEUDONYMS.name: pseudonyms}
    write_json(output, package(marts, files))
    rulelog.log.info("%d tables described", len(files))


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.params.marts, snakemake.input.marts, snakemake.input.pseudonyms, snakemake.output[0])
