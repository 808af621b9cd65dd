"""What a person sees."""

import io
import time

import pytest
from rich.console import Console

from runner import progress
from runner.progress import LiveReporter, Reporter, console_for, reporter, summarize
from runner.run import Ended
from tests.runner.bench import step


def test_plain_lines_go_to_a_log() -> None:
    """Where nobody watches there are lines, and no cursor movements."""
    stream = io.StringIO()
    told = reporter(console_for(stream))
    assert type(told) is Reporter
    with told:
        told.step_started("eda", 1, 4, "")
        told.cell_started("eda", 3, 40)
    assert stream.getvalue() == "[1/4] eda: started\n"


def test_a_long_step_is_told_of_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log hears of cells only after a while."""
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0)
    stream = io.StringIO()
    Reporter(console_for(stream)).cell_started("eda", 3, 40)
    assert stream.getvalue() == "      eda: cell 3 of 40\n"


def test_a_terminal_gets_a_bar(bad: Ended) -> None:
    """On a terminal the step, the cell and the time are shown live, and the end of a step as a line."""
    stream = io.StringIO()
    told = reporter(Console(file=stream, force_terminal=True, width=120))
    assert type(told) is LiveReporter
    with told:
        told.step_started("fails", 1, 6, "parameter k changed 8 → 10")
        told.cell_started("fails", 2, 3)
        time.sleep(0.6)  # the bar is drawn four times a second
        told.step_finished(step(bad, "fails"))
    shown = stream.getvalue()
    assert "[1/6] fails: started (parameter k changed 8 → 10)" in shown
    assert "cell 2 of 3" in shown
    assert "failed in cell 2: ValueError: the shop is closed" in shown


def test_the_summary_names_what_matters(good: Ended, bad: Ended) -> None:
    """Status, time and memory of each step, metrics, the folder, and for a failure the cell, the error and the copy."""
    stream = io.StringIO()
    summarize(console_for(stream), good.manifest, good.folder)
    summarize(console_for(stream), bad.manifest, bad.folder)
    shown = stream.getvalue()
    assert "writes: sum 5 pieces" in shown
    assert f"{good.folder}\n" in shown
    assert "fails failed in cell 2: ValueError: the shop is closed\n" in shown
    assert f"its copy: {bad.folder}/fails.ipynb\n" in shown
    assert "needs-it.ipynb" not in shown
    assert "MiB" in step_line(shown, "spawns")


def step_line(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(name))
