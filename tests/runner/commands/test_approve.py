"""`runner approve`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from runner.delivery.places import Places
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion.policy import Policy
from runner.promotion.promote import current_run
from runner.settings import Settings
from tests import results
from tests.runner import runs
from tests.runner.promotion.staged import delivered, read
from tests.servers import Server

TERMS = Policy(promote="automatic", approval="required", gates=("report.silhouette >= 0.5",))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation that the environment names."""
    return installation(tmp_path, f"sqlite:///{tmp_path / 'output_notebooks' / 'insiders.db'}", monkeypatch)


def installation(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = runs.settings(folder, url)
    made.output.mkdir()
    monkeypatch.setenv("INSIDERS_OUTPUT", str(made.output))
    monkeypatch.setenv("INSIDERS_DATABASE_URL", url)
    monkeypatch.delenv("INSIDERS_BUCKET", raising=False)
    monkeypatch.setenv("INSIDERS_REVIEWER", "Ada")
    monkeypatch.setenv("COLUMNS", "200")
    return made


def live(settings: Settings) -> str | None:
    """The run whose results are current."""
    with Places(settings).database.connect() as connection:
        return current_run(connection, "monthly")


def test_a_run_that_waited_for_approval_goes_live(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The word is in the ledger and in the database, and the results are current, with all that follows."""
    folder, done = delivered(settings, policy=TERMS, metrics={"silhouette": 0.6})
    assert done.promotion is not None
    assert "it waits for approval" in done.promotion.text
    assert live(settings) is None
    assert cli.main(["approve", "latest", "-m", "right"]) == 0
    shown = capsys.readouterr().out
    assert f"{folder.name} approved by Ada on " in shown
    assert f"promoted: {folder.name} is the first current run" in shown
    assert live(settings) == folder.name
    assert read(Places(settings).database, "SELECT approved_by FROM runs") == [("Ada",)]
    events = [line.event for line in Book.of(settings).of_run(folder.name)]
    assert events[-2:] == [Event.APPROVED, Event.PROMOTED]
    assert json.loads((settings.output / "monthly" / "current.json").read_text())["by"] == "Ada"


def test_an_approved_run_still_has_to_pass_its_gates(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The word stands; what keeps the run from going live is said."""
    delivered(settings, policy=TERMS, metrics={"silhouette": 0.41})
    assert cli.main(["approve", "latest", "-m", "right", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["line"]["event"], told["pending"], told["promoted"]) == ("approved", None, False)
    assert told["promotion"].endswith("the gate wants at least 0.5: 0.09 short")


@pytest.mark.parametrize("terms", [Policy(promote="manual", approval="required"), Policy(promote="automatic")])
def test_a_run_that_waits_for_a_person_or_for_nothing_is_only_approved(settings: Settings, terms: Policy) -> None:
    """Where `promote: manual` stands, or no approval is wanted, the word moves nothing."""
    delivered(settings, policy=terms, go_live=False)
    assert cli.main(["approve", "latest", "-m", "right"]) == 0
    assert live(settings) is None


def test_an_altered_run_is_not_approved(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 8, the file is named, and the ledger has no word on it."""
    folder, _ = delivered(settings)
    (folder / "artifacts" / "report.html").write_text("<p>all is well</p>")
    assert cli.main(["approve", "latest", "-m", "right"]) == 8
    assert "artifacts/report.html: has other content" in capsys.readouterr().err
    assert not [line for line in Book.of(settings).lines() if line.event is Event.APPROVED]


def test_a_database_that_is_away_learns_of_it_later(
    tmp_path: Path,
    postgres_url: str,
    postgres_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The word is said, exit status 7; `runner sync` brings it there."""
    settings = installation(tmp_path, postgres_url, monkeypatch)
    folder, _ = delivered(settings, go_live=False)
    with postgres_server.away():
        assert cli.main(["approve", "latest", "-m", "right"]) == 7
    assert "runner sync" in capsys.readouterr().out
    assert read(Places(settings).database, "SELECT approved_by FROM runs") == [(None,)]
    assert cli.main(["sync"]) == 0
    assert read(Places(settings).database, "SELECT approved_by FROM runs") == [("Ada",)]
    assert Book.of(settings).of_run(folder.name)[-1].event is Event.APPROVED


def test_nobody_approves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person has to be named, a reason given, and the run has to be over."""
    folder = results.run_folder(settings)
    assert cli.main(["approve", folder.name, "-m", "right"]) == 2
    assert "still under way" in capsys.readouterr().err
    runs.ended(settings, folder)
    assert cli.main(["approve", "latest", "-m", " "]) == 2
    with pytest.raises(SystemExit):
        cli.main(["approve", "latest"])
    monkeypatch.delenv("INSIDERS_REVIEWER")
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("GIT_DIR", str(settings.checkout))
    assert cli.main(["approve", "latest", "-m", "right"]) == 2
    assert "INSIDERS_REVIEWER" in capsys.readouterr().err
    assert not [line for line in Book.of(settings).lines() if line.event is Event.APPROVED]
