"""`runner export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from tests.runner.desk.archives import put, settings_in


def test_the_newest_runs_of_a_pipeline_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many as were asked for, or those that are named; a folder that holds something is refused."""
    settings = settings_in(tmp_path)
    monkeypatch.setenv("INSIDERS_OUTPUT", str(settings.output))
    monkeypatch.setenv("INSIDERS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, _, last = put(settings), put(settings, pipeline="weekly"), put(settings)
    assert cli.main(["export", str(tmp_path / "a"), "--pipeline", "monthly", "-n", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["runs"], told["pages"]) == (1, 4)
    assert [path.stem for path in (tmp_path / "a" / "runs" / "monthly").glob("*.html")] == [last.name]
    assert cli.main(["export", str(tmp_path / "b"), "--run", first.name]) == 0
    assert capsys.readouterr().out.startswith("1 run on 4 pages, ")
    assert [path.stem for path in (tmp_path / "b").glob("runs/*/*.html")] == [first.name]
    assert cli.main(["export", str(tmp_path / "b")]) == 2
