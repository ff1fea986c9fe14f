"""What lies in a run is what its jobs wrote, and the run knows what it was made with: edits, checkouts, orphans."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from conftest import Project, jobs_in

from elt.files import sha256

CONFIG = ("--config", "seed=42", "run_id=sample")


def hidden_edit(path: Path) -> None:
    """Change one digit of a file in place, under its old times of change and with its old size."""
    before, content = path.stat(), bytearray(path.read_bytes())
    at = next(at for at in range(len(content) // 2, len(content)) if 0x31 <= content[at] <= 0x38)
    content[at] += 1
    with open(path, "r+b") as file:
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def published(project: Project) -> dict[str, str]:
    """Hash of every table and report of the run."""
    run = project.run("sample")
    folders = ("silver/data", "gold/data", "step1_eda", "step2_feature_engineering", "step3_segmentation", "reports")
    return {str(path.relative_to(run)): sha256(path) for name in folders for path in (run / name).rglob("*.*")}


def test_an_edited_table_is_never_read_and_its_job_makes_it_again(finished: Project):
    run, before = finished.run("sample"), published(finished)
    edited = [run / "gold/data/customer_features_exact.csv", run / "silver/parquet/erp_locations.parquet"]
    for path in edited:
        hidden_edit(path)
    planned = finished.snakemake(*CONFIG, "-n").stdout
    assert {"features_customers", "silver_table/erp_locations", "privacy_publish"} <= jobs_in(planned)
    assert not jobs_in(planned) & {"silver_table/crm_sales", "bronze_file/LOC_A101.csv"}
    assert "will be removed and made again as they are not as their jobs wrote them" in planned
    assert all(path.exists() for path in edited)
    done = finished.snakemake(*CONFIG, "console=full")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "gold/data/customer_features_exact.csv, silver/parquet/erp_locations.parquet" in done.stdout
    assert "rule silver_table:" in done.stdout and "rule features_customers:" in done.stdout
    assert published(finished) == before
    log = (run / "_meta/logs/privacy_leaks.log").read_text("utf-8")
    assert "searched" in log and "all values are hashed" not in log  # an earlier state and its hashes are explained
    assert "Nothing to be done" in finished.snakemake(*CONFIG).stdout


def test_without_snakemakes_records_a_changed_setting_reruns_what_uses_it_and_nothing_else(finished: Project):
    for path in Path(finished.folder, ".snakemake").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    assert "Nothing to be done" in finished.snakemake(*CONFIG, "-n").stdout
    jobs = finished.jobs("--config", "seed=43", "run_id=sample", dry=True)
    assert "segmentation_kmeans" in jobs and not {job for job in jobs if job.startswith(("bronze", "silver", "gold"))}
    shutil.rmtree(finished.folder / ".snakemake/metadata")
    assert "eda_summary" in finished.jobs(*CONFIG, "minimum_group=6", dry=True)


def job_of(process: psutil.Process, script: str) -> psutil.Process:
    """The process below another one that runs a script, once it is there."""
    for _ in range(1200):
        for child in process.children(recursive=True):
            if any(f"{script}.py" in word for word in child.cmdline()) and "python" in child.name():
                return child
        time.sleep(0.05)
    raise AssertionError(f"{script} did not run")


def holds_a_lock(process: psutil.Process) -> bool:
    """Whether the kernel lists a lock of a process that is there."""
    assert process.is_running() and process.status() != psutil.STATUS_ZOMBIE, "the step has ended"
    return any(line.split()[4] == str(process.pid) for line in Path("/proc/locks").read_text("utf-8").splitlines())


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="the kernel does not list its locks")
def test_an_orphan_of_a_killed_call_keeps_the_next_one_out_and_writes_nothing_after_it(finished: Project):
    (finished.run("sample") / "gold/data/customer_features_exact.csv").unlink()
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *CONFIG, "warm_worker=off"]
    call = subprocess.Popen(
        command, cwd=finished.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    orphan = job_of(psutil.Process(call.pid), "features_customers")
    while not holds_a_lock(orphan):
        time.sleep(0.01)
    orphan.send_signal(signal.SIGSTOP)
    call.kill()
    call.wait()
    try:
        refused = finished.snakemake(*CONFIG)
        assert refused.returncode != 0
        assert f"a step of a call that has ended is still at work (process {orphan.pid} on " in refused.stdout
    finally:
        orphan.send_signal(signal.SIGKILL)
    psutil.wait_procs([orphan], timeout=10)
    done = finished.snakemake(*CONFIG)
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(rf"\(process {call.pid} on .+\) was killed; steps at work: .*features_customers", done.stdout)
    verified = finished.snakemake("verify", *CONFIG)
    assert verified.returncode == 0, verified.stdout[-3000:]
