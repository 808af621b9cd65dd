"""Settings of the environment, as the pages read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import places
from dashboard.places import PlacesError


def test_without_settings_the_database_lies_beside_the_runs(tmp_path: Path) -> None:
    """SQLite in the output folder of the checkout, as the runner has it."""
    found = places.load({}, tmp_path)
    assert found.output == tmp_path / "output_notebooks"
    assert found.database_url == f"sqlite:///{tmp_path}/output_notebooks/insiders.db"
    assert found.history_url is None


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """Both are read; paths start from the checkout, and the driver of PostgreSQL is named."""
    lines = ["# places", 'export INSIDERS_OUTPUT="runs"', "INSIDERS_DATABASE_URL=sqlite:///runs/a.db", "OTHER=1"]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    assert places.load({}, tmp_path).database_url == f"sqlite:///{tmp_path}/runs/a.db"
    given = {"INSIDERS_DATABASE_URL": "postgres://me@host/db?sslmode=verify-full"}
    found = places.load(given, tmp_path)
    assert found.database_url == "postgresql+psycopg2://me@host/db?sslmode=verify-full"
    assert found.output == tmp_path / "runs"


def test_all_faults_are_named_together(tmp_path: Path) -> None:
    """And no password is."""
    given = {"INSIDERS_DATABASE_URL": "mysql://me:secret@host/db", "INSIDERS_HISTORY_URL": "javascript:alert(1)"}
    with pytest.raises(PlacesError, match=r"(?s)INSIDERS_DATABASE_URL.*INSIDERS_HISTORY_URL") as said:
        places.load(given, tmp_path)
    assert "secret" not in str(said.value)


@pytest.mark.parametrize("run_id", ["../../elsewhere", "/etc"])
def test_no_model_is_looked_for_outside_of_the_output(tmp_path: Path, run_id: str) -> None:
    """Whatever the database says a run is called."""
    with pytest.raises(PlacesError, match="outside of"):
        places.load({}, tmp_path).champion("../..", run_id, "../../..")
