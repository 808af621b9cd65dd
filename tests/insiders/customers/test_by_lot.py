"""Rows of many tables drawn by lot."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.customers import by_lot

SIZES = [40, 0, 100, 7]


@pytest.mark.parametrize("most", [None, 147, 1_000])
def test_no_more_than_asked_for_stay_as_they_are(most: int | None) -> None:
    """Where there are no more rows than that, all of every table are taken, in order."""
    assert [part.tolist() for part in by_lot.drawn(SIZES, most)] == [list(range(size)) for size in SIZES]
    assert by_lot.drawn([], most) == []


def test_of_more_so_many_are_drawn() -> None:
    """Exactly so many rows are drawn among all tables, none twice, in order, the same each time."""
    parts = by_lot.drawn(SIZES, 60)
    assert sum(map(len, parts)) == 60
    for part, size in zip(parts, SIZES, strict=True):
        assert (np.diff(part) > 0).all()
        assert not len(part) or 0 <= part[0] <= part[-1] < size
    assert [part.tolist() for part in parts] == [part.tolist() for part in by_lot.drawn(SIZES, 60)]


def test_every_row_has_the_same_chance() -> None:
    """A table's share of what is drawn is its share of the rows."""
    parts = by_lot.drawn([30_000, 10_000, 60_000], 10_000)
    assert [len(part) / 10_000 for part in parts] == pytest.approx([0.3, 0.1, 0.6], abs=0.02)
