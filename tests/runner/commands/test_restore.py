"""`runner restore`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from runner import cli
from runner.settings import Settings
from tests.runner.commands.test_approve import installation
from tests.runner.restoring import kept


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation that the environment names."""
    return installation(tmp_path, f"sqlite:///{tmp_path / 'output_notebooks' / 'insiders.db'}", monkeypatch)


def test_a_database_is_rebuilt(
    places: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said what was rebuilt and what is current; a variable may hold the URL."""
    run_id, _ = kept.run(places, monkeypatch, {"a": True}, hour=4)
    assert cli.main(["restore", "--to", f"sqlite:///{tmp_path / 'new.db'}"]) == 0
    said = capsys.readouterr().out
    assert f"restored to sqlite:///{tmp_path / 'new.db'} from {places.output}" in said
    assert "1 run, " in said
    assert f"current for monthly: {run_id}" in said
    monkeypatch.setenv("NEW_DATABASE", f"sqlite:///{tmp_path / 'newer.db'}")
    assert cli.main(["restore", "--to", "env:NEW_DATABASE", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["runs"], facts["promotions"], facts["current"]) == (1, 1, {"monthly": run_id})


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("postgresql://shop:tell-nobody@db/insiders", "a password on a command line"),
        ("env:NO_SUCH_VARIABLE", "the environment has no NO_SUCH_VARIABLE"),
        ("results.db", "give sqlite:///FILE"),
        ("mysql://db/insiders", "give a sqlite:/// or postgresql:// URL"),
    ],
)
def test_a_database_that_cannot_be_named_so_is_refused(
    places: Settings, to: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2; the password is not repeated."""
    assert cli.main(["restore", "--to", to]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "tell-nobody" not in told


def test_an_output_folder_is_brought_back(
    places: Settings,
    bucket: str,
    s3_endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """From bucket and database; without a bucket it is said that a backup is needed."""
    assert cli.main(["restore", "--output"]) == 2
    assert "put back your backup of" in capsys.readouterr().err
    assert cli.main(["restore", "--to", "sqlite:////tmp/x.db", "--ledger", "x"]) == 2
    assert "--ledger goes with --output" in capsys.readouterr().err
    monkeypatch.setenv("INSIDERS_DATABASE_URL", url := f"sqlite:///{tmp_path / 'elsewhere.db'}")
    monkeypatch.setenv("INSIDERS_BUCKET", bucket)
    monkeypatch.setenv("INSIDERS_ENDPOINT_URL", s3_endpoint)
    lost = dataclasses.replace(
        places, output=tmp_path / "lost", database_url=url, bucket=bucket, endpoint_url=s3_endpoint
    )
    run_id, _ = kept.run(lost, monkeypatch, {"a": True}, hour=4)
    assert cli.main(["restore", "--output"]) == 0
    said = capsys.readouterr().out
    assert "1 run fetched, 0 here already" in said
    assert "the host that kept this ledger must not run again" in said
    assert (places.output / "monthly" / run_id / "run.json").exists()
    assert cli.main(["verify"]) == 0
    capsys.readouterr()
    assert cli.main(["restore", "--output", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["there"] == 1
