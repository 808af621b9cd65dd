"""What a copy and a record say of cells that did not run to their end."""

import json

import nbformat
import pytest

from runner import copies
from runner.kernel import supervision
from runner.kernel.engine import InsidersEngine
from runner.kernel.supervision import NotebookStopped, Supervision
from runner.outcomes import Status
from runner.run import Ended
from tests.runner.bench import NOTEBOOKS, copy, printed, step


def cell_statuses(ended: Ended, name: str) -> list[tuple[str, str]]:
    return [(cell["id"], cell["status"]) for cell in step(ended, name)["cells"]]


def test_cells_after_a_failure_did_not_run(bad: Ended) -> None:
    """In the record and in the copy, a cell that did not run never reads as completed."""
    assert cell_statuses(bad, "fails") == [("before", "succeeded"), ("fail", "failed"), ("after", "not_run")]
    told = {name: cell["metadata"]["papermill"] for name, cell in copy(bad, "fails").items()}
    assert [told[name]["status"] for name in ("before", "fail", "after")] == ["completed", "failed", "not_run"]
    assert (told["before"]["exception"], told["fail"]["exception"], told["after"]["duration"]) == (False, True, None)


def test_the_copy_leads_to_the_cell_that_failed(bad: Ended) -> None:
    """A reader of the copy learns at its top that it stopped, and where."""
    cells = list(copy(bad, "fails").values())
    assert "cell 2: ValueError: the shop is closed" in "".join(cells[0]["source"])
    assert [cell["id"] for cell in cells].index("stopped-here") + 1 == [cell["id"] for cell in cells].index("fail")
    content = json.loads((bad.folder / "fails.ipynb").read_text())
    assert content["metadata"]["papermill"]["exception"] is True
    assert content["metadata"]["papermill"]["status"] == "failed"


def test_a_dead_kernel_is_told_from_a_failed_cell(bad: Ended) -> None:
    """A kernel that ends without a word has its own status, its exit status in words, and its last output."""
    assert cell_statuses(bad, "dies") == [("before", "succeeded"), ("die", "kernel_died"), ("after", "not_run")]
    assert step(bad, "dies")["reason"] == "the kernel process ended by itself with exit status 3"
    assert printed(copy(bad, "dies")["before"]) == "before\n"


def test_copies_are_valid_notebooks(good: Ended, bad: Ended) -> None:
    """Every copy opens in Jupyter, with the one that stopped too."""
    paths = [*good.folder.glob("*.ipynb"), *bad.folder.glob("*.ipynb")]
    assert len(paths) == 8
    for path in paths:
        nbformat.validate(nbformat.read(path, as_version=4))
        assert path.read_text().endswith("}\n")


def test_a_stubborn_cell_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that swallows the interrupt loses its kernel after the time of grace."""
    monkeypatch.setattr(supervision, "GRACE_SECONDS", 0.5)
    book = copies.prepare(NOTEBOOKS / "sleeps.ipynb", {})
    book.cells[
        1
    ].source = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
    with pytest.raises(NotebookStopped) as stopped:
        InsidersEngine.execute_notebook(book, "python3", progress_bar=False, supervision=Supervision(cell_seconds=0.5))
    assert (stopped.value.status, stopped.value.stopped_at) == (Status.TIMED_OUT, 1)


def test_a_kernel_that_does_not_start_is_an_outcome() -> None:
    """The reason is the last thing that the kernel said."""
    book = copies.prepare(NOTEBOOKS / "values.ipynb", {})
    broken = Supervision(environment={"PATH": "/usr/bin:/bin", "PYTHONHOME": "/nowhere"})
    with pytest.raises(NotebookStopped, match=r"the kernel did not start: .+") as stopped:
        InsidersEngine.execute_notebook(book, "python3", progress_bar=False, supervision=broken)
    assert stopped.value.status is Status.KERNEL_DIED
    assert {cell.status for cell in copies.cells(book)} == {Status.NOT_RUN}
