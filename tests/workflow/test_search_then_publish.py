"""Nothing is readable outside the protected layers before it was searched: not after a leak, not after a kill."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Project
from flat_shop import EXPORT, FlatShop, lines

pytestmark = pytest.mark.slow

PROTECTED = ("bronze", "silver", "gold", "_closed")
CONFIG = ("--config", "raw=exports/x", "company=config/flat_shop", "run_id=x")
PUBLISHED = ("reports", "step1_eda", "step2_feature_engineering", "step3_segmentation", "release")
TABLES = ("step2_feature_engineering/data/customer_features.csv", "step3_segmentation/data/customer_segments.csv")
LEAK = 'write_text(made.html, filled(templates.html, figure_of=inlined, logo=picture, **content) + "{text}")'
WRITE = "write_text(made.html, filled(templates.html, figure_of=inlined, logo=picture, **content))"


def outside(run: Path) -> dict[str, bytes]:
    """Path -> bytes of every file outside the protected layers and the closed place, hidden ones too."""
    names = {path.relative_to(run).as_posix(): path for path in run.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in names.items() if name.split("/")[0] not in PROTECTED}


def after_gold(run: Path) -> list[str]:
    """Files outside that steps after gold made."""
    return sorted(
        name for name in outside(run) if name.startswith((*PUBLISHED, "_meta/ledger", "_meta/privacy", "_meta/data_p"))
    )


def holding(run: Path, text: str) -> list[str]:
    """Files outside the protected layers that hold a text."""
    return sorted(name for name, content in outside(run).items() if text.encode() in content)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def plant(project: Project, text: str) -> None:
    """A step of the exposé that writes a text."""
    script = project.folder / "scripts/expose_report.py"
    code = script.read_text("utf-8")
    assert WRITE in code
    script.write_text(code.replace(WRITE, LEAK.format(text=text)), "utf-8")


def kill_all_in(folder: Path) -> None:
    """End every process that works in a folder, at once; nothing can clean up."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(folder):
                os.kill(int(entry.name), signal.SIGKILL)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The flat shop; its export in exports/x."""
    project = FlatShop(tmp_path_factory.mktemp("publish") / "project").project
    (project.folder / "exports/x").mkdir(parents=True)
    (project.folder / "exports/x/bestellungen.csv").write_bytes(EXPORT.read_bytes())
    return project


@pytest.fixture(scope="module")
def customer() -> str:
    """The full name of a customer of the export."""
    return lines()[0]["Name"]


def test_a_planted_leak_leaves_nothing_outside_and_is_gone_when_it_is_mended(shop: Project, customer: str):
    """In one test, as each step goes on from the one before: kill, leak, mend, release, warehouse."""
    run, script = shop.run("x"), shop.folder / "scripts/expose_report.py"
    sound = script.read_text("utf-8")
    plant(shop, f"\" + __import__('time').sleep(600).__str__() + \"{customer}")
    killed = subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", *CONFIG], cwd=shop.folder, umask=0,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 900
        while not (run / "_meta/logs/expose_report.log").exists() and killed.poll() is None:
            assert time.monotonic() < deadline, "the exposé was never begun"
            time.sleep(0.5)
    finally:
        kill_all_in(shop.folder)
        killed.wait()
    assert (run / "_closed/reports/number_ledger.json").exists()
    assert after_gold(run) == []
    assert mode(run) == mode(run / "_closed") == mode(run / "_meta/logs") == 0o700

    script.write_text(sound, "utf-8")
    plant(shop, customer)
    time.sleep(1)
    stopped = shop.snakemake(*CONFIG)
    assert stopped.returncode != 0 and "reports/final_expose.html" in stopped.stdout
    assert customer not in stopped.stdout
    assert customer.encode() in (run / "_closed/reports/final_expose.html").read_bytes()
    assert after_gold(run) == [] and holding(run, customer) == []
    refused = shop.snakemake("release_table", "warehouse", *CONFIG)
    assert refused.returncode != 0 and not (run / "gold/warehouse.duckdb").exists() and after_gold(run) == []

    script.write_text(sound, "utf-8")
    assert shop.snakemake(*CONFIG).returncode == 0
    published = outside(run)
    assert "reports/final_expose.html" in published and holding(run, customer) == []
    assert {name: mode(run / name) for name in TABLES} == dict.fromkeys(TABLES, 0o600)
    assert mode(run / "reports/final_expose.html") == mode(run / "_meta/run_manifest.json") == 0o640

    plant(shop, customer)
    assert shop.snakemake(*CONFIG).returncode != 0
    kept = {name: content for name, content in outside(run).items() if name in after_gold(run)}
    assert kept == {name: content for name, content in published.items() if name in kept}  # as searched before
    assert "reports/final_expose.html" in kept and holding(run, customer) == []
    script.write_text(sound, "utf-8")
    assert shop.snakemake(*CONFIG).returncode == 0
    assert shop.snakemake("release_table", *CONFIG).returncode == 0
    assert "Nothing to be done" in shop.snakemake(*CONFIG).stdout


@pytest.mark.parametrize(("umask", "published_mode"), [(0o000, "0640"), (0o022, "0600"), (0o077, "0644")])
def test_modes_are_those_of_the_setting_whatever_the_umask(shop: Project, umask: int, published_mode: str):
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *CONFIG, f"published_mode={published_mode}"],
        cwd=shop.folder, umask=umask, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    run, wanted = shop.run("x"), int(published_mode, 8)
    assert mode(run) == 0o700
    for name in after_gold(run):
        expected = 0o600 if name in (*TABLES, "release/data/released_customers.csv") else wanted
        assert mode(run / name) == expected or name.startswith("release/"), name
    for path in [run / "_closed", *(run / "_closed").rglob("*"), *(run / "_meta/logs").glob("*.log")]:
        assert mode(path) & 0o077 == 0, path
    assert mode(run / "_meta/logs") == mode(run / "_meta/benchmarks") == mode(run / "_meta/history") == 0o700
    assert mode(run / "_meta/run_manifest.json") == wanted and mode(run / "_meta/run.json") == 0o600
