"""How a run stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.delivery.places import Places
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.promotion import seal, standing, verdicts
from runner.promotion.policy import Policy
from runner.promotion.promote import Hand, promote
from runner.promotion.rollback import rollback
from runner.promotion.standing import Standing
from runner.records import archive
from runner.settings import Settings
from tests import results
from tests.runner import runs
from tests.runner.promotion.staged import delivered

TERMS = Policy(promote="automatic", gates=("report.silhouette >= 0.5",))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation on one machine."""
    return runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")


def stands(settings: Settings, folder: Path) -> Standing:
    return standing.of(Places(settings), folder, archive.read_manifest(folder))


def words(settings: Settings, folder: Path) -> list[tuple[str, str]]:
    """The standing in words, without dates."""
    return [(name, text.partition(" on 20")[0]) for name, text in stands(settings, folder).lines()]


def test_a_current_run(settings: Settings) -> None:
    """When it went live, by whom, and what its gates said then."""
    folder, _ = delivered(settings, policy=TERMS, metrics={"silhouette": 0.6})
    assert words(settings, folder) == [
        ("promoted", "as number 1 by cron"),
        ("results", "current"),
        ("gate", "holds: report.silhouette is 0.6, the gate wants at least 0.5"),
    ]


def test_a_staged_run_says_what_keeps_it(settings: Settings) -> None:
    """All that stands against it now, approval and gates."""
    terms = TERMS.model_copy(update={"approval": "required"})
    folder, done = delivered(settings, policy=terms, metrics={"silhouette": 0.41})
    assert done.promotion is not None
    assert done.promotion.failed
    gate = "report.silhouette is 0.41, the gate wants at least 0.5: 0.09 short"
    wait = f"it waits for approval; `runner approve {folder.name}` gives it"
    assert words(settings, folder) == [("results", f"staged: {wait}; {gate}"), ("gate", f"fails: {gate}")]


def test_a_run_that_was_taken_back(settings: Settings) -> None:
    """Both runs tell their part of what happened, with the reason."""
    old, new = (delivered(settings, hour=hour)[0] for hour in (4, 5))
    rollback(Places(settings).database, "monthly", "Ada", "wrong file")
    promote(Places(settings).database, new.name, "monthly", "Bob", hand=Hand(note="right after all"))
    assert ("results", "were current, another run's are now") in words(settings, old)
    assert stands(settings, old).told()["promotions"][1] | {"at": ""} == {
        "number": 3,
        "kind": "rolled_back",
        "at": "",
        "by": "Ada",
        "previous_run_id": new.name,
        "note": "wrong file",
    }
    assert words(settings, new)[-2:] == [("promoted", "as number 4 by Bob"), ("results", "current")]


def test_a_word_and_what_voids_it(settings: Settings) -> None:
    """Who approved it and why; once the run has changed, that the approval is void."""
    folder, _ = delivered(settings)
    book = Book.of(settings)
    verdicts.say(book, seal.check(book, folder), Event.APPROVED, "Ada", "right")
    assert dict(stands(settings, folder).lines())["approved"].endswith(": right")
    assert stands(settings, folder).told()["verdict"]["void"] is False
    manifest = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**manifest, "title": "another"}))
    assert ("approval void", "the run has changed since") in words(settings, folder)
    assert stands(settings, folder).told()["verdict"]["void"] is True


def test_a_run_without_a_database_stands_as_the_ledger_tells(settings: Settings) -> None:
    """Who only looks makes no database, and says when the one that is named does not answer."""
    folder = results.run_folder(settings)
    runs.ended(settings, folder)
    assert stands(settings, folder).told() | {"gates": []} == Standing().told()
    assert not (settings.checkout / "results.db").exists()
    away = runs.settings(settings.checkout, "postgresql+psycopg2://nobody@127.0.0.1:9/none")
    told = stands(away, folder)
    assert told.current is None
    assert "did not do its part" in str(told.away)
    assert list(told.lines())[-1][1].startswith("unknown: ")
