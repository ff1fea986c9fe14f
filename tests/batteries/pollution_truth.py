"""What silver must hold of records whose truth is known; written anew from the contracts, without the engine."""

import re
import unicodedata
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pollution_base import Base, Cells, Reading

KEYS = {  # what a key looks like where any text would do: a totals line or another table's record is none
    "crm_customers": ("cst_key", "AW[0-9]{8}"),
    "erp_customers": ("CID", "AW[0-9]{8}"),
    "erp_locations": ("CID", "AW[0-9]{8}"),
    "erp_categories": ("ID", "[A-Z]{2}_[A-Z]{2}"),
}
CONVERTED = {
    "erp_customers": ("CID", lambda text: text.removeprefix("NAS")),
    "erp_locations": ("CID", lambda text: text.replace("-", "")),
}
COMPUTED = {  # table -> field that no file has -> its value from the record
    "crm_products": {
        "prd_num": lambda row: row["prd_key"][6:],
        "prd_cat": lambda row: row["prd_key"][:5].replace("-", "_"),
    }
}
BLANK = " \t\r\n\u00a0\u2007\u202f\ufeff\u200b"
SPREADSHEET_ERRORS = {"#REF!", "#BEZUG!", "#N/A", "#NV", "#VALUE!", "#WERT!", "#DIV/0!", "#NAME?"}
UNREADABLE = object()


def true_text(raw: str) -> str:
    """A cell without blanks at its ends and invisible characters, in normal form C; an error of a spreadsheet is none."""
    text = unicodedata.normalize("NFC", re.sub("[\u200b\u00ad\ufeff]", "", raw)).strip(BLANK)
    return "" if text.upper() in SPREADSHEET_ERRORS else text


def true_value(entry: dict[str, Any], text: str) -> Any:
    """A text as the field's type: str, int, Decimal, date, None if missing, UNREADABLE."""
    if "codes" in entry:
        known = {str(v).lower(): str(v) for v in entry["codes"].values()}
        known |= {str(k).lower(): str(v) for k, v in entry["codes"].items()}
        return known.get(text.lower(), entry.get("otherwise", text or None))
    if not text or text in entry.get("missingValues", []):
        return None
    if entry["type"] == "integer":
        value: Any = int(text.split(".")[0]) if re.fullmatch(r"[+-]?[0-9]+(\.0{1,2})?", text) else UNREADABLE
    elif entry["type"] == "number":
        written_well = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text)
        value = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP) if written_well else UNREADABLE
    elif entry["type"] == "date":
        value = UNREADABLE
        forms = entry.get("format", "%Y-%m-%d")
        for form in [forms] if isinstance(forms, str) else forms:
            try:
                found = datetime.strptime(text, form).date()
            except ValueError:
                continue
            if len(text) == 8 or form != "%Y%m%d":
                value = found
    else:
        return text
    if value is not UNREADABLE:
        low, high = entry.get("minimum", value), entry.get("maximum", value)
        if not low <= value <= high:
            value = UNREADABLE
    return None if value is UNREADABLE and entry.get("invalid") == "null" else value


def true_record(table: str, contract: dict[str, Any], cells: Cells) -> dict[str, Any] | None:
    """The typed values of a record before repairs that look at other records; None if silver may not hold it."""
    row = {}
    of_file = [entry for entry in contract["fields"] if "compute" not in entry]
    for entry, cell in zip(of_file, cells, strict=True):
        text = true_text(cell)
        if CONVERTED.get(table, ("",))[0] == entry["name"]:
            text = CONVERTED[table][1](text)
        row[entry["name"]] = true_value(entry, text)
        if row[entry["name"]] is UNREADABLE:
            return None
    row |= {name: value(row) for name, value in COMPUTED.get(table, {}).items()}
    key, pattern = KEYS.get(table, ("", ""))
    if key and not re.fullmatch(pattern, row[key] or ""):
        return None
    if table == "crm_sales":
        row = true_sale(row)
    needed = [e["name"] for e in contract["fields"] if e.get("required")] + contract["primaryKey"]
    return None if row is None or any(row[name] is None for name in needed) else row


def true_sale(row: dict[str, Any]) -> dict[str, Any] | None:
    """A sales line after the repairs of its contract: date from shipping, price without sign, amount = price times
    quantity unless rounding explains the difference."""
    date, shipped, amount, pieces, price = (
        row[f"sls_{name}"] for name in ("order_dt", "ship_dt", "sales", "quantity", "price")
    )
    date = date or (shipped and shipped - timedelta(days=7))
    price = abs(price) if price is not None else None
    if not pieces or pieces <= 0 or not date:
        return None
    cent = Decimal("0.01")
    if not price:
        price = (amount / pieces).quantize(cent, ROUND_HALF_UP) if amount is not None else None
    if price is not None and (amount is None or amount <= 0 or abs(amount - pieces * price) > pieces * cent / 2):
        amount = (pieces * price).quantize(cent)
    if amount is None or amount <= 0:
        return None
    return {**row, "sls_order_dt": date, "sls_sales": amount, "sls_price": price}


def with_true_ends(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Product versions whose end lies before their start end on the day before the next version of the product."""
    done = []
    for row in rows:
        if row["prd_end_dt"] and row["prd_end_dt"] < row["prd_start_dt"]:
            later = sorted(r["prd_start_dt"] for r in rows if r["prd_num"] == row["prd_num"])
            after = [start for start in later if start > row["prd_start_dt"]]
            row = {**row, "prd_end_dt": after[0] - timedelta(days=1) if after else None}
        done.append(row)
    return done


def in_csv(value: Any) -> str:
    """A value as it stands in a silver table."""
    return "" if value is None else str(value)


def true_rows(
    b: Base, reading: Reading, quarantined: set[int], seen_too: set[int]
) -> tuple[list[tuple[str, ...]], int, int]:
    """(rows that silver must hold, superseded, duplicates) if the records `quarantined` (from 1) are left out.

    `seen_too`: quarantined records that repairs which look at other records may have seen. Broken records are left
    out of both; a record whose values cannot be used is in the rows as a tuple of question marks, which silver never
    holds.
    """
    records = {n: true_record(b.table, b.contract, cells) for n, cells in enumerate(reading, 1) if cells is not None}
    used = {n: row for n, row in records.items() if row and (n not in quarantined or n in seen_too)}
    if b.table == "crm_products":
        used = dict(zip(used, with_true_ends(list(used.values())), strict=True))
    names, key = [entry["name"] for entry in b.contract["fields"]], b.contract["primaryKey"]
    rows, duplicates = [], 0
    seen: dict[tuple, list[tuple]] = {}
    for n in records:
        if n in quarantined:
            continue
        if n not in used:
            rows.append(("?",))
            continue
        row = tuple(in_csv(used[n][name]) for name in names)
        group = seen.setdefault(tuple(used[n][name] for name in key), [])
        if row in group:
            duplicates += 1
        else:
            group.append(row)
    superseded = 0
    for group in seen.values():
        if len(group) > 1 and "keep" in b.contract:
            by = names.index(b.contract["keep"]["latest"])
            superseded += len(group) - 1
            group = [max(group, key=lambda row: (row[by], row))]
        rows += group
    return rows, superseded, duplicates
