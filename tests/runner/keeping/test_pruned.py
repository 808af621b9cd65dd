"""Whoever asks for a run that was pruned learns what became of it."""

from __future__ import annotations

import dataclasses

import pytest

from runner.errors import UnknownRunError
from runner.keeping import prune, pruned
from runner.ledger.book import Book
from runner.ledger.line import Event
from runner.records import archive
from runner.settings import Settings
from tests.runner.keeping.archives import a_run


def test_a_name_of_a_pruned_run_says_so(settings: Settings) -> None:
    """When, by whom, why, and which digest it had: by its id or a prefix."""
    gone, left = a_run(settings), a_run(settings)
    list(prune.carry_out(dataclasses.replace(settings, bucket="shop"), prune.plan(settings, 1)))
    digest = next(line.digest for line in Book.of(settings).lines() if line.event is Event.PRUNED)
    for name in (gone.name, gone.name[:-1]):
        with pytest.raises(UnknownRunError, match=f"{gone.name} of small was pruned on .* by .*{digest}; .*s3://shop"):
            archive.find(name, settings.output)
    assert archive.find(left.name, settings.output) == left


def test_other_names_are_unknown_as_before(settings: Settings) -> None:
    """A run that never was, a prefix of several that went, a run of another pipeline, and no ledger at all."""
    assert pruned.told(settings.output, "019a") is None
    gone = [a_run(settings) for _ in range(3)][:2]
    list(prune.carry_out(settings, prune.plan(settings, 1)))
    assert pruned.told(settings.output, "nothing") is None
    assert pruned.told(settings.output, "") is None
    assert pruned.told(settings.output, gone[0].name[:4]) is None
    assert pruned.told(settings.output, gone[0].name, "other") is None
    assert pruned.told(settings.output, gone[0].name, "small") is not None
