"""Steps on this machine: each in a kernel process that the thread supervises, alone in the run folder or beside others.

Beside others a step works in a folder of its own (`runner.crew.workplace`); what it wrote is in the run folder once it
is over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runner import attempts
from runner.attempts import Tries
from runner.crew import workplace
from runner.crew.task import Performance, Task, failed
from runner.kernel import process
from runner.kernel.circumstances import Warmth
from runner.kernel.outputs import DEFAULT_LIMIT_BYTES
from runner.kernel.stopping import Stop
from runner.kernel.supervision import Supervision, Watch
from runner.progress import Reporter
from runner.records import archive, digests, inventory
from runner.records.journal import Journal
from runner.records.record import FileRecord
from runner.secrecy import redaction
from runner.secrecy.redaction import Redactor


@dataclass(frozen=True)
class Local:
    """See `runner.crew.task.Executor`."""

    home: Path
    """The run folder."""
    spool: Path
    """The run's folder in the spool."""
    kernel_folder: Path
    """The working directory of every kernel."""
    environment: Mapping[str, str]
    """What every kernel is told."""
    claim: Callable[[str, Iterable[str]], Mapping[str, str]]
    """Notes what a step has written, and says what of it is another's work: `Roll.claim`."""
    journal: Journal
    reporter: Reporter
    redactor: Redactor
    stop: Stop
    warmth: Callable[[str], Warmth | None] = lambda _: None
    """What the kernel of a step begins with, where it is to be forked."""
    apart: bool = False
    """Whether steps run side by side, so that each needs a folder of its own."""

    def folder_of(self, task: str) -> Path:
        """Where the step works: in the run folder, if it is alone there."""
        return workplace.of_step(self.spool, self.home, task) if self.apart else self.home

    def perform(self, task: Task, watch: Watch) -> Performance:
        """Run the notebook, as often as its step asks for, and see what it has written."""
        work = self.folder_of(task.name)
        needed = [file.path for file in task.needed]
        if self.apart:
            try:
                workplace.make(work, self.home, archive.ROOMS, needed)
            except OSError as fault:
                return failed(f"its working folder could not be made: {fault}")
        before = archive.snapshot(work)
        execution, earlier = attempts.run(self._tries(task, watch), self.journal, self.reporter)
        written = archive.written_since(work, before)
        secret = without_secrets(work, self.home, written, self.redactor)
        if self.apart:
            written += _records(self.home, [task.copy, *(one.copy for one in earlier)])
            secret += without_secrets(self.home, self.home, written, self.redactor)
        owners = self.claim(task.name, [file.path for file in written])
        faults = [f"it wrote {path}, which is the work of {owner}" for path, owner in owners.items()]
        if self.apart:
            own = [path for path in inventory.paths(work) if path not in {*needed, *owners}]
            try:
                workplace.bring_home(work, self.home, own)
            except OSError as fault:
                faults.append(f"what it wrote could not be brought into the run folder: {fault}")
            written = tuple(file for file in written if file.path not in owners)
        return Performance(
            execution,
            earlier,
            files=tuple(file for file in written if (self.home / file.path).exists()),
            faults=(*faults, *secret),
        )

    def _tries(self, task: Task, watch: Watch) -> Tries:
        return Tries(
            name=task.name,
            notebook=task.notebook,
            copy=self.home / task.copy,
            values=task.values,
            supervision=self._supervision(task, watch),
            asked=task.asked,
        )

    def _supervision(self, task: Task, watch: Watch) -> Supervision:
        asked = task.asked
        own = {"INSIDERS_STEP": task.name, **{name: os.environ[name] for name in task.references}}
        return Supervision(
            environment=process.environment(
                os.environ, {**self.environment, **own}, threads=task.threads, pool=task.pool
            ),
            folder=self.kernel_folder,
            step_seconds=_seconds(asked.timeout_minutes),
            cell_seconds=_seconds(asked.cell_timeout_minutes),
            run_seconds=task.run_seconds,
            run_ends=task.run_ends,
            memory_bytes=None if asked.memory_mb is None else asked.memory_mb << 20,
            output_limit_bytes=DEFAULT_LIMIT_BYTES
            if asked.output_limit_mb is None
            else int(asked.output_limit_mb * 1e6),
            redactor=self.redactor,
            warmth=self.warmth(task.name),
            read_back=task.read_back,
            stop=self.stop,
            watch=watch,
        )


def without_secrets(folder: Path, home: Path, written: Iterable[FileRecord], redactor: Redactor) -> list[str]:
    """Remove the files that hold a secret, and say so; also from the run folder, where publishing has brought one."""
    found = redaction.files_holding([folder / file.path for file in written], redactor)
    for path in found:
        there = home / path.relative_to(folder)
        if there != path and there.is_file() and digests.of_file(there) == digests.of_file(path):
            there.unlink()
        path.unlink()
    return [f"it wrote a secret into {path.relative_to(folder).as_posix()}, which was removed" for path in found]


def _records(folder: Path, paths: list[str]) -> tuple[FileRecord, ...]:
    there = [path for path in paths if (folder / path).is_file()]
    return tuple(FileRecord(path, (folder / path).stat().st_size, digests.of_file(folder / path)) for path in there)


def _seconds(minutes: float | None) -> float | None:
    return None if minutes is None else minutes * 60
