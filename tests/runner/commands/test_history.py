"""`runner history`."""

import json

import pytest

from runner import cli
from runner.run import Ended

pytestmark = pytest.mark.usefixtures("shared_output")


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert cli.main(["history", "--json", *options]) == 0
    return [run["run_id"] for run in json.loads(capsys.readouterr().out)]


def test_runs_are_listed_newest_first(good: Ended, bad: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """Id, pipeline, status and the reason of a failure, the newest run first."""
    assert cli.main(["history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:2] == [bad.folder.name, "small"]
    assert lines[1].rstrip().endswith("fails, cell 2: ValueError: the shop is closed")
    assert lines[2].split()[0] == good.folder.name
    assert "succeeded" in lines[2]


def test_runs_are_chosen(good: Ended, bad: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """By status, pipeline, day and number."""
    assert listed(capsys) == [bad.folder.name, good.folder.name]
    assert listed(capsys, "--status", "succeeded") == [good.folder.name]
    assert listed(capsys, "-n", "1") == [bad.folder.name]
    assert listed(capsys, "--since", good.record.started.astimezone().date().isoformat(), "-n", "0") != []
    assert listed(capsys, "--since", "2999-01-01") == []
    assert listed(capsys, "--pipeline", "monthly") == []


def test_json_tells_the_steps(bad: Ended, capsys: pytest.CaptureFixture[str]) -> None:
    """A program can read what became of each step."""
    cli.main(["history", "--json", "-n", "1"])
    (run,) = json.loads(capsys.readouterr().out)
    assert run["steps"]["needs-it"] == "skipped"
    assert run["status"] == "failed"


def test_a_broken_manifest_does_not_hide_the_others(
    good: Ended, bad: Ended, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told on stderr."""
    manifest = bad.folder / "run.json"
    content = manifest.read_bytes()
    try:
        manifest.write_bytes(content[:100])
        assert cli.main(["history", "--json"]) == 0
    finally:
        manifest.write_bytes(content)
    shown = capsys.readouterr()
    assert [run["run_id"] for run in json.loads(shown.out)] == [good.folder.name]
    assert str(manifest) in shown.err.replace("\n", "")
