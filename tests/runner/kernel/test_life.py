"""Tests for the life of a kernel from its start."""

from pathlib import Path

import pytest

from runner.outcomes import Status
from tests.runner.kernel import small_books
from tests.runner.kernel.processes import Marked

SPILT = """
import os, pathlib, signal, tempfile
folder = pathlib.Path(tempfile.mkdtemp())
(folder / 'part').write_text('much')
pathlib.Path(where).write_text(tempfile.gettempdir())
"""


@pytest.mark.parametrize(
    ("end", "status"), [("", Status.SUCCEEDED), ("os.kill(os.getpid(), signal.SIGKILL)", Status.KERNEL_DIED)]
)
def test_temporary_files_go_with_their_kernel(end: str, status: Status, tmp_path: Path, marked: Marked) -> None:
    """They lie in a folder of its own, which is gone behind it, also where the kernel was killed."""
    told = tmp_path / "told"
    done = small_books.run(tmp_path, marked, f"where = {str(told)!r}", SPILT, f"{end}\nprint('end')")
    assert done.status is status
    used = Path(told.read_text())
    assert used.name == "tmp"
    assert used.parent.name.startswith("kernel-")
    assert not used.parent.exists()
