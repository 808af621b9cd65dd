"""`runner show`."""

import json

import pytest

from runner import cli
from runner.run import Ended

pytestmark = pytest.mark.usefixtures("shared_output")


def test_a_run_is_shown_whole(good: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """Status, parameters with their origin, provenance, metrics and files."""
    assert cli.main(["show", good.folder.name]) == 0
    shown = capsys.readouterr().out
    for words in (
        f"{good.folder.name}  succeeded",
        "Three that succeed",
        "runner run small",
        "number = 4 (pipeline)",
        "word = 'fancy' (step)",
        "share = 0.5",
        "sum 5 pieces",
        "artifacts/sum.txt, 0 KiB",
        str(good.folder),
    ):
        assert words in shown


def test_runs_go_by_name(good: Ended, bad: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """latest, latest-good, previous and a unique prefix."""
    for name, ended in (
        ("latest", bad),
        ("latest-good", good),
        ("previous", good),
        (bad.folder.name[:-2], bad),
    ):
        assert cli.main(["show", name, "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert shown.pop("standing").keys() >= {"verdict", "current", "staged", "gates"}
        assert shown == ended.manifest


def test_a_failure_is_shown_with_its_cell(bad: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """The cell, the error, and why others were skipped."""
    cli.main(["show", "latest"])
    shown = capsys.readouterr().out
    assert "fails  failed in cell 2: ValueError: the shop is closed" in shown
    assert "needs-it  skipped: needs fails, which failed" in shown


def test_a_run_that_is_not_there_is_exit_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    """The message says how to find one."""
    assert cli.main(["show", "nothing"]) == 2
    assert "runner history" in capsys.readouterr().err
