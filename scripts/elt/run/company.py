"""All that is known of one company, typed: made once from checked YAML (`settings.load`), read by rules and scripts.

A contract describes a raw table and its way to silver, a mart a table of gold, a KPI a key figure. What a rule needs of
them is a property or a method here, so that it can be tested without Snakemake.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from elt.run.contract import Contract
from elt.run.controller import ClassException, ControllerStatements
from elt.run.entries import Words, taken
from elt.run.key_figures import Kpi
from elt.run.mart import FACT, Calendar, Mart, Query
from elt.run.segment_rules import Segments
from elt.tables import ColumnType


@dataclass(frozen=True)
class StarColumn:
    """A column of the star schema that later stages read."""

    type: str
    optional: bool = False
    derived: tuple[str, ...] = ()  # columns of the table that it is made of where the company's SQL does not give it
    at_most: str = "direct"  # the strictest class with which reports may show it
    description: Words = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The column of an entry of star.yaml."""
        return cls(**taken(cls, entry))


@dataclass(frozen=True)
class Identity:
    """What a company is called in reports, where its company.yaml says so, its logo and the currency of its books."""

    name: Words = ""
    currency: str | None = None
    logo: str | None = None  # file in the folder of the company
    first_month: int | None = None  # of its business year

    def called(self, folder: str, language: str) -> str:
        """The name in a language; without one that of its folder."""
        stated = self.name if isinstance(self.name, str) else self.name.get(language) or next(iter(self.name.values()))
        return stated or folder.replace("_", " ").title()


@dataclass(frozen=True)
class Company:
    """One company: contracts by table, marts (its own and the standard ones, fitted) and their SQL, key figures.

    `kpis`: the key figures that it shows; `formulas`: of every key figure over order lines; `star`: table -> column of
    the star schema; `standard`: names of marts of config/standard/; `left_out`: what was left out -> column it needs;
    `controller_statements`: of privacy.yaml, for the privacy records; `class_exceptions`: columns with a weaker class
    than what they are made of, of privacy.yaml and of the standard marts; `limits`: mart -> column -> the strictest
    class with which reports may show it.
    """

    folder: str
    contracts: Mapping[str, Contract]
    marts: Mapping[str, Mart]
    queries: Mapping[str, Query]
    calendar: Calendar
    kpis: Mapping[str, Kpi]
    formulas: Mapping[str, str]
    segments: Segments | None
    controller_statements: ControllerStatements = field(default_factory=ControllerStatements)
    star: Mapping[str, Mapping[str, StarColumn]] = field(default_factory=dict)
    standard: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    class_exceptions: tuple[ClassException, ...] = ()
    limits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it says, for results that depend on it."""
        return hashlib.sha256(repr(self).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def name(self) -> str:
        """Name of its folder."""
        return Path(self.folder).name

    def mart(self, name: str) -> Mart:
        """A mart by its name."""
        return self.marts[name]

    def contract(self, name: str) -> Contract:
        """A contract by its name."""
        return self.contracts[name]

    def contract_file(self, table: str) -> str:
        """Path of a table's contract."""
        return f"{self.folder}/contracts/{table}.yaml"

    def sources(self, mart: str) -> tuple[str, ...]:
        """Dotted names of all tables that a mart reads, refers to or is proved against, sorted."""
        entry = self.marts[mart]
        read = {*self.queries[mart].tables, *(f"gold.{target}" for target, _ in entry.references.values())}
        proved = {f"gold.{FACT}"} if entry.ledger.kpis else set()
        named = {"gold.dim_customer"} if mart == FACT and self.collective_accounts else set()
        return tuple(sorted(read | proved | named))

    @cached_property
    def collective_accounts(self) -> tuple[str, ...]:
        """Customer numbers that contracts list as collective accounts, sorted."""
        listed = (field.collective_accounts for contract in self.contracts.values() for field in contract.fields)
        return tuple(sorted({number for numbers in listed for number in numbers}))

    @property
    def logo_files(self) -> tuple[str, ...]:
        """Path of the company's logo; nothing without one."""
        return (f"{self.folder}/{self.identity.logo}",) if self.identity.logo else ()

    @property
    def told(self) -> dict[str, dict[str, Words]]:
        """Raw table -> title and department."""
        return {name: {"title": one.title, "department": one.department} for name, one in self.contracts.items()}

    @property
    def quarantine_reasons(self) -> list[Words]:
        """Why records go to quarantine by the rules of the contracts, in words."""
        return [rule.why for one in self.contracts.values() for rule in one.quarantine]

    @property
    def referring(self) -> tuple[str, ...]:
        """Raw tables with foreign keys, further unique keys, or sums that must equal those of another table."""
        return tuple(
            name
            for name, table in self.contracts.items()
            if table.foreign_keys or table.unique_keys or table.equal_sums
        )

    def referred(self, table: str) -> tuple[str, ...]:
        """Raw tables that the foreign keys and sums of a raw table refer to, sorted."""
        contract = self.contracts[table]
        summed = {one.resource for one in contract.equal_sums}
        return tuple(sorted(summed | {key.resource for key in contract.foreign_keys}))

    def checked_before(self, mart: str) -> tuple[str, ...]:
        """Raw tables with foreign keys or further unique keys among those that a mart reads."""
        read = {table.partition(".")[2] for table in self.queries[mart].tables if table.startswith("silver.")}
        return tuple(table for table in self.referring if table in read)

    def typed_columns(self, table: str) -> tuple[ColumnType, ...]:
        """Name, type and decimals of the columns of silver.<table> or gold.<mart>."""
        layer, _, name = table.partition(".")
        return (self.contracts if layer == "silver" else self.marts)[name].typed_columns

    def absent_columns(self, mart: str) -> dict[str, tuple[ColumnType, ...]]:
        """Dotted table -> optional columns of the star schema that it lacks and a standard mart may read as missing."""
        if mart not in self.standard:
            return {}
        names = {table: table.partition(".")[2] for table in self.sources(mart) if table.startswith("gold.")}
        return {
            table: tuple(
                ColumnType(column, known.type)
                for column, known in self.star.get(name, {}).items()
                if column not in self.marts[name].by_name
            )
            for table, name in names.items()
        }

    def sorted_by(self, mart: str) -> dict[str, str]:
        """Silver table that the SQL of the order lines reads -> the column by which its rows are sorted."""
        if mart != FACT:
            return {}
        names = {table: table.partition(".")[2] for table in self.sources(mart) if table.startswith("silver.")}
        return {table: self.contracts[name].primary_key[0] for table, name in names.items()}

    def formulas_of(self, mart: str) -> dict[str, str]:
        """Formulas of the key figures that a mart's SQL names or its ledger proves."""
        used = {*self.queries[mart].kpis, *self.marts[mart].ledger.kpis.values()}
        return {kpi: self.formulas[kpi] for kpi in sorted(used)}

    def calendar_of(self, mart: str) -> Calendar | None:
        """Whose holidays count, for a mart that reads the calendar; else None."""
        return self.calendar if self.queries[mart].reads_calendar else None

    def tables(self) -> Iterable[tuple[str, Contract | Mart]]:
        """(dotted name, contract or mart) of all tables of silver and gold."""
        yield from ((f"silver.{name}", contract) for name, contract in self.contracts.items())
        yield from ((f"gold.{name}", mart) for name, mart in self.marts.items())


NO_HOLIDAYS = Calendar("")  # of a company that names no country
NO_COMPANY = Company("", {}, {}, {}, NO_HOLIDAYS, {}, {}, None)  # for requests that need none
