"""Unit tests of the memory that jobs are given, and of what the profiles say about it."""

import os
import re
from pathlib import Path

import pytest
import yaml
import yte
from conftest import ROOT

from elt.command import job_memory

SAME_EVERYWHERE = (
    *("scheduler", "rerun-triggers", "max-checksum-file-size", "keep-going", "rerun-incomplete", "nolock"),
    "show-failed-logs",
)


def profile(name: str) -> dict[str, object]:
    with (ROOT / "profiles" / name / "config.yaml").open(encoding="utf-8") as file:
        found: dict[str, object] = yte.process_yaml(file, require_use_yte=True)
    return found


def written(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_a_job_gets_more_for_larger_inputs_and_for_a_further_attempt(tmp_path: Path):
    small, large = written(tmp_path / "a.csv", 10), written(tmp_path / "b.csv", 2_000_000)
    least, growth = job_memory.NEEDS["gold_mart"]
    assert job_memory.megabytes("gold_mart", [small]) == least
    assert job_memory.megabytes("gold_mart", [small, large]) == least + 2 * growth
    assert job_memory.megabytes("gold_mart", [small, large], attempt=2) == 2 * (least + 2 * growth)


def test_a_rule_that_does_not_grow_gets_what_a_process_takes(tmp_path: Path):
    assert job_memory.megabytes("gold_report", [tmp_path / "is not even there"]) == job_memory.PROCESS


def test_a_typed_twin_counts_as_its_csv(tmp_path: Path):
    twin = written(tmp_path / "gold/parquet/fact_sales.parquet", 10)
    assert job_memory.size(twin) == 10
    written(tmp_path / "gold/data/fact_sales.csv", 5000)
    assert job_memory.size(twin) == 5000


def test_an_input_that_is_not_there_yet_is_said_to_snakemake(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        job_memory.mem_mb(None, [str(tmp_path / "later.csv")], "silver_table", 1)


def test_every_rule_states_its_memory_and_every_stated_need_is_that_of_a_rule():
    text = "".join(path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.smk")))
    rules = re.split(r"^rule (\w+):$", text, flags=re.M)
    bodies = dict(zip(rules[1::2], rules[2::2], strict=True))
    makers = {name for name, body in bodies.items() if "    script:" in body}
    assert {name for name, body in bodies.items() if "    resources:\n        mem_mb=" in body} == makers
    assert job_memory.NEEDS.keys() <= makers


def test_jobs_together_may_take_the_memory_of_the_machine():
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert profile("default")["resources"] == {"mem_mb": machine // job_memory.MEGABYTE}


def test_the_profile_of_a_cluster_differs_only_in_where_jobs_run():
    default, slurm = profile("default"), profile("slurm")
    assert {name: slurm[name] for name in SAME_EVERYWHERE} == {name: default[name] for name in SAME_EVERYWHERE}
    assert slurm["executor"] == "slurm"
    assert "resources" not in slurm  # the memory of the submitting machine says nothing about the cluster's


def test_more_threads_in_a_profile_are_those_of_rules_that_use_them():
    rules = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text("utf-8"))["set-threads"]
    assert rules.keys() <= job_memory.NEEDS.keys()


def test_an_input_beside_the_project_has_a_size_too(folder: Path):
    Path("objections.csv").write_bytes(b"x" * 10)
    assert job_memory.size(Path("objections.csv")) == 10
