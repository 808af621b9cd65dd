"""A lock on a file: who gets it, who is told what, and what may lie in its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import PlaceError
from runner.locking.holder import Holder
from runner.locking.lockfile import held, holder_of

ME = Holder.here("01a1fe08")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / ".locks" / "monthly.lock"


def test_one_at_a_time(place: Path) -> None:
    """Whoever comes second is told who has it; afterwards it is free, and the file says nothing any more."""
    with held(place, ME) as first, held(place, Holder.here("another")) as second:
        assert (first, second) == (None, str(ME))
        assert holder_of(place) == ME
    assert place.read_bytes() == b""
    with held(place, ME) as again:
        assert again is None


def test_an_error_gives_the_lock_back(place: Path) -> None:
    """However the context is left, the lock is free."""
    with pytest.raises(ZeroDivisionError), held(place, ME):
        raise ZeroDivisionError
    with held(place, ME) as again:
        assert again is None


def test_a_silent_holder_is_somebody(place: Path) -> None:
    """Where the file does not say who has the lock, the refusal says what is known."""
    with held(place, ME):
        os.truncate(place, 0)
        with held(place, ME) as second:
            assert second == f"another run that uses {place.parent}"


def test_a_file_that_was_removed_keeps_nobody_out_and_nobody_in(place: Path) -> None:
    """The lock is on the file that is there now, so that two never wait at different ones."""
    with held(place, ME):
        place.unlink()
        with held(place, ME) as second, held(place, ME) as third:
            assert second is None
            assert third == str(ME)


def _rubbish(place: Path) -> None:
    place.write_bytes(os.urandom(1 << 20))


def _stale(place: Path) -> None:
    place.write_bytes(Holder.here("dead for a year").text())


def _folder(place: Path) -> None:
    place.mkdir()


def _pipe(place: Path) -> None:
    os.mkfifo(place)


@pytest.mark.parametrize("lay", [_rubbish, _stale, _folder, _pipe])
def test_whatever_lies_there_can_be_locked(place: Path, lay: Callable[[Path], None]) -> None:
    """Nobody has to clear anything away: the lock is taken, keeps others out, and is given back."""
    place.parent.mkdir()
    lay(place)
    for _ in range(2):
        with held(place, ME) as first, held(place, ME) as second:
            assert first is None
            assert second


def test_a_link_is_not_written_through(place: Path, tmp_path: Path) -> None:
    """What a link points to stays as it was; the lock is on a file of its own."""
    other = tmp_path / "precious"
    other.write_text("kept")
    place.parent.mkdir()
    place.symlink_to(other)
    with held(place, ME) as taken:
        assert taken is None
    assert other.read_text() == "kept"
    assert not place.is_symlink()


def test_a_place_without_room_is_an_expected_error(tmp_path: Path) -> None:
    """Where no file can be made, the person is told which, and why."""
    (tmp_path / ".locks").write_text("in the way")
    with pytest.raises(PlaceError, match=r"monthly\.lock cannot be taken"), held(tmp_path / ".locks/monthly.lock", ME):
        pass
