"""`runner sync`, as cron and a person call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.cli import main
from runner.delivery.spool import Spool
from runner.outcomes import ExitStatus
from tests import results
from tests.runner.runs import ended, run_row, settings

NOBODY = "postgresql+psycopg2://insiders:never-checked@127.0.0.1:9/results"


@pytest.fixture
def pending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a run that ended while its database was away."""
    places = settings(tmp_path, NOBODY)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(places.output))
    monkeypatch.setenv("INSIDERS_DATABASE_URL", NOBODY)
    monkeypatch.delenv("INSIDERS_BUCKET", raising=False)
    folder = results.run_folder(places)
    with Spool(places, run_row(folder), folder) as spool:
        ended(places, folder)
        assert spool.complete().pending
    return folder.name


def test_as_long_as_the_place_is_away_it_says_why(pending: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 7, and one line per run with the reason, without a password."""
    assert main(["sync"]) == ExitStatus.PENDING
    said = capsys.readouterr().out
    assert said.startswith(f"{pending}  pending: the database postgresql+psycopg2://insiders:***@127.0.0.1:9/results")
    assert "never-checked" not in said


def test_when_the_place_is_back_it_delivers(
    pending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 0, and the facts as JSON; after that nothing is pending."""
    monkeypatch.setenv("INSIDERS_DATABASE_URL", f"sqlite:///{tmp_path / 'results.db'}")
    assert main(["sync", "--json"]) == ExitStatus.SUCCEEDED
    (one,) = json.loads(capsys.readouterr().out)
    assert one == {
        "run_id": pending,
        "pending": False,
        "reason": None,
        "refused": [],
        "objects": 5,
        "promoted": False,
        "promotion": "staged, not promoted: the run published no table",
    }
    assert main(["sync"]) == ExitStatus.SUCCEEDED
    assert capsys.readouterr().out == "nothing is pending\n"
