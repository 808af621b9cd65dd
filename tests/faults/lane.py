"""One run after the other, each killed at a random moment: what is left of it, and whether its record tells the truth.

    python -m tests.faults.lane FOLDER SEED ROUNDS      prints a JSON object for each round

A lane has imported the runner and forks one process for each run, which spares the start of an interpreter. It is a
subreaper: what a killed runner leaves behind becomes its child, whatever session or environment it made for itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil

from runner import cli
from runner.errors import RecordError
from runner.records import archive, journal
from tests.faults.stage import GONE_WITHIN_S, PIPELINE, POLL_S, Stage, tell, torn

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER."""
OUTPUT_MB = 20
FLOOD = f"for _ in range({OUTPUT_MB * 5}):\n    print(('x' * 99 + '\\n') * 1_000)"
"""Half of the output; two cells print it."""
LONGEST_WRITE_S = 0.1
"""So long after the copy's first byte a round is killed that aims at its writing."""
AIMED = 0.25
"""Share of the rounds that aim at the writing of the copy; they take longest."""
FINAL = ("succeeded",)


@dataclass
class Round:
    """What was seen of one killed run."""

    moment: float
    aimed: bool
    """Whether the writing of the copy was aimed at, and not just any moment."""
    status: str = "no record"
    copy: str = "absent"
    gone: float | None = None
    """Seconds until no process was left."""
    faults: list[str] = field(default_factory=list)


class Lane:
    """The runs of one lane, in folders below one stage."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.random = random.Random(seed)
        step = {"name": "work", "notebook": "work.ipynb", "output_limit_mb": 2 * OUTPUT_MB}
        self.pipeline = stage.write_pipeline({"name": PIPELINE, "steps": [step]})
        stage.write_notebook("work", ["print('first')", FLOOD, FLOOD, "print('last')"])
        os.environ.clear()
        os.environ.update(stage.environment)
        cli.load("run")
        __import__("runner.departure")

    def whole(self) -> float:
        """The seconds of a run that is left alone; it must succeed."""
        begun = time.monotonic()
        _, status = os.waitpid(self._fork(self.stage.output), 0)
        if status:
            raise RuntimeError(f"a run that nobody disturbed exits with {os.waitstatus_to_exitcode(status)}")
        return time.monotonic() - begun

    def kill(self, number: int, longest: float) -> Round:
        """Start a run in a folder of its own, kill it at a random moment, and look at what is left."""
        output = self.stage.output / f"round-{number}"
        output.mkdir()
        self.stage.notes.unlink(missing_ok=True)
        aimed = self.random.random() < AIMED
        moment = self.random.uniform(0, LONGEST_WRITE_S if aimed else longest)
        runner = self._fork(output)
        if aimed:
            self._wait_for_copy(output, runner, time.monotonic() + 2 * longest)
        time.sleep(moment)
        with contextlib.suppress(ProcessLookupError):
            os.kill(runner, signal.SIGKILL)
        seen = Round(round(moment, 3), aimed)
        seen.gone = _seconds_until_childless()
        if seen.gone is None:
            left = [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
            seen.faults.append(f"{len(left)} processes were left: {left}")
            _kill_children()
        for folder in output.glob(f"{PIPELINE}/*"):
            seen.faults += self._faults(folder, seen)
        shutil.rmtree(output)
        return seen

    def _fork(self, output: Path) -> int:
        pid = os.fork()
        if pid:
            return pid
        status = 70
        try:
            os.environ["INSIDERS_OUTPUT"] = str(output)
            said = os.open(self.stage.root / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 1)
            os.dup2(said, 2)
            status = cli.main(["run", str(self.pipeline), "--force"])
        finally:
            os._exit(status)

    def _wait_for_copy(self, output: Path, runner: int, deadline: float) -> None:
        """Wait until the copy is being written beside its place, or the run is over."""
        while not any(output.glob(f"{PIPELINE}/*/.work.ipynb*")) and time.monotonic() < deadline:
            if not psutil.pid_exists(runner) or psutil.Process(runner).status() == psutil.STATUS_ZOMBIE:
                return
            time.sleep(0.002)

    def _faults(self, folder: Path, seen: Round) -> list[str]:
        """What is not true of a killed run."""
        if not (folder / archive.MANIFEST).exists():
            return ["cells ran without a record"] if self.stage.noted() else []
        try:
            manifest = archive.read_manifest(folder)
        except RecordError as error:
            return [str(error)]
        seen.status = manifest["status"]
        steps = [] if seen.status in ("lost", *FINAL) else [f"the run is {seen.status}"]
        cells = manifest["steps"][0]["cells"]
        return [*steps, *self._cell_faults(cells), *_copy_faults(folder / "work.ipynb", seen), *_left(folder)]

    def _cell_faults(self, cells: list[dict[str, Any]]) -> list[str]:
        noted = self.stage.noted()
        begun = {number for word, number, _ in noted if word == "begin"}
        ended = {number for word, number, _ in noted if word == "end"}
        return [
            f"cell {cell['number']} is said to be {cell['status']}"
            for cell in cells
            if (cell["status"] == "succeeded" and cell["number"] not in ended)
            or (cell["status"] == "not_run" and cell["number"] in begun)
        ]


def _copy_faults(path: Path, seen: Round) -> list[str]:
    if not path.exists():
        return []
    try:
        book = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(book)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a copy is a fault of it
        return [f"the copy of {path.stat().st_size} bytes is no notebook: {error}"]
    seen.copy = "whole"
    printed = sum(len(output.get("text", "")) for cell in book.cells for output in cell.outputs)
    return [] if printed > OUTPUT_MB * 10**6 else [f"the copy has {printed} characters of output"]


def _left(folder: Path) -> list[str]:
    """What is half written once a command has looked; a last line of the journal may be.

    A run that was killed between its record and the first line of its journal has none.
    """
    if not (folder / archive.JOURNAL).exists():
        return list(torn(folder))
    entries = (folder / archive.JOURNAL).read_text(encoding="utf-8").split("\n")[:-1]
    known = len(journal.read(folder / archive.JOURNAL))
    return [*torn(folder), *([f"{len(entries) - known} lines of the journal are torn"] if known < len(entries) else [])]


def _seconds_until_childless() -> float | None:
    """How long it takes until no child is left, zombies buried; None where that takes too long."""
    begun = time.monotonic()
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                if time.monotonic() - begun > GONE_WITHIN_S:
                    return None
                time.sleep(POLL_S)
        except ChildProcessError:
            return round(time.monotonic() - begun, 3)


def _kill_children() -> None:
    """Kill whatever is left."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            os.waitpid(-1, 0)


def main(folder: str, seed: int, rounds: int) -> None:
    """Play the rounds on the stage in a folder, which whoever made it closes."""
    if ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0):
        raise OSError("this system has no subreapers")
    try:
        lane = Lane(Stage(Path(folder)), seed)
        lane.whole()  # the first run of a process takes longer than those after it
        longest = lane.whole()
        for number in range(rounds):
            tell(json.dumps(asdict(lane.kill(number, longest))))
    finally:
        _kill_children()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
