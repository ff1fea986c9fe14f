"""Silver tables of a small shop, and what the rule finds of the references between them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from one_table import SILVER_WORDS
from one_table import field as column

import silver_references
from elt.run import contract_parts
from elt.run.contract import Contract, read_contract
from elt.silver.reference_text import worded_reference


def table(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A contract; the first field is the key."""
    return {
        "name": name,
        "title": name,
        "files": "*.csv",
        "primaryKey": [fields[0]["name"]],
        "fields": list(fields),
        **more,
    }


ORDERS = table("orders", column("order_no"), column("customer"))
KEY = {"fields": "order_no", "reference": {"resource": "orders", "fields": "order_no"}}
LINES = table("lines", column("line", "integer"), column("order_no"), column("amount", "number", decimals=2, money=True),
              foreignKeys=[KEY])  # fmt: skip


@dataclass
class Shop:
    """Silver tables below a folder, each with its contract."""

    folder: Path

    def add(self, contract: dict[str, Any], *rows: str) -> None:
        """A silver table and its contract."""
        header = ",".join(field["name"] for field in contract["fields"])
        (self.folder / f"{contract['name']}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        path = self.folder / f"{contract['name']}.yaml"
        path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")

    def keys(self, name: str, budget: float = 0.05) -> list[dict[str, Any]]:
        """What the rule writes of the unique keys of a table without references."""
        self.check(name, budget=budget)
        return json.loads((self.folder / "found.json").read_text(encoding="utf-8"))["unique_keys"]

    def check(self, child: str, *parents: str, budget: float = 0.05) -> list[dict[str, Any]]:
        """What the rule writes of the references of a table, with the words of pages."""
        found = self.run(child, *parents, budget=budget)["references"]
        return [worded_reference(one, SILVER_WORDS) for one in found]

    def sums(self, child: str, *parents: str, budget: float = 0.05) -> list[dict[str, Any]]:
        """What the rule writes of the sums of a table."""
        return self.run(child, *parents, budget=budget)["sums"]

    def contract(self, table: str) -> Contract:
        """What the rule reads of the contract of a table."""
        return contract_parts.of_references(read_contract(self.folder / f"{table}.yaml"))

    def run(self, child: str, *parents: str, budget: float = 0.05) -> dict[str, Any]:
        """What the rule writes of a table."""
        silver_references.main(
            table=str(self.folder / f"{child}.csv"),
            referred=[str(self.folder / f"{name}.csv") for name in parents],
            contract=self.contract(child),
            others=[self.contract(name) for name in parents],
            budget=budget,
            output=str(self.folder / "found.json"),
        )
        return json.loads((self.folder / "found.json").read_text(encoding="utf-8"))


def shop(folder: Path, orders: list[str], refers: list[str], **lines: Any) -> Shop:
    """Orders, and a line of 10.00 for each order number that is referred to."""
    made = Shop(folder)
    made.add(ORDERS, *(f"{number},K1" for number in orders))
    made.add({**LINES, **lines}, *(f"{n},{number},10.00" for n, number in enumerate(refers, 1)))
    return made


TOTAL = {
    "field": "total",
    "fields": "order_no",
    "reference": {"resource": "lines", "fields": "order_no", "sum": "amount"},
}


def with_totals(folder: Path, orders: int, wrong: int = 0, **stated: Any) -> Shop:
    """Orders of two lines of 10.00 each, and their totals, of which the first are 0.50 too high."""
    made = Shop(folder)
    numbers = [f"A{n:03}" for n in range(orders)]
    total = column("total", "number", decimals=2, money=True)
    made.add(
        table("orders", column("order_no"), total, equalSums=[{**TOTAL, **stated}]),
        *(f"{number},{20.5 if n < wrong else 20:.2f}" for n, number in enumerate(numbers)),
    )
    made.add(LINES, *(f"{n},{numbers[n // 2]},10.00" for n in range(2 * orders)))
    return made
