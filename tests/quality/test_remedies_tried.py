"""Every remedy that the code can give is tried by a test that is marked with it: `@pytest.mark.remedy(module, text)`.

The texts are read from the source (remedy_texts.py). A new remedy without a test is named here, and so is a mark that
no code gives any more. That a marked test really brings its message about is seen while it runs (conftest.py).
"""

from pathlib import Path

import pytest
from conftest import ROOT
from remedy_texts import OPEN, Reader, Remedy, ends, literals, marked, of_faults, of_lines, of_words

REPORT = "Report this"
IMPOSSIBLE = "a proof that the code makes of its own work: no input or setting is known that breaks it"
PASSED_ON = "passes on what elt.run.date_formats gives, whose remedies are tried there"
PUT_TOGETHER = "steps that are put together, tried with all of them"
ADVICE = "advice where nothing is wrong"
UNTRIED = {
    Remedy("audit_ledger", REPORT): IMPOSSIBLE,
    Remedy("elt.features.catalogue", "Report this: the features were computed wrongly"): IMPOSSIBLE,
    Remedy("elt.privacy.policy_checks", REPORT): IMPOSSIBLE,
    Remedy("elt.silver.books", REPORT): IMPOSSIBLE,
    Remedy(
        "gold_pseudonyms", "Report this: the scheme has to change"
    ): "two of 2 to the power of 128 numbers are equal",
    Remedy("release_bands", REPORT): IMPOSSIBLE,
    Remedy("elt.silver.zone_cuts", OPEN): PASSED_ON,
    Remedy("retention_verify", OPEN): PUT_TOGETHER,
    Remedy("elt.protection.pseudonyms", "keep a copy in a safe place)."): ADVICE,
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    """All scripts."""
    return Reader(ROOT / "scripts")


@pytest.fixture(scope="module")
def given(reader) -> set[Remedy]:
    """Every remedy that the code can give."""
    return of_faults(reader) | of_lines(reader) | of_words(ROOT / "scripts/templates")


@pytest.fixture(scope="module")
def tried(reader) -> dict[Remedy, list[str]]:
    """Remedy -> the tests that try it."""
    return marked(ROOT / "tests", reader)


def test_every_remedy_is_tried_by_a_test(given, tried):
    assert sorted(given - tried.keys() - UNTRIED.keys()) == []


def test_every_mark_names_a_remedy_that_the_code_gives(reader, given, tried):
    texts = literals(reader)
    gone = (tried.keys() | UNTRIED.keys()) - given
    assert sorted(one for one in gone if one.text.strip(OPEN) not in texts.get(one.module, "")) == []


def test_no_remedy_is_both_tried_and_left_untried(tried):
    assert sorted(tried.keys() & UNTRIED.keys()) == []


def test_only_what_asks_for_a_report_or_is_passed_on_is_left_untried():
    odd = [
        one
        for one, why in UNTRIED.items()
        if not one.text.startswith(REPORT) and why not in (PASSED_ON, PUT_TOGETHER, ADVICE)
    ]
    assert odd == []


def scripts(folder: Path, **files: str) -> Reader:
    """The texts of made-up modules."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return Reader(folder)


SOURCE = """
ALWAYS = "Ask a person"
def sole(a, remedy):
    words = f"Mend {a}" if a else ALWAYS
    if a:
        raise Fault("w", "p", words)
    raise Fault("w", "p", remedy=remedy)
def caller():
    sole(1, "Write it " + f"in {1}")
    yield f"{1}: is wrong. Correct the line"
    yield f"{1}: is so; if it is meant so, state it"
"""


def test_texts_are_found_through_names_choices_sums_constants_and_callers(tmp_path):
    reader = scripts(tmp_path, first=SOURCE, second='from first import ALWAYS\nraise Fault("w", "p", ALWAYS)\n')
    assert of_faults(reader) == {
        Remedy("first", "Mend …"), Remedy("first", "Ask a person"), Remedy("first", "Write it in …"),
        Remedy("second", "Ask a person"),
    }  # fmt: skip
    assert of_lines(reader) == {Remedy("first", "Correct the line"), Remedy("first", "state it")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: is wrong. Correct it, or leave it out", ["Correct it, or leave it out"]),
        ("a: none; write one such as x", ["write one such as x"]),
        ("is far from all; if it is right, state a minimum", ["state a minimum"]),
        ("x: SELECT a FROM b", []),
        ("all is well", []),
    ],
)
def test_what_to_do_is_found_at_the_end_of_a_message(text, found):
    assert list(ends(text)) == found
