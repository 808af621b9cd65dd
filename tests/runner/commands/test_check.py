"""`runner check`."""

import json
from pathlib import Path

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
    """Those of the checkout, which are good; one whose input nobody has set is not for this host."""
    assert cli.main(["check", "--json"]) == 0
    found = {one["subject"]: one["detail"] for one in json.loads(capsys.readouterr().out)}
    assert {"pipeline monthly", "schedule of monthly", "04_report.ipynb"} <= set(found)
    assert found["pipeline stores"] == "not for this host: INSIDERS_PANEL is not set"


def test_a_pipeline_without_its_input_is_told_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for by name that is a fault; with the input all of it is good."""
    assert cli.main(["check", "stores"]) == 3
    assert "INSIDERS_PANEL is not set" in capsys.readouterr().out
    panel = tmp_path / "panel.parquet"
    panel.write_bytes(b"read by the notebook alone")
    monkeypatch.setenv("INSIDERS_PANEL", str(panel))
    assert cli.main(["check", "stores"]) == 0


def test_a_gate_on_a_metric_that_nobody_shows_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """It would never hold; where a notebook computes its metrics' names, nobody can tell before the run."""
    path = shared_bench.write(f"gates: [values.sum >= 1, smu >= 1, membership_change <= 1]\n{one('values')}")
    book = path.with_name("values.ipynb")
    plain = book.read_text(encoding="utf-8")
    shows: dict[str, object] = {"cell_type": "code", "execution_count": None, "id": "m", "metadata": {}, "outputs": []}

    def checked(source: str) -> tuple[int, str]:
        content = json.loads(plain)
        content["cells"].append({**shows, "source": source})
        book.write_text(json.dumps(content), encoding="utf-8")
        return cli.main(["check", str(path)]), capsys.readouterr().out

    status, said = checked("from insiders.publish import metric\nmetric('sum', 5)")
    assert (status, "small.yml, line 2: no notebook shows a metric smu; did you mean sum?" in said) == (3, True)
    assert "no notebook shows a metric sum" not in said
    status, said = checked("from insiders.publish import metric\nfor name in ('sum',):\n    metric(name, 5)")
    assert (status, "3 gates" in said) == (0, True)


def test_a_gate_that_is_none_is_told(shared_bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Like any other fault of the file, with its line."""
    assert cli.main(["check", str(shared_bench.write(f"gates: [sum => 1]\n{one('values')}"))]) == 3
    assert "there is no operator =>; did you mean >=?" in capsys.readouterr().out
