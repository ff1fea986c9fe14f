"""The released table: every row at least k times, no identifier, and a report that says what is left to find."""

import json
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import polars as pl
import pytest
from conftest import Project
from polars.testing import assert_frame_equal

import release_bands
from elt.faults import Fault
from elt.release.bands import ANY, COARSEST, banded, labels, money_limits
from elt.release.kanonymity import cells, diversity, generalise, released, sizes, too_few

COLUMNS = ["recency_days", "frequency", "monetary"]


def customers(*groups: tuple[int, int, int, float, str]) -> pl.DataFrame:
    """Groups of equal customers (number, recency, frequency, monetary, segment)."""
    rows = [(r, f, float(m), s) for number, r, f, m, s in groups for _ in range(number)]
    return pl.DataFrame(rows, schema=[*COLUMNS, "segment_name"], orient="row")


@pytest.mark.parametrize(
    ("column", "level", "value", "expected"),
    [
        ("recency_days", 0, 30, "0 to 30"),
        ("recency_days", 0, 31, "31 to 90"),
        ("recency_days", 0, 5000, "731 or more"),
        ("recency_days", 1, 5000, "366 or more"),
        ("frequency", 0, 1, "1"),
        ("frequency", 0, 4, "3 to 5"),
        ("frequency", 0, 0, "0"),
        ("frequency", 2, 2, "2 or more"),
        ("monetary", 0, 29.99, "10 to under 30"),
        ("monetary", 0, 30.0, "30 to under 100"),
        ("monetary", 0, -3.5, "under 10"),
        ("monetary", 2, 99.0, "under 100"),
        ("monetary", COARSEST, 99.0, ANY),
    ],
)
def test_a_value_falls_into_its_band(column, level, value, expected):
    assert pl.DataFrame({column: [value]}).select(banded(column, level)).item() == expected


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("level", [1, 2])
def test_a_coarser_band_is_made_of_whole_finer_ones(column, level):
    values = pl.DataFrame({column: [*range(0, 4000, 3), 10**5, 10**7]})
    pairs = values.select(banded(column, level - 1).alias("fine"), banded(column, level).alias("coarse")).unique()
    assert pairs["fine"].is_unique().all()


def test_the_limits_of_money_do_not_depend_on_the_data():
    assert money_limits(0)[:4] == [10, 30, 100, 300] and money_limits(2)[:2] == [100, 10_000]
    assert labels([0, 1, 3], is_money=False) == ["under 0", "0", "1 to 2", "3 or more"]


def test_rows_that_stand_too_seldom_go_and_are_never_few_themselves():
    classes = sizes(pl.DataFrame({"a": ["x"] * 20 + ["y"] * 7 + ["z"] * 2}))
    assert too_few(classes, 5)["a"].to_list() == ["z", "y"], "two rows alone would be a figure about two people"
    assert too_few(sizes(pl.DataFrame({"a": ["x"] * 5})), 5).is_empty()


def test_bands_are_made_coarser_before_more_than_a_twentieth_is_suppressed():
    table, levels = released(
        customers((30, 10, 1, 50, "S"), (4, 10, 2, 50, "S"), (4, 10, 3, 50, "S")), COLUMNS, ["segment_name"], 5
    )
    assert table.height == 38 and levels == (0, 1, 0)
    assert Counter(table["frequency_band"]) == {"0 to 1": 30, "2 to 5": 8}


def test_a_few_outliers_are_suppressed_instead_of_making_everything_coarse():
    found = customers((300, 10, 1, 50, "S"), (6, 800, 12, 10**6, "S"), (1, 400, 6, 9, "S"), (4, 10, 30, 10**9, "T"))
    table, levels = released(found, COLUMNS, ["segment_name"], 5)
    assert levels == (0, 0, 0) and table.height == 306


def test_the_rows_are_sorted_by_value_whatever_the_order_of_the_source():
    found = customers((6, 400, 1, 50, "S"), (6, 10, 1, 50, "S"), (6, 10, 3, 50, "T"))
    first, second = (released(frame, COLUMNS, ["segment_name"], 5)[0] for frame in (found, found.reverse()))
    assert_frame_equal(first, second)
    assert_frame_equal(first, first.sort(first.columns))


@pytest.mark.parametrize("number", [0, 1, 4])
def test_of_too_few_customers_nothing_is_released(number):
    found = customers((number, 10, 1, 50, "S"))
    table, _ = released(found, COLUMNS, ["segment_name"], 5)
    assert table.is_empty()
    assert release_bands.described(table, number, (3, 3, 3), 5)["singling_out"]["k"] is None


def test_diversity_and_closeness_of_a_class_with_one_segment():
    table = pl.DataFrame({"b": ["x"] * 5 + ["y"] * 5, "s": ["S"] * 5 + ["S"] * 3 + ["T"] * 2})
    assert diversity(table, ["b"], "s") == {"l": 1, "t": 0.2, "certain_share": 0.5}


def test_tables_about_other_customers_are_refused_without_naming_one():
    features = pl.DataFrame({"customer": ["cu1_a"], "recency_days": [1]})
    segments = pl.DataFrame({"customer": ["cu1_b"], "segment_name": ["S"]})
    with pytest.raises(Fault) as caught:
        release_bands.joined(features, segments)
    assert "cu1_" not in str(caught.value)


def independent(rows: list[dict[str, str]], bands: list[str], sensitive: str) -> tuple[int, int, float]:
    """k, l and t of a table, written without the pipeline and without a library for it."""
    classes = defaultdict(Counter)
    for row in rows:
        classes[tuple(row[band] for band in bands)][row[sensitive]] += 1
    overall = Counter(row[sensitive] for row in rows)
    distance = max(
        sum(abs(found[value] / found.total() - count / len(rows)) for value, count in overall.items()) / 2
        for found in classes.values()
    )
    return min(found.total() for found in classes.values()), min(map(len, classes.values())), distance


@pytest.fixture(scope="module")
def asked(sample_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished run in which the table was asked for."""
    from conftest import clone

    project = clone(sample_project, tmp_path_factory.mktemp("release") / "project")
    assert project.jobs("release_table", "--config", "seed=42", "run_id=sample") == {"release_table"}
    return project


@pytest.fixture(scope="module")
def table(asked: Project) -> pl.DataFrame:
    """The released table of the sample."""
    return pl.read_csv(asked.run("sample") / "release/data/released_customers.csv", infer_schema=False)


def test_every_row_of_the_sample_stands_five_times_and_the_report_says_what_an_independent_count_says(asked, table):
    said = json.loads((asked.run("sample") / "release/anonymity_report.json").read_text(encoding="utf-8"))
    rows = table.rows(named=True)
    k, l_value, t_value = independent(rows, table.columns[:-1], "segment_name")
    assert said["singling_out"]["k_by_bands"] == k >= 5
    assert said["singling_out"]["k"] == min(Counter(table.rows()).values()) >= 5
    assert (said["inference"]["l"], said["inference"]["t"]) == (l_value, pytest.approx(t_value, abs=1e-6))
    assert said["rows"] == table.height and said["suppressed_share"] < 0.05
    assert said["linkability"]["identifiers"] == 0


def test_every_released_row_fits_at_least_five_customers_of_the_feature_table(asked, table):
    exact = pl.read_csv(asked.run("sample") / "gold/data/customer_features_exact.csv")
    bands = exact.select(banded(column, 0) for column in COLUMNS)
    candidates = table.unique().join(bands.group_by(bands.columns).len(), on=bands.columns, how="left")
    assert candidates["len"].min() >= 5


def test_the_released_table_has_no_identifier_and_no_exact_value(asked, table):
    text = (asked.run("sample") / "release/data/released_customers.csv").read_text(encoding="utf-8")
    assert "cu1_" not in text and table.columns == ["recency_band", "frequency_band", "monetary_band", "segment_name"]
    assert table.unique().height < 100


def test_the_table_on_request_leaves_the_finished_run_as_it_was(sample_run: Path, asked: Project):
    assert "Nothing to be done" in asked.snakemake("-n", "--config", "seed=42", "run_id=sample").stdout
    first, second = (run / "_meta/run_manifest.json" for run in (sample_run, asked.run("sample")))
    assert first.read_bytes() == second.read_bytes()


def test_a_larger_k_gives_a_table_in_which_every_row_stands_as_often(asked: Project):
    done = asked.snakemake("release_table", "--config", "seed=42", "run_id=sample", "release_k=50")
    assert done.returncode == 0, done.stdout[-3000:]
    rows = pl.read_csv(asked.run("sample") / "release/data/released_customers.csv", infer_schema=False)
    assert min(Counter(rows.rows()).values()) >= 50


def test_a_release_of_less_than_five_is_refused(project: Project):
    done = project.snakemake("-n", "release_table", "--config", "release_k=4")
    assert done.returncode != 0 and "release_k" in done.stdout


PYCANON = Path(__file__).resolve().parents[2] / ".venv-pycanon/bin/python"
QUESTION = """
import json, sys
import pandas as pd
from pycanon import anonymity
path, bands, sensitive = sys.argv[1], sys.argv[2].split(","), sys.argv[3].split(",")
table = pd.read_csv(path, dtype=str)
print(json.dumps({
    "k": int(anonymity.k_anonymity(table, bands)),
    "l": int(anonymity.l_diversity(table, bands, sensitive)),
    "t": float(anonymity.t_closeness(table, bands, sensitive)),
}))
"""


def pycanon(path: Path, bands: list[str], sensitive: list[str]) -> dict[str, float]:
    """k, l and t as pycanon measures them."""
    command = [PYCANON, "-c", QUESTION, path, ",".join(bands), ",".join(sensitive)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not PYCANON.exists(), reason="pycanon pins numpy 2.0 and pandas 2.3; .ci/run gives it a venv")
def test_pycanon_measures_the_same(asked: Project):
    path = asked.run("sample") / "release/data/released_customers.csv"
    said = json.loads((asked.run("sample") / "release/anonymity_report.json").read_text(encoding="utf-8"))
    found = pycanon(path, ["recency_band", "frequency_band", "monetary_band"], ["segment_name"])
    assert found["k"] == said["singling_out"]["k_by_bands"] >= 5
    assert found["l"] == said["inference"]["l"]
    assert found["t"] == pytest.approx(said["inference"]["t"], abs=1e-5)


def test_levels_chosen_by_counted_cells_are_those_of_the_rows_themselves():
    groups = [(1 + n % 7, n * 13 % 800, 1 + n % 9, n * 37.0, "AB"[n % 2]) for n in range(60)]
    table = customers(*groups)
    counted = cells(table, COLUMNS, ["segment_name"])
    for levels in ((0, 0, 0), (1, 2, 0), (3, 1, 2)):
        names = [f"{column} {level}" for column, level in zip(COLUMNS, levels, strict=True)]
        found = counted.group_by([*names, "segment_name"]).agg(pl.col("len").sum())
        rows = sizes(generalise(table, COLUMNS, ["segment_name"], levels))
        assert sorted(map(str, found.rows())) == sorted(map(str, rows.rows()))
