"""How right drafts are on 83 made-up exports of 28 systems: each score is printed, and none may fall."""

from itertools import chain
from pathlib import Path

import drafting_scores
import pytest

from tests.data.make_drafting import SYSTEMS, main

pytestmark = pytest.mark.slow
LEAST = {
    "dialect": 0.95,
    "drafted": 1.0,
    "type": 0.95,
    "key": 0.90,
    "reference proposed": 0.90,
    "reference found": 0.80,
    "personal found": 0.98,
    "personal hinted": 0.80,
    "role found": 0.80,
    "role proposed": 0.80,
}


def test_the_exports_are_those_that_are_made(tmp_path: Path):
    main(tmp_path)
    folder = drafting_scores.FOLDER
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    kept = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    assert made == kept
    assert {path.parts[0] for path in kept} == set(SYSTEMS)


def test_no_score_of_the_drafts_falls(tmp_path: Path):
    found = list(chain.from_iterable(drafting_scores.compared(system, tmp_path) for system in SYSTEMS))
    scores = drafting_scores.scored(found)
    wrong = "\n".join(f"{score}: {place}" for score, is_right, place in found if not is_right)
    print(f"{drafting_scores.table(scores)}\n\n{wrong}")
    assert scores["drafted"][1] >= 40
    shares = {score: right / every for score, (right, every) in scores.items()}
    assert shares.keys() == LEAST.keys()
    assert {score: share for score, share in shares.items() if share < LEAST[score]} == {}


def test_a_wrong_draft_is_seen():
    truth = {
        "files": ["a.csv"],
        "dialect": {"delimiter": ";", "encoding": "utf-8", "skipLines": 0, "skipFooterLines": 0},
        "keys": [["id"]],
        "references": [["other", "b", "id"]],
        "fields": {"id": {"type": "integer", "personal": "identifier", "role": "order_number"}},
    }
    text = """\
# a.csv: encoding utf-8 (every byte is valid UTF-8); delimiter comma
name: a
files: "kna1*.csv"
primaryKey: []
fields:
  - name: id
    type: string # filled in 3 of 3
    # role: city # by its name
    personal: unclassified
"""
    draft = drafting_scores.Draft(text)
    place = next(drafting_scores.FOLDER.glob("*/kunden.csv"))
    truth["files"] = [place.name]
    found = drafting_scores.of_table("a", draft, truth, {"a": "a"}, place.parent.name)
    assert {score for score, is_right, _ in found if is_right} == set()
