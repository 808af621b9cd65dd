"""A run that is compared, and which of its files may be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.comparison.side import MissingError, Side, ended_as
from tests.runner.comparison.sides import side, step


@pytest.fixture
def run(tmp_path: Path) -> Side:
    """A run with a copy, beside a file that is none of its business."""
    (tmp_path / "secret.txt").write_text("secret")
    found = side(tmp_path, step())
    (found.folder / "link").symlink_to(tmp_path / "secret.txt")
    (found.folder / "tables").symlink_to(tmp_path)
    (found.folder / "artifacts").mkdir()
    return found


def test_a_file_of_the_run_is_found(run: Side) -> None:
    """By the path that its record gives."""
    assert run.file("eda.ipynb", 1000) == run.folder / "eda.ipynb"


@pytest.mark.parametrize(
    "path",
    [
        *("", None, 7, "/etc/passwd", "../../secret.txt", "artifacts/../../../secret.txt", "link", "tables/secret.txt"),
        *("artifacts", "gone.ipynb", "a\0b", "x" * 5000),
    ],
)
def test_nothing_else_is_read(run: Side, path: object) -> None:
    """No absolute path, no way up, no link, no folder, nothing that is gone; the error says so in a clause."""
    with pytest.raises(MissingError, match=r"is not named|is gone|is no plain file|cannot be read"):
        run.file(path, 1000)


def test_a_file_that_is_too_large_is_refused(run: Side) -> None:
    """With both sizes."""
    with pytest.raises(MissingError, match="more than is compared"):
        run.file("eda.ipynb", 3)


def test_a_step_that_was_taken_over_had_succeeded() -> None:
    """So that it does not differ from one that ran."""
    assert ended_as({"status": "cached"}) == "succeeded"
    assert ended_as({"status": "failed"}) == "failed"
