"""A kept segmentation as files: the same when read again, and refused where it is not one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from insiders import registry
from insiders.errors import ModelError
from insiders.placement import placing, storage
from tests.insiders.demo_customers import customers
from tests.insiders.placement.test_placing import kept


def test_what_is_read_places_as_what_was_kept(tmp_path: Path) -> None:
    """Written and read again, it gives every customer the same segment, distance and place on the map."""
    written = storage.save(kept(), tmp_path)
    assert [path.name for path in written] == [*storage.FILES, "models.json"]
    changed = customers().assign(recency_days=customers()["recency_days"] + 40)
    again = placing.assign(storage.load(tmp_path), changed)
    pd.testing.assert_frame_equal(again, placing.assign(kept(), changed))


def test_equal_segmentations_leave_equal_files(tmp_path: Path) -> None:
    """Two writings of one segmentation are the same bytes."""
    for name in ("a", "b"):
        storage.save(kept(), tmp_path / name)
    for name in storage.FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_files_of_another_run_are_refused(tmp_path: Path) -> None:
    """With the digests of a run's record it is the segmentation of that run or an error."""
    storage.save(kept(), tmp_path)
    with pytest.raises(ModelError, match="is not the file of the run"):
        storage.load(tmp_path, {"drift.npz": "0" * 64})


ANOTHER: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "a segment without a name": ("placement.json", "segments", lambda names: names[:1]),
    "a rule on what no rule asks for": ("placement.json", "rule", lambda _: [[{"feature": "customer_id", "below": 1}]]),
    "no rule": ("placement.json", "rule", lambda _: []),
    "no reach": ("placement.json", "reach", lambda _: None),
    "another format": ("placement.json", "format", lambda number: number + 1),
    "other customers": ("placement.npz", "customer_id", lambda names: names[:2]),
    "nobody outside": ("placement.npz", "groups", np.zeros_like),
    "a customer nowhere": ("placement.npz", "points", lambda points: points * np.float32("nan")),
    "features of another space": ("placement.npz", "scaled", lambda scaled: scaled[:, :2]),
}


@pytest.mark.parametrize("what", list(ANOTHER))
def test_what_is_no_segmentation_is_refused(what: str, tmp_path: Path) -> None:
    """A file that its index vouches for is still read as if it came from a stranger."""
    storage.save(kept(), tmp_path)
    name, part, change = ANOTHER[what]
    whole = registry.load(tmp_path, name)
    registry.save(tmp_path, name, {**whole, part: change(whole[part])})
    with pytest.raises(ModelError, match=r"placement\.json"):
        storage.load(tmp_path)
