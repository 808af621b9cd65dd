"""Daily sales added up where the lines are give the series that the lines give."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from insiders import handoff
from insiders.errors import AnalysisError, HandoffError
from insiders.series import at_levels, sales_of_transactions
from insiders.series.daily import daily_sales_of_run
from insiders.series.prices import prices
from tests.insiders import demo_lines


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with prepared lines in both files."""
    folder = tmp_path_factory.mktemp("run")
    lines = demo_lines.lines()
    once = lines["customer_id"].isin(lines["customer_id"].unique()[:20])
    handoff.write(folder, "transactions", lines[~once])
    handoff.write(folder, "once", lines[once])
    return folder


@pytest.mark.parametrize("levels", [["total"], ["product", "store"], ["store/category", "country"]])
def test_series_and_prices_are_those_of_the_lines(run: Path, levels: list[str]) -> None:
    """At any level, units, revenue and prices by day are what they are when made from the lines."""
    by = [name for level in levels if level != "total" for name in level.split("/")]
    sales, lines = daily_sales_of_run(run, by), sales_of_transactions(demo_lines.lines())
    assert len(sales) < len(lines)
    days = pd.DatetimeIndex(lines["date"].unique(), name="date").sort_values()
    for measure in ("units", "revenue"):
        ours, theirs = (at_levels(rows, levels, days, measure=measure) for rows in (sales, lines))
        pd.testing.assert_frame_equal(ours.values, theirs.values, rtol=1e-9, atol=1e-9)
        columns = ["unique_id", "level", "series"]
        pd.testing.assert_frame_equal(ours.static[columns], theirs.static[columns])
    pd.testing.assert_frame_equal(prices(sales, levels[0], days), prices(lines, levels[0], days), rtol=1e-9)


def test_faults_are_named(run: Path, tmp_path: Path) -> None:
    """An attribute that lines do not have, and a run that has no lines, are each one clear error."""
    with pytest.raises(AnalysisError, match="not by segment"):
        daily_sales_of_run(run, ["segment"])
    with pytest.raises(HandoffError, match="run 01_eda or prepare_files"):
        daily_sales_of_run(tmp_path)
