"""The Insiders beside other groups: shares with their denominators."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.findings import beside
from insiders.segments import portrait
from tests.insiders.demo_customers import customers


def test_groups_stand_beside_each_other() -> None:
    """The table holds the Insiders, a plain sort of their size, and the groups given; metrics name denominators."""
    flags = (customers()["n_items"].rank(method="first", ascending=False) <= 25).to_numpy()
    flat = np.full(len(customers()), 0.3)
    profile = portrait.profile(customers(), portrait.assign(customers(), flags.astype("int16"), flags), flat, flat)
    buyers = pd.Series({"customers": 500, "gross_revenue": 1e6, "items": 200_000})
    found = beside.told(customers(), flags, {"best cluster": ~flags}, profile, buyers, "€")
    (table,) = found.tables.values()
    assert table["group"].tolist() == ["Insiders of this run", "as many by revenue (plain sort)", "best cluster"]
    assert table["customers"].tolist()[:2] == ["25", "25"]
    share, unit = found.metrics["insiders_revenue_share"]
    assert share == pytest.approx(float(customers()["gross_revenue"][flags].sum() / customers()["gross_revenue"].sum()))
    assert unit == "of segmented customers' gross revenue"
    assert found.metrics["plain_sort_revenue_share"][0] >= share
