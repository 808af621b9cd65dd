"""The forward check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from insiders.errors import AnalysisError
from insiders.policies.forward import CHOSEN, NEXT, REST, forward_check

KNOWN = pd.DataFrame(
    {
        "customer_id": [str(number) for number in range(1, 11)],
        "before": np.arange(10.0, 110.0, 10.0),
        "later": np.arange(1.0, 11.0),
        "chosen": [False] * 8 + [True] * 2,
    }
)


def test_groups_are_cut_by_what_was_known() -> None:
    """The chosen are chosen, the same number with the highest score is next best, all others are the rest."""
    found = forward_check(KNOWN)
    groups = found.customers.groupby("group")["customer_id"].agg(set).to_dict()
    assert groups == {CHOSEN: {"9", "10"}, NEXT: {"7", "8"}, REST: {"1", "2", "3", "4", "5", "6"}}
    assert found.later_mean[CHOSEN].estimate == 9.5
    assert found.against_all.delta.estimate == 1.0


def test_a_kept_member_stays_chosen() -> None:
    """Who is kept below others' scores counts among the chosen, and the next best are those with the highest scores."""
    kept = KNOWN.assign(chosen=[True] + [False] * 8 + [True])
    groups = forward_check(kept).customers.groupby("group")["customer_id"].agg(set)
    assert (groups[CHOSEN], groups[NEXT]) == ({"1", "10"}, {"8", "9"})


def test_the_later_period_alone_is_tested() -> None:
    """U, its p value and the t interval are SciPy's for the later revenue, corrected for two tests."""
    noise = KNOWN.assign(later=np.random.default_rng(3).exponential(10, 10))
    found = forward_check(noise)
    ours, theirs = noise["later"][noise["chosen"]], noise["later"][~noise["chosen"]]
    test = stats.mannwhitneyu(ours, theirs)
    assert (found.against_all.u, found.against_all.p) == (test.statistic, test.pvalue)
    assert max(found.p_holm) <= 1.0
    assert found.p_holm[1] >= test.pvalue
    low, high = stats.t.interval(0.95, 1, loc=ours.mean(), scale=stats.sem(ours))
    student = found.later_mean_t[CHOSEN]
    assert (student.lower, student.upper) == pytest.approx((low, high))


@pytest.mark.parametrize("rows", [KNOWN.tail(9), KNOWN.assign(chosen=False), KNOWN.assign(chosen=True)])
def test_too_few_customers(rows: pd.DataFrame) -> None:
    """Fewer than ten known customers, or fewer than two on a side, are refused."""
    with pytest.raises(AnalysisError, match="known customers"):
        forward_check(rows)
