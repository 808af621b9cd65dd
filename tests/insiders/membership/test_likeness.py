"""Customers near the members in what they do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.membership import likeness
from insiders.membership.likeness import distances
from insiders.spaces.features import BEHAVIOUR
from tests.insiders.demo_customers import customers as regulars


def test_who_behaves_like_members_is_near() -> None:
    """A copy of a member is nearer than the median of all others, whatever was spent; members have no distance."""
    customers = regulars().copy()
    member = np.zeros(len(customers), bool)
    member[customers["n_invoices"].rank(ascending=False) <= 8] = True
    twin = int(np.flatnonzero(~member)[0])
    model = int(np.flatnonzero(member)[0])
    for feature in BEHAVIOUR:
        customers[feature] = customers[feature].astype("float64")
        customers.loc[customers.index[twin], feature] = float(customers[feature].iloc[model])
    found = distances(customers, member)
    assert found[member].isna().all()
    assert found.iloc[twin] < found.median()


def test_too_few_members() -> None:
    """Fewer than five members, or nobody else, are refused."""
    customers = regulars()
    for member in (np.arange(len(customers)) < 4, np.ones(len(customers), bool)):
        with pytest.raises(AnalysisError, match="likeness"):
            distances(customers, member)


@pytest.mark.parametrize("twins", [0, 30])
def test_the_nearest_are_found_without_all_distances(twins: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many customers only the nearest are sought: the same ones with the same distances, also where many have 0."""
    monkeypatch.setattr(likeness, "AT_FIRST", 60)
    customers = regulars().copy()
    member = (customers["n_invoices"].rank(ascending=False) <= 20).to_numpy()
    member[:5] = True
    same = np.concatenate([np.arange(5), np.flatnonzero(~member)[:twins]])  # of five equal members
    for feature in BEHAVIOUR:
        customers[feature] = customers[feature].astype("float64")
        customers.loc[customers.index[same], feature] = float(customers[feature].iloc[0])
    everybody = distances(customers, member)
    for most in (1, 10, 25):
        found = distances(customers, member, most)
        assert found.notna().sum() < everybody.notna().sum()
        pd.testing.assert_series_equal(found.nsmallest(most), everybody.nsmallest(most))
    assert (everybody.nsmallest(10) == 0).all() == bool(twins)
