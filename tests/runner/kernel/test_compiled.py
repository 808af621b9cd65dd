"""Compiled code is kept where nobody else can put code."""

from __future__ import annotations

from pathlib import Path

from runner.kernel import compiled


def kept(cache: Path, lock: str | None = "0" * 64) -> Path | None:
    """The folder that a kernel is told."""
    told = compiled.environment({"XDG_CACHE_HOME": str(cache)}, lock)
    return Path(told[compiled.NAME]) if told else None


def test_each_set_of_packages_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """It is the same one in the next run, and this user's alone."""
    folder = kept(tmp_path / "cache")
    assert folder is not None
    assert folder == kept(tmp_path / "cache")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert kept(tmp_path / "cache", None) != folder != kept(tmp_path / "cache", "1" * 64)


def test_a_folder_that_others_can_write_is_left_unused(tmp_path: Path) -> None:
    """What stands there might be anybody's code."""
    folder = kept(tmp_path)
    assert folder is not None
    for place, mode in ((folder, 0o777), (folder, 0o750), (folder.parent, 0o775)):
        before = place.stat().st_mode
        place.chmod(mode)
        assert kept(tmp_path) is None
        place.chmod(before)
    assert kept(tmp_path) == folder


def test_a_link_in_its_place_is_left_unused(tmp_path: Path) -> None:
    """It may lead anywhere, now or later."""
    folder = kept(tmp_path)
    assert folder is not None
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    assert kept(tmp_path) is None


def test_no_folder_is_no_fault(tmp_path: Path) -> None:
    """Where none can be made, or the person has named one, nothing is said to the kernel."""
    (tmp_path / "file").touch()
    assert kept(tmp_path / "file" / "cache") is None
    assert compiled.environment({"XDG_CACHE_HOME": "relative"}, None) == {}
    assert compiled.environment({compiled.NAME: "/named"}, None) == {}
