"""Every way to die, with the real command line: a true record, a true copy, a true history, a true exit status."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.faults.corpus import WAYS
from tests.faults.deaths import AT_A_TIME, Played, play
from tests.faults.way import Way


@pytest.fixture(scope="module")
def plays(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Played]]]:
    """The ways that were asked for, several at a time; each test waits for its own."""
    chosen = [
        item.callspec.params["way"]
        for item in request.session.items
        if hasattr(item, "callspec") and isinstance(item.callspec.params.get("way"), Way)
    ]
    pool = ThreadPoolExecutor(AT_A_TIME)
    try:
        yield {way.name: pool.submit(play, way) for way in chosen if way.impossible() is None}
    finally:
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_death_is_told_truthfully(way: Way, plays: dict[str, Future[Played]]) -> None:
    """Record, copy, history and exit status say what happened, and nothing is left of the run but its files."""
    if reason := way.impossible():
        pytest.skip(reason)
    assert not plays[way.name].result().faults


def test_the_corpus_is_large_enough() -> None:
    """There are at least thirty ways, and no two have one name."""
    assert len({way.name for way in WAYS}) == len(WAYS) >= 30
