"""Notebooks are committed without outputs, read published files alone, and run from top to bottom."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))
NAMES = ["01_eda", "02_feature_engineering", "03_segmentation_clustering"]


def left_behind(notebook: nbformat.NotebookNode) -> list[int]:
    """Positions of cells with outputs or execution counts."""
    cells = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    return [i for i, cell in cells if cell.outputs or cell.execution_count is not None]


def protected(notebook: nbformat.NotebookNode) -> list[str]:
    """Paths of protected layers that the code of a notebook names."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return re.findall(r"""["'/](?:bronze|silver|gold)/[^"']*""", code)


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request: pytest.FixtureRequest, sample_run: Path) -> nbformat.NotebookNode:
    """A notebook with its outputs, run over the finished run of the sample."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_RUN", str(sample_run))
        notebook = nbformat.read(request.param, as_version=4)
        return NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(sample_run)}}).execute()


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """All outputs of a notebook."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_there_is_a_notebook_for_each_analysis():
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path):
    assert left_behind(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_names_no_file_of_the_protected_layers(path):
    assert protected(nbformat.read(path, as_version=4)) == []


def test_a_notebook_runs_from_top_to_bottom_and_draws(executed):
    assert any("image/png" in output.get("data", {}) for output in outputs(executed))
    assert [output for output in outputs(executed) if output.get("name") == "stderr"] == []


def test_no_output_of_a_notebook_shows_a_pseudonym(executed):
    assert "cu1_" not in str(outputs(executed))


def test_the_checks_see_planted_faults():
    cell = nbformat.v4.new_code_cell('pd.read_csv(RUN / "gold/data/dim_customer.csv")', execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert left_behind(notebook) == [0]
    assert protected(notebook) == ['"gold/data/dim_customer.csv']
