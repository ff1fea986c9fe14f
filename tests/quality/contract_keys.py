"""Writes docs/contract_keys.md from config/company.schema.yaml: every key of a contract, of a field, of company.yaml.

PYTHONPATH=scripts python tests/quality/contract_keys.py writes the page; a test compares it with the schema.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from elt.run.star.roles import ROLES

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/contract_keys.md"
MOST_SHOWN = 12  # values of a list
INTRO = """# Keys of a contract

For data engineers who look a key up. [Bring your own data](bring_your_own_data.md) says when to use which. The page is written from `config/company.schema.yaml` by `tests/quality/contract_keys.py`; a test compares both. A key that is not here is refused, and `snakemake -n` names it.
"""
PARTS = (  # heading, definition, words below the heading
    ("The whole table", "contract", "`config/<company>/contracts/<table>.yaml`, one a raw table."),
    ("A field", "field", "An entry of `fields`."),
)
EXAMPLES = {
    "convert": ["- {name: Preis, type: number, convert: \"REPLACE(REPLACE(Preis, '€', ''), ' ', '')\", …}"],
    "missingValues": ['- {name: Ort, type: string, missingValues: ["-", "unbekannt"], …}'],
    "format": ['- {name: Datum, type: date, format: ["%d.%m.%Y", "%Y-%m-%d"], …}'],
    "compute": ['- {name: Betrag, type: number, decimals: 2, compute: "Menge * Einzelpreis", role: sales_amount, …}'],
    "codes": ["- {name: Land, type: string, codes: {DE: Germany, AT: Austria}, otherwise: n/a, …}"],
    "position": ["- {name: preis_eur, type: number, position: 7, …} # the header says Preis [EUR]"],
    "files": ["files: sales_*.csv # sales_2024.csv and sales_2025.csv are one table"],
    "foreignKeys": ["foreignKeys:", "  - {fields: Belegnr, reference: {resource: orders, fields: Belegnr}}"],
    "uniqueKeys": ["uniqueKeys:", "  - [customer_number]"],
    "keep": ["keep: {latest: changed_on}"],
    "repairs": ["repairs:", '  - {field: Preis, when: "Preis < 0", set: ABS(Preis), why: a price has no sign}'],
    "quarantine": [
        "quarantine:",
        "  - {code: no_quantity, when: Menge = 0, why: {en: nothing was sold, de: es wurde nichts verkauft}}",
    ],
    "ignore": ["ignore: [E-Mail, Straße]"],
    "role": ["- {name: Bestelldatum, type: date, role: order_date, …}"],
}


def resolved(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of the schema with what it refers to."""
    goal = entry.get("$ref", "").removeprefix("#/$defs/")
    return {**schema["$defs"].get(goal, {}), **entry}


def kind(entry: Mapping[str, Any]) -> str:
    """What a key may hold, in words."""
    if "enum" in entry:
        shown = ", ".join(f"`{value}`" for value in map(told, entry["enum"][:MOST_SHOWN]))
        return shown + (", …" if len(entry["enum"]) > MOST_SHOWN else "")
    if "oneOf" in entry or "anyOf" in entry:
        parts = [kind(one) for one in entry.get("oneOf", entry.get("anyOf", []))]
        return " or ".join(dict.fromkeys(part for part in parts if part))
    names = {
        "object": "group",
        "array": "list",
        "string": "text",
        "boolean": "true or false",
        "integer": "whole number",
    }
    types = entry.get("type", "text")
    words = [names.get(one, one) for one in (types if isinstance(types, list) else [types])]
    return " or ".join(words)


def told(value: Any) -> str:
    """A value as YAML has it, a tab by its name."""
    return "tab" if value == "\t" else "bar" if value == "|" else str(value)


def rows(definition: Mapping[str, Any], schema: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str, str]]:
    """(key, what it may hold, meaning) of each key, those of groups below them."""
    required = definition.get("required", [])
    for name, stated in definition["properties"].items():
        entry = resolved(stated, schema)
        needed = " (needed)" if name in required else ""
        yield f"`{before}{name}`{needed}", kind(entry), entry.get("description", "").replace("|", "\\|")
        inner = resolved(entry.get("items", {}), schema) if entry.get("type") == "array" else entry
        if "properties" in inner and name != "fields":
            yield from rows(inner, schema, f"{before}{name}.")


def table(definition: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The keys of a definition as a table, and the examples of those that have some."""
    lines = ["| key | holds | meaning |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in rows(definition, schema)]
    shown = [line for name in definition["properties"] for line in EXAMPLES.get(name, [])]
    return "\n".join([*lines, "", "```yaml", *shown, "```", ""])


def roles() -> str:
    """The roles with what they mean, as the code has them."""
    names = {"string": "text", "integer": "whole number"}
    lines = [
        f"| `{name}`{' (needed)' if role.is_needed else ''} | "
        f"{' or '.join(names.get(one, one) for one in role.types)} | {role.meaning} |"
        for name, role in sorted(ROLES.items())
    ]
    return "\n".join(["| role | type of the field | meaning |", "| --- | --- | --- |", *lines, ""])


def page() -> str:
    """The page."""
    schema = yaml.safe_load((ROOT / "config/company.schema.yaml").read_text(encoding="utf-8"))
    parts = [INTRO]
    for heading, name, words in PARTS:
        parts.append(f"## {heading}\n\n{words}\n\n{table(schema['$defs'][name], schema)}")
    parts.append(f"## Roles\n\nWhat `role` of a field may be: what the field is in the star schema.\n\n{roles()}")
    lines = ["| key | holds | meaning |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in rows(schema["properties"]["company.yaml"], schema)]
    parts.append(
        "## company.yaml\n\nWhat is known of the company as a whole; the file may be missing.\n\n"
        + "\n".join([*lines, ""])
    )
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
