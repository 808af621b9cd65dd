"""Whole runs in which one call of the operating system fails.

    python -m tests.faults.failing_runs FOLDER SEED ROUNDS      prints a JSON object for each round

A run that nothing fails in tells how many calls of each kind there are; then rounds are drawn from all of them, without
repetition.
"""

from __future__ import annotations

import errno
import json
import os
import random
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from runner import cli
from runner.errors import RecordError
from runner.records import archive
from tests.faults.failing import CALLS, ERRORS, Failing
from tests.faults.stage import PIPELINE, Stage, tell, torn

NEVER = 10**9


@dataclass
class Round:
    """What was seen of one run."""

    call: str
    number: int
    error: str
    lasting: bool
    exit: int = 0
    status: str = "no record"
    said: str = ""
    faults: list[str] = field(default_factory=list)


class FailingRuns:
    """Runs of one small notebook, each in a folder of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        step = {"name": "work", "notebook": "work.ipynb"}
        self.pipeline = stage.write_pipeline({"name": PIPELINE, "steps": [step]})
        stage.write_notebook("work", ["print('first')", "print('last')"])
        os.environ.clear()
        os.environ.update(stage.environment)
        cli.load("run")
        __import__("runner.departure")

    def calls(self, call: str) -> int:
        """How many calls of a kind a run makes in which none fails."""
        return self._played(Failing(self.stage.output, call, NEVER, errno.EIO), f"whole-{call}")[1]

    def play(self, call: str, number: int, error: int, *, lasting: bool) -> Round:
        """Run once, and look at what is left."""
        name = f"{call}-{number}-{errno.errorcode[error]}-{lasting}"
        seen = Round(call, number, errno.errorcode[error], lasting)
        output = self.stage.output / name
        seen.exit, _ = self._played(Failing(output, call, number, error, lasting), name)
        seen.said = (self.stage.root / "said").read_text(encoding="utf-8")
        folders = list(output.glob(f"{PIPELINE}/*"))
        seen.faults = [*self._faults(folders[0] if folders else None, seen), *torn(output)]
        return seen

    def _played(self, failing: Failing, name: str) -> tuple[int, int]:
        """The exit status of a run, and the number of calls it made."""
        output = self.stage.output / name
        output.mkdir()
        failing.folder = output
        self.stage.notes.unlink(missing_ok=True)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._run(failing, output, write)
        os.close(write)
        with open(read, "rb") as told:  # noqa: PTH123 - a handle, not a path
            calls = told.read()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return status, int(calls or 0)

    def _run(self, failing: Failing, output: Path, tell: int) -> None:
        status = 70
        try:
            os.environ["INSIDERS_OUTPUT"] = str(output)
            said = os.open(self.stage.root / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 1)
            os.dup2(said, 2)
            with failing:
                status = cli.main(["run", str(self.pipeline), "--force"])
        except BaseException as error:  # noqa: BLE001 - what a person would meet as a traceback
            os.write(2, f"Traceback: {type(error).__name__}: {error}".encode())
        finally:
            sys.stdout.flush()
            os.write(tell, str(failing.calls).encode())
            os._exit(status)

    def _faults(self, folder: Path | None, seen: Round) -> list[str]:
        faults = ["the person meets a traceback"] if "Traceback" in seen.said else []
        if seen.exit and not seen.said.strip():
            faults.append("the person is told nothing")
        if folder is None or not (folder / archive.MANIFEST).exists():
            ran = ["cells ran without a record"] if self.stage.noted() else []
            return [*faults, *ran, *([] if seen.exit else ["it exits with 0 and left no record"])]
        try:
            manifest = archive.read_manifest(folder)
        except RecordError as error:
            return [*faults, str(error)]
        seen.status = manifest["status"]
        if (seen.status == "succeeded") is not (seen.exit in (0, 7)):
            faults.append(f"the run is {seen.status}, and exits with {seen.exit}")
        return [*faults, *self._copy_faults(folder / "work.ipynb", manifest)]

    def _copy_faults(self, path: Path, manifest: dict[str, Any]) -> list[str]:
        ended = [number for word, number, _ in self.stage.noted() if word == "end"]
        if manifest["status"] == "succeeded":
            if ended != [1, 2] or not path.exists():
                return [f"a run that succeeded has ended the cells {ended}, copy: {path.exists()}"]
            book = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
            told = [cell.metadata.papermill["status"] for cell in book.cells]
            return [] if told == ["completed"] * 2 else [f"its copy says {told}"]
        cells = manifest["steps"][0]["cells"]
        return [
            f"cell {cell['number']} is said to have succeeded"
            for cell in cells
            if cell["status"] == "succeeded" and cell["number"] not in ended
        ]


def main(folder: str, seed: int, rounds: int) -> None:
    """Play rounds on the stage in a folder."""
    runs = FailingRuns(Stage(Path(folder)))
    known = {call: runs.calls(call) for call in CALLS}
    tell(json.dumps(known))
    every = [
        (call, number, error, lasting)
        for call in CALLS
        for number in range(1, known[call] + 1)
        for error in ERRORS
        for lasting in (False, True)
        if not (lasting and error == errno.EINTR)
    ]
    for call, number, error, lasting in random.Random(seed).sample(every, min(rounds, len(every))):
        tell(json.dumps(asdict(runs.play(call, number, error, lasting=lasting))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
