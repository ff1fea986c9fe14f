"""Personal classes of a company computed from its SQL, and held against those that it states.

A class that is weaker than that of what a value is made of is a fault, unless privacy.yaml excepts the column and says
why. What the company does not write itself, the standard marts, takes the computed class.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from elt.run import sql_names, value_classes
from elt.run.columns import Column
from elt.run.company import Company
from elt.run.contract import Contract
from elt.run.controller import ClassException
from elt.run.lineage import Leaf, of_expressions
from elt.run.mart import CALENDAR, COMPLETE_MONTHS, FACT, Mart
from elt.run.sql_names import KPI
from elt.run.value_classes import CLASSES, NOTHING, Carried, NotFollowedError, Persons

CUSTOMER = "customer"  # kind of number for erasure: that of a person
NUMBERS = [
    ("gold.dim_customer", "customer_key"),
    ("gold.dim_customer", "customer_number"),
    (f"gold.{FACT}", "customer_key"),
]
FILE = "_file"
OF_RECORDS = {FILE: "none", "_record": "none"}  # what compute may name beside fields
MONTHS = {"month_start": "none", "is_complete": "none"}
BUYERS = {"customer_key": "identifier", "orders": "none"}  # what a key figure over customers sees, revenue apart
UNFOLLOWED = Carried("direct")
AnyColumn = TypeVar("AnyColumn", bound=Column)
Classes = dict[str, dict[str, str]]  # dotted table -> column -> class


def strictness(personal: str) -> int:
    """0 for none to 3 for direct."""
    return CLASSES.index(personal)


@dataclass(frozen=True)
class Checked:
    """What was computed: the company with the classes of its standard marts, faults, exceptions with their paths."""

    company: Company
    faults: Sequence[str]


class _Check:
    """The check on its way: classes as they count, origins of columns, faults, exceptions that were needed."""

    def __init__(self, company: Company, minimum: int, days: Collection[str]) -> None:
        self.company = company
        self.stated = {one.column: one for one in company.class_exceptions}
        numbers = [
            (f"silver.{name}", field.name)
            for name, contract in company.contracts.items()
            for field in contract.fields
            if field.erasure == CUSTOMER
        ]
        self.persons = Persons(minimum, {*NUMBERS, *numbers})
        self.classes: Classes = {CALENDAR: dict.fromkeys(days, "none"), COMPLETE_MONTHS: dict(MONTHS)}
        self.known = dict(self.classes)  # as none what is made of no person's value and no file's name, excepted or not
        self.origins: dict[Leaf, Carried] = {}
        self.used: dict[str, ClassException] = {}
        self.faults: list[str] = []
        self.marts, self.contracts = dict(company.marts), dict(company.contracts)

    def path(self, table: str, column: str) -> list[str]:
        """The way of a value from the raw column to a column of silver or gold."""
        way: list[str] = []
        leaf: Leaf | None = (table, column)
        while leaf is not None and ".".join(leaf) not in way:
            way.insert(0, ".".join(leaf))
            table, column = leaf
            leaf = self.origins[leaf].leaf if leaf in self.origins else None
        return [f"raw {way[0].removeprefix('silver.')}", *way] if table.startswith("silver.") else way

    def settled(self, column: str, stated: str, found: Carried) -> bool:
        """Whether an exception lets a column keep its stated class though what was computed is stricter."""
        exception = self.stated.get(column)
        if exception is None or strictness(exception.instead_of) < found.strictness:
            return False
        self.used[column] = replace(exception, personal=stated, path=self.way(column, found))
        return True

    def way(self, column: str, found: Carried) -> tuple[str, ...]:
        """The way of a value from the raw column to a column or key figure that it makes stricter."""
        before = self.path(*found.leaf) if found.leaf else []
        return (*before, *([column] if column not in before else []))

    def fault(self, where: str, column: str, stated: str, found: Carried, limit: str = "direct") -> None:
        """Note that a column is of a weaker class than what it is made of."""
        if found.leaf is None:
            why = "and how its values come about cannot be followed, so they count as direct"
        else:
            why = f"but takes its value from {'.'.join(found.leaf)} ({found.personal})"
            why = f"{why}: {' → '.join(self.way(column, found))}"
        remedy = f"State personal: {found.personal}, or take its value from another column"
        if strictness(found.personal) > strictness(limit):
            remedy = "Reports print it, so take its value from another column"
        self.faults.append(f"{where}: is of class {stated}, {why}. {remedy}{excepted(column, found.personal)}")

    def add_contract(self, name: str, contract: Contract) -> None:
        """Classes of the fields of a contract, with what conversions, repairs and computations take them from."""
        table, own = f"silver.{name}", {field.name: field.personal for field in contract.fields}
        self.classes[table] = dict(own)
        before: dict[str, str] = {}
        made = {field: sql for field in own if (sql := expression_of(contract, field)) is not None}
        while self.classes[table] != before:  # a repair may take its value from a field that another repair has set
            before = dict(self.classes[table])
            for field, sql in made.items():
                found = self.of_expression(sql, {table: before | OF_RECORDS | {field: own[field]}})
                self.origins[table, field] = found
                if found.strictness > strictness(own[field]) and not self.settled(
                    f"{table}.{field}", own[field], found
                ):
                    self.classes[table][field] = found.personal
        for field, personal in own.items():
            if self.classes[table][field] != personal:
                where = f"contracts/{name}.yaml: fields.{field}"
                self.fault(where, f"{table}.{field}", personal, self.origins[table, field])
        computed = {field: self.origins.get((table, field), NOTHING).strictness for field in own}
        self.known[table] = {
            field: "direct" if computed[field] or personal != "none" or FILE in made.get(field, "") else "none"
            for field, personal in own.items()
        }
        self.contracts[name] = replace(contract, fields=tuple(self.marked(table, one) for one in contract.fields))

    def of_expression(self, sql: str, tables: Classes) -> Carried:
        """The class of the one value that a query gives."""
        try:
            return value_classes.strictest(value_classes.of_query(sql, tables, self.persons).values())
        except NotFollowedError:
            return UNFOLLOWED

    def add_mart(self, name: str) -> None:
        """Classes of the columns of a mart."""
        mart, table = self.company.marts[name], f"gold.{name}"
        found = self.of_mart(mart, self.classes)
        classes: dict[str, str] = {}
        for column in mart.columns:
            one = found.get(column.name, UNFOLLOWED) if column.name not in mart.derived else NOTHING
            self.origins[table, column.name] = one
            classes[column.name] = self.of_column(mart, column.name, column.personal, one)
        self.classes[table] = classes
        known = self.of_mart(mart, self.known)
        self.known[table] = {
            one: "none" if one in mart.derived else known.get(one, UNFOLLOWED).personal for one in classes
        }
        self.marts[name] = replace(mart, columns=tuple(self.marked(table, one) for one in mart.columns))

    def marked(self, table: str, stated: AnyColumn) -> AnyColumn:
        """A column with the class that counts, if it is of a standard mart, and whether persons' values made it."""
        name = stated.name
        takes = table.startswith("gold.") and self.company.marts[table.removeprefix("gold.")].takes_classes
        personal = self.classes[table][name] if takes else stated.personal
        return replace(stated, personal=personal, from_persons=self.known[table][name] != "none")

    def of_mart(self, mart: Mart, classes: Classes) -> Mapping[str, Carried]:
        """Output column of a mart's SQL -> what it carries; nothing where it cannot be followed."""
        tables = dict(classes)
        for table, columns in self.company.absent_columns(mart.name).items():
            tables[table] = tables[table] | {column.name: "none" for column in columns}
        query = self.company.queries[mart.name]
        read = {name: tables[name] for name in sql_names.tables(query.text) if name in tables}
        try:
            sql = sql_names.with_formulas(query.text, self.company.formulas)
            return value_classes.of_query(sql, read, self.persons)
        except NotFollowedError:
            return {}

    def of_column(self, mart: Mart, name: str, stated: str, found: Carried) -> str:
        """The class of a column as it counts from here on; notes a fault where it is stated weaker."""
        column, where = f"gold.{mart.name}.{name}", f"marts.yaml: marts.{mart.name}.columns.{name}"
        limit = self.company.limits.get(mart.name, {}).get(name, "direct")
        if found.strictness > strictness(stated):
            if self.settled(column, stated, found):
                return stated
            if not mart.takes_classes or (mart.is_drawn and strictness(found.personal) > strictness(limit)):
                self.fault(where, column, stated, found, limit)
            return found.personal
        if strictness(stated) > strictness(limit) and not mart.is_standard:
            words = f"{where}: is of class {stated}, and reports print it, so it may be {limit} at most. "
            self.faults.append(f"{words}Take its value from another column and state its class")
        return stated

    def add_kpis(self) -> None:
        """Key figures are published: their formulas must carry nothing personal."""
        lines = self.classes.get(f"gold.{FACT}", {})
        persons = replace(self.persons, always=True)  # groups of few persons are hidden where key figures are shown
        for name, kpi in self.company.kpis.items():
            columns = lines if kpi.over == "lines" else {**BUYERS, "revenue": lines.get("sales_amount", "none")}
            used = of_expressions([kpi.formula], [*columns, *self.company.star.get(FACT, {})])
            if not used <= columns.keys():
                continue  # of a column that the company lacks: the key figure is left out
            sql = f"SELECT {kpi.formula}\nAS value FROM gold.{FACT}"  # noqa: S608 - parsed only
            try:
                found = value_classes.of_query(sql, {f"gold.{FACT}": columns}, persons)["value"]
            except NotFollowedError:
                found = UNFOLLOWED
            column = f"{KPI}.{name}"
            if found.strictness and not self.settled(column, "none", found):
                self.fault(f"kpis.yaml: {name}.formula", column, "none", found, "none")

    def exceptions(self) -> Iterator[str]:
        """Exceptions that nothing needs: a later change could make them cover what nobody has looked at."""
        every = {f"{table}.{name}" for table, names in self.classes.items() for name in names}
        every |= {f"{KPI}.{name}" for name in self.company.kpis}
        for column, one in sorted(self.stated.items()):
            if one.is_of_company and column not in self.used and not any(f"{column}," in line for line in self.faults):
                why = (
                    "is not needed, as its class is not weaker than what it is made of"
                    if column in every
                    else "is no column"
                )
                yield f"privacy.yaml: class_exceptions: {column} {why}. Take the entry out"


def excepted(column: str, personal: str) -> str:
    """The other remedy: an exception with a reason."""
    entry = f"{{column: {column}, instead_of: {personal}, why: …}}"
    return (
        f"; or, if it tells nothing of a person, except it with a reason in privacy.yaml: class_exceptions: [{entry}]"
    )


def quoted(name: str) -> str:
    """A name in quotes, as SQL has it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def expression_of(contract: Contract, field: str) -> str | None:
    """A query that gives the value of a field from the fields of its record; None for one that is taken as it is."""
    item = contract.by_name[field]
    repairs = [one for one in contract.repairs if one.field == field]
    first = item.compute or item.convert
    if first is None and not repairs:
        return None
    value = f"({first}\n)" if first is not None else quoted(field)
    for one in repairs:
        value = f"CASE WHEN ({one.when}\n) THEN ({one.set}\n) ELSE {value} END"
    if item.compute is None:
        value = f"COALESCE({quoted(field)}, {value})"  # it keeps the class of the field itself
    return f"SELECT {value} AS value FROM silver.{contract.name}"  # noqa: S608 - parsed only


def checked(company: Company, minimum: int, days: Collection[str]) -> Checked:
    """The classes of a company whose SQL is bound; `minimum`: persons that are enough; `days`: calendar columns."""
    check = _Check(company, minimum, days)
    for name, contract in company.contracts.items():
        check.add_contract(name, contract)
    reads = {name: {goal.removeprefix("gold.") for goal in query.tables} for name, query in company.queries.items()}
    for name in (one for one in sql_names.in_order(reads) if one in company.marts):
        check.add_mart(name)
    check.add_kpis()
    faults = [*check.faults, *check.exceptions()]
    used = tuple(check.used[column] for column in sorted(check.used))
    marts = {name: check.marts[name] for name in company.marts}
    return Checked(replace(company, contracts=check.contracts, marts=marts, class_exceptions=used), faults)


def told(company: Company) -> dict[str, Any]:
    """What was computed of a checked company, in terms of JSON."""
    columns = {
        table: {one.name: [one.personal, one.from_persons] for one in columns_of(kind)}
        for table, kind in company.tables()
    }
    return {"columns": columns, "exceptions": [asdict(one) for one in company.class_exceptions]}


def columns_of(table: Contract | Mart) -> Sequence[Column]:
    """The fields of a contract, or the columns of a mart."""
    return table.fields if isinstance(table, Contract) else table.columns


def applied(company: Company, found: Mapping[str, Any]) -> Company:
    """The company with what was computed of it, as `told` gives it."""

    def marked(table: str, stated: AnyColumn) -> AnyColumn:
        personal, from_persons = found["columns"][table][stated.name]
        return replace(stated, personal=personal, from_persons=from_persons)

    contracts = {
        name: replace(one, fields=tuple(marked(f"silver.{name}", field) for field in one.fields))
        for name, one in company.contracts.items()
    }
    marts = {
        name: replace(one, columns=tuple(marked(f"gold.{name}", column) for column in one.columns))
        for name, one in company.marts.items()
    }
    exceptions = tuple(ClassException(**{**one, "path": tuple(one["path"])}) for one in found["exceptions"])
    return replace(company, contracts=contracts, marts=marts, class_exceptions=exceptions)
