"""Whether probabilities mean what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.high_value import calibration


def predictions(cuts: int = 6, exaggeration: float = 1.0) -> pd.DataFrame:
    """Cuts 45 days apart of 2,000 customers whose log odds are told that many times too large."""
    draw = np.random.default_rng(5)
    parts = []
    for number in range(cuts):
        odds = draw.normal(-2, 1.5, 2000)
        high = draw.random(2000) < 1 / (1 + np.exp(-odds))
        told = 1 / (1 + np.exp(-exaggeration * odds))
        cut = pd.Timestamp("2024-01-01") + pd.Timedelta(days=45 * number)
        parts.append(pd.DataFrame({"cut": cut, "customer_id": range(2000), "high": high, "probability": told}))
    return pd.concat(parts, ignore_index=True).assign(model="m", later=0.0)


def test_an_exaggeration_is_found_and_taken_back() -> None:
    """Log odds told twice too large are halved."""
    found = calibration.fit(predictions(exaggeration=2))
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.intercept == pytest.approx(0.0, abs=0.1)
    assert found.apply([0.5]) == pytest.approx(0.5, abs=0.03)


def test_a_correction_comes_from_finished_quarters_only() -> None:
    """The first cuts have none; outcomes of the cut itself, or of a quarter still open, change nothing in it."""
    table = predictions(exaggeration=2)
    cuts = table["cut"].unique()
    found = calibration.corrected(table, days=90)
    assert found["cut"].unique().tolist() == cuts[2:].tolist()
    other = table.assign(high=table["high"] ^ (table["cut"] > cuts[-3]))
    again = calibration.corrected(other, days=90)
    last = found["cut"] == cuts[-1]
    assert found.loc[last, "probability"].tolist() == again.loc[last, "probability"].tolist()


def test_corrected_only_where_it_helped() -> None:
    """Exaggerated probabilities are corrected, ones without any outcome yet are left as they are."""
    assert calibration.chosen(predictions(exaggeration=2), days=90).slope < 0.7
    assert calibration.chosen(predictions(cuts=1, exaggeration=2), days=90) == calibration.UNCHANGED


def test_a_reversed_or_constant_order_is_not_corrected() -> None:
    """A correction keeps the order, so one that would turn it round is none; neither has a constant one."""
    table = predictions(cuts=1)
    assert calibration.fit(table.assign(probability=1 - table["probability"])) == calibration.UNCHANGED
    assert calibration.fit(table.assign(probability=0.1)) == calibration.UNCHANGED


def test_reliability_tells_honest_from_exaggerated() -> None:
    """Honest probabilities lie within the bounds of most bins, exaggerated ones do not, and their error is larger."""
    honest, loud = (calibration.reliability(predictions(exaggeration=size)) for size in (1.0, 3.0))
    assert honest["customers"].tolist() == [1200] * 10
    assert honest["inside"].sum() >= 8
    assert loud["inside"].sum() <= 4
    assert calibration.error(honest)["m"] < 0.01 < calibration.error(loud)["m"]
    assert honest["observed"].is_monotonic_increasing
