"""The index of all runs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from runner.desk.catalogue import answers
from runner.desk.catalogue.answers import Row
from runner.desk.catalogue.index import Index
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records.identifiers import new_run_id
from runner.settings import Settings
from tests.runner.desk.archives import a_step, put, settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def rows(index: Index) -> list[Row]:
    with index.asked() as connection:
        return answers.rows_of(connection, "1")


def index_of(settings: Settings, every: float = 60.0) -> Index:
    return Index(settings.output, settings.checkout / "index.sqlite", every)


def test_what_changes_in_the_archive_is_seen_at_the_next_look(settings: Settings) -> None:
    """A new run, a word on it and its removal are seen at once, though not every folder is looked at each time."""
    index = index_of(settings)
    assert rows(index) == []
    folder = put(settings)
    assert [(row.run_id, row.status, row.verdict) for row in rows(index)] == [(folder.name, "succeeded", None)]
    Book.of(settings).append(Event.REJECTED, pipeline="monthly", run_id=folder.name, who="Ada", facts={"why": "no"})
    assert [(row.verdict, row.void) for row in rows(index)] == [("rejected", True)]
    folder.rename(settings.checkout / "elsewhere")
    assert [row.status for row in rows(index)] == ["missing"]
    index.close()


def test_a_run_under_way_is_looked_at_each_time(settings: Settings) -> None:
    """What a run under way comes to, and a folder that has no record yet, are seen without a look at all the others."""
    index = index_of(settings)
    folder = put(settings, ledger=False)
    content = (folder / "run.json").read_bytes()
    (folder / "run.json").unlink()
    assert [row.status for row in rows(index)] == ["broken"]
    (folder / "run.json").write_bytes(content)
    assert [row.status for row in rows(index)] == ["succeeded"]
    index.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("run_id", "another"), ("pipeline", "weekly"), ("status", "glorious"), ("started", "0001-01-01T00:00:00"),
        ("steps", None), ("steps", [{"name": "x"}]), ("seconds", float("nan")), ("seconds", -1), ("seconds", 10**400),
        ("provenance", []), ("logical_date", "soon"), ("title", {"a": 1}), ("inputs", "many"),
    ],
)  # fmt: skip
def test_a_hostile_manifest_is_listed_as_broken(settings: Settings, field: str, value: object) -> None:
    """One record that is wrong in what a page shows takes no other with it."""
    good, bad = put(settings), put(settings)
    told = json.loads((bad / "run.json").read_text())
    (bad / "run.json").write_text(json.dumps({**told, field: value}))
    index = index_of(settings)
    found = {row.run_id: row.status for row in rows(index)}
    assert found == {good.name: "succeeded", bad.name: "broken"}
    index.close()


def test_an_index_lives_on_and_one_that_is_broken_is_made_anew(settings: Settings) -> None:
    """The next desk reads nothing again that has not changed; bytes that are no index are replaced."""
    folder = put(settings, a_step(figures={"share": 0.5}), logical_date=date(2026, 2, 15))
    first = index_of(settings)
    before = rows(first)
    first.close()
    inode = (folder / "run.json").stat()
    second = index_of(settings)
    assert rows(second) == before
    second.close()
    assert (folder / "run.json").stat() == inode
    (settings.checkout / "index.sqlite").write_bytes(b"this is no database" * 1000)
    third = index_of(settings)
    assert [(row.run_id, row.logical_date) for row in rows(third)] == [(folder.name, "2026-02-15")]
    third.close()


def test_pruned_runs_are_told_apart_from_missing_ones(settings: Settings) -> None:
    """A run that the ledger says was pruned is not missing."""
    run = new_run_id()
    Book.of(settings).append(Event.STARTED, pipeline="monthly", run_id=run)
    Book.of(settings).append(Event.PRUNED, pipeline="monthly", run_id=run, digest="0" * 64)
    index = index_of(settings)
    assert [(row.status, row.shown) for row in rows(index)] == [("pruned", False)]
    index.close()
