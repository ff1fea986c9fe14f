"""Where a run goes in PostgreSQL, what its views show, and a URL that is read safely and never told."""

from pathlib import Path

import pytest

import warehouse_postgres
from elt.faults import Fault
from elt.run.mart import Mart
from elt.warehouse import postgres, postgres_views
from elt.warehouse.mart_files import MartFile


def mart(**classes):
    """A mart whose columns have these personal classes."""
    columns = {name: {"type": "string", "personal": personal} for name, personal in classes.items()}
    return Mart.of("x", {"title": "X", "grain": "g", "key": [next(iter(classes))], "columns": columns})


@pytest.mark.parametrize(
    ("run_id", "schema"),
    [("20261123T101500Z", "run_20261123t101500z"), ("my-run.2", "run_my_run_2"), ("A_1", "run_a_1")],
)
def test_the_schema_is_named_after_the_run(run_id, schema):
    assert postgres.schema_of(run_id) == schema


def test_the_names_of_long_runs_fit_and_stay_apart():
    first, second = postgres.schema_of("x" * 63 + "1"), postgres.schema_of("x" * 63 + "2")
    assert first != second
    assert len(first) == len(second) == 63


def test_views_leave_out_what_names_a_person():
    assert postgres_views.shown(mart(key="identifier", name="direct", country="quasi")) == ["key", "country"]


def env(folder, text, mode=0o600):
    """A key file."""
    path = folder / ".env"
    path.touch(mode)
    path.chmod(mode)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://u:p@db.example.org/x", "require"),
        ("postgresql://u:p@db.example.org/x?sslmode=verify-full", "verify-full"),
        ("postgresql://u:p@localhost/x", None),
        ("postgresql:///x", None),
    ],
)
def test_a_connection_to_another_computer_is_encrypted_unless_the_url_says_how(tmp_path, url, sslmode):
    assert postgres.settings(env(tmp_path, f"POSTGRES_URL={url}\n")).get("sslmode") == sslmode


def test_a_url_with_an_equals_sign_is_read_whole(tmp_path):
    found = postgres.settings(env(tmp_path, "ELT_PSEUDONYM_KEY=1\nPOSTGRES_URL=postgresql://u:a=b@localhost/x\n"))
    assert found["password"] == "a=b"


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("", 0o600, "POSTGRES_URL must stand in it exactly once"),
        ("POSTGRES_URL=a\nPOSTGRES_URL=b\n", 0o600, "exactly once"),
        ("POSTGRES_URL=secret\n", 0o600, "is no URL of PostgreSQL"),
        ("POSTGRES_URL=mysql://u:secret@h/x\n", 0o600, "is no URL of PostgreSQL"),
        ("POSTGRES_URL=postgresql://u:secret@h/x?secret=1\n", 0o600, "is no URL of PostgreSQL"),
        ("POSTGRES_URL=postgresql://u:secret@h/x\n", 0o644, "can be read by group or others"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_being_told(tmp_path, text, mode, words):
    with pytest.raises(Fault, match=words) as told:
        postgres.settings(env(tmp_path, text, mode))
    assert "secret" not in str(told.value)


def test_a_file_with_other_columns_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,c\n1,2\n")
    with pytest.raises(Fault, match="mart x: its file has other columns"):
        warehouse_postgres.load(None, "s", MartFile(mart(a="none", b="none"), str(tmp_path / "x.csv"), 1))


def test_ci_installs_a_server_and_forbids_that_its_tests_are_skipped():
    script = (Path(__file__).resolve().parents[2] / ".ci/run").read_text("utf-8")
    assert "export ELT_NEED_POSTGRES=1" in script
    assert "packages postgresql\n" in script
    assert script.index('step "database" database') < script.index("readme 2")
