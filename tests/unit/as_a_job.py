"""The last block of a script: what it takes from Snakemake and hands to `main`."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from elt import rulelog

SCRIPTS = Path(rulelog.__file__).parents[1]


def run_as_a_job(monkeypatch: pytest.MonkeyPatch, script: str, **snakemake: SimpleNamespace) -> None:
    """Run a script as Snakemake does, but in this process, without a log and receipts; `snakemake`: by attribute."""
    started = []
    monkeypatch.setattr(rulelog, "start", started.append)
    given = SimpleNamespace(**snakemake)
    runpy.run_path(str(SCRIPTS / script), {"snakemake": given}, run_name="__main__")
    assert started == [given]
