"""What a spreadsheet leaves in the cells of an export: error values, texts wrapped as formulas, numbers cut short."""

from collections.abc import Sequence

import polars as pl

from elt.faults import Fault
from elt.run.contract import Contract
from elt.silver.trimming import BLANK

ERRORS = (  # of Excel, LibreOffice and others, in the languages of the west of Europe
    *("#N/A", "#NV", "#N/D", "#N/B", "#REF!", "#BEZUG!", "#RIF!", "#¡REF!", "#VERW!", "#VALUE!", "#WERT!", "#VALEUR!"),
    *("#VALORE!", "#¡VALOR!", "#WAARDE!", "#DIV/0!", "#¡DIV/0!", "#DEEL/0!", "#NAME?", "#NOM?", "#NOME?", "#¿NOMBRE?"),
    *("#NAAM?", "#NULL!", "#NUL!", "#NULLO!", "#¡NULO!", "#LEEG!", "#NUM!", "#ZAHL!", "#NOMBRE!", "#¡NUM!", "#GETAL!"),
    *("#SPILL!", "#ÜBERLAUF!", "#CALC!", "#KALK!", "#FIELD!", "#FELD!", "#BLOCKED!", "#BLOCKIERT!", "#CONNECT!"),
    *("#VERBINDEN!", "#BUSY!", "#UNKNOWN!", "#UNBEKANNT!", "#GETTING_DATA", "#DATEN_ABRUFEN", "#ERROR!", "#FEHLER!"),
)
# an error by its number, and what stands where a column was too narrow for its number
OTHER_ERRORS = r"^(?:(?i:err):5[0-9]{2}|#{3,})$"
ERROR_SIGNS = ("#", "Err:", "err:")  # with which an error begins
WRAPPED = r'^="([^"]*)"$'
# 1,23E+11, with the sign that spreadsheets write; or 1.23E11, which has fewer decimals than its exponent says. 1E5 may
# be an article, as may be a smaller exponent without a sign: programs write those only from seven digits on
SCIENTIFIC = r"^[+-]?[0-9](?:[.,][0-9]+)?[eE](?:\+[0-9]{2,3})$|^[+-]?[0-9][.,][0-9]+[eE](?:[7-9]|[1-9][0-9])$"


def mended(text: pl.Expr) -> pl.Expr:
    """Trimmed texts without the wrapping of formulas (`="01067"` is 01067); error values are missing."""
    return text.map_batches(without_traces, return_dtype=pl.String, is_elementwise=True)


def without_traces(text: pl.Series) -> pl.Series:
    """`mended` of a column; where no cell begins like such a trace, it stays as it is."""
    if text.str.starts_with("=").any():
        text = text.str.replace(WRAPPED, "${1}").str.strip_chars(BLANK)
    if not any(text.str.starts_with(sign).any() for sign in ERROR_SIGNS):
        return text
    cell = pl.col("cell")
    return text.to_frame("cell").select(pl.when(~is_error(cell)).then(cell)).to_series().rename(text.name)


def is_error(text: pl.Expr) -> pl.Expr:
    """Whether a trimmed text is an error value of a spreadsheet; in any case of its letters."""
    return text.str.to_uppercase().is_in(list(ERRORS)) | text.str.contains(OTHER_ERRORS)


def was_wrapped(raw: pl.Expr) -> pl.Expr:
    """Whether a raw cell is a text wrapped as a formula."""
    return raw.str.contains(r'^\s*="[^"]*"\s*$')


def was_error(raw: pl.Expr, text: pl.Expr, missing: Sequence[str]) -> pl.Expr:
    """Whether a cell is missing because it is an error value, and not because the contract calls it missing."""
    begins = raw.str.contains(r'^\s*(?:=")?(?:#|(?i:err):)')
    return text.is_null() & (begins & ~raw.is_in(list(missing)) if missing else begins).fill_null(value=False)


def check_digits(frame: pl.DataFrame, contract: Contract) -> None:
    """Texts and integers must not be in scientific notation, which has lost digits; raises Fault.

    `frame`: a part of the working frame, with `_file`, `_record`, `text:<field>` and `parsed:<field>`.
    """
    for field in contract.fields:
        if field.type not in ("string", "integer") or field.compute is not None:
            continue
        text = frame[f"text:{field.name}"]
        if field.type == "integer" and frame[f"parsed:{field.name}"].null_count() == text.null_count():
            continue
        lost = frame.filter(text.str.contains(SCIENTIFIC))
        if lost.height:
            file, record = lost.select("_file", "_record").row(0)
            raise Fault(
                f"{contract.name} ({file}, record {record})",
                f"a number in column {field.name} is in scientific notation, so its last digits are lost",
                "Export the table again without opening it in a spreadsheet, or format the column as text there; a "
                "column that nobody needs may stand under ignore in the contract",
            )
