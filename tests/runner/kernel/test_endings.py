"""Why a notebook stopped, in one line."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from runner.kernel import endings
from runner.outcomes import Status


@pytest.mark.parametrize(
    ("name", "text", "status", "reason"),
    [
        ("ValueError", "the shop is closed", Status.FAILED, "ValueError: the shop is closed"),
        ("KeyError", "", Status.FAILED, "KeyError"),
        ("SystemExit", "3", Status.FAILED, "the cell called sys.exit(3)"),
        ("SystemExit", "", Status.FAILED, "the cell called sys.exit()"),
        ("MemoryError", "", Status.OUT_OF_MEMORY, "MemoryError"),
        ("_ArrayMemoryError", "no 8 GiB", Status.OUT_OF_MEMORY, "_ArrayMemoryError: no 8 GiB"),
        ("OutOfMemoryError", "no 8 GiB", Status.OUT_OF_MEMORY, "OutOfMemoryError: no 8 GiB"),
    ],
)
def test_the_exception_of_a_cell_names_the_status(name: str, text: str, status: Status, reason: str) -> None:
    """An exit and a want of memory are told from other exceptions; a cell without an error output is no obstacle."""
    ended = endings.of_cell(CellExecutionError("", name, text), nbformat.v4.new_code_cell(""))
    assert (ended.status, ended.reason) == (status, reason)


def test_limits_are_told_in_words() -> None:
    """Long ones in minutes; one whose length nobody told, without."""
    assert endings.of_clock("cell", 2.5).reason == "the cell took longer than its limit of 2.5 seconds"
    assert endings.of_clock("run", 5400).reason == "the run took longer than its limit of 90 minutes"
    assert endings.of_clock("run", None).reason == "the run took longer than its limit"
    assert endings.of_memory(2254857830, 2**31).reason == "the step used 2.10 GiB, its limit is 2.00 GiB"


def test_the_cell_stands_before_the_reason() -> None:
    """A person looks for the cell first."""
    assert str(endings.NotebookStopped(Status.FAILED, "no", 3)) == "cell 3: no"
    assert str(endings.NotebookStopped(Status.FAILED, "no")) == "no"


def test_a_refused_copy_is_told_in_plain_words(tmp_path: Path) -> None:
    """The system's reason and the name of the copy, and whether there is an earlier one."""
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / ".01_eda.ipynb.77.aside"))
    copy = tmp_path / "01_eda.ipynb"
    reason = "the copy could not be written: No space left on device: 01_eda.ipynb"
    assert endings.unwritten(copy, error) == f"{reason}; there is no copy"
    copy.touch()
    assert endings.unwritten(copy, error) == f"{reason}; the last good copy is in place"
