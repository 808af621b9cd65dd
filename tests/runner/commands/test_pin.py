"""`runner pin`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from runner.settings import Settings
from tests.runner import runs
from tests.runner.keeping.archives import a_run, runs_left


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation that the environment names."""
    made = runs.settings(tmp_path, f"sqlite:///{tmp_path / 'output_notebooks' / 'insiders.db'}")
    made.output.mkdir()
    monkeypatch.setenv("INSIDERS_OUTPUT", str(made.output))
    for name in ("INSIDERS_DATABASE_URL", "INSIDERS_BUCKET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("INSIDERS_REVIEWER", "Ada")
    return made


def test_a_pinned_run_is_not_pruned_until_it_is_let_go(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """On, off, and what it means."""
    old, new = a_run(settings), a_run(settings)
    assert cli.main(["pin", old.name, "-m", "the accounts"]) == 0
    assert f"{old.name} pinned by Ada" in capsys.readouterr().out
    cli.main(["prune", "--keep", "1"])
    assert "the accounts" in capsys.readouterr().out
    assert runs_left(settings) == [old, new]
    assert cli.main(["pin", old.name, "--off"]) == 0
    assert f"{old.name} unpinned by Ada" in capsys.readouterr().out
    cli.main(["prune", "--keep", "1"])
    assert runs_left(settings) == [new]


def test_the_line_as_json(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The line of the ledger, or null where there was nothing to let go of."""
    a_run(settings)
    assert cli.main(["pin", "latest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["event"] == "pinned"
    cli.main(["pin", "latest", "--off", "--json"])
    capsys.readouterr()
    assert cli.main(["pin", "latest", "--off", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) is None
    cli.main(["pin", "latest", "--off"])
    assert "is not pinned" in capsys.readouterr().out


def test_a_run_that_is_not_there_is_exit_status_2(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written."""
    a_run(settings)
    assert cli.main(["pin", "nothing"]) == 2
    assert "runner history" in capsys.readouterr().err
