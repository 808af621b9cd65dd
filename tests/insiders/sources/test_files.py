"""The files behind a path."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from insiders.errors import SourceError
from insiders.sources.files import behind, digest


def content(path: Path) -> dict[str, bytes]:
    found = {}
    for file in behind(path):
        with file.open() as opened:
            found[file.name] = opened.read()
    return found


def test_packed_files_are_read_unpacked(tmp_path: Path) -> None:
    """A plain file, a gzip and the members of a zip give the same bytes, under the name without the packing."""
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"y"))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("inner/c.csv", b"z")
        archive.writestr("__MACOSX/._c.csv", b"no")
    assert content(tmp_path / "a.csv") == {"a.csv": b"x"}
    assert content(tmp_path) == {"a.csv": b"x", "b.csv": b"y", "inner/c.csv": b"z"}


def test_hidden_files_are_no_part_of_a_folder(tmp_path: Path) -> None:
    """What an editor or the system left beside the data is not read."""
    (tmp_path / ".DS_Store").write_bytes(b"x")
    assert behind(tmp_path) == []


def test_a_missing_path_and_a_broken_archive_are_told(tmp_path: Path) -> None:
    """A path that is not there and an archive that cannot be opened are expected errors."""
    with pytest.raises(SourceError, match="is not there"):
        behind(tmp_path / "none.csv")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04cut off")
    with pytest.raises(SourceError, match=r"broken\.zip: is a broken zip archive"):
        behind(tmp_path / "broken.zip")


def test_the_digest_of_a_folder_follows_names_and_content(tmp_path: Path) -> None:
    """Changing a byte or a name of any file changes the digest of the folder."""
    (tmp_path / "a.csv").write_bytes(b"x")
    before = digest(tmp_path)
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    renamed = digest(tmp_path)
    (tmp_path / "b.csv").write_bytes(b"y")
    assert len({before, renamed, digest(tmp_path)}) == 3
