"""The record of a run that several threads write."""

import threading
from pathlib import Path

from runner.crew.roll import Roll
from runner.outcomes import Status
from runner.records import archive
from runner.records.archive import Manifest
from tests.runner.runs import a_record, a_step


def test_steps_keep_their_place(tmp_path: Path) -> None:
    """Whichever thread is first, the record on the disk has every step where the pipeline has it."""
    names = [f"step{number}" for number in range(8)]
    record = a_record(*map(a_step, names))
    folder = archive.make_folder(tmp_path, record.pipeline, record.run_id)
    roll = Roll(record, Manifest(folder))
    threads = [
        threading.Thread(target=roll.enter, args=[a_step(name, status=Status.SUCCEEDED)]) for name in reversed(names)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    steps = archive.read_manifest(folder)["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [(name, "succeeded") for name in names]


def test_a_file_belongs_to_who_was_first(tmp_path: Path) -> None:
    """Of two steps that wrote a file the second hears whose it is."""
    roll = Roll(a_record(), Manifest(tmp_path))
    assert roll.claim("a", ["x", "y"]) == {}
    assert roll.claim("a", ["x"]) == {}
    assert roll.claim("b", ["x", "z"]) == {"x": "a"}


def test_a_record_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    """No other step begins, and the first reason stays."""
    roll = Roll(a_record(), Manifest(tmp_path / "nowhere"))
    roll.enter(a_step(status=Status.RUNNING))
    roll.stop("something else")
    assert roll.record.reason is not None
    assert roll.record.reason.startswith("the record could not be written: ")
