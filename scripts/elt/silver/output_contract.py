"""The output contract of silver: what a table must keep when it leaves the layer, as a pandera schema."""

from collections.abc import Iterable, Iterator, Sequence

import pandera.polars as pandera
import polars as pl

from elt.faults import Fault
from elt.run.contract import Contract
from elt.tables import polars_type

REMEDY = "If a repair of the contract made the value, correct the repair; else report this: the engine is wrong"


def schema(contract: Contract) -> pandera.DataFrameSchema:
    """Columns, types, limits, codes and required values of a table; other columns are refused."""
    columns = {}
    for field in contract.fields:
        checks = []
        if field.minimum is not None:
            checks.append(pandera.Check.ge(field.limit("minimum")))
        if field.maximum is not None:
            checks.append(pandera.Check.le(field.limit("maximum")))
        if field.codes is not None and field.otherwise is not None:
            checks.append(pandera.Check.isin([*field.codes.values(), field.otherwise]))
        is_required = field.required or field.name in contract.primary_key
        columns[field.name] = pandera.Column(polars_type(field), checks, nullable=not is_required)
    return pandera.DataFrameSchema(columns, strict=True, ordered=True)


def out_of_order(rows: pl.DataFrame, key: Sequence[str]) -> tuple[int, int]:
    """(rows with the key of the row before, rows with a smaller one)."""
    equal, smaller = pl.lit(value=True), pl.lit(value=False)
    for name in key:
        now, before = pl.col(name), pl.col(name).shift(1)
        smaller |= equal & (now < before)
        equal &= now == before
    return rows.select(equal=equal.sum(), smaller=smaller.sum()).row(0)


def check_rows(batch: pl.DataFrame, where: str, expected: pandera.DataFrameSchema) -> None:
    """Types, limits, codes and required values of a batch must hold; raises Fault, which names columns and no value."""
    from pandera.errors import SchemaErrors

    try:
        expected.validate(batch, lazy=True)
    except SchemaErrors as errors:
        failed = sorted({f"{error.schema.name}: {error.reason_code.name}" for error in errors.schema_errors})
        raise Fault(where, f"breaks its contract ({'; '.join(failed)})", REMEDY) from None


def validated(batches: Iterable[pl.DataFrame], where: str, contract: Contract) -> Iterator[pl.DataFrame]:
    """Pass on the batches of a table that is sorted by its key, each checked (pandera lets lazy frames pass unread).

    Raises Fault where types, limits, codes, required values, or order and uniqueness of the key do not hold.
    """
    expected, key, last = schema(contract), list(contract.primary_key), None
    repeated = unsorted = 0
    for batch in batches:
        check_rows(batch, where, expected)
        if batch.height:
            keys = batch.select(key)
            equal, smaller = out_of_order(keys if last is None else pl.concat([last, keys]), key)
            repeated, unsorted, last = repeated + equal, unsorted + smaller, keys.tail(1)
        yield batch
    if repeated:
        raise Fault(where, f"{repeated} records repeat the key {', '.join(key)}", REMEDY)
    if unsorted:
        raise Fault(where, f"{unsorted} records are not sorted by the key {', '.join(key)}", REMEDY)
