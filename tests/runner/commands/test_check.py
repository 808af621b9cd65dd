"""`runner check`."""

import json

import pytest

from runner import cli
from tests.runner.bench import Bench, one
from tests.runner.conftest import GOOD

pytestmark = pytest.mark.usefixtures("shared_output")


def test_a_pipeline_that_is_right_is_good(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything that was looked at is told, and the exit status is 0."""
    assert cli.main(["check", str(shared_bench.write(GOOD)), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(finding["good"] for finding in found)
    assert {"parameters", "kernel python3", "database", "archive", "input source"} <= {one["subject"] for one in found}


def test_everything_that_is_wrong_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong parameter and a missing notebook are each a line; the exit status is 3."""
    assert cli.main(["check", str(shared_bench.write("parameters: {nmber: 1}\n" + one("values")))]) == 3
    assert "did you mean number?" in capsys.readouterr().out
    assert cli.main(["check", str(shared_bench.write("steps: [{name: a, notebook: nowhere.ipynb}]"))]) == 3
    assert "nowhere.ipynb" in capsys.readouterr().out


def test_a_pipeline_file_that_is_wrong_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """The line of the file is named."""
    assert cli.main(["check", str(shared_bench.write("steps: []"))]) == 3
    assert "small.yml, line 2" in capsys.readouterr().out


def test_a_schedule_that_never_comes_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """The 30th of February is a slip of the pen, though cron takes it."""
    assert cli.main(["check", str(shared_bench.write(f"schedule: 0 4 30 2 *\n{one('values')}"))]) == 3
    assert "04:00 on day 30 of February never comes" in capsys.readouterr().out
    assert cli.main(["check", str(shared_bench.write(f"schedule: 0 4 15 * *\n{one('values')}"))]) == 0
    assert "04:00 on day 15 of every month" in capsys.readouterr().out


def test_without_a_name_all_pipelines_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the checkout, which are good."""
    assert cli.main(["check", "--json"]) == 0
    subjects = {one["subject"] for one in json.loads(capsys.readouterr().out)}
    assert {"pipeline monthly", "schedule of monthly", "04_report.ipynb"} <= subjects
