"""Why the group is better: tests recomputed by SciPy, and what only later months can prove."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from insiders.answers import guarantee
from insiders.answers.evidence import Evidence
from tests.insiders.answers.told import everybody


def test_later_revenue_by_hand(run: Evidence) -> None:
    """Later revenue of the members chosen then is counted again here, from the lines of the days after."""
    figures = guarantee.better_later(run).figures
    day, lines = pd.Timestamp(str(figures["chosen_on"])), everybody(run)
    members = run.members.columns[run.members.loc[day].to_numpy(bool)]
    after = lines[(lines["time"] >= day) & (lines["time"] < day + pd.Timedelta(days=90))]
    sums = after.groupby("customer_id")["revenue"].sum()
    known = run.heights.loc[run.heights["review"] == day, "customer_id"]
    assert figures["known_customers"] == len(known)
    ours, rest = sums.reindex(members, fill_value=0.0), sums.reindex(known[~known.isin(members)], fill_value=0.0)
    assert figures["members_mean_later_revenue"] == pytest.approx(ours.mean())
    test = stats.mannwhitneyu(ours, rest)
    assert figures["u_against_all"] == pytest.approx(test.statistic)
    assert figures["delta_against_all"] == pytest.approx(2 * test.statistic / (len(ours) * len(rest)) - 1)


def test_too_short_a_history_is_said(run: Evidence) -> None:
    """Where no later period is over there is no answer, and the reason."""
    short = dataclasses.replace(run, heights=run.heights.assign(later=np.nan))
    answer = guarantee.better_later(short)
    assert answer.sentence.startswith("This source cannot tell")
    assert answer.chart is None
