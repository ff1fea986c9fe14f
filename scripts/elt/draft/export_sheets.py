"""What a sheet of a workbook is as an export: its header and its text."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

from elt.bronze import dialects, exports, sheet_text
from elt.bronze.headers import header_cells
from elt.draft.export_files import Export, export_of, validated
from elt.draft.personal_hints import without_persons
from elt.faults import Fault
from elt.run.contract import Contract
from elt.run.dialect import StatedDialect


def sheet_of(path: Path, where: str, sheet: str, place: int, target: Path) -> Export:
    """What a sheet of a workbook is; its text is written to `target`. Raises Fault if it cannot be a table."""
    if not exports.SAFE_NAME.fullmatch(exports.composed(path.name)):
        raise Fault("a file name", "holds characters beyond letters, digits, space and . _ - + ( )", "Rename the file")
    called = f"sheet {sheet}" if without_persons(sheet) == sheet else f"sheet number {place + 1}"
    where = f"{where}, {called}"
    skip = sheet_text.header_row(path, where, sheet)
    contract = Contract("", "", "", (), (), sheet=sheet, dialect=StatedDialect(skip_lines=skip))
    hidden = sheet_text.write(path, target, where, contract, is_typed=False)
    remarks = [f"{PurePosixPath(where).name}: as text, with the dates and numbers of its cells"]
    if skip:
        remarks.append(f"  {skip} lines above the header are left out")
    for one in hidden:
        column = f" ({one['column']})" if "column" in one else ""
        remarks.append(f"  OPEN: {one['rule']}{column}, {one['records']} records; look whether they are meant")
    line = dialects.first_lines(target, "utf-8", skip + 1)[skip]
    cells = header_cells(line.rstrip("\r\n"), ",", '"')
    export = export_of(target, where, cells, {"skipLines": skip} if skip else {}, remarks)
    return validated(replace(export, sheet=sheet, workbook=path))
