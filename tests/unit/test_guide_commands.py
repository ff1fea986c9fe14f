"""What the guide has a newcomer type for a second company exists: scripts, folders, targets, settings, in an order that works."""

import re

import pytest
import yaml
from conftest import ROOT
from guide_commands import PAGE, typed

SETTINGS = yaml.safe_load((ROOT / "config/schema.yaml").read_text("utf-8"))["properties"]
RULES = {
    name for path in (ROOT / "rules").glob("*.smk") for name in re.findall(r"^rule (\w+):", path.read_text(), re.M)
}
SNAKEMAKE = [words for words in typed() if words[0] == ".venv/bin/snakemake"]


@pytest.mark.parametrize("words", SNAKEMAKE, ids=" ".join)
def test_a_call_asks_for_rules_and_settings_that_exist(words):
    options, stated = words[1 : words.index("--config")], words[words.index("--config") + 1 :]
    assert {word for word in options if re.fullmatch(r"[a-z_]+", word)} <= RULES
    assert {word for word in options if word.startswith("-")} <= {"-n", "--cores"}
    assert {name for name, _, _ in (word.partition("=") for word in stated)} <= SETTINGS.keys()
    assert {"raw=surveyors", "company=config/surveyors"} <= set(stated)


def test_the_exports_are_written_then_drafted_refused_replaced_checked_and_run_twice():
    make, draft, refused, copied, checked, first, second = typed()
    assert make == [".venv/bin/python", "tests/data/make_surveyors.py", "surveyors"] and (ROOT / make[1]).is_file()
    assert (draft[1], refused[1], checked[1]) == ("draft_contracts", "-n", "-n") and first == second
    assert copied == ["cp", "-r", "tests/data/surveyors/.", "config/surveyors"] and (ROOT / copied[2]).is_dir()


def test_the_guide_tells_each_command_and_the_lines_that_the_company_has():
    told = PAGE.read_text("utf-8").partition("## 9. ")[2]
    assert [int(number) for number in re.findall(r"^\| (\d) \|", told, re.M)] == [*range(1, len(typed()) + 1)]
    files = [ROOT / "tests/data/surveyors/company.yaml", *(ROOT / "tests/data/surveyors/contracts").glob("*.yaml")]
    assert f"{sum(len(path.read_text('utf-8').splitlines()) for path in files)} lines, and no SQL" in told
