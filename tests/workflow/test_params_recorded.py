"""Snakemake writes down each param of each rule, so that a change of it runs the job again.

It compares numbers, texts, lists, mappings and sets; any other object it passes over without a word.
"""

import json
import re

import pytest
from conftest import ROOT, Project

pytestmark = pytest.mark.slow

PARAMS = re.compile(r"^    params:\n((?:        .*\n|\n)+)", re.M)
NAME = re.compile(r"^        (\w+)=(.*)$", re.M)


def stated() -> dict[str, list[str]]:
    """Rule -> names of its params, but those that depend on input, which Snakemake leaves to the comparison of inputs."""
    found = {}
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for rule, body in re.findall(r"^rule (\w+):\n((?:    .*\n|\n)+)", path.read_text("utf-8"), re.M):
            for params in PARAMS.findall(body):
                found[rule] = [name for name, text in NAME.findall(params) if "input" not in text.split(":")[0]]
    return found


def test_every_param_of_every_rule_is_written_down(sample_project: Project):
    rules, seen = stated(), {}
    for path in (sample_project.folder / ".snakemake/metadata").iterdir():
        record = json.loads(path.read_text("utf-8"))
        seen.setdefault(record["rule"], set()).add(len(record["params"]))
    assert len(seen) > 20
    assert {rule: counts for rule, counts in seen.items() if counts != {len(rules[rule])}} == {}
