"""What stands around every page: the states that are told, and the last view while the database is away."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from runner.tables import database
from tests.dashboard import shop
from tests.dashboard.conftest import Show, texts
from tests.servers import Server

ALL = ("error", "warning", "info")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without a run."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    engine = database.engine(f"sqlite:///{path}")
    database.migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def empty(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, show: Show) -> sa.Engine:
    """A database of this test's own without a run, which the pages now look at."""
    url = f"sqlite:///{shutil.copy(migrated, tmp_path)}"
    monkeypatch.setenv("INSIDERS_DATABASE_URL", url)
    return database.engine(url)


def ago(days: int) -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


@pytest.mark.parametrize("page", ["product", "data_and_runs"])
def test_a_page_of_a_good_run_has_nothing_to_warn_of(show: Show, page: str) -> None:
    """It shows numbers, no error, no warning, and says which run they are from and up to when its data go."""
    shown = show(page)
    assert not shown.exception
    assert not texts(shown, "error", "warning")
    assert len(shown.metric) >= 3
    assert "of the pipeline monthly, made 3 days ago, data up to " in texts(shown, "caption")


@pytest.mark.parametrize("page", ["insiders", "data_and_runs"])
def test_without_a_run_the_page_says_how_to_get_one(show: Show, empty: sa.Engine, page: str) -> None:
    """No run yet: no number, and the command."""
    shown = show(page)
    assert not shown.exception
    assert not shown.metric
    assert "**No run yet.** The pages fill by themselves after the first run: `make run`." in texts(shown, "info")


def test_the_states_of_a_run_that_is_not_as_it_should_be(show: Show, empty: sa.Engine) -> None:
    """Generated data, an old live run and a failed newer one are each told, and the numbers stay."""
    shop.run(empty, "01", ago(50), synthetic=True)
    shop.promote(empty, "01")
    shop.run(empty, "02", ago(1), "kernel_died")
    shop.run(empty, "03", ago(0), "skipped")
    shown = show("data_and_runs")
    assert not shown.exception
    assert "**Generated data.**" in texts(shown, "error")
    warned = texts(shown, "warning")
    assert "The run shown here was made 50 days ago" in warned
    assert "**The last run did not succeed**: the kernel of a notebook died" in warned
    assert "The numbers below are those of the run before it." in warned
    assert shown.metric


def test_a_run_that_is_not_live_is_no_run_to_show(show: Show, empty: sa.Engine) -> None:
    """A run that was staged and not promoted: the page says who takes it live."""
    shop.run(empty, "01", ago(1))
    assert "**No run is live.**" in texts(show("insiders"), "info")


def test_a_level_that_no_run_has_is_told_as_that(show: Show, empty: sa.Engine) -> None:
    """A live run without stores has no page of stores, and that is no fault."""
    shop.run(empty, "01", ago(1))
    shop.promote(empty, "01")
    shown = show("store")
    assert "No live run has forecast stores." in texts(shown, "info")
    assert "No run is live" not in texts(shown, *ALL)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all.db", "There is no database file yet"),
        ("postgresql://me:secret@127.0.0.1:9/none", "The database does not answer."),
        ("mysql://host/db", "INSIDERS_DATABASE_URL: give a sqlite:/// or postgresql:// URL"),
    ],
)
def test_a_database_that_is_away_is_told_without_a_trace(
    show: Show, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    """One sentence says what is wrong and what to do; no address, no password, no stack trace."""
    monkeypatch.setenv("INSIDERS_DATABASE_URL", url)
    shown = show("insiders")
    assert not shown.exception
    assert said in texts(shown, "error").replace("\\", "")
    assert "secret" not in texts(shown, *ALL)


def test_the_last_view_stays_while_the_database_is_away(
    show: Show, postgres_url: str, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers that were seen stay, with the time that they are of, and the reason; afterwards all is well again."""
    monkeypatch.setenv("INSIDERS_DATABASE_URL", postgres_url)
    for name in ("dashboard.frame.MOMENT_S", "dashboard.screens.data_and_runs.MOMENT_S", "dashboard.memory.PAUSE_S"):
        monkeypatch.setattr(name, 0)
    engine = database.engine(postgres_url)
    database.migrate(engine)
    shop.run(engine, "01", ago(2))
    shop.promote(engine, "01")
    shown = show("data_and_runs")
    before = [one.value for one in shown.metric]
    assert len(before) == 3
    assert not shown.error
    with postgres_server.away():
        shown.run()
        assert not shown.exception
        assert [one.value for one in shown.metric] == before
        said = texts(shown, "error")
        assert "**The database is away** since " in said
        assert "What you see is the last view, of " in said
    shown.run()
    assert not shown.error
