"""One execution of a notebook."""

from pathlib import Path

from runner.execute import execute
from runner.kernel.supervision import Supervision
from runner.outcomes import Status
from tests.runner.bench import NOTEBOOKS


def test_a_copy_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    """The run goes on with its record; the reason names the file, and that the one before it is whole."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "values.ipynb").mkdir()  # a folder stands where the copy should
    done = execute(NOTEBOOKS / "values.ipynb", tmp_path / "full" / "values.ipynb", {}, Supervision())
    assert done.status is Status.FAILED
    assert done.reason == (
        "the copy could not be written: Is a directory: values.ipynb; the last good copy is in place"
    )
    assert {cell.status for cell in done.cells} == {Status.SUCCEEDED}


def test_what_stopped_a_notebook_is_told_also_without_its_copy(tmp_path: Path) -> None:
    """The outcome of the notebook stays, and the reason tells both."""
    done = execute(NOTEBOOKS / "fails.ipynb", tmp_path / "nowhere" / "fails.ipynb", {}, Supervision())
    assert (done.status, done.stopped_at) == (Status.FAILED, 2)
    assert done.reason
    assert done.reason.startswith("ValueError: the shop is closed; and the copy could not be written: ")
    assert "No such file or directory" in done.reason
    assert [cell.status for cell in done.cells] == [Status.SUCCEEDED, Status.FAILED, Status.NOT_RUN]


def test_a_notebook_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    """That is another fault than a copy that cannot be written."""
    done = execute(tmp_path / "none.ipynb", tmp_path / "copy.ipynb", {}, Supervision())
    assert done.status is Status.FAILED
    assert done.reason
    assert done.reason.startswith("the notebook could not be read: ")


def test_a_fault_of_the_runner_is_told_with_its_story(tmp_path: Path) -> None:
    """What nobody expected is a failed step too, and the journal gets the traceback."""
    (tmp_path / "broken.ipynb").write_text("{}")
    done = execute(tmp_path / "broken.ipynb", tmp_path / "copy.ipynb", {}, Supervision())
    assert done.status is Status.FAILED
    assert done.reason
    assert done.reason.startswith("a fault of the runner: ")
    assert done.story
    assert "Traceback" in done.story
    assert done.cells == ()
