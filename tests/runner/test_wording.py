"""Figures in words."""

import pytest

from runner import wording


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (0.84, "0.8 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (7500, "2 h 05 min")],
)
def test_durations(value: float | None, words: str) -> None:
    """A duration is told in the unit that a reader would choose."""
    assert wording.seconds(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0 KiB"), (150 << 20, "150 MiB"), (1610612736, "1.50 GiB"), (None, "–")]
)
def test_memory(value: int | None, words: str) -> None:
    """An amount of memory is told in the unit that a reader would choose."""
    assert wording.memory(value) == words


@pytest.mark.parametrize(
    ("name", "value", "unit", "words"),
    [
        ("silhouette", 0.41234, "", "silhouette 0.4123"),
        ("revenue", 8887208.9, "GBP", "revenue 8,887,209 GBP"),
        ("customers", 2775, "customers", "customers 2,775 customers"),
        ("gap", None, "days", "gap – days"),
        ("model", "ets", "", "model ets"),
    ],
)
def test_metrics(name: str, value: float | str | None, unit: str, words: str) -> None:
    """A metric is told with its unit, without digits that nobody reads."""
    assert wording.metric({"name": name, "value": value, "unit": unit}) == words


def test_cells() -> None:
    """The number of good cells, and of how many where they differ."""
    good, bad = {"status": "succeeded"}, {"status": "not_run"}
    assert (wording.cells([good, good]), wording.cells([good, bad])) == ("2", "1 of 2")


@pytest.mark.parametrize(("number", "said"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1024, "1,024 runs")])
def test_things_are_counted(number: int, said: str) -> None:
    """One thing is one, and all other numbers are many."""
    assert wording.counted(number, "run") == said
