"""What a person sees while a run is under way: live bars on a terminal, plain lines elsewhere; and the summary."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from runner import wording
from runner.outcomes import Status

QUIET_SECONDS = 30.0
"""Plain lines tell of cells only this often: a log is no progress bar."""
COLOURS = {Status.SUCCEEDED: "green", Status.CACHED: "green", Status.SKIPPED: "yellow", Status.RUNNING: "cyan"}
MOST_METRICS = 6
"""So many metrics of a step the summary shows; `runner show` has them all."""


def console_for(stream: Any = None) -> Console:  # noqa: ANN401 - any text stream
    """A console that wraps nothing where nobody watches, so that a log line stays one line."""
    stream = sys.stdout if stream is None else stream
    return Console(file=stream, highlight=False, soft_wrap=True, width=None if stream.isatty() else 160)


class Reporter:
    """Tells of a run in plain lines."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._last = monotonic()

    def say(self, text: str, style: str = "") -> None:
        """One line for the person."""
        self.console.print(Text(text, style=style))

    def step_started(self, step: str, position: int, total: int, why: str) -> None:
        """A step begins to run, the `position`th of `total`, for a reason."""
        self.say(f"[{position}/{total}] {step}: started ({why})" if why else f"[{position}/{total}] {step}: started")

    def cell_started(self, step: str, number: int, total: int) -> None:
        """A cell of the step was sent to its kernel."""
        if monotonic() - self._last >= QUIET_SECONDS:
            self._last = monotonic()
            self.say(f"      {step}: cell {number} of {total}")

    def step_finished(self, step: Mapping[str, Any]) -> None:
        """A step has come to its end; `step` is its part of the manifest."""
        self.say(f"      {step['name']}: {ending(step)}", style=colour(step["status"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Leave the terminal as it was."""


class LiveReporter(Reporter):
    """Tells of a run with one bar for each step under way: cells done, cell under way, time elapsed."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[cell]}"))
        self._bars = Progress(*columns, TimeElapsedColumn(), console=console, refresh_per_second=4, transient=True)
        self._of_step: dict[str, TaskID] = {}

    def step_started(self, step: str, position: int, total: int, why: str) -> None:
        """A line with the reason, and a new bar."""
        super().step_started(step, position, total, why)
        self._of_step[step] = self._bars.add_task(
            f"[{position}/{total}] {step}", total=None, cell="starting the kernel"
        )

    def cell_started(self, step: str, number: int, total: int) -> None:
        """The bar of the step grows."""
        if step in self._of_step:
            self._bars.update(self._of_step[step], completed=number - 1, total=total, cell=f"cell {number} of {total}")

    def step_finished(self, step: Mapping[str, Any]) -> None:
        """A line instead of the bar."""
        if step["name"] in self._of_step:
            self._bars.remove_task(self._of_step.pop(step["name"]))
        super().step_finished(step)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._bars.stop()


def reporter(console: Console) -> Reporter:
    """The reporter that suits where the console writes to."""
    return LiveReporter(console) if console.is_terminal else Reporter(console)


def colour(status: str) -> str:
    """The colour of a status; whatever is not good is red."""
    return COLOURS.get(Status(status), "red")


def ending(step: Mapping[str, Any]) -> str:
    """How a step ended, in one line: status, time and memory, or the cell and the error."""
    if step["status"] == Status.SUCCEEDED:
        used = f"{wording.seconds(step['seconds'])}, {wording.memory(step['peak_memory_bytes'])}"
        tries = f", at attempt {len(step['attempts']) + 1}" if step["attempts"] else ""
        return f"succeeded in {used}, {wording.cells(step['cells'])} cells{tries}"
    if step["status"] == Status.CACHED:
        return f"cached: {step['why']}"
    where = f" in cell {step['stopped_at']}" if step["stopped_at"] else ""
    return f"{step['status']}{where}: {step['reason']}"


def summarize(console: Console, manifest: Mapping[str, Any], folder: Path) -> None:
    """The end of a run: a table of its steps, the metrics worth seeing, and where everything is."""
    table = Table(box=None, pad_edge=False)
    for heading, side in (
        ("step", "left"),
        ("status", "left"),
        ("time", "right"),
        ("memory", "right"),
        ("cells", "right"),
    ):
        table.add_column(heading, justify="right" if side == "right" else "left")
    for step in manifest["steps"]:
        figures = (wording.seconds(step["seconds"]), wording.memory(step["peak_memory_bytes"]))
        status = Text(step["status"], style=colour(step["status"]))
        table.add_row(step["name"], status, *figures, wording.cells(step["cells"]) if step["cells"] else "–")
    console.print()
    console.print(table)
    for step in manifest["steps"]:
        if step["metrics"]:
            shown = " · ".join(map(wording.metric, step["metrics"][:MOST_METRICS]))
            more = len(step["metrics"]) - MOST_METRICS
            console.print(Text(f"{step['name']}: {shown}{f' · {more} more' if more > 0 else ''}"))
    for step in manifest["steps"]:
        for line in step["overridden"]:
            console.print(Text(f"{step['name']}: {line}", style="yellow"))
    console.print(Text(f"{folder}"))
    for step in manifest["steps"]:
        if step["status"] not in (Status.SUCCEEDED, Status.CACHED, Status.SKIPPED):
            console.print(Text(f"{step['name']} {ending(step)}", style="red"))
            if (folder / step["copy"]).is_file():
                console.print(Text(f"its copy: {folder / step['copy']}"))
