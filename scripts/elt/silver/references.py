"""References between silver tables: which records find a partner, what the others amount to, and why they find none.

And the further unique keys of a table: which records repeat one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from elt.faults import Fault
from elt.run.contract import Contract
from elt.run.fields import Field
from elt.run.relations import ForeignKey

# Columns beside those of the tables, whose names have no such sign in front.
LINE = "_line"  # of a record in the file of its silver table; 1 is the header
PARTNER = "_has_partner"
RECORDS = "_records"
FIRST = "_first"
MORE = ", …"
NAMED_LINES = 5  # of records without a partner
# ASSUMPTION: a handful of records without a partner is a slip of a small table, not a broken export, as long as they
# are no more than one in ten.
NEVER_STOP, NEVER_STOP_SHARE = 5, Decimal("0.1")


@dataclass(frozen=True)
class Spelling:
    """A way in which two spellings of one key differ: `folded` makes them equal, `sql` does so in a contract.

    `without`: how a message puts it; pages have words of their own.
    """

    name: str
    sql: str
    without: str

    def folded(self, value: pl.Expr) -> pl.Expr:
        """The key without the difference."""
        return {
            "case": value.str.to_uppercase(),
            "zeros": value.str.strip_chars_start("0"),
            "blanks": value.str.replace_all(" ", "", literal=True),
            "hyphens": value.str.replace_all("-", "", literal=True),
            "decimals": value.str.replace(r"\.0+$", ""),
        }[self.name]


SPELLINGS = (
    Spelling("case", "UPPER({})", "if the case of letters did not count"),
    Spelling("zeros", "LTRIM({}, '0')", "if leading zeros did not count"),
    Spelling("blanks", "REPLACE({}, ' ', '')", "if blanks did not count"),
    Spelling("hyphens", "REPLACE({}, '-', '')", "if hyphens did not count"),
    Spelling("decimals", "REGEXP_REPLACE({}, '[.]0+$', '')", "without a trailing .0"),
)


@dataclass(frozen=True)
class Hint:
    """Under which spelling how many records without a partner would find one; whether the other table has to change."""

    spelling: Spelling
    records: int
    is_both: bool


@dataclass(frozen=True)
class Reference:
    """What was found of a foreign key: records of the table, those that refer to nothing, those without a partner.

    `lines`: the first of those without one in the file of the silver table; amounts by field: of those that refer to
    nothing, of those without a partner, of all records; `share`: the largest share of those without a partner, of the
    records or of the absolute sum of an amount.
    """

    key: ForeignKey
    records: int
    missing: int
    orphans: int
    lines: Sequence[int]
    missing_money: Mapping[str, Decimal]
    money: Mapping[str, Decimal]
    of_money: Mapping[str, Decimal]
    share: Decimal
    hint: Hint | None = None


def with_partners(child: pl.LazyFrame, parent: pl.LazyFrame, key: ForeignKey) -> pl.LazyFrame:
    """The child with `_has_partner`: null where a field of the key is missing, else whether the parent has them."""
    names = dict(zip(key.reference_fields, key.fields, strict=True))
    partners = parent.select(pl.col(other).alias(name) for other, name in names.items()).drop_nulls().unique()
    partners = partners.with_columns(pl.lit(value=True).alias(PARTNER))
    refers = pl.all_horizontal(pl.col(name).is_not_null() for name in key.fields)
    joined = child.join(partners, on=list(key.fields), how="left")
    return joined.with_columns(pl.when(refers).then(pl.col(PARTNER).fill_null(value=False)).alias(PARTNER))


def found(child: pl.LazyFrame, parent: pl.LazyFrame, key: ForeignKey, amounts: Sequence[str]) -> Reference:
    """Count a foreign key of a silver table in records and amounts, with a hint where spellings differ.

    `child`, `parent`: the two silver tables, typed; `amounts`: fields of the child.
    """
    frame = with_partners(child.with_row_index(LINE, offset=2), parent, key)
    is_missing, is_orphan = pl.col(PARTNER).is_null(), (~pl.col(PARTNER)).fill_null(value=False)
    groups = {"missing": is_missing, "orphans": is_orphan, "all": pl.lit(value=True)}
    sums = [
        expression
        for name in amounts
        for group, when in groups.items()
        for expression in (
            pl.col(name).filter(when).sum().alias(f"{group} {name}"),
            pl.col(name).filter(when).abs().sum().alias(f"absolute {group} {name}"),
        )
    ]
    counts = [pl.len().alias("records"), is_missing.sum().alias("missing"), is_orphan.sum().alias("orphans")]
    lines = pl.col(LINE).filter(is_orphan).bottom_k(NAMED_LINES).sort().implode().alias("lines")
    row = frame.select(*counts, lines, *sums).collect(engine="streaming").row(0, named=True)
    shares = [share(row["orphans"], row["records"])]
    shares += [share(row[f"absolute orphans {name}"], row[f"absolute all {name}"]) for name in amounts]
    money = {group: {name: row[f"{group} {name}"] or Decimal(0) for name in amounts} for group in groups}
    return Reference(
        key,
        records=row["records"],
        missing=row["missing"],
        orphans=row["orphans"],
        lines=row["lines"],
        missing_money=money["missing"],
        money=money["orphans"],
        of_money=money["all"],
        share=max(shares),
        hint=hint(frame.filter(is_orphan), parent, key) if row["orphans"] else None,
    )


def without_lines(
    child: pl.LazyFrame, parent: pl.LazyFrame, key: ForeignKey, amounts: Sequence[str]
) -> tuple[int, int, dict[str, Decimal], dict[str, Decimal]]:
    """(orders without a line, all orders, amounts of these, of those) of a table of lines that refers to orders.

    `child`, `parent`: the two silver tables, typed; `amounts`: fields of the parent.
    """
    names = dict(zip(key.fields, key.reference_fields, strict=True))
    lines = child.select(pl.col(name).alias(other) for name, other in names.items()).drop_nulls()
    alone = parent.join(lines, on=list(key.reference_fields), how="anti")
    sums = [pl.len(), *(pl.col(name).sum() for name in amounts)]
    (records, *money), (of, *of_money) = (
        frame.select(sums).collect(engine="streaming").row(0) for frame in (alone, parent)
    )
    return records, of, dict(zip(amounts, money, strict=True)), dict(zip(amounts, of_money, strict=True))


@dataclass(frozen=True)
class Repetition:
    """Records of a table that repeat the values of others in the fields of a unique key; amounts by field.

    `lines`: the first of them in the file of the silver table; a record that lacks a value repeats nothing.
    """

    fields: tuple[str, ...]
    records: int
    repeated: int
    lines: Sequence[int]
    money: Mapping[str, Decimal]
    of_money: Mapping[str, Decimal]


def repetition(table: pl.LazyFrame, fields: tuple[str, ...], amounts: Sequence[str]) -> Repetition:
    """Count the records of a silver table whose values in some fields stand in an earlier record too."""
    frame = table.with_row_index(LINE, offset=2)
    firsts = frame.select(*fields, LINE).drop_nulls(fields).group_by(fields).agg(pl.col(LINE).min().alias(FIRST))
    frame = frame.join(firsts, on=list(fields), how="left")
    again = (pl.col(LINE) > pl.col(FIRST)).fill_null(value=False)
    row = frame.select(
        pl.len().alias("records"),
        again.sum().alias("repeated"),
        pl.col(LINE).filter(again).bottom_k(NAMED_LINES).sort().implode().alias("lines"),
        *(pl.col(name).filter(again).sum().alias(f"repeated {name}") for name in amounts),
        *(pl.col(name).sum().alias(f"all {name}") for name in amounts),
    ).collect(engine="streaming").row(0, named=True)  # fmt: skip
    of_money = {name: row[f"all {name}"] or Decimal(0) for name in amounts}
    money = {name: row[f"repeated {name}"] or Decimal(0) for name in amounts}
    return Repetition(fields, row["records"], row["repeated"], row["lines"], money, of_money)


def check_repetition(found: Repetition, budget: float, table: str) -> None:
    """Records that repeat a unique key must stay within the budget; raises Fault."""
    if is_slip(found.repeated, found.records, budget) or found.repeated <= Decimal(str(budget)) * found.records:
        return
    names = ", ".join(found.fields)
    raise Fault(
        f"{table} ({names})",
        f"{found.repeated:,} of {found.records:,} records of {table} repeat the {names} of another; the budget is "
        f"{budget:.1%} (lines {', '.join(map(str, found.lines))}{MORE if found.repeated > len(found.lines) else ''} of "
        f"silver/data/{table}.csv)",
        f"Mend the export; if it is meant so, take the key from uniqueKeys in contracts/{table}.yaml, or raise "
        "reference_budget in config/config.yaml",
    )


def share(part: Any, whole: Any) -> Decimal:
    """Part divided by whole; 0 of nothing."""
    return Decimal(part or 0) / Decimal(whole) if whole else Decimal(0)


def hint(orphans: pl.LazyFrame, parent: pl.LazyFrame, key: ForeignKey) -> Hint | None:
    """The spelling under which most records without a partner would find one; None if none of them would under any."""
    columns = dict(zip(key.fields, key.reference_fields, strict=True))
    schema = orphans.collect_schema()
    texts = [name for name in key.fields if schema[name] == pl.String]
    values = orphans.group_by(key.fields).agg(pl.len().alias(RECORDS)).collect(engine="streaming")
    keys = parent.select(columns.values()).drop_nulls().unique().collect(engine="streaming")
    hints = []
    for spelling in SPELLINGS if texts else ():
        mine = values.with_columns(spelling.folded(pl.col(name)) for name in texts)
        its = keys.with_columns(spelling.folded(pl.col(columns[name])) for name in texts).unique()
        alike = int(mine.join(its, left_on=key.fields, right_on=list(columns.values()), how="semi")[RECORDS].sum())
        alone = int(mine.join(keys, left_on=key.fields, right_on=list(columns.values()), how="semi")[RECORDS].sum())
        hints.append(Hint(spelling, alike, is_both=alone < alike))
    return max((one for one in hints if one.records), key=lambda one: one.records, default=None)


def is_slip(records: int, of: int, budget: float) -> bool:
    """Whether so few records stop no run, if the budget is not 0."""
    return (budget > 0 or not records) and records <= NEVER_STOP and records <= NEVER_STOP_SHARE * of


def in_sql(name: str) -> str:
    """The name of a field in an SQL expression, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) else f'"{name}"'


def rewritten(field: Field, spelling: Spelling) -> str:
    """What a contract has to state of a field so that its spelling is the one without the difference."""
    kind = "convert" if field.compute is None else "compute"
    expression = field.compute or field.convert or in_sql(field.name)
    return f"{kind} of {field.name}: {spelling.sql.format(expression)}"


def remedy(reference: Reference, child: Contract, parent: Contract) -> str:
    """What to do about records without a partner."""
    key, one = reference.key, reference.hint
    budget = "state a budget at this foreign key, or raise reference_budget in config/config.yaml"
    if one is None:
        return (
            f"Export {child.name} and {key.resource} again, both whole and of the same day; if it is meant so, {budget}"
        )
    changes = [(child, child.by_name[name]) for name in key.fields]
    changes += [(parent, parent.by_name[name]) for name in key.reference_fields] if one.is_both else []
    stated = [f"{rewritten(f, one.spelling)} (contracts/{c.name}.yaml)" for c, f in changes if f.type == "string"]
    return f"Mend the spelling in the export, or state it in the contract: {'; '.join(stated)}"


def check_budget(reference: Reference, budget: float, child: Contract, parent: Contract) -> None:
    """Records without a partner and their amounts must stay within the budget; raises Fault."""
    if is_slip(reference.orphans, reference.records, budget) or reference.share <= Decimal(str(budget)):
        return
    key, name = reference.key, child.name
    amounts = "".join(
        f", {amount:,.2f} of {reference.of_money[f]:,.2f} in {f}" for f, amount in reference.money.items()
    )
    places = ", ".join(map(str, reference.lines))
    more = MORE if reference.orphans > len(reference.lines) else ""
    hint = f"; {one.records:,} of them would find one {one.spelling.without}" if (one := reference.hint) else ""
    raise Fault(
        f"{name} ({', '.join(key.fields)} → {key.target})",
        f"{reference.orphans:,} of {reference.records:,} records of {name} have no partner in {key.resource}{amounts}; "
        f"the budget is {budget:.1%} (lines {places}{more} of silver/data/{name}.csv){hint}",
        remedy(reference, child, parent),
    )
