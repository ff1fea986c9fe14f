"""pandera guards for what leaves a layer, built from its specification."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandera.polars as pandera
import polars as pl

from elt.faults import Fault
from elt.tables import Spec, polars_type

REMEDY = "If a repair of the contract made the value, correct the repair; else report this: the engine is wrong"


def limit(field: Mapping[str, Any], key: str) -> Any:
    """A minimum or maximum as the type of its field has it; a date stands in the contract in quotes."""
    return date.fromisoformat(field[key]) if isinstance(field[key], str) else field[key]


def schema(fields: Spec, required: Sequence[str]) -> pandera.DataFrameSchema:
    """Columns, types, limits, codes and required values of a table; other columns are refused."""
    columns = {}
    for field in fields:
        checks = []
        if "minimum" in field:
            checks.append(pandera.Check.ge(limit(field, "minimum")))
        if "maximum" in field:
            checks.append(pandera.Check.le(limit(field, "maximum")))
        if "codes" in field and "otherwise" in field:
            checks.append(pandera.Check.isin([*map(str, field["codes"].values()), field["otherwise"]]))
        nullable = field["name"] not in required
        columns[field["name"]] = pandera.Column(polars_type(field), checks, nullable=nullable)
    return pandera.DataFrameSchema(columns, strict=True, ordered=True)


def out_of_order(rows: pl.DataFrame, key: Sequence[str]) -> tuple[int, int]:
    """(rows with the key of the row before, rows with a smaller one)."""
    equal, smaller = pl.lit(True), pl.lit(False)
    for name in key:
        now, before = pl.col(name), pl.col(name).shift(1)
        smaller |= equal & (now < before)
        equal &= now == before
    return rows.select(equal=equal.sum(), smaller=smaller.sum()).row(0)


def guarded(
    batches: Iterable[pl.DataFrame], where: str, fields: Spec, required: Sequence[str], key: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """Pass on the batches of a table that is sorted by its key, each checked (pandera lets lazy frames pass unread).

    Raises Fault where types, limits, codes, required values, or order and uniqueness of the key do not hold.
    """
    from pandera.errors import SchemaErrors

    expected, last = schema(fields, required), None
    repeated = unsorted = 0
    for batch in batches:
        try:
            expected.validate(batch, lazy=True)
        except SchemaErrors as errors:
            failed = sorted({f"{error.schema.name}: {error.reason_code.name}" for error in errors.schema_errors})
            raise Fault(where, f"breaks its contract ({'; '.join(failed)})", REMEDY) from None
        if batch.height:
            keys = batch.select(key)
            equal, smaller = out_of_order(keys if last is None else pl.concat([last, keys]), key)
            repeated, unsorted, last = repeated + equal, unsorted + smaller, keys.tail(1)
        yield batch
    if repeated:
        raise Fault(where, f"{repeated} records repeat the key {', '.join(key)}", REMEDY)
    if unsorted:
        raise Fault(where, f"{unsorted} records are not sorted by the key {', '.join(key)}", REMEDY)
