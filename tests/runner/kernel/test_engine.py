"""The engine as papermill uses it."""

import tomllib
from pathlib import Path

import nbformat
import papermill
import pytest

from runner.kernel.engine import ENGINE, Book
from runner.kernel.supervision import NotebookStopped
from tests.runner.bench import NOTEBOOKS


def test_papermill_finds_the_engine_and_leaves_a_whole_copy(tmp_path: Path) -> None:
    """`papermill --engine insiders` runs a notebook, with papermill's own way of giving parameters."""
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        NOTEBOOKS / "values.ipynb", out, {"number": 7}, engine_name=ENGINE, progress_bar=False, cwd=tmp_path
    )
    content = nbformat.read(out, as_version=4)
    assert '"number": "7"' in content.cells[-1].outputs[0].text
    assert content.metadata.papermill.status == "succeeded"


def test_papermill_learns_of_a_dead_kernel(tmp_path: Path) -> None:
    """Papermill fails, and the copy does not say that the cells behind were completed."""
    out = tmp_path / "out.ipynb"
    with pytest.raises(NotebookStopped, match="exit status 3"):
        papermill.execute_notebook(NOTEBOOKS / "dies.ipynb", out, engine_name=ENGINE, progress_bar=False, cwd=tmp_path)
    cells = {cell.id: cell for cell in nbformat.read(out, as_version=4).cells}
    assert cells["after"].metadata.papermill.status == "not_run"


def test_the_entry_point_names_the_engine(checkout: Path) -> None:
    """What pyproject.toml tells papermill is there."""
    points = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["entry-points"]
    assert points["papermill.engine"] == {ENGINE: "runner.kernel.plugin:InsidersEngine"}


def test_a_growing_copy_is_written_now_and_then(tmp_path: Path) -> None:
    """Between its start and its end a copy is written only when the time has come."""
    out = tmp_path / "out.ipynb"
    content = nbformat.read(NOTEBOOKS / "values.ipynb", as_version=4)
    content.metadata["papermill"] = {}
    book = Book(content, output_path=str(out), progress_bar=False, autosave_cell_every=3600)
    book.notebook_start()
    book.autosave_cell()
    assert not out.exists()
    book.autosave_cell_every = 1e-9
    book.autosave_cell()
    assert nbformat.read(out, as_version=4).cells[0].id == "title"
