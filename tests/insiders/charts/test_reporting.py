"""Figures of the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from insiders.answers import evidence, outlook
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import reporting, style
from insiders.language import language
from tests.insiders import small_run
from tests.insiders.answers import told

style.use()
SPEAK = language()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A small run of the generated shop."""
    folder: Path = tmp_path_factory.mktemp("run")
    return evidence.read(small_run.write(folder))


@pytest.fixture(scope="module")
def answers(run: Evidence) -> list[Answer]:
    """All answers that need no prospects."""
    return told.answers(run, None)


def test_every_figure_is_drawn_with_words(answers: list[Answer]) -> None:
    """Each chart can be laid out without a warning, has a title, and says what its amounts are."""
    drawn = [answer for answer in answers if answer.chart is not None]
    assert len(drawn) > 12
    for answer in drawn:
        assert answer.chart is not None
        answer.chart.draw_without_rendering()
        axes = answer.chart.axes[0]
        assert axes.get_title("left"), answer.question
        assert axes.get_xlabel() or axes.get_ylabel(), answer.question


def test_the_map_holds_all_customers(run: Evidence) -> None:
    """Others and Insiders are all there, Insiders in front."""
    others, insiders = reporting.space(run.customers, SPEAK).axes[0].collections
    assert (len(others.get_offsets()), len(insiders.get_offsets())) == (len(run.others), len(run.insiders))  # type: ignore[arg-type]


def test_profile_leaves_out_traits_without_a_middle() -> None:
    """A trait whose median is 0 for all customers has no ratio and no row."""
    medians = pd.DataFrame({"n_invoices": [8.0, 2.0], "return_share": [0.1, 0.0]}, index=["a", "b"])
    axes = reporting.profile(medians, pd.Series({"n_invoices": 4.0, "return_share": 0.0}), SPEAK).axes[0]
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


def test_members_who_come_and_go_are_counted(run: Evidence) -> None:
    """The line is the number of members at every review, the bars those who entered and left."""
    axes = reporting.membership(run.members, SPEAK).axes[0]
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == run.members.sum(axis=1).tolist()
    came = (run.members & ~run.members.shift(1, fill_value=False)).sum(axis=1).iloc[1:]
    heights = [bar.get_height() for bar in axes.containers[0]]
    assert heights == came.tolist()
