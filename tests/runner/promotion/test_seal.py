"""A run as it was sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import DamageError, UsageError
from runner.ledger.book import Book
from runner.promotion import seal
from runner.promotion.policy import Policy
from runner.records import digests
from runner.settings import Settings
from tests import results
from tests.runner import runs


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation on one machine."""
    return runs.settings(tmp_path, f"sqlite:///{tmp_path / 'results.db'}")


def test_a_run_is_as_it_was_sealed(settings: Settings) -> None:
    """Its digest is the ledger's, and its terms are those that it began with."""
    folder = results.run_folder(settings)
    digest = runs.ended(settings, folder, policy={"approval": "required", "gates": ["x >= 1"]})
    sealed = seal.check(Book.of(settings), folder)
    assert sealed.digest == digest == digests.of_file(folder / "run.json")
    assert sealed.policy == Policy(approval="required", gates=("x >= 1",))
    assert sealed.policy.failed_gate == "stage"


def rewrite(folder: Path) -> None:
    manifest = json.loads((folder / "run.json").read_text())
    manifest["reason"] = "all is well"
    (folder / "run.json").write_text(json.dumps(manifest))


ALTERATIONS: dict[str, Callable[[Path], object]] = {
    "run.json: is not the record that the ledger tells of": rewrite,
    "artifacts/insiders.csv: has other content": lambda folder: (folder / "artifacts" / "insiders.csv").write_text("1"),
    "artifacts/more.csv: was added": lambda folder: (folder / "artifacts" / "more.csv").write_text("1"),
    "01_eda.ipynb: is gone": lambda folder: (folder / "01_eda.ipynb").unlink(),
}


@pytest.mark.parametrize("words", ALTERATIONS)
def test_what_was_altered_since_is_named(settings: Settings, words: str) -> None:
    """Whether the record itself, a file that it lists, or one that it does not."""
    folder = results.run_folder(settings)
    runs.ended(settings, folder)
    ALTERATIONS[words](folder)
    with pytest.raises(DamageError) as damaged:
        seal.check(Book.of(settings), folder)
    assert words in str(damaged.value)
    assert damaged.value.exit_status == 8


def test_a_run_that_is_under_way_is_not_sealed(settings: Settings) -> None:
    """There is nothing yet that a word could be bound to."""
    folder = results.run_folder(settings)
    with pytest.raises(UsageError, match="still under way"):
        seal.check(Book.of(settings), folder)
