"""Files of rules are turned into Python once, and into the same as by Snakemake."""

from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import snakemake.api  # before the modules of the parser, which import each other
from conftest import ROOT
from snakemake.parser import parse
from snakemake.sourcecache import LocalSourceFile

from elt.command import parsed_rules
from elt.remembered import Memory

WORKFLOW = SimpleNamespace(
    sourcecache=SimpleNamespace(
        get_path=lambda file: file.path, open=lambda file: StringIO(Path(file.path).read_text("utf-8"))
    )
)
RULE = 'rule one:\n    output:\n        "a.txt",\n    shell:\n        "touch {output}"\n'


class Parser:
    """Snakemake's, with the files that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, path: LocalSourceFile, *args: object, **options: object) -> tuple[str, int]:
        self.asked.append(path.path)
        return parse(path, *args, **options)


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A memory of its own for each test."""
    assert snakemake.api is not None
    found = Memory()
    found.use(tmp_path / "remembered.json", is_kept=False)
    monkeypatch.setattr(parsed_rules, "memory", found)
    return found


def called(function: object, path: Path, rules: int = 0) -> tuple[str, int, dict[int, int]]:
    """What a call like Snakemake's gives: Python, number of rules up to there, line of it -> line of the file."""
    lines: dict[int, int] = {}
    return *function(LocalSourceFile(str(path)), WORKFLOW, rulecount=rules, linemap=lines), lines


def test_every_file_of_rules_gives_what_snakemake_makes_of_it_in_the_first_call_and_in_the_next(memory: Memory):
    paths, parser = sorted(ROOT.glob("rules/*.smk")), Parser()
    ordinary = [called(parse, path, 7) for path in paths]
    assert len(paths) > 10
    assert [called(parsed_rules.remembering(parser), path, 7) for path in paths] == ordinary
    memory.keep()
    memory.use(memory.file, is_kept=False)
    memory.used = {}
    assert [called(parsed_rules.remembering(parser), path, 7) for path in paths] == ordinary
    assert parser.asked == [str(path) for path in paths]


def test_another_text_place_number_of_rules_or_parser_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, moved, parser = tmp_path / "a.smk", tmp_path / "b.smk", Parser()
    function = parsed_rules.remembering(parser)
    for file in (path, moved, path):
        file.write_text(RULE)
        called(function, file)
    assert parser.asked == [str(path), str(moved)]
    called(function, path, 1)
    path.write_text(RULE.replace("a.txt", "b.txt"))
    assert "b.txt" in called(function, path)[0]
    monkeypatch.setattr(parsed_rules, "parser", lambda: "another")
    called(function, path)
    assert parser.asked[2:] == [str(path)] * 3


def test_a_file_that_cannot_be_read_as_rules_is_refused_each_time(tmp_path: Path):
    path, parser = tmp_path / "a.smk", Parser()
    path.write_text("rule one:\n    outputs:\n        1\n")
    for _ in range(2):
        with pytest.raises(SyntaxError, match="outputs"):
            called(parsed_rules.remembering(parser), path)
    assert len(parser.asked) == 2


def test_what_is_asked_for_otherwise_goes_the_ordinary_way(tmp_path: Path, memory: Memory):
    (path := tmp_path / "a.smk").write_text(RULE)
    function = parsed_rules.remembering(parse)
    code, _ = function(LocalSourceFile(str(path)), WORKFLOW, {}, "true")
    assert "touch" not in code and memory.used == {}
    assert "touch" in called(function, path)[0]
