"""The engine as papermill uses it."""

import tomllib
from pathlib import Path
from time import monotonic, sleep

import nbformat
import papermill
import pytest

from runner.kernel.engine import ENGINE, WRITING_SHARE, Book
from runner.kernel.supervision import NotebookStopped
from runner.outcomes import Status
from tests.runner.bench import NOTEBOOKS


def begun(out: Path) -> Book:
    """A notebook that has begun to run, whose copy need not be written for an hour."""
    content = nbformat.read(NOTEBOOKS / "values.ipynb", as_version=4)
    content.metadata["papermill"] = {}
    book = Book(content, output_path=str(out), progress_bar=False, autosave_cell_every=3600)
    book.notebook_start()
    return book


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
    book = begun(out)
    book.autosave_cell()
    assert not out.exists()
    book.autosave_cell_every = 1e-9
    book.autosave_cell()
    assert nbformat.read(out, as_version=4).cells[0].id == "title"


def test_a_copy_that_takes_long_to_write_is_written_rarely(tmp_path: Path) -> None:
    """The pause is so long that no more than a small share of the time goes into writing."""
    book = begun(tmp_path / "out.ipynb")
    book.autosave_cell_every = 1e-9
    gathered: list[float] = []
    book.gather = lambda: gathered.append(monotonic()) or sleep(0.02)  # type: ignore[func-returns-value]
    ends = monotonic() + 1.5
    while monotonic() < ends:
        book.autosave_cell()
    assert 2 <= len(gathered) <= 1.5 * WRITING_SHARE / 0.02 + 1
    assert book.pause >= 0.02 / WRITING_SHARE


def test_a_growing_copy_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """The last good copy stays as it is, nothing lies beside it, and only the end of the step tells of the fault."""
    out = tmp_path / "folder" / "out.ipynb"
    out.parent.mkdir()
    book = begun(out)
    book.autosave_cell_every = 1e-9
    book.autosave_cell()
    good = out.read_bytes()
    (out.parent).rename(tmp_path / "away")
    (tmp_path / "folder").write_text("a file where the folder was")
    book.pause = 0.0
    book.autosave_cell()
    assert (tmp_path / "away" / "out.ipynb").read_bytes() == good
    assert [path.name for path in (tmp_path / "away").iterdir()] == ["out.ipynb"]
    with pytest.raises(NotADirectoryError):
        book.finish()
    book.stopped = NotebookStopped(Status.TIMED_OUT, "too slow", 3)
    with pytest.raises(
        NotebookStopped, match=r"cell 3: too slow; and the copy could not be written: .*folder"
    ) as stopped:
        book.finish()
    assert stopped.value.status is Status.TIMED_OUT
