"""All that is known of one company, typed: made once from checked YAML (`settings.load`), read by rules and scripts.

A contract describes a raw table and its way to silver, a mart a table of gold, a KPI a key figure. What a rule needs of
them is a property or a method here, so that it can be tested without Snakemake. Nothing here reads a file but
`read_contract`.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from elt.files import read_yaml
from elt.run import sql_names
from elt.run.controller import ClassException, ControllerStatements
from elt.run.date_formats import is_day_first, is_year_first, is_zoned
from elt.tables import ColumnType

Words = str | Mapping[str, str]  # one text, or {en: …, de: …}
CALENDAR = "calendar.days"
COMPLETE_MONTHS = "calendar.months"
FACT = "fact_sales"


def plain_dates(content: Any) -> Any:
    """YAML turns 2015-12-31 into a date; settings and contracts keep it as text."""
    if isinstance(content, dict):
        return {key: plain_dates(value) for key, value in content.items()}
    if isinstance(content, list):
        return [plain_dates(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


def composed(content: Any) -> Any:
    """The texts of YAML content in Unicode normal form C, in which names and values are compared."""
    if isinstance(content, dict):
        return {composed(key): composed(value) for key, value in content.items()}
    if isinstance(content, list):
        return [composed(value) for value in content]
    return unicodedata.normalize("NFC", content) if isinstance(content, str) else content


def taken(kind: type, entry: Mapping[str, Any], **special: Any) -> dict[str, Any]:
    """Arguments of a dataclass from the keys of a YAML entry of the same names; lists become tuples."""
    names = {item.name for item in fields(kind)} - special.keys()
    found = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items() if key in names}
    return found | special


@dataclass(frozen=True)
class ClassedColumn(ColumnType):
    """A column with its personal class: none, quasi, identifier or direct."""

    personal: str = "direct"  # unknown means personal
    from_persons: bool = False  # made of something personal, or of the name of a file, whatever its class


@dataclass(frozen=True)
class ClassedTable:
    """A table with its personal classes and its key: what a search for personal values has to know of it."""

    columns: tuple[ClassedColumn, ...]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Column(ClassedColumn):
    """A column of a mart: its type, its personal class and what it means."""

    description: Words = ""
    required: bool = False
    unit: str | None = None
    doubts: tuple[str, ...] = ()  # of a flag: columns whose values rest on an assumption where it is true
    why: Words = ""  # what is assumed there

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """The column of an entry of marts.yaml."""
        return cls(**taken(cls, entry, name=name))

    @property
    def typed(self) -> ColumnType:
        """Name, type and decimals alone: what reading a table needs, so that a new description reruns nothing."""
        return ColumnType(self.name, self.type, self.decimals)

    @property
    def classed(self) -> ClassedColumn:
        """Type and personal class alone."""
        return ClassedColumn(self.name, self.type, self.decimals, self.personal, self.from_persons)


def stated_orders(formats: Sequence[str], stated: Any) -> tuple[bool, ...]:
    """Whether the day comes first, for each format of a field, from `dayFirst` of its contract; empty if unstated.

    `stated`: true, false, a list of them, or None. One word for several formats leaves alone those that begin with the
    year, unless there is no other.
    """
    if stated is None:
        return ()
    if isinstance(stated, list):
        return tuple(stated)
    is_alone = all(map(is_year_first, formats))
    return tuple(stated if is_alone or not is_year_first(form) else bool(is_day_first(form)) for form in formats)


@dataclass(frozen=True)
class Field(Column):
    """A field of a contract: a column of silver, and how its value is made from the text of the raw file."""

    erasure: str | None = None  # kind of number by which the record's person is found for erasure
    collective_accounts: tuple[str, ...] = ()  # customer numbers that stand for many people
    money: bool = False  # its sum is followed through the ledger
    formats: tuple[str, ...] = ()  # of a date
    day_first: tuple[bool, ...] = ()  # of each format, where the contract says so
    time_zone: str | None = None  # in which the day of time stamps with a zone counts; None if it has none such
    missing_values: tuple[str, ...] = ()
    position: int | None = None  # of its column in the file (1 is the first), where the header does not name it alone
    compute: str | None = None  # SQL over the other fields: a field that no file has
    convert: str | None = None  # SQL over the texts of the record, before the value is typed
    codes: Mapping[str, str] | None = None
    otherwise: str | None = None  # what a value in no code list becomes
    minimum: float | str | None = None  # a number, or a day as text
    maximum: float | str | None = None
    invalid: str = "quarantine"  # or "null": what an unreadable value makes of the record

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any], time_zone: str | None = None, *, day_first: bool | None = None) -> Self:
        """The field of an entry of a contract; `time_zone`, `day_first`: what its contract states for all."""
        form = entry.get("format", [])
        formats = (form,) if isinstance(form, str) else tuple(form)
        default = None if all(map(is_year_first, formats)) else day_first
        return cls(
            **taken(
                cls,
                entry,
                formats=formats,
                day_first=stated_orders(formats, entry.get("dayFirst", default)),
                time_zone=time_zone if any(map(is_zoned, formats)) else None,
                missing_values=tuple(entry.get("missingValues", ())),
                collective_accounts=tuple(entry.get("collectiveAccounts", ())),
            )
        )

    @property
    def is_amount(self) -> bool:
        """Whether it is money that a file states: then a rounding of it is counted, with its amount."""
        return self.type == "number" and self.compute is None and (self.money or self.unit == "money")

    @property
    def is_limited(self) -> bool:
        """Whether the contract states a smallest or largest value."""
        return self.minimum is not None or self.maximum is not None

    def limit(self, name: str) -> Any:
        """`minimum` or `maximum` in the field's type: a number or a day; None if it is not stated."""
        value = getattr(self, name)
        return date.fromisoformat(value) if self.type == "date" and value is not None else value


@dataclass(frozen=True)
class Repair:
    """A repair of silver: where `when` holds, the field becomes `set` (SQL expressions)."""

    field: str
    when: str
    set: str
    why: Words


@dataclass(frozen=True)
class QuarantineRule:
    """Records for which `when` (SQL) holds go to quarantine under a code."""

    code: str
    when: str
    why: Words


@dataclass(frozen=True)
class ForeignKey:
    """Fields of a raw table whose values must stand in fields of another one (or of the same), as silver has both."""

    fields: tuple[str, ...]
    resource: str  # table that is referred to
    reference_fields: tuple[str, ...]
    budget: float | None = None  # share of records or money without a partner, where the settings' one does not count

    @classmethod
    def of(cls, entry: Mapping[str, Any], table: str) -> Self:
        """The foreign key of an entry of a contract of `table`; a reference without a resource is to the same table."""
        reference = entry["reference"]
        fields, target = (
            (names,) if isinstance(names, str) else tuple(names) for names in (entry["fields"], reference["fields"])
        )
        return cls(fields, reference.get("resource") or table, target, entry.get("budget"))

    @property
    def target(self) -> str:
        """What it refers to, in messages."""
        return ", ".join(f"{self.resource}.{name}" for name in self.reference_fields)


@dataclass(frozen=True)
class EqualSum:
    """An amount of a raw table that must equal the sum of the lines of another one, as silver has both."""

    field: str
    fields: tuple[str, ...]  # of the table, by which its lines are found
    resource: str  # table of the lines
    reference_fields: tuple[str, ...]  # of that table, in the same order
    sum_of: str  # field of that table
    tolerance: float = 0  # by which both may differ
    budget: float | None = None  # share of records or money that may differ, where the settings' one does not count

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The equality of an entry of a contract."""
        reference = entry["reference"]
        own, its = (
            (names,) if isinstance(names, str) else tuple(names) for names in (entry["fields"], reference["fields"])
        )
        more = {key: entry[key] for key in ("tolerance", "budget") if key in entry}
        return cls(entry["field"], own, reference["resource"], its, reference["sum"], **more)

    @property
    def target(self) -> str:
        """What is summed up, in messages."""
        return f"{self.resource}.{self.sum_of}"


@dataclass(frozen=True)
class StatedDialect:
    """What a contract says of the way its files are written; `auto` is decided from the file."""

    delimiter: str = "auto"
    encoding: str = "auto"
    decimal_char: str = "auto"
    group_char: str = "auto"
    quote_char: str | None = None  # None: not stated; empty: fields are never quoted
    double_quote: bool = True
    escape_char: str | None = None
    skip_lines: int = 0
    skip_footer_lines: int = 0

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The dialect of a contract; its keys are those of the Frictionless CSV Dialect."""
        names = {"".join([p, *(w.title() for w in rest)]): item.name for item in fields(cls)
                 for p, *rest in [item.name.split("_")]}  # fmt: skip
        return cls(**{names[key]: value for key, value in entry.items()})


@dataclass(frozen=True)
class Contract:
    """A raw table: its files, dialect, key, fields, repairs and quarantine rules. One silver table comes of it."""

    name: str
    title: Words
    files: str  # pattern below the raw folder
    primary_key: tuple[str, ...]
    fields: tuple[Field, ...]
    department: Words = ""
    dialect: StatedDialect = field(default_factory=StatedDialect)
    may_be_empty: bool = False
    latest: str | None = None  # the field by which the newest record of a repeated key is kept
    time_zone: str | None = None  # as the contract states it
    ignore: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    quarantine: tuple[QuarantineRule, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    equal_sums: tuple[EqualSum, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()  # further fields whose values together are expected once

    @classmethod
    def of(cls, entry: Mapping[str, Any], time_zone: str | None = None) -> Self:
        """The contract of a YAML document that its schema allows; `time_zone`: of the company, unless it states one."""
        stated, day_first = entry.get("timeZone"), entry.get("dayFirst")
        return cls(
            **taken(
                cls,
                entry,
                primary_key=tuple(entry["primaryKey"]),
                fields=tuple(Field.of_entry(one, stated or time_zone, day_first=day_first) for one in entry["fields"]),
                time_zone=stated,
                dialect=StatedDialect.of(entry.get("dialect", {})),
                may_be_empty=entry.get("mayBeEmpty", False),
                latest=entry.get("keep", {}).get("latest"),
                repairs=tuple(Repair(**repair) for repair in entry.get("repairs", ())),
                quarantine=tuple(QuarantineRule(**rule) for rule in entry.get("quarantine", ())),
                foreign_keys=tuple(ForeignKey.of(key, entry["name"]) for key in entry.get("foreignKeys", ())),
                equal_sums=tuple(map(EqualSum.of, entry.get("equalSums", ()))),
                unique_keys=tuple(map(tuple, entry.get("uniqueKeys", ()))),
            )
        )

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Name -> field."""
        return {item.name: item for item in self.fields}

    @property
    def names(self) -> list[str]:
        """Names of the fields, in order."""
        return [item.name for item in self.fields]

    @property
    def typed_columns(self) -> tuple[ColumnType, ...]:
        """Name, type and decimals of the fields."""
        return tuple(item.typed for item in self.fields)

    @property
    def amounts(self) -> tuple[str, ...]:
        """Names of the fields whose sum is followed through the ledger."""
        return tuple(item.name for item in self.fields if item.money)

    @property
    def classed(self) -> ClassedTable:
        """Types and personal classes of the fields, and the key."""
        return ClassedTable(tuple(item.classed for item in self.fields), self.primary_key)

    @property
    def erasure_kinds(self) -> frozenset[str]:
        """Kinds of numbers by which a person's records are found for erasure."""
        return frozenset(item.erasure for item in self.fields if item.erasure)


@dataclass(frozen=True)
class MartLedger:
    """What is proved of a mart: sums that equal a key figure, rows and money of a silver table that come out again."""

    kpis: Mapping[str, str] = field(default_factory=dict)  # column -> key figure over order lines
    table: str | None = None  # silver table
    rows: str | None = None  # "all": every record of the table is a row
    money: Mapping[str, str] = field(default_factory=dict)  # column -> field of the table
    left_out: Words | None = None  # why records of the table are no rows here


@dataclass(frozen=True)
class Mart:
    """A table of gold: its grain, key, references and columns; its SQL is `Company.queries[name]`."""

    name: str
    title: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    foreign_keys: Mapping[str, str] = field(default_factory=dict)  # column -> <mart>.<column>
    ledger: MartLedger = field(default_factory=MartLedger)
    left_out: tuple[str, ...] | None = None  # columns of a standard mart that need what the star schema lacks
    derived: tuple[str, ...] = ()  # columns that are made after the SQL, by the rules of the star schema

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Self:
        """The mart of an entry of marts.yaml, its standard columns fitted."""
        return cls(
            **taken(
                cls,
                entry,
                name=name,
                columns=tuple(Column.of(column, spec) for column, spec in entry["columns"].items()),
                foreign_keys=entry.get("foreignKeys", {}),
                ledger=MartLedger(**entry.get("ledger", {})),
            )
        )

    @property
    def is_standard(self) -> bool:
        """Whether it is an aggregate that every company gets, fitted to the columns that it has."""
        return self.left_out is not None

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Name -> column."""
        return {item.name: item for item in self.columns}

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [item.name for item in self.columns]

    @property
    def required_columns(self) -> frozenset[str]:
        """Columns that must have a value: the key, and what is marked so."""
        return frozenset({*self.key, *(column.name for column in self.columns if column.required)})

    @property
    def flags(self) -> tuple[Column, ...]:
        """The columns that are true or false."""
        return tuple(column for column in self.columns if column.type == "boolean")

    @property
    def doubtful(self) -> tuple[Column, ...]:
        """The flags that say which values rest on an assumption."""
        return tuple(column for column in self.flags if column.doubts)

    @property
    def references(self) -> dict[str, tuple[str, str]]:
        """Column -> (mart, column of it) of the foreign keys."""
        split = {column: goal.partition(".") for column, goal in self.foreign_keys.items()}
        return {column: (mart, key) for column, (mart, _, key) in split.items()}

    @property
    def typed_columns(self) -> tuple[ColumnType, ...]:
        """Name, type and decimals of the columns."""
        return tuple(item.typed for item in self.columns)

    @property
    def classed(self) -> ClassedTable:
        """Types and personal classes of the columns, and the key."""
        return ClassedTable(tuple(item.classed for item in self.columns), self.key)


@dataclass(frozen=True)
class Query:
    """The SQL of a mart: its file, relative to the project, and its text."""

    file: str
    text: str

    @property
    def tables(self) -> tuple[str, ...]:
        """Dotted names of the tables that it reads, the calendar apart."""
        return tuple(name for name in sql_names.tables(self.text) if name not in (CALENDAR, COMPLETE_MONTHS))

    @property
    def reads_calendar(self) -> bool:
        """Whether it reads the days of the calendar."""
        return CALENDAR in sql_names.tables(self.text)

    @property
    def reads_months(self) -> bool:
        """Whether it reads which months are complete."""
        return COMPLETE_MONTHS in sql_names.tables(self.text)

    @property
    def kpis(self) -> tuple[str, ...]:
        """Names of the key figures that it uses."""
        return sql_names.kpis(self.text)


@dataclass(frozen=True)
class Calendar:
    """Whose public holidays count."""

    country: str
    subdivision: str | None = None


@dataclass(frozen=True)
class Kpi:
    """A key figure: its name and meaning in two languages, and its formula (SQL)."""

    name: Mapping[str, str]
    definition: Mapping[str, str]
    formula: str
    unit: str  # money, share or count
    direction: str  # up: more is better; down; none
    exclusions: Mapping[str, str] | None = None
    over: str = "lines"  # or "customers": one row a customer with orders and revenue
    counts_people: bool = False  # its value is a number of persons: small ones are hidden

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The key figure of an entry of kpis.yaml."""
        return cls(**taken(cls, entry))


@dataclass(frozen=True)
class SegmentCondition:
    """A condition on the mean of a segment: a feature above or below so many standard deviations."""

    feature: str
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class SegmentRule:
    """A name for segments, the conditions under which it is given, and what to do for whom bears it."""

    id: str
    name: Mapping[str, str]
    when: tuple[SegmentCondition, ...]
    action: Mapping[str, str]
    success: Mapping[str, str]
    no_action: bool = False

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The rule of an entry of segments.yaml."""
        return cls(**taken(cls, entry, when=tuple(SegmentCondition(**one) for one in entry["when"])))


@dataclass(frozen=True)
class Segments:
    """Which features k-means sees, how reports call them, and the rules of the names, in order."""

    features: tuple[str, ...]
    rules: tuple[SegmentRule, ...]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The content of segments.yaml."""
        return cls(**taken(cls, entry, rules=tuple(map(SegmentRule.of, entry["segments"]))))


@dataclass(frozen=True)
class StarColumn:
    """A column of the star schema that later stages read."""

    type: str
    optional: bool = False
    derived: tuple[str, ...] = ()  # columns of the table that it is made of where the company's SQL does not give it
    at_most: str = "direct"  # the strictest class with which reports may show it
    description: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """The column of an entry of star.yaml."""
        return cls(**taken(cls, entry))


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

    def time_zone_of(self, table: str) -> str | None:
        """In which time zone the days of a raw table's time stamps count; None if none of its fields needs it."""
        return next((item.time_zone for item in self.contracts[table].fields if item.time_zone), None)

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


NO_COMPANY = Company("", {}, {}, {}, Calendar(""), {}, {}, None)  # for requests that need none


def read_contract(path: str | Path, time_zone: str | None = None) -> Contract:
    """The contract in a file whose schema was checked when the run was planned; `time_zone`: of the company."""
    return Contract.of(composed(plain_dates(read_yaml(path))), time_zone)
