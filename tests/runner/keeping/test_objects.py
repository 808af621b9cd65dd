"""Files of ended runs that are equal lie on the disk once."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import signal
import stat
from pathlib import Path

import pytest

from runner.keeping import objects
from runner.keeping.objects import Saved

BIG = b"the same table " * 5000


def a_run(output: Path, name: str, **files: bytes) -> tuple[Path, list[tuple[str, str, int]]]:
    """A run folder with files below `tables/`, and what its record says of them."""
    folder = output / "small" / name
    (folder / "tables").mkdir(parents=True)
    told = []
    for file, content in files.items():
        (folder / "tables" / file).write_bytes(content)
        told.append((f"tables/{file}", hashlib.sha256(content).hexdigest(), len(content)))
    return folder, told


def test_a_second_run_with_equal_files_takes_no_room(tmp_path: Path) -> None:
    """The first run's files become objects; those of the second that are equal become links, the others stay apart."""
    first, told = a_run(tmp_path, "one", a=BIG, b=b"first")
    assert objects.link(tmp_path, first, told) == Saved()
    second, told = a_run(tmp_path, "two", a=BIG, b=b"second")
    assert objects.link(tmp_path, second, told) == Saved(files=1, bytes=len(BIG))
    assert (first / "tables/a").samefile(second / "tables/a")
    assert not (first / "tables/b").samefile(second / "tables/b")
    assert (second / "tables/a").read_bytes() == BIG
    assert (second / "tables/b").read_bytes() == b"second"
    assert objects.place(tmp_path, told[0][1]).stat().st_nlink == 3


def test_linking_again_changes_nothing(tmp_path: Path) -> None:
    """Whoever repeats it finds all done."""
    folder, told = a_run(tmp_path, "one", a=BIG)
    objects.link(tmp_path, folder, told)
    assert objects.link(tmp_path, folder, told) == Saved()
    assert (folder / "tables/a").stat().st_nlink == 2
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["a"]


def test_what_is_kept_cannot_be_written_into(tmp_path: Path) -> None:
    """File and object are for reading only, so that an editor does not save into every run that has the file."""
    folder, told = a_run(tmp_path, "one", a=BIG)
    objects.link(tmp_path, folder, told)
    for path in (folder / "tables/a", objects.place(tmp_path, told[0][1])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o444
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            (folder / "tables/a").open("r+b")


def test_a_file_that_is_not_what_the_record_says_is_left_alone(tmp_path: Path) -> None:
    """An altered file becomes no object, and is not replaced by the right one: verify has to find it."""
    first, told = a_run(tmp_path, "one", a=BIG)
    objects.link(tmp_path, first, told)
    second, told = a_run(tmp_path, "two", a=BIG)
    (second / "tables/a").write_bytes(BIG[:-1] + b"!")
    assert objects.link(tmp_path, second, told) == Saved()
    assert (second / "tables/a").read_bytes() == BIG[:-1] + b"!"
    third, _ = a_run(tmp_path, "three", a=b"x")
    assert objects.link(tmp_path, third, [("tables/a", "0" * 64, 1)]) == Saved()
    assert not objects.place(tmp_path, "0" * 64).exists()


def test_an_altered_object_is_linked_to_no_run(tmp_path: Path) -> None:
    """An object is not believed to be what its name says; the good file takes its place."""
    first, told = a_run(tmp_path, "one", a=BIG)
    objects.link(tmp_path, first, told)
    kept = objects.place(tmp_path, told[0][1])
    kept.chmod(0o644)
    with kept.open("r+b") as file:
        file.write(b"T")
    second, told = a_run(tmp_path, "two", a=BIG)
    assert objects.link(tmp_path, second, told).files == 0
    assert (second / "tables/a").read_bytes() == kept.read_bytes() == BIG
    assert (first / "tables/a").read_bytes() != BIG


@pytest.mark.parametrize("where", ["file", "folder", "above", "object", "objects"])
def test_links_are_not_followed(tmp_path: Path, where: str) -> None:
    """Neither a file of the run nor an object is reached through a symbolic link."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a").write_bytes(BIG)
    folder, told = a_run(tmp_path / "output", "one", a=BIG)
    file, kept = folder / "tables/a", objects.place(tmp_path / "output", told[0][1])
    if where == "file":
        file.unlink()
        file.symlink_to(elsewhere / "a")
    elif where == "folder":
        shutil.rmtree(folder / "tables")
        (folder / "tables").symlink_to(elsewhere)
    elif where == "above":
        told = [("../../../elsewhere/a", *told[0][1:])]
    elif where == "object":
        kept.parent.mkdir(parents=True)
        kept.symlink_to(elsewhere / "a")
    else:
        kept.parent.parent.mkdir(parents=True)
        kept.parent.symlink_to(elsewhere)
    assert objects.link(tmp_path / "output", folder, told).files == 0
    objects.sweep(tmp_path / "output")
    assert [path.name for path in elsewhere.iterdir()] == ["a"]
    assert (elsewhere / "a").stat().st_nlink == 1
    assert stat.S_IMODE((elsewhere / "a").stat().st_mode) != 0o444


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    """Only plain files are kept."""
    folder, told = a_run(tmp_path, "one", a=BIG)
    (folder / "tables/a").unlink()
    os.mkfifo(folder / "tables/a")
    assert objects.link(tmp_path, folder, told) == Saved()


def test_no_hard_links_is_a_remark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has none every file stays what it is."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    folder, told = a_run(tmp_path, "one", a=BIG, b=b"b")
    saved = objects.link(tmp_path, folder, told)
    assert saved.remark is not None
    assert "no hard links" in saved.remark
    assert [path.name for path in sorted(folder.rglob("*")) if path.is_file()] == ["a", "b"]


def test_a_file_that_is_gone_is_a_remark(tmp_path: Path) -> None:
    """The others are kept all the same."""
    folder, told = a_run(tmp_path, "one", a=BIG, b=b"b")
    (folder / "tables/a").unlink()
    saved = objects.link(tmp_path, folder, told)
    assert saved.remark == "not linked: tables/a: No such file or directory"
    assert objects.place(tmp_path, told[1][1]).exists()


def test_the_most_links_of_a_file_are_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no other link to an object can be made, the next file becomes the object."""
    first, told = a_run(tmp_path, "one", a=BIG)
    objects.link(tmp_path, first, told)
    second, told = a_run(tmp_path, "two", a=BIG)
    link = os.link
    kept = objects.place(tmp_path, told[0][1])

    def full(source: Path, target: Path, **options: bool) -> None:
        if source == kept:
            raise OSError(31, "Too many links")
        link(source, target, **options)

    monkeypatch.setattr(os, "link", full)
    assert objects.link(tmp_path, second, told) == Saved()
    assert (kept).samefile(second / "tables/a")
    assert (first / "tables/a").read_bytes() == BIG


def test_objects_that_no_run_uses_are_swept(tmp_path: Path) -> None:
    """An object goes with the last run that has it, and not before."""
    first, told = a_run(tmp_path, "one", a=BIG, b=b"first")
    second, more = a_run(tmp_path, "two", a=BIG)
    objects.link(tmp_path, first, told)
    objects.link(tmp_path, second, more)
    assert objects.sweep(tmp_path) == 0
    shutil.rmtree(first)
    assert objects.sweep(tmp_path) == len(b"first")
    shutil.rmtree(second)
    assert objects.sweep(tmp_path) == len(BIG)
    assert not [path for path in (tmp_path / objects.FOLDER).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("call", "nth"), [("fchmod", 1), *((call, nth) for call in ("link", "replace", "unlink") for nth in (1, 2))]
)
def test_a_kill_anywhere_loses_nothing(tmp_path: Path, call: str, nth: int) -> None:
    """A process killed at any of its steps leaves whole files, and the next one brings it to its end."""
    first, told = a_run(tmp_path, "one", a=BIG)
    objects.link(tmp_path, first, told)
    second, more = a_run(tmp_path, "two", a=BIG, b=b"other")
    process = multiprocessing.get_context("fork").Process(
        target=_link_and_die, args=(tmp_path, second, more, call, nth)
    )
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    assert {(second / path).read_bytes() for path, _, _ in more} == {BIG, b"other"}
    objects.link(tmp_path, second, more)
    assert (first / "tables/a").samefile(second / "tables/a")
    assert [path.name for path in sorted(second.rglob("*")) if path.is_file()] == ["a", "b"]
    shutil.rmtree(first)
    shutil.rmtree(second)
    objects.sweep(tmp_path)
    assert not [path for path in (tmp_path / objects.FOLDER).rglob("*") if path.is_file()]


def _link_and_die(output: Path, folder: Path, told: list[tuple[str, str, int]], call: str, nth: int) -> None:
    module = Path if call in ("replace", "unlink") else os
    real, count = getattr(module, call), 0

    def dying(*given: object, **options: object) -> object:
        nonlocal count
        count += 1
        if count == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **options)

    setattr(module, call, dying)
    objects.link(output, folder, told)
