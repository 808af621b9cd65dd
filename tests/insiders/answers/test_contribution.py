"""What the Insiders bring, held against figures computed another way."""

from __future__ import annotations

import numpy as np
import pytest

from insiders.answers import contribution
from insiders.answers.evidence import Evidence


def test_shares(run: Evidence) -> None:
    """Shares are of the named whole, and the plain sort takes as many customers, those with most revenue."""
    figures = contribution.shares(run).figures
    revenue = run.customers["gross_revenue"]
    assert figures["gross_share"] == pytest.approx(run.insiders["gross_revenue"].sum() / revenue.sum())
    assert figures["gross_of_buyers_share"] == pytest.approx(
        run.insiders["gross_revenue"].sum() / run.buyers["gross_revenue"]
    )
    best = np.sort(revenue)[::-1][: len(run.insiders)].sum() / revenue.sum()
    assert figures["gross_share_plain_sort"] == pytest.approx(best)
    assert figures["gross_share_plain_sort"] >= figures["gross_share"]  # type: ignore[operator]
