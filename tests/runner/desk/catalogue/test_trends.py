"""A figure over runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from runner.desk.catalogue import series, trends
from runner.desk.catalogue.index import Index
from tests.runner.desk.archives import a_step, put, settings_in


@pytest.mark.parametrize(
    ("earlier", "value", "jumped"),
    [
        ([1.0, 1.1, 0.9, 1.05], 1.2, False),
        ([1.0, 1.1, 0.9, 1.05], 5.0, True),
        ([1.0, 1.1, 0.9], 5.0, False),
        ([2.0] * 6, 2.0, False),
        ([2.0] * 6, 2.1, True),
        ([], 1.0, False),
    ],
)
def test_a_jump_lies_far_outside_of_what_was(earlier: list[float], value: float, jumped: bool) -> None:
    """The median and its deviation say what is far; of fewer than four values nothing is."""
    assert trends.jumps(earlier, value) is jumped


def test_a_trend_goes_by_the_date_of_runs(tmp_path: Path) -> None:
    """A backfilled run stands where its date is, a failed one is no part of what was, and a parameter labels each."""
    settings = settings_in(tmp_path)
    told = ((3, 0.3, "succeeded"), (1, 0.1, "succeeded"), (2, 0.9, "failed"), (4, 0.4, "succeeded"))
    for month, share, status in told:
        step = a_step(figures={"share": share}, parameters={"k": {"value": month, "from": "default"}})
        last = put(settings, step, status=status, logical_date=date(2026, month, 1))
    index = Index(settings.output, tmp_path / "index.sqlite")
    with index.asked() as connection:
        trend = trends.of_run(connection, "monthly", last.name)[("report", "share")]
        assert [point.value for point in trend.points] == [0.1, 0.3, 0.4]
        assert trend.before == 0.3
        values = series.of(connection, "monthly", "report.share", "report.k")
        assert [(one.value, one.label) for one in values] == [(0.1, "1"), (0.9, "2"), (0.3, "3"), (0.4, "4")]
        assert series.parameters(connection, "monthly") == ["report.k"]
    index.close()
