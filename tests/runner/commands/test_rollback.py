"""`runner rollback`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from runner.ledger.book import Book
from runner.ledger.line import Event
from tests.runner.commands.test_approve import installation, live
from tests.runner.promotion.staged import delivered


def test_the_run_before_is_current_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The only pipeline need not be named; ledger and `current.json` follow; at the first run there is no way back."""
    settings = installation(tmp_path, f"sqlite:///{tmp_path / 'results.db'}", monkeypatch)
    assert cli.main(["rollback"]) == 2
    assert "no run of any pipeline is current" in capsys.readouterr().err
    old, new = (delivered(settings, hour=hour)[0] for hour in (4, 5))
    assert live(settings) == new.name
    assert cli.main(["rollback", "-m", "wrong file"]) == 0
    assert f"rolled back: {old.name} is current for monthly" in capsys.readouterr().out
    assert live(settings) == old.name
    line = Book.of(settings).of_run(old.name)[-1]
    facts = {"promotion": 3, "previous": new.name, "note": "wrong file"}
    assert (line.event, line.who, line.facts) == (Event.ROLLED_BACK, "Ada", facts)
    told = json.loads((settings.output / "monthly" / "current.json").read_text())
    assert (told["run_id"], told["promotion"], told["kind"]) == (old.name, 3, "rolled_back")
    assert cli.main(["rollback", "monthly"]) == 2
    assert "there is no run to go back to" in capsys.readouterr().err
    assert cli.main(["rollback", "weekly"]) == 2
