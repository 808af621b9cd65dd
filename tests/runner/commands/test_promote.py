"""`runner promote`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from runner.delivery.places import Places
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion.policy import Policy
from runner.settings import Settings
from tests.runner.commands.test_approve import installation, live
from tests.runner.promotion.staged import delivered, read

GATED = Policy(promote="automatic", gates=("report.silhouette >= 0.5",))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation that the environment names."""
    return installation(tmp_path, f"sqlite:///{tmp_path / 'output_notebooks' / 'insiders.db'}", monkeypatch)


def test_a_staged_run_is_promoted_by_hand(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """By a named person; the ledger and `current.json` follow. Saying it again changes nothing."""
    folder, _ = delivered(settings, go_live=False)
    for words in ("is the first current run of monthly", "is current for monthly already"):
        assert cli.main(["promote", "latest", "-m", "go"]) == 0
        assert words in capsys.readouterr().out
    assert live(settings) == folder.name
    assert read(Places(settings).database, "SELECT number, by_whom, note FROM promotions") == [(1, "Ada", "go")]
    told = [line.facts for line in Book.of(settings).lines() if line.event is Event.PROMOTED]
    assert told == [{"promotion": 1, "note": "go"}]
    assert json.loads((settings.output / "monthly" / "current.json").read_text())["promotion"] == 1


def test_a_failed_gate_is_passed_over_only_with_a_reason(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the option the run stays staged, exit status 1; without a reason nothing is tried, exit status 2."""
    folder, _ = delivered(settings, policy=GATED, metrics={"silhouette": 0.41})
    assert cli.main(["promote", "latest"]) == 1
    assert "0.09 short" in capsys.readouterr().out
    assert cli.main(["promote", "latest", "--despite-gates"]) == 2
    assert live(settings) is None
    assert cli.main(["promote", "latest", "--despite-gates", "-m", "new stores"]) == 0
    assert "passed over: report.silhouette is 0.41" in capsys.readouterr().out
    assert live(settings) == folder.name
    cli.main(["show", "latest", "--json"])
    assert "despite report.silhouette >= 0.5: new stores" in capsys.readouterr().out


def test_an_older_run_wants_the_word(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """What turns time back is said to be meant."""
    old, _ = delivered(settings, go_live=False)
    delivered(settings, hour=5)
    assert cli.main(["promote", old.name]) == 1
    assert "started later" in capsys.readouterr().out
    assert cli.main(["promote", old.name, "--older", "-m", "the new one is wrong", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["promoted"] is True


def test_an_altered_run_is_not_promoted(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 8, and nothing is current."""
    folder, _ = delivered(settings, go_live=False)
    (folder / "artifacts" / "insiders.csv").write_text("customer_id\n1\n")
    assert cli.main(["promote", "latest"]) == 8
    assert "has other content" in capsys.readouterr().err
    assert live(settings) is None
