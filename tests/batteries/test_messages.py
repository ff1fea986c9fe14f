"""Forty malformed inputs with a canary in the bad cell: nothing of it in what is printed, said or logged."""

import logging
from pathlib import Path

import one_table
import pytest
from conftest import Project
from one_table import CANARY, PEOPLE, contract, field

from elt.faults import Fault

HEAD = "id,name,joined\n"
GOOD = "".join(f"{n},Name {n},2024-01-{n:02}\n" for n in range(1, 21))
WITH_AMOUNT = contract(
    field("id", "integer"), field("name", personal="direct"), field("joined", "date", format="%Y-%m-%d"),
    field("amount", "number", money=True, unit="money"), field("code", codes={"a": "A"}, personal="quasi"),
)  # fmt: skip


def file(bad: str, header: str = HEAD, rest: str = GOOD) -> str:
    """A file with a bad record in its middle."""
    return f"{header}{rest}{bad}\n{rest.replace(',Name', '1,Name')}"


MALFORMED: dict[str, str | bytes] = {
    "text for an integer": file(f"{CANARY},x,2024-01-01"),
    "text after an integer": file(f"7 {CANARY},x,2024-01-01"),
    "text for a date": file(f"77,x,{CANARY}"),
    "a day that is none": file(f"77,{CANARY},2024-02-31"),
    "a date with more behind it": file(f"77,x,2024-01-01 {CANARY}"),
    "no key": file(f",{CANARY},2024-01-01"),
    "a huge integer": file(f"99999999999999999999999,{CANARY},2024-01-01"),
    "the key twice": file(f"1,{CANARY},2024-01-01"),
    "a cell too many": file(f"77,x,2024-01-01,{CANARY}"),
    "three cells too many": file(f"77,{CANARY},2024-01-01,{CANARY},{CANARY},{CANARY}"),
    "a cell too few": file(f"77,{CANARY}"),
    "one cell": file(CANARY),
    "an open quote": file(f'77,"{CANARY},2024-01-01'),
    "an open quote at the end": f'{HEAD}{GOOD}77,"{CANARY}',
    "a quote inside a cell": file(f'77,x"{CANARY}"y,2024-01-01'),
    "text after a quote": file(f'77,"x"{CANARY},2024-01-01'),
    "a line end in quotes": file(f'77,"{CANARY}\n{CANARY}",2024-01-01'),
    "a lone carriage return": file(f"77,{CANARY}\r{CANARY},2024-01-01"),
    "a zero byte": file(f"77,{CANARY}\0,2024-01-01"),
    "a control sign": file(f"77,{CANARY}\x1b[31m,x{CANARY}"),
    "broken UTF-8": file("77,@,2024-01-01").encode().replace(b"@", CANARY.encode() + b"\xff\xfe\xc3"),
    "undefined in cp1252": file("77,@,2024-01-01").encode().replace(b"@", CANARY.encode() + b"\x81\x8d"),
    "UTF-16": file(f"77,{CANARY},x").encode("utf-16"),
    "UTF-16 without a mark": file(f"77,{CANARY},x").encode("utf-16-le"),
    "UTF-32": file(f"77,{CANARY},x").encode("utf-32"),
    "another header": file("77,x,2024-01-01", header=f"id,{CANARY},joined\n"),
    "no header": f"77,{CANARY},2024-01-01\n" + GOOD,
    "a column that the contract does not know": file(f"77,x,2024-01-01,{CANARY}", header="id,name,joined,more\n"),
    "a header with a column twice": file("77,x,2024-01-01", header=f"id,name,name,{CANARY}\n"),
    "a header with an open quote": file("77,x,2024-01-01", header=f'id,"{CANARY},joined\n'),
    "lines before the header": f"{CANARY}\n\nExport of {CANARY}\n{HEAD}{GOOD}",
    "a line of sums at the end": f"{HEAD}{GOOD}Total {CANARY}\n",
    "two tables in a file": f"{HEAD}{GOOD}\n{CANARY},b\n1,2\n",
    "the header again": f"{HEAD}{GOOD}{HEAD}77,{CANARY},{CANARY}\n",
    "other delimiters in a line": file(f"77;{CANARY};2024-01-01"),
    "tabs": file(f"77\t{CANARY}\t2024-01-01"),
    "nothing but a canary": CANARY,
    "a web page": f"<html><body>{CANARY}</body></html>",
    "a workbook": b"PK\x03\x04" + CANARY.encode() * 20,
    "an archive": b"\x1f\x8b\x08\x00" + CANARY.encode() * 20,
    "JSON": f'[{{"id": 1, "name": "{CANARY}"}}]',
    "a cell of a megabyte": file(f"77,{CANARY * 90_000},{CANARY}"),
}
AMOUNTS = {
    "text for an amount": f"77,x,2024-01-01,{CANARY},a",
    "a currency for an amount": f"77,x,2024-01-01,12 {CANARY},a",
    "an unknown code": f"77,x,2024-01-01,1.00,{CANARY}",
}


def unsaid(text: str) -> None:
    """Whether a text has nothing of the canary, in whatever case."""
    assert CANARY.casefold() not in text.casefold()
    assert CANARY.split("-")[0].casefold() not in text.casefold()


def check(
    tmp_path: Path, table: dict, raw: str | bytes, capfd: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture
):
    """Bronze and silver of one file; no canary in fault, output and log."""
    caplog.set_level(logging.DEBUG)
    try:
        one_table.clean(tmp_path, table, raw)
    except Fault as fault:
        unsaid(str(fault))
    printed = capfd.readouterr()
    for text in (printed.out, printed.err, caplog.text):
        unsaid(text)


def test_there_are_forty_of_them():
    assert len(MALFORMED) + len(AMOUNTS) >= 40
    for raw in MALFORMED.values():
        content = raw if isinstance(raw, bytes) else raw.encode()
        assert CANARY.encode() in content.replace(b"\0", b"")


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_is_never_quoted(tmp_path, capfd, caplog, kind):
    check(tmp_path, PEOPLE, MALFORMED[kind], capfd, caplog)


@pytest.mark.parametrize("kind", AMOUNTS)
def test_a_malformed_amount_or_code_is_never_quoted(tmp_path, capfd, caplog, kind):
    good = "".join(f"{n},Name {n},2024-01-{n:02},1.00,a\n" for n in range(1, 21))
    check(tmp_path, WITH_AMOUNT, f"id,name,joined,amount,code\n{good}{AMOUNTS[kind]}\n", capfd, caplog)


@pytest.mark.slow
def test_a_run_that_fails_says_nothing_of_the_cells_on_the_console_and_in_its_files(project: Project):
    people, sales = (project.folder / f"raw/source_crm/{name}.csv" for name in ("cust_info", "sales_details"))
    lines = people.read_text("utf-8").splitlines(keepends=True)
    lines.insert(50, f'99,"{CANARY},{CANARY}\n')
    lines.insert(60, f"{CANARY},{CANARY},{CANARY}\n")
    people.write_text("".join(lines), encoding="utf-8")
    sales.write_text(f"sls_ord_num,{CANARY},x\n{sales.read_text('utf-8').partition(chr(10))[2]}", encoding="utf-8")
    done = project.snakemake("--config", "run_id=bad", "--until", "silver_table")
    assert done.returncode != 0
    refusals = done.stdout.partition("Run bad failed.")[2]
    assert all(f"source_crm/{path.name}" in refusals for path in (people, sales))
    unsaid(done.stdout)
    for folder in (project.run("bad") / "_meta", project.folder / ".snakemake"):
        for file_left in folder.rglob("*"):
            if file_left.is_file():
                unsaid(file_left.read_text("utf-8", errors="replace"))
