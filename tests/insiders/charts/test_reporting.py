"""Figures of the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from insiders.answers import actions, eligibility, evidence, guarantee, outlook, portrait
from insiders.answers.evidence import Answer, Evidence
from insiders.charts import reporting, style
from tests.insiders import small_run

style.use()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A small run of the generated shop."""
    folder: Path = tmp_path_factory.mktemp("run")
    return evidence.read(small_run.write(folder))


@pytest.fixture(scope="module")
def answers(run: Evidence) -> list[Answer]:
    """All answers that have a chart."""
    return [
        portrait.who(run),
        portrait.how_many(run),
        portrait.traits(run),
        portrait.shares(run),
        outlook.expected(run),
        eligibility.what_makes(run),
        eligibility.what_removes(run),
        guarantee.better_now(run),
        guarantee.better_later(run, 90),
        actions.what_to_do(run),
    ]


def test_every_figure_is_drawn_with_words(answers: list[Answer]) -> None:
    """Each chart can be laid out without a warning, has a title, and says what its amounts are."""
    for answer in answers:
        assert answer.chart is not None, answer.question
        answer.chart.draw_without_rendering()
        axes = answer.chart.axes[0]
        assert axes.get_title("left"), answer.question
        assert axes.get_xlabel() or axes.get_ylabel(), answer.question


def test_the_map_holds_all_customers(run: Evidence) -> None:
    """Others and Insiders are all there, Insiders in front."""
    others, insiders = reporting.space(run.customers).axes[0].collections
    assert (len(others.get_offsets()), len(insiders.get_offsets())) == (len(run.others), len(run.insiders))  # type: ignore[arg-type]


def test_sizes_are_the_shares_of_the_table(run: Evidence) -> None:
    """Bars are as long as the shares of customers, revenue and pieces."""
    widths = [bar.get_width() for bar in reporting.sizes(run.segments).axes[0].patches]  # type: ignore[attr-defined]
    expected = run.segments[["customer_share", "revenue_share", "items_share"]].to_numpy().T.ravel()
    np.testing.assert_allclose(widths, expected)


def test_profile_leaves_out_traits_without_a_middle() -> None:
    """A trait whose median is 0 for all customers has no ratio and no row."""
    medians = pd.DataFrame({"n_invoices": [8.0, 2.0], "return_share": [0.1, 0.0]}, index=["a", "b"])
    axes = reporting.profile(medians, pd.Series({"n_invoices": 4.0, "return_share": 0.0})).axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["purchase invoices"]
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [2.0]


def test_the_forecast_follows_the_history(run: Evidence) -> None:
    """The expected days begin after the last bar, with their bounds around them."""
    chart = outlook.expected(run).chart
    assert chart is not None
    axes = chart.axes[0]
    last_bar = max(bar.get_x() for bar in axes.patches)  # type: ignore[attr-defined]
    (line,) = [line for line in axes.lines if line.get_label() == "expected"]
    assert np.asarray(line.get_ydata()).tolist() == [200.0] * 10
    assert axes.convert_xunits(np.asarray(line.get_xdata())[0]) > last_bar
