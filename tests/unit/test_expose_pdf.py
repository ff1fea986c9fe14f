"""Unit tests of expose_pdf: the browser is a program of the test."""

import stat
from pathlib import Path

import pytest

import expose_pdf
from elt.faults import Fault

OTHER = "Print reports/final_expose.html from another browser"


def program(folder: Path, lines: str) -> str:
    """A program called chromium that runs lines of a shell, `$out` being the file that it is to print."""
    path = folder / "chromium"
    path.write_text(
        '#!/bin/sh\nfor part in "$@"; do case $part in --print-to-pdf=*) out=${part#*=};; esac; last=$part; done\n'
        + lines,
        encoding="utf-8",
    )
    path.chmod(0o700)
    return str(path)


def printed(folder: Path, lines: str) -> Path:
    """What is printed of a page by such a program."""
    page, output = folder / "a page.html", folder / "page.pdf"
    page.write_text("<h1>x</h1>", encoding="utf-8")
    expose_pdf.main(str(page), str(output), 0o640, program(folder, lines))
    return output


def test_the_page_is_printed_with_the_mode_of_what_is_published(tmp_path: Path):
    output = printed(tmp_path, 'printf "%%PDF-1.4 %s" "$last" > "$out"\n')
    assert output.read_text() == f"%PDF-1.4 {(tmp_path / 'a page.html').as_uri()}"
    assert stat.S_IMODE(output.stat().st_mode) == 0o640


@pytest.mark.remedy("expose_pdf", OTHER)
@pytest.mark.parametrize("lines", ["exit 7\n", "exit 0\n", 'echo no > "$out"\n'])
def test_a_browser_that_prints_nothing_is_a_fault_and_leaves_nothing(tmp_path: Path, lines: str):
    with pytest.raises(Fault, match="chromium ended with"):
        printed(tmp_path, lines)
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.remedy(
    "expose_pdf", "Install one, on Debian by apt install chromium, or print reports/final_expose.html from any browser"
)
def test_without_a_browser_the_fault_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Fault, match="no Chromium is installed"):
        expose_pdf.browser()
    installed = program(tmp_path, "exit 0\n")
    assert expose_pdf.browser() == installed
