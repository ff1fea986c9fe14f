"""Only what was searched is published, all of it or nothing, and each file with the mode of what it holds."""

import hashlib
import json
import os
from pathlib import Path

import pytest

import privacy_publish
from elt.faults import Fault
from elt.privacy import publishing

TABLE = "step2_feature_engineering/data/customer_features.csv"
CLOSED = {
    "reports/final_expose.md": "# Exposé\n",
    TABLE: "customer,orders\n",
    "_meta/ledger.json": "{}\n",
    "step1_eda/figures/empty.svg": "",
}


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    """Run under another umask."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def run_with(folder: Path, content: dict[str, str]) -> Path:
    """A run with closed files, searched as they are."""
    run = folder / "artifacts/runs/r"
    for name, text in content.items():
        path = run / "_closed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in content.items()}
    (run / "_closed/_meta/searched.json").write_text(json.dumps(found), encoding="utf-8")
    return run


def publish(run: Path, mode: str = "0640", names: tuple[str, ...] = tuple(CLOSED)) -> None:
    """The rule's main on a run."""
    closed = [str(run / "_closed" / name) for name in names]
    privacy_publish.main(closed, str(run / "_closed/_meta/searched.json"), mode)


def outside(run: Path) -> dict[str, str]:
    """Path -> text of every file outside the closed place, hidden ones too."""
    paths = (path for path in run.rglob("*") if path.is_file() and "_closed" not in path.parts)
    return {path.relative_to(run).as_posix(): path.read_text("utf-8") for path in paths}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_every_closed_file_is_published_under_its_name_with_the_bytes_that_were_searched(tmp_path):
    run = run_with(tmp_path, CLOSED)
    publish(run)
    assert outside(run) == CLOSED
    searched = json.loads((run / "_closed/_meta/searched.json").read_text())
    assert {name: hashlib.sha256((run / name).read_bytes()).hexdigest() for name in CLOSED} == searched


@pytest.mark.parametrize("published_mode", ["0600", "0640", "0644"])
def test_reports_have_the_stated_mode_and_tables_of_customers_are_closed(tmp_path, umask, published_mode):
    run = run_with(tmp_path, CLOSED)
    publish(run, published_mode)
    wanted = int(published_mode, 8)
    assert {name: mode(run / name) for name in CLOSED} == {name: 0o600 if name == TABLE else wanted for name in CLOSED}
    folder = {"0600": 0o700, "0640": 0o750, "0644": 0o755}[published_mode]
    assert {mode(run / name) for name in ("reports", "_meta", "step1_eda", "step1_eda/figures")} == {folder}


def test_another_mode_closes_what_stood_open(tmp_path, umask):
    run = run_with(tmp_path, CLOSED)
    publish(run, "0644")
    publish(run, "0600")
    assert {mode(run / name) for name in CLOSED} == {0o600}
    assert mode(run / "step1_eda/figures") == 0o700


@pytest.mark.remedy("elt.privacy.publishing", publishing.REMEDY)
@pytest.mark.parametrize("changed", CLOSED)
def test_a_file_that_changed_after_the_search_is_not_published_and_nothing_else_is(tmp_path, changed):
    run = run_with(tmp_path, CLOSED)
    (run / "_closed" / changed).write_text("Anna Green\n", encoding="utf-8")
    with pytest.raises(Fault, match="is not as it was searched") as caught:
        publish(run)
    assert str(caught.value).startswith(f"{changed}: ")
    assert outside(run) == {}
    run_with(tmp_path, {**CLOSED, changed: "searched again\n"})
    publish(run)
    assert outside(run) == {**CLOSED, changed: "searched again\n"}


def test_what_was_published_before_stays_when_something_is_not_as_it_was_searched(tmp_path):
    run = run_with(tmp_path, CLOSED)
    publish(run)
    (run / "_closed/reports/final_expose.md").write_text("Anna Green\n", encoding="utf-8")
    with pytest.raises(Fault):
        publish(run)
    assert outside(run) == CLOSED


def test_a_file_that_was_not_searched_is_not_published(tmp_path):
    run = run_with(tmp_path, CLOSED)
    (run / "_closed/reports/more.md").write_text("more\n", encoding="utf-8")
    with pytest.raises(Fault, match="more.md"):
        publish(run, names=(*CLOSED, "reports/more.md"))
    assert outside(run) == {}


def test_a_file_that_changes_while_it_is_copied_is_not_published(tmp_path, monkeypatch):
    run = run_with(tmp_path, CLOSED)
    copied = publishing.copied

    def changed_before(source, target):
        Path(source).write_text("Anna Green\n", encoding="utf-8")
        return copied(source, target)

    monkeypatch.setattr(publishing, "copied", changed_before)
    with pytest.raises(Fault, match="is not as it was searched"):
        publish(run)
    assert outside(run) == {}


@pytest.mark.parametrize(("mode_of_files", "folder"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755), (0o664, 0o775)])
def test_who_may_read_a_file_may_enter_its_folder(tmp_path, mode_of_files, folder):
    publishing.open_folders(tmp_path, "a/b/x.md", mode_of_files)
    assert (mode(tmp_path / "a"), mode(tmp_path / "a/b")) == (folder, folder)


@pytest.mark.remedy("elt.privacy.publishing", publishing.REMEDY)
def test_the_same_command_again_searches_a_changed_file_and_publishes_it(tmp_path):
    run = run_with(tmp_path, CLOSED)
    changed = {**CLOSED, "reports/final_expose.md": "# Another\n"}
    (run / "_closed/reports/final_expose.md").write_text(changed["reports/final_expose.md"], encoding="utf-8")
    with pytest.raises(Fault):
        publish(run)
    publish(run_with(tmp_path, changed))  # the search again, of what is there now
    assert outside(run) == changed
