"""`runner reject`."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner import cli
from runner.promotion.policy import Policy
from tests.runner.commands.test_approve import installation, live
from tests.runner.promotion.staged import delivered


def test_a_rejected_run_stays_staged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its terms, and also where somebody promotes it by hand; a later approval lifts it."""
    settings = installation(tmp_path, f"sqlite:///{tmp_path / 'results.db'}", monkeypatch)
    folder, _ = delivered(settings, policy=Policy(promote="automatic"), go_live=False)
    assert cli.main(["reject", "latest", "-m", "October is missing"]) == 0
    assert f"{folder.name} rejected by Ada on " in capsys.readouterr().out
    assert cli.main(["promote", "latest", "--despite-gates", "-m", "but I want it"]) == 1
    assert "staged, not promoted: rejected by Ada on " in capsys.readouterr().out
    assert live(settings) is None
    cli.main(["show", "latest", "--json"])
    assert "October is missing" in capsys.readouterr().out
    assert cli.main(["approve", "latest", "-m", "it is there now"]) == 0
    assert cli.main(["promote", "latest"]) == 0
    assert live(settings) == folder.name
