"""One execution of a notebook."""

from pathlib import Path

from runner.execute import execute
from runner.kernel.supervision import Supervision
from runner.outcomes import Status
from tests.runner.bench import NOTEBOOKS


def test_a_copy_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    """The run goes on with its record; the reason names the file."""
    done = execute(NOTEBOOKS / "fails.ipynb", tmp_path / "nowhere" / "fails.ipynb", {}, Supervision())
    assert done.status is Status.FAILED
    assert done.reason
    assert done.reason.startswith("the copy could not be written: ")
    assert [cell.status for cell in done.cells] == [Status.SUCCEEDED, Status.FAILED, Status.NOT_RUN]


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
