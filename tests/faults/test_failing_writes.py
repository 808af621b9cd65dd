"""Every write, flush, rename, folder and close failed in turn: the old state or the new one, never half of one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from runner import copies
from runner.delivery import publication
from runner.files import write_aside
from runner.origins import reuse
from runner.records import archive, journal
from runner.records.journal import Journal
from tests.faults.failing import CALLS, ERRORS, Failing
from tests.faults.stage import CHECKOUT, Stage, tell
from tests.runner.runs import a_record

EVERY_RUN = 10_000
"""More rounds than there are calls to fail in a run."""
RUNS_OF_TWO_HUNDRED = 12
"""So many whole runs are tried in the suite that CI runs."""


def _write_file(folder: Path, turn: int) -> None:
    write_aside(folder / "file", b"%d" % turn * 300_000)


def _read_file(folder: Path) -> int:
    content = (folder / "file").read_bytes()
    assert len(content) == 300_000
    assert len(set(content)) == 1
    return int(content[:1])


def _write_manifest(folder: Path, turn: int) -> None:
    manifest = archive.Manifest(folder)
    manifest.write(a_record(reason=str(turn)))
    if manifest.fault is not None:
        raise manifest.fault


def _read_manifest(folder: Path) -> int:
    return int(json.loads((folder / archive.MANIFEST).read_text(encoding="utf-8"))["reason"])


def _write_copy(folder: Path, turn: int) -> None:
    cells = [nbformat.v4.new_code_cell(f"{turn}", id=f"cell-{number}") for number in range(100)]
    copies.write(nbformat.v4.new_notebook(cells=cells), folder / "work.ipynb")


def _read_copy(folder: Path) -> int:
    book = nbformat.read(folder / "work.ipynb", as_version=4)
    nbformat.validate(book)
    (turn,) = {int(cell.source) for cell in book.cells}
    return turn


def _write_receipt(folder: Path, turn: int) -> None:
    publication.answer(folder / "work-1.request.json", publication.Receipt(status="refused", reason=str(turn)))


def _read_receipt(folder: Path) -> int:
    return int(json.loads((folder / "work-1.receipt.json").read_text(encoding="utf-8"))["reason"])


@dataclass(frozen=True)
class Kept:
    """Something that is written again and again."""

    name: str
    write: Callable[[Path, int], None]
    read: Callable[[Path], int]
    """The turn that was written last; anything half written is an error."""


KEPT = (
    Kept("file", _write_file, _read_file),
    Kept("manifest", _write_manifest, _read_manifest),
    Kept("copy", _write_copy, _read_copy),
    Kept("receipt", _write_receipt, _read_receipt),
)


def each_call(folder: Path, call: str, error: int) -> Iterator[Failing]:
    """The first call fails, then the second, until there is none left to fail; then all calls from one on."""
    for lasting in (False, True)[: 1 if error == errno.EINTR else 2]:
        for number in range(1, 1000):
            place = folder / f"{call}-{number}-{lasting}"
            place.mkdir()
            failing = Failing(place, call, number, error, lasting)
            yield failing
            if not failing.failed:
                break


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_what_is_kept_is_old_or_new(tmp_path: Path, kept: Kept, call: str, error: int) -> None:
    """Whichever call fails, the old content is there or the new one; who is not told of a failure has the new one."""
    for failing in each_call(tmp_path, call, error):
        kept.write(failing.folder, 1)
        raised: int | None = None
        with failing:
            try:
                kept.write(failing.folder, 2)
            except OSError as fault:
                raised = fault.errno
        assert kept.read(failing.folder) in ((2,) if raised is None else (1, 2))
        assert raised in ((None,) if error == errno.EINTR else (None, error)), "an interrupted call is made again"
        assert not list(failing.folder.glob(".*")), "something was left beside the place"
        kept.write(failing.folder, 3)
        assert kept.read(failing.folder) == 3


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("call", CALLS)
def test_a_journal_loses_no_line_in_silence(tmp_path: Path, call: str, error: int) -> None:
    """Whichever call fails, every line that can be read is whole and in order, and a missing one is a known fault."""
    for failing in each_call(tmp_path, call, error):
        path = failing.folder / "journal.jsonl"
        with failing:
            try:
                written = Journal(path)
            except OSError:
                assert call == "open"
                continue
            for number in range(6):
                written.write("event", number=number, text="x" * 100)
            with suppress(OSError):
                written.close()
        numbers = [entry["number"] for entry in journal.read(path)]
        assert numbers == sorted(set(numbers))
        if numbers != list(range(6)):
            assert written.fault is not None
            assert error != errno.EINTR, "an interrupted call is made again"


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_taken_over_is_whole_or_absent(tmp_path: Path, call: str, error: int) -> None:
    """Whichever call fails while an earlier step is taken over, no file of it is half there and called whole."""
    earlier = tmp_path / "earlier"
    (earlier / "tables").mkdir(parents=True)
    content = bytes(range(256)) * 10_000
    (earlier / "tables" / "a.bin").write_bytes(content)
    file = {"path": "tables/a.bin", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    for failing in each_call(tmp_path, call, error):
        taken = None
        with failing, suppress(OSError):
            taken = reuse.take(reuse.Earlier(earlier, {"files": [file]}), failing.folder)
        target = failing.folder / "tables" / "a.bin"
        if taken is not None:
            assert target.read_bytes() == content
        else:
            assert not target.exists(), f"{target.stat().st_size} bytes were left"


@pytest.fixture(scope="module")
def runs(rounds: int) -> list[dict[str, Any]]:
    """Whole runs with one failing call each, drawn by a seed that is printed, or taken from `FAULTS_SEED`."""
    seed = int(os.environ.get("FAULTS_SEED", int.from_bytes(os.urandom(3), "big")))
    tried = RUNS_OF_TWO_HUNDRED if rounds <= 200 else EVERY_RUN
    with closing(Stage.open()) as stage:
        command = [sys.executable, "-m", "tests.faults.failing_runs", str(stage.root), str(seed), str(tried)]
        done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
    calls, *played = [json.loads(line) for line in done.stdout.splitlines()]
    tell(f"FAULTS_SEED={seed}: {len(played)} runs, one call failed in each, of {calls}")
    return played


def test_a_run_with_a_failing_call_ends_truthfully(runs: list[dict[str, Any]]) -> None:
    """Record, copy and exit status agree, the person is told one clear line, and nothing is half written."""
    assert runs
    assert not [one for one in runs if one["faults"]]
