"""Paths that a record tells."""

from pathlib import Path

import pytest

from runner.errors import RecordError
from runner.records.paths import inside


def test_a_file_of_the_folder_is_found(tmp_path: Path) -> None:
    """Whether it is there or not yet."""
    assert inside(tmp_path, "tables/a.parquet") == tmp_path / "tables" / "a.parquet"


@pytest.mark.parametrize(
    "told", ["../a", "/etc/passwd", "tables/../../a", "", ".", "a\0b", None, 3, "a" * 2000, "out/secret"]
)
def test_what_would_lead_out_of_it_is_refused(tmp_path: Path, told: object) -> None:
    """By dots, from the root, through a link, or by what is no path at all."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "out").symlink_to(tmp_path)
    with pytest.raises(RecordError, match="no file of the folder"):
        inside(tmp_path / "run", told)
