"""The exposé as a PDF of A4 sheets, on request, printed by the Chromium of this machine.

Inputs: reports/final_expose.html, the manifest of the complete run.
Outputs: reports/final_expose.pdf.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from elt import rulelog
from elt.faults import Fault
from elt.files import staged

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]
SECONDS = 120  # a page of this size takes about two
HEAD = b"%PDF-"


def browser(names: Iterable[str] = BROWSERS) -> str:
    """The program that prints; raises Fault if none is installed."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Fault(
            "expose_pdf",
            "no Chromium is installed",
            "Install one, on Debian by apt install chromium, or print reports/final_expose.html from any browser",
        )
    return found


def main(page: str, output: str, mode: int, program: str) -> None:
    """Print the page; mode: permission bits of the PDF. Raises Fault if the browser prints nothing."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    with tempfile.TemporaryDirectory() as profile, staged(output, mode) as temporary:
        command = [program, *FLAGS, *as_root, f"--user-data-dir={profile}", f"--print-to-pdf={temporary.resolve()}"]
        done = subprocess.run(  # noqa: S603 - a program of this machine, a page of this run
            [*command, Path(page).resolve().as_uri()], capture_output=True, check=False, timeout=SECONDS
        )
        if done.returncode or not temporary.read_bytes().startswith(HEAD):
            raise Fault(
                "expose_pdf",
                f"{Path(program).name} ended with {done.returncode} and printed nothing",
                "Print reports/final_expose.html from another browser",
            )
    rulelog.log.info("%d bytes, printed by %s", Path(output).stat().st_size, Path(program).name)


if __name__ == "__main__":
    rulelog.start(snakemake)
    main(snakemake.input.page, snakemake.output[0], int(snakemake.params.published_mode, 8), browser())
