"""Reviews every month and every quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.membership import frequency
from insiders.membership.hysteresis import Hysteresis

REVIEWS = pd.date_range("2024-01-01", periods=9, freq="30D")
RULE = Hysteresis(1.0, 0.8, 1)


def heights(ratios: dict[str, list[float]], later: float = 1.0) -> pd.DataFrame:
    """A table of heights; the last three reviews have no later revenue yet."""
    rows = [
        {"review": review, "customer_id": name, "ratio": ratio, "value": ratio, "later": later * ratio}
        for name, row in ratios.items()
        for review, ratio in zip(REVIEWS, row, strict=True)
    ]
    table = pd.DataFrame(rows)
    return table.assign(later=table["later"].where(table["review"] < REVIEWS[6]))


GROWN = {"old": [2.0] * 9, "grown": [0.5] * 3 + [3.0] * 6, "never": [0.1] * 9}


def test_who_has_grown_waits_for_the_next_review() -> None:
    """Monthly reviews take in at once; quarterly ones let wait for none, one or two months, by where they begin."""
    found = frequency.compared(heights(GROWN), RULE, resamples=20)
    monthly, quarterly = found.table.to_dict("records")
    assert (monthly["waiting"], monthly["entries"] > 0) == (0.0, True)
    # A programme that reviews at 0, 3, 6 sees the growth at 3 at once, one at 1, 4, 7 a step later, one at 2, 5, 8 two
    # steps later: 0 + 1 + 2 of seven days judged, over three programmes.
    assert quarterly["waiting"] == pytest.approx((0 + 1 + 2) / 7 / 3)
    assert monthly["captured"] > quarterly["captured"]
    assert found.steps == 4


def test_resamples_are_multiplied_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resamples that do not go into memory at once give the same interval."""
    whole = frequency.compared(heights(GROWN), RULE, resamples=20).lost
    monkeypatch.setattr(frequency, "AT_ONCE", 9)
    parts = frequency.compared(heights(GROWN), RULE, resamples=20).lost
    assert (parts.lower, parts.upper) == pytest.approx((whole.lower, whole.upper), abs=1e-12)


def test_the_grace_is_a_time() -> None:
    """Three reviews of grace a month apart are one a quarter apart, and never less than one."""
    for grace, expected in ((3, 1), (6, 2), (1, 1)):
        found = frequency.compared(heights(GROWN), Hysteresis(1.0, 0.8, grace), resamples=5)
        assert found.table["grace"].tolist() == [grace, expected]


def test_the_same_members_lose_nothing() -> None:
    """Where nobody's standing changes both frequencies hold the same, and the difference is none."""
    steady = {str(number): [number / 2] * 9 for number in range(8)}
    found = frequency.compared(heights(steady), RULE, resamples=20)
    assert found.table["captured"].nunique() == 1
    assert (found.lost.estimate, found.lost.lower, found.lost.upper) == (0.0, 0.0, 0.0)
    assert np.all(found.table[["entries", "exits", "waiting", "stale"]] == 0)


def test_too_few_reviews() -> None:
    """Five reviews are no two quarters, and without a later period nothing can be judged."""
    table = heights(GROWN)
    for short in (table[table["review"] < REVIEWS[5]], table.assign(later=np.nan)):
        with pytest.raises(AnalysisError, match="longer history"):
            frequency.compared(short, RULE)
