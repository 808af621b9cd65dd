"""Turns of writing."""

import threading
from pathlib import Path

import pytest

from runner.errors import RecordError
from runner.ledger.turn import turn


def test_only_one_has_its_turn(tmp_path: Path) -> None:
    """Of several threads only one is in its turn at any time, even where somebody removes the lock's file."""
    path, inside, most = tmp_path / ".locks" / "ledger.lock", 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(30):
            with turn(path):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_turn_that_does_not_come_is_told(tmp_path: Path) -> None:
    """Who waits too long is told which lock it is, and the turn is free again afterwards."""
    path = tmp_path / "ledger.lock"
    with (
        turn(path),
        pytest.raises(RecordError, match=r"another process has held its lock .*ledger.lock"),
        turn(path, 0.05),
    ):
        pass
    with turn(path, 0.05):
        pass


def test_a_lock_that_was_removed_keeps_nobody_out(tmp_path: Path) -> None:
    """A new file in the place of one that was removed is what counts for the next."""
    path = tmp_path / "ledger.lock"
    with turn(path):
        path.unlink()
        with turn(path, 0.05):
            assert path.exists()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    """Where the lock cannot be a file, the message names it."""
    (tmp_path / "ledger.lock").mkdir()
    with pytest.raises(RecordError, match=r"its lock .*: Is a directory"), turn(tmp_path / "ledger.lock"):
        pass
