"""The comparisons that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.comparison.side import Side
from runner.desk import comparisons
from runner.desk.comparisons import Comparisons
from tests.runner.desk.archives import a_step, put, settings_in


def test_the_last_comparisons_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the manifests are what they were, and as many as there is room for; one of a run under way is not."""
    settings = settings_in(tmp_path)
    sides = [Side.of(put(settings, a_step(figures={"share": one}))) for one in (0.1, 0.2, 0.3)]
    under_way = Side(sides[2].folder, {**sides[2].manifest, "status": "running"})
    monkeypatch.setattr(comparisons, "MOST", 2)
    kept = Comparisons(tmp_path)
    a, b, c = sides
    first = kept.of(a, b, "x", "y")
    assert [one.after for one in first.metrics] == [0.2]
    assert kept.of(a, b, "x", "y") is first
    assert kept.of(a, b, "x", "z") is not first
    assert kept.of(a, b, "x", "y") is first
    assert kept.of(b, a, "y", "x") is not first
    kept.of(a, c, "x", "c")
    assert kept.of(a, b, "x", "y") is not first
    assert kept.of(a, under_way, "x", "d") is not kept.of(a, under_way, "x", "d")
