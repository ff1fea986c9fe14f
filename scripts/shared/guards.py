"""pandera guards for what leaves a layer, built from its specification."""

from collections.abc import Sequence
from pathlib import Path

import pandera.polars as pandera

from shared.faults import Fault
from shared.tables import Spec, polars_type, scan

BATCH = 500_000


def schema(fields: Spec, required: Sequence[str]) -> pandera.DataFrameSchema:
    """Columns, types, limits and required values of a table; other columns are refused."""
    columns = {}
    for field in fields:
        bounds = []
        if "minimum" in field and field["type"] != "date":
            bounds.append(pandera.Check.ge(field["minimum"]))
        if "codes" in field and "otherwise" in field:
            bounds.append(pandera.Check.isin([*map(str, field["codes"].values()), field["otherwise"]]))
        nullable = field["name"] not in required
        columns[field["name"]] = pandera.Column(polars_type(field), bounds, nullable=nullable)
    return pandera.DataFrameSchema(columns, strict=True, ordered=True)


def guard(path: Path, where: str, fields: Spec, required: Sequence[str], key: Sequence[str]) -> None:
    """Check a written table that is sorted by its key, batch by batch (pandera lets lazy frames pass unread).

    Raises Fault where types, limits, required values or the uniqueness of the key do not hold.
    """
    from pandera.errors import SchemaErrors

    expected, repeated, last = schema(fields, required), 0, None
    for batch in scan(path, fields).collect_batches(chunk_size=BATCH):
        try:
            expected.validate(batch, lazy=True)
        except SchemaErrors as errors:
            failed = sorted({f"{error.schema.name}: {error.reason_code.name}" for error in errors.schema_errors})
            raise Fault(
                where, f"breaks its contract ({'; '.join(failed)})", "Report this: the engine is wrong"
            ) from None
        if batch.height:
            keys = batch.select(key)
            repeated += batch.height - keys.n_unique() + (keys.row(0) == last)
            last = keys.row(-1)
    if repeated:
        raise Fault(where, f"{repeated} records repeat the key {', '.join(key)}", "Report this: the engine is wrong")
