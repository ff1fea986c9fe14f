"""A call that finds nothing changed reads no more than it must, and still sees every change."""

import re

import pytest
from conftest import Project

pytestmark = pytest.mark.slow


def imported(project: Project, *arguments: str) -> set[str]:
    """Packages that Snakemake's process imports."""
    done = project.snakemake("-n", *arguments, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stdout[-3000:]
    return {name.partition(".")[0] for name in re.findall(r"^import time:.*\| +(\S+)$", done.stdout, re.MULTILINE)}


def test_the_second_call_imports_no_heavy_package_and_sees_a_fault(project: Project):
    assert {"polars", "sqlglot"} <= imported(project)
    heavy = {"pandas", "polars", "sqlglot", "matplotlib", "sklearn", "duckdb", "pandera"}
    assert not heavy & imported(project)
    sql = project.folder / "config/bike_retailer/marts/dim_customer.sql"
    right = sql.read_text(encoding="utf-8")
    sql.write_text(right.replace("SELECT", "SELECT no_such_column,", 1), encoding="utf-8")
    for _ in range(2):
        wrong = project.snakemake("-n")
        assert wrong.returncode == 1
        assert "no_such_column" in wrong.stdout
    sql.write_text(right, encoding="utf-8")
    (project.folder / ".snakemake/remembered.json").write_text("{", encoding="utf-8")
    assert project.snakemake("-n").returncode == 0
