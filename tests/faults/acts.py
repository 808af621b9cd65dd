"""What is done to a run from outside while it is under way."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable

from tests.faults.stage import Stage, stop_signal, wait_until


def signals(*numbers: signal.Signals) -> Callable[[Stage], None]:
    """Send signals to the runner, in the second cell."""

    def act(stage: Stage) -> None:
        wait_for_children(stage)
        for number in numbers:
            stop_signal(stage.processes[0], number)

    return act


def signal_group(number: signal.Signals) -> Callable[[Stage], None]:
    """Send a signal to the runner's process group, as a terminal does."""

    def act(stage: Stage) -> None:
        wait_for_children(stage)
        os.killpg(stage.processes[0].pid, number)

    return act


def wait_for_children(stage: Stage) -> None:
    """Wait for the second cell, and until it has noted what it starts."""
    stage.wait_for_cell(2)
    source = next(stage.pipelines.glob("work.ipynb")).read_text(encoding="utf-8")
    if "pid 0" in source:
        wait_until(lambda: any(word == "pid" for word, _, _ in stage.noted()), "the cell started nothing")


def kill_kernel(stage: Stage) -> None:
    """Kill the kernel in its second cell, as the system does when memory runs out."""
    os.kill(stage.wait_for_cell(2), signal.SIGKILL)


def signal_at_fetch(stage: Stage) -> None:
    """Send SIGTERM while an input is being fetched."""
    asked: threading.Event = stage.asked  # type: ignore[attr-defined]
    wait_until(asked.is_set, f"no input was asked for: {stage.said()}", alive=stage.processes[0])
    stop_signal(stage.processes[0], signal.SIGTERM)


def fill_disk(stage: Stage) -> None:
    """Leave no byte on the disk of the output folder, and let the cell go on."""
    stage.wait_for_cell(2)
    file = os.open(stage.output / "filling", os.O_WRONLY | os.O_CREAT)
    free = shutil.disk_usage(stage.output).free
    while free > 0:
        try:
            os.posix_fallocate(file, os.fstat(file).st_size, free)
        except OSError:
            free //= 2
        else:
            free = shutil.disk_usage(stage.output).free
    os.close(file)
    stage.go.touch()


def read_only(stage: Stage) -> None:
    """Let nobody write to the run's folder any more, and let the cell go on."""
    stage.wait_for_cell(2)
    (folder,) = stage.run_folders()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def undo() -> None:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)

    stage.closing.append(undo)
    stage.go.touch()


def delete_run_folder(stage: Stage) -> None:
    """Remove the run's folder, and let the cell go on."""
    stage.wait_for_cell(2)
    (folder,) = stage.run_folders()
    shutil.rmtree(folder)
    stage.go.touch()


def lock_database(stage: Stage) -> None:
    """Hold the database as a backup does, and let the cell go on."""
    stage.wait_for_cell(2)
    connection = sqlite3.connect(stage.root / "insiders.db", check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    stage.closing.append(connection.close)
    stage.go.touch()


def close_pipe(stage: Stage) -> None:
    """Go away as `| head -1` does, and let the cell go on."""
    stage.wait_for_cell(2)
    for end in stage.pipe:  # type: ignore[attr-defined]
        os.close(end)
    stage.go.touch()


def second_run(stage: Stage) -> None:
    """Start the same pipeline again, wait until that is refused, and let the first one go on."""
    stage.wait_for_cell(2)
    stage.run("run", str(stage.pipelines / "way.yml")).wait(60)
    stage.go.touch()
