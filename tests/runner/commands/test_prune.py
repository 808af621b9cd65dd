"""`runner prune`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner import cli
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records import archive, digests
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
    return made


def test_it_says_what_went_and_what_stays(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Every run has its line, with the reason, and the sum at the end."""
    old, new = a_run(settings), a_run(settings)
    assert cli.main(["prune", "--keep", "1"]) == 0
    shown = capsys.readouterr().out
    assert f"pruned  {old.name}  3 files" in shown
    assert f"stays  {new.name}  small  is one of the newest 1 of small" in shown
    assert "1 run, " in shown
    assert runs_left(settings) == [new]
    assert cli.main(["prune", "--keep", "1"]) == 0
    assert "nothing to prune" in capsys.readouterr().out


def test_a_dry_run_says_what_would_go(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON too; nothing is changed."""
    old, new = a_run(settings), a_run(settings)
    assert cli.main(["prune", "--keep", "1", "--dry-run"]) == 0
    assert f"would go  {old.name}" in capsys.readouterr().out
    assert cli.main(["prune", "--keep", "1", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [run["run_id"] for run in told["pruned"]] == [old.name]
    assert [run["run_id"] for run in told["kept"]] == [new.name]
    assert told["dry_run"] is True
    assert told["bytes_freed"] > 0
    assert runs_left(settings) == [old, new]


def test_damage_is_exit_status_8(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is removed, and the message names the run and `runner verify`."""
    old, new = a_run(settings), a_run(settings)
    manifest = old / archive.MANIFEST
    manifest.write_bytes(manifest.read_bytes() + b" ")
    assert cli.main(["prune", "--keep", "1"]) == 8
    shown = capsys.readouterr().err
    assert "runner verify" in shown
    assert old.name in shown
    assert runs_left(settings) == [old, new]


def test_at_least_one_stays(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """`--keep 0` and what is no number are refused; `--keep` has to be given."""
    for wrong in (["--keep", "0"], ["--keep", "-1"], ["--keep", "all"], []):
        with pytest.raises(SystemExit) as left:
            cli.main(["prune", *wrong])
        assert left.value.code == 2


def test_a_pruned_run_is_shown_as_such(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """`runner show` says when it went."""
    old, _ = a_run(settings), a_run(settings)
    cli.main(["prune", "--keep", "1"])
    assert cli.main(["show", old.name]) == 2
    assert f"the run {old.name} of small was pruned on" in capsys.readouterr().err


def test_a_pruned_archive_is_whole(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """`runner verify` finds no damage, neither after pruning nor where it was cut off after its line."""
    folders = [a_run(settings) for _ in range(4)]
    cli.main(["prune", "--keep", "2"])
    assert cli.main(["verify"]) == 0
    facts = {"reason": "cut off", "files": 3, "bytes": 1}
    digest = digests.of_file(folders[2] / archive.MANIFEST)
    Book.of(settings).append(Event.PRUNED, pipeline="small", run_id=folders[2].name, digest=digest, facts=facts)
    assert cli.main(["verify"]) == 0
    folders[2].rename(folders[2].with_name(f".{folders[2].name}.pruned"))
    assert cli.main(["verify"]) == 0
    assert cli.main(["prune", "--keep", "2"]) == 0
    assert [path.name for path in (settings.output / "small").iterdir()] == [folders[3].name]
    assert cli.main(["verify"]) == 0
