"""A stage for one way to die: folders of its own, a real `runner run`, and what is left when it is over."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil

import runner

CHECKOUT = Path(runner.__file__).resolve().parents[1]
PATIENCE_S = 60.0
"""Longest wait for what a busy machine does late; no outcome depends on it."""
PIPELINE = "way"
"""The name of the pipeline that is played."""
GONE_WITHIN_S = 2.0
POLL_S = 0.02
TAGGED = "# tagged: parameters"
"""Begins a cell of parameters, which notes nothing."""
_NOTE = '_ = open({path!r}, "a").write("{word} {number} %d\\n" % __import__("os").getpid())'


@dataclass
class Stage:
    """Where one run is played."""

    root: Path
    """Short, since sockets are made below it; its path is in the environment of every process of the run."""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    closing: list[Callable[[], object]] = field(default_factory=list)
    """What is undone at the end, the last first."""
    environment: dict[str, str] = field(init=False)

    @classmethod
    def open(cls) -> Stage:
        """A new stage; `close` it in any case."""
        stage = cls(Path(tempfile.mkdtemp(prefix="f-", dir="/tmp")))
        for folder in (stage.pipelines, stage.output, stage.temporary, stage.kernels):
            folder.mkdir(parents=True)
        return stage

    def __post_init__(self) -> None:
        kept = ("PATH", "HOME", "USER", "LANG", "OMP_NUM_THREADS", "VIRTUAL_ENV")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ} | {
            "INSIDERS_OUTPUT": str(self.output),
            "INSIDERS_DATABASE_URL": f"sqlite:///{self.root}/insiders.db",
            "TMPDIR": str(self.temporary),
            "JUPYTER_PATH": str(self.root / "jupyter"),
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def pipelines(self) -> Path:
        """Folder of the pipeline file and its notebooks."""
        return self.root / "pipelines"

    @property
    def output(self) -> Path:
        """Folder of all runs (`INSIDERS_OUTPUT`)."""
        return self.root / "output"

    @property
    def temporary(self) -> Path:
        """The temporary folder of the run's processes."""
        return self.root / "tmp"

    @property
    def kernels(self) -> Path:
        """Folder of kernel specifications."""
        return self.root / "jupyter" / "kernels"

    @property
    def notes(self) -> Path:
        """What the cells themselves say of how far they came."""
        return self.root / "notes"

    @property
    def go(self) -> Path:
        """A cell may wait for this file."""
        return self.root / "go"

    def write_notebook(self, name: str, cells: Iterable[str], *, kernel: str = "python3", first: int = 1) -> Path:
        """Write a notebook whose cells note when they begin and end; `GO` and `NOTES` in their code are paths."""
        made = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
        )
        places = {"GO": repr(str(self.go)), "NOTES": repr(str(self.notes))}
        for number, code in enumerate(cells, start=first):
            begin, end = (_NOTE.format(path=str(self.notes), word=word, number=number) for word in ("begin", "end"))
            body = re.sub(r"\b(GO|NOTES)\b", lambda found: places[found[0]], code)
            if code.startswith(TAGGED):
                tag = {"tags": ["parameters"]}
                made.cells.append(nbformat.v4.new_code_cell(code, id=f"cell-{number}", metadata=tag))
            else:
                made.cells.append(nbformat.v4.new_code_cell("\n".join([begin, body, end]), id=f"cell-{number}"))
        path = self.pipelines / f"{name}.ipynb"
        nbformat.write(made, path)
        return path

    def write_pipeline(self, content: dict[str, Any]) -> Path:
        """Write a pipeline file; JSON is YAML."""
        path = self.pipelines / f"{content['name']}.yml"
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return path

    def run(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start `python -m runner …`."""
        return self.start([sys.executable, "-m", "runner", *arguments], **options)

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own; what it says goes to a file."""
        number = len(self.processes)
        with (self.root / f"said-{number}").open("wb") as said:
            process = subprocess.Popen(
                command,
                **{
                    "env": self.environment,
                    "cwd": CHECKOUT,
                    "stdin": subprocess.DEVNULL,
                    "stdout": said,
                    "stderr": said,
                    "start_new_session": True,
                    **options,
                },
            )
        self.processes.append(process)
        return process

    def said(self, number: int = 0) -> str:
        """What a runner said, in the order of their starts."""
        path = self.root / f"said-{number}"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def noted(self) -> list[tuple[str, int, int]]:
        """The notes so far: `begin` or `end`, number of the cell, its process; and `pid` of what a cell started."""
        if not self.notes.exists():
            return []
        lines = [line.split() for line in self.notes.read_text(encoding="utf-8").splitlines()]
        return [(word, int(number), int(pid)) for word, number, pid in lines]

    def wait_for_cell(self, number: int) -> int:
        """Wait until a cell has begun; the process id of its kernel."""

        def begun() -> list[int]:
            return [pid for word, cell, pid in self.noted() if word == "begin" and cell == number]

        wait_until(begun, f"cell {number} did not begin; the runner said: {self.said()}", alive=self.processes[0])
        return begun()[-1]

    def run_folders(self) -> list[Path]:
        """The folders of runs, the newest first."""
        return sorted(self.output.glob(f"{PIPELINE}/????????-????-7*"), key=lambda path: path.name, reverse=True)

    def left(self) -> list[psutil.Process]:
        """Processes of the run that are alive: with its folder in their environment, or noted by a cell."""
        noted = {pid for word, _, pid in self.noted() if word in ("begin", "pid")}
        return [one for one in psutil.process_iter() if _is_alive(one) and (one.pid in noted or self._owns(one))]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("TMPDIR") == str(self.temporary)
        except psutil.Error:
            return False

    def _kill_all(self) -> bool:
        left = self.left()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return not left

    def close(self) -> None:
        """End whatever still lives, undo what was done to the system, and remove the folder."""
        wait_until(self._kill_all, "processes cannot be killed")
        for process in self.processes:
            process.wait(PATIENCE_S)
        for undo in reversed(self.closing):
            undo()
        shutil.rmtree(self.root, ignore_errors=True)


def wait_until(
    there: Callable[[], object],
    otherwise: str,
    *,
    alive: subprocess.Popen[bytes] | None = None,
    seconds: float = PATIENCE_S,
) -> None:
    """Wait until something is there; an error where it does not come, or its process ends before."""
    deadline = time.monotonic() + seconds
    while not there():
        ended = alive is not None and alive.poll() is not None
        if (ended and not there()) or time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(POLL_S)


def seconds_until_gone(left: Callable[[], list[psutil.Process]], within: float) -> float | None:
    """How long processes were left; None where some still are after that time."""
    begun = time.monotonic()
    while left():
        if time.monotonic() - begun > within:
            return None
        time.sleep(POLL_S)
    return time.monotonic() - begun


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def torn(folder: Path) -> Iterator[str]:
    """What in a folder of runs is half written, in words."""
    for path in folder.rglob("*"):
        if path.name.endswith(".aside"):
            yield f"{path.name} was left"
        elif path.suffix in (".json", ".ipynb") and path.is_file() and "spool" not in path.parts:
            try:
                json.loads(path.read_bytes())
            except ValueError as error:
                yield f"{path.name} is torn: {error}"


def tell(text: str) -> None:
    """One line on the standard output, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def stop_signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a process that is not yet waited for."""
    if process.poll() is None:
        process.send_signal(number)
