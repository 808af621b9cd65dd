"""`runner attach`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from runner.editing.jupyter import Start
from runner.records import archive
from tests.runner.editing.conftest import Stopped
from tests.runner.editing.conftest import ran as ran

pytestmark = pytest.mark.usefixtures("output")


@pytest.fixture
def output(ran: Stopped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder of a test's own, with the run that stopped."""
    (tmp_path / "output" / "small").mkdir(parents=True)
    (tmp_path / "output" / "small" / ran.folder.name).symlink_to(ran.folder)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(tmp_path / "output"))
    monkeypatch.delenv("INSIDERS_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "output"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Start]:
    """What the command would have become."""
    found: list[Start] = []
    monkeypatch.setattr(Start, "become", lambda start: found.append(start))
    return found


def test_the_step_that_failed_is_opened(
    ran: Stopped, output: Path, started: list[Start], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it stopped, where the notebook lies and how it goes home are told before JupyterLab starts."""
    assert cli.main(["attach", "latest"]) == 0
    said = capsys.readouterr().out
    assert "stopped in cell 3 (work): ValueError: no such level" in said
    assert str(output / "scratch" / f"{ran.folder.name}.item" / "item.ipynb") in said
    assert f"runner attach {ran.folder.name} item --copy-back" in said
    (lab,) = started
    assert "jupyterlab" in lab.command
    assert cli.main(["attach", "latest", "--console"]) == 0
    assert "as you left it" in capsys.readouterr().out
    assert "IPython" in started[1].command


def test_facts_as_json_start_nothing(output: Path, started: list[Start], capsys: pytest.CaptureFixture[str]) -> None:
    """The same goes for --no-open, in words."""
    assert cli.main(["attach", "latest", "item", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["step"], facts["cell"]["id"], facts["reopened"]) == ("item", "work", False)
    assert cli.main(["attach", "latest", "item", "--no-open"]) == 0
    assert "open it: runner attach" in capsys.readouterr().out
    assert started == []


def test_changes_go_home_and_a_fresh_copy_throws_them_away(
    ran: Stopped, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without changes nothing is written, and without a scratch folder there is nothing to take."""
    assert cli.main(["attach", "latest", "--copy-back"]) == 2
    assert "step item was not attached" in capsys.readouterr().err
    assert cli.main(["attach", "latest", "--no-open"]) == 0
    assert cli.main(["attach", "latest", "--copy-back"]) == 0
    assert "differs from what was attached" in capsys.readouterr().out
    book = output / "scratch" / f"{ran.folder.name}.item" / "item.ipynb"
    source, text = ran.notebooks / "item.ipynb", book.read_text()
    before = source.read_bytes()
    book.write_text(text.replace("no such level", "none such"))
    try:
        assert cli.main(["attach", "latest", "--copy-back"]) == 0
        assert "item.ipynb: changed work" in capsys.readouterr().out
        assert b"none such" in source.read_bytes()
    finally:
        source.write_bytes(before)
    assert cli.main(["attach", "latest", "--fresh", "--no-open"]) == 0
    assert book.read_text() == text


def test_a_run_that_is_not_there_or_not_over_is_refused(
    output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line each."""
    assert cli.main(["attach", "0000"]) == 2
    assert "no run begins with '0000'" in capsys.readouterr().err
    running = {**archive.read_manifest(archive.find("latest", output)), "status": "running"}
    monkeypatch.setattr(archive, "read_manifest", lambda _: running)
    assert cli.main(["attach", "latest"]) == 2
    assert "is still under way" in capsys.readouterr().err
