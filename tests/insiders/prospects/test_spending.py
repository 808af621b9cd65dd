"""Expected revenue, and how far customers stray from it."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.prospects import spending
from tests.insiders.prospects.shop import cuts


def test_bounds_hold_what_such_customers_brought() -> None:
    """On customers like those they were learnt from, bounds of 90 % hold nine in ten, whatever is expected."""
    draw = np.random.default_rng(4)
    expected = np.concatenate([np.zeros(500), draw.lognormal(4, 1, 7500)])
    later = expected * draw.gamma(0.7, 1.4, len(expected)) + draw.exponential(5, len(expected))
    learnt = spending.strays(expected[::2], later[::2], 0.9)
    lower, upper = learnt.bounds(expected[1::2])
    held = (later[1::2] >= lower) & (later[1::2] <= upper)
    assert held.mean() == pytest.approx(0.9, abs=0.02)
    assert held[expected[1::2] == 0].mean() > 0.85
    assert (lower <= expected[1::2]).all()
    assert (upper >= expected[1::2]).all()


def test_the_last_day_judges_and_does_not_choose() -> None:
    """The way has the least error over the days before; error, gain and coverage are of the last day alone."""
    judged = spending.judge(cuts())
    assert judged.way == judged.errors.iloc[:-1].mean().idxmin()
    error = {name: np.abs(judged.last[name] - judged.last["later"]).mean() for name in spending.WAYS}
    assert judged.errors.iloc[-1].to_dict() == pytest.approx(error)
    assert judged.gain.estimate == pytest.approx(error[spending.PLAIN] - error[judged.way])
    held = judged.last["later"].between(judged.last["lower"], judged.last["upper"])
    assert judged.coverage == held.mean()
    total = judged.last[judged.way].sum() / judged.last["later"].sum() - 1
    assert judged.total_error(judged.way) == pytest.approx(total)
