"""`runner diff`."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from runner import cli
from runner.comparison.side import Side
from tests.runner.comparison.sides import code, given, printed, side, step

Runs = tuple[Side, Side]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Two runs that differ in one parameter, in the output folder of the commands."""
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    pair = [step(parameters=given(k=k), cells=[code("print(k)", printed(str(k)))]) for k in (8, 10)]
    return side(tmp_path, pair[0]), side(tmp_path, pair[1], later=True)


def test_runs_go_by_name(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """previous, latest, latest-good, a prefix, an id; the exit status is 0 although they differ."""
    ids = [run.folder.name for run in runs]
    for names in (["previous", "latest"], ["previous", "latest-good"], [ids[0][:10], ids[1]]):
        assert cli.main(["diff", *names, "--pipeline", "small"]) == 0
        assert "k 8 → 10" in capsys.readouterr().out


def test_json_is_complete(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """Every part is there, also where it is empty."""
    assert cli.main(["diff", "previous", "latest", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["before"]["run_id"] == runs[0].folder.name
    assert told["headline"] == ["k 8 → 10", "other outputs: 1 of 1 notebook"]
    assert told["metrics"] == []
    assert told.keys() >= {"code", "inputs", "environment", "rows", "outputs", "files", "gaps", "timings", "steps"}


@pytest.mark.usefixtures("runs")
def test_the_exit_status_tells_it_where_it_is_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    """1 where they differ, 0 where they do not."""
    assert cli.main(["diff", "previous", "latest", "--exit-code"]) == 1
    assert cli.main(["diff", "latest", "latest", "--exit-code"]) == 0
    assert "one and the same run" in capsys.readouterr().out


@pytest.mark.usefixtures("runs")
def test_the_first_screen_stands_still_on_a_terminal(tmp_path: Path) -> None:
    """What is longer than a screen goes through the pager, with colours, as git does it; into a file it does not."""
    ends = pty.openpty()
    command = [sys.executable, "-m", "runner", "diff", "previous", "latest"]
    surroundings = {**os.environ, "PAGER": "sed s/^/paged:$LESS:/", "TERM": "xterm"}
    surroundings.pop("LESS", None)
    subprocess.run(command, stdin=ends[1], stdout=ends[1], env=surroundings, check=True)
    told = os.read(ends[0], 1 << 16).decode()
    assert told.startswith("paged:FRX:")
    assert "\x1b[" in told
    for end in ends:
        os.close(end)
    plain = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=True).stdout
    assert plain.startswith("- ")


@pytest.mark.usefixtures("runs")
def test_a_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside what the terminal shows; a place that cannot be written is told."""
    assert cli.main(["diff", "previous", "latest", "--html", str(tmp_path / "a.html")]) == 0
    assert "<title>" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert cli.main(["diff", "previous", "latest", "--html", str(tmp_path / "none" / "a.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["latest"],
        ["latest"] * 3,
        ["latest", "--against-source", "latest"],
        ["--against-source", "latest", "--html", "x"],
    ],
)
def test_what_cannot_be_meant_is_exit_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Two runs, or one against the source."""
    assert cli.main(["diff", *words]) == 2
    assert "runner diff:" in capsys.readouterr().err


def test_a_damaged_record_is_one_sentence(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a manifest, one of another form, and a run that is not there."""
    path = runs[1].folder / "run.json"
    content = json.loads(path.read_text())
    for text in ("{", json.dumps({**content, "steps": [{"name": 7}]}), json.dumps({**content, "provenance": None})):
        path.write_text(text)
        assert cli.main(["diff", "previous", runs[1].folder.name]) == 1
        said = capsys.readouterr().err
        assert str(path) in said
        assert said.count("\n") == 1
    assert cli.main(["diff", "nothing", "latest"]) == 2


def test_a_run_is_compared_with_the_working_tree(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    """And a pipeline that is not there now is told as a gap."""
    assert cli.main(["diff", "--against-source", "latest"]) == 0
    assert "the pipeline small cannot be read now" in capsys.readouterr().out
    assert cli.main(["diff", "--against-source", runs[0].folder.name, "--json", "--exit-code"]) == 1
    assert json.loads(capsys.readouterr().out)["gaps"]
