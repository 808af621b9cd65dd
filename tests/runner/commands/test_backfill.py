"""`runner backfill`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from runner.commands import backfill
from runner.errors import ParameterError, UsageError
from runner.records import archive
from tests.runner.bench import NOTEBOOKS, Bench

DATED = "steps: [{name: dated, notebook: dated.ipynb}]"


@pytest.fixture
def dated(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipeline whose only notebook fails for every day in August."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(bench.settings.output))
    for name in ("INSIDERS_DATABASE_URL", "INSIDERS_BUCKET"):
        monkeypatch.delenv(name, raising=False)
    path = bench.write(DATED)
    content = json.loads((NOTEBOOKS / "as_of.ipynb").read_text())
    content["cells"][-1]["source"] = "assert as_of.month != 8"
    (path.parent / "dated.ipynb").write_text(json.dumps(content))
    return path


def called(*arguments: str) -> int:
    """The command, called as the command line calls it."""
    parser = argparse.ArgumentParser()
    backfill.add_arguments(parser)
    options = parser.parse_args(arguments)
    options.command_line = "runner backfill …"
    return int(backfill.main(options))


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_each_date_is_run_once(dated: Path, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """In order, with its as-of date; what is there already is skipped the second time, unless it is forced."""
    assert called(str(dated), "--from", "2011-05-31", "--to", "2011-06-30", "--json") == 0
    first = told(capsys)
    assert [(one["date"], one["status"]) for one in first] == [("2011-05-31", "succeeded"), ("2011-06-30", "succeeded")]
    assert called(str(dated), "--from", "2011-05-31", "--to", "2011-07-31") == 0
    shown = capsys.readouterr().out
    assert f"[1/3] 2011-05-31: run {first[0]['run_id']} is there" in shown
    assert "[3/3] 2011-07-31\n" in shown
    manifests = [archive.read_manifest(folder) for folder in archive.run_folders(bench.settings.output, "small")]
    assert [one["logical_date"] for one in reversed(manifests)] == ["2011-05-31", "2011-06-30", "2011-07-31"]
    assert called(str(dated), "--from", "2011-05-31", "--to", "2011-05-31", "--force", "--json") == 0
    assert told(capsys)[0]["run_id"] > manifests[0]["run_id"]


def test_it_stops_at_the_first_run_that_fails(dated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is that of the worst run; with --keep-going the later dates are run nevertheless."""
    dates = ("--from", "2011-08-15", "--to", "2011-09-15")
    assert called(str(dated), *dates, "--json") == 1
    assert [one["status"] for one in told(capsys)] == ["failed", "not reached"]
    assert called(str(dated), *dates, "--keep-going", "--json") == 1
    assert [one["status"] for one in told(capsys)] == ["failed", "succeeded"]


def test_a_dry_run_runs_nothing(dated: Path, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """It tells what there is and what would be made."""
    assert called(str(dated), "--from", "2011-01-01", "--to", "2011-01-03", "--every", "day", "--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines if line.startswith("2011")] == [
        ["2011-01-01", "to", "run"],
        ["2011-01-02", "to", "run"],
        ["2011-01-03", "to", "run"],
    ]
    assert not bench.settings.output.exists()


def test_what_is_wrong_is_said_before_the_first_run(
    dated: Path, bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong parameter, a pipeline without as-of date and dates the wrong way round start nothing."""
    with pytest.raises(ParameterError, match="no parameter nowhere"):
        called(str(dated), "--from", "2011-01-01", "--to", "2011-02-01", "-p", "nowhere=1")
    with pytest.raises(ParameterError, match="as_of"):
        called(
            str(bench.write("steps: [{name: writes, notebook: writes.ipynb}]")),
            *("--from", "2011-01-01", "--to", "2011-02-01"),
        )
    with pytest.raises(UsageError, match="later than"):
        called(str(dated), "--from", "2011-03-01", "--to", "2011-02-01")
    with pytest.raises(SystemExit):
        called(str(dated), "--from", "March", "--to", "2011-02-01")
    assert not bench.settings.output.exists()
