"""What hysteresis costs, replayed over months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.errors import AnalysisError
from insiders.membership import flicker
from insiders.membership.hysteresis import PLAIN, Hysteresis
from tests.insiders.customers.test_quarters import shop
from tests.insiders.small_shop import prepared

MONTHS = pd.date_range("2024-01-01", periods=3, freq="MS")


def reviews() -> pd.DataFrame:
    """Four customers at three reviews: one always a member, one that flickers, one that fades, one never."""
    heights = {"a": [3.0, 3.0, 3.0], "b": [1.0, 0.9, 1.0], "c": [1.0, 0.5, 0.5], "d": [0.1, 0.1, 0.1]}
    later = {"a": 60.0, "b": 20.0, "c": 10.0, "d": 10.0}
    rows = [
        {"review": month, "customer_id": one, "ratio": ratio, "later": later[one]}
        for one, ratios in heights.items()
        for month, ratio in zip(MONTHS, ratios, strict=True)
    ]
    return pd.DataFrame(rows)


def test_costs_by_hand() -> None:
    """Entries, exits, flicker, and the shares of later revenue of a table that can be worked out on paper."""
    found = flicker.costs(reviews(), [PLAIN, Hysteresis(1.0, 0.8, 1)], resamples=20)
    plain, calm = found.iloc[0], found.iloc[1]
    assert plain[["members", "entries", "exits", "flicker"]].tolist() == [2.0, 0.5, 1.0, 0.5]
    assert plain["revenue"] == pytest.approx((0.9 + 0.6 + 0.8) / 3)
    assert np.isnan(plain["kept_worth"])
    assert calm[["entries", "exits", "flicker"]].tolist() == [0.0, 0.5, 0.0]
    assert calm["revenue"] == pytest.approx((0.9 + 0.8 + 0.8) / 3)
    assert calm["kept"] == pytest.approx(1 / 3)
    assert calm["kept_worth"] == pytest.approx(20 / (230 / 6))
    assert plain["lost"] == calm["lost"] == 0


def test_many_customers_are_drawn_several_times_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product with many resamples gives the bounds that one with each of them gives."""
    one_by_one = flicker.costs(reviews(), resamples=20)
    monkeypatch.setattr(flicker, "EACH_AT_ONCE", 1)
    pd.testing.assert_frame_equal(flicker.costs(reviews(), resamples=20), one_by_one, rtol=1e-12)


def test_what_is_lost_is_against_as_many_by_value() -> None:
    """A former member kept in place of a better customer shows as lost revenue."""
    table = reviews()
    late = (table["customer_id"] == "d") & (table["review"] == MONTHS[2])
    rich = table.assign(ratio=table["ratio"].mask(late, 0.99), later=table["later"].mask(late, 50.0))
    row = flicker.costs(rich, [Hysteresis(1.0, 0.4, 1)], resamples=20).iloc[0]
    assert row["lost"] == pytest.approx((50 - 10) / 140 / 3)


def test_reviews_know_nothing_later() -> None:
    """Values at a review are the same without all that came after it."""
    whole = flicker.reviews(shop())
    review = whole["review"].unique()[-2]
    cut = flicker.reviews(shop()[shop()["time"] < review])
    columns = ["review", "customer_id", "value", "ratio"]
    rows = whole.loc[whole["review"] < review, columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(cut.loc[cut["review"] < review, columns].reset_index(drop=True), rows)


def test_the_threshold_is_the_last_of_the_top_share() -> None:
    """At every review one in ten stands at 100 % or more; later revenue is missing where it is not over."""
    table = flicker.reviews(shop(), top=0.1)
    at = table.assign(member=table["ratio"] >= 1).groupby("review")["member"].mean()
    assert at.between(0.09, 0.12).all()
    last = table[table["review"] == table["review"].max()]
    assert last["later"].isna().all()
    assert table["later"].notna().any()


def test_a_window_forgets() -> None:
    """What was bought before the window is no value any more."""
    early = [{"time": time, "quantity": 100, "customer_id": "1"} for time in ("2024-01-02", "2024-01-03")]
    late = [{"time": time, "customer_id": "2"} for time in ("2024-04-02", "2024-05-03", "2024-07-20")]
    table = flicker.reviews(prepared(*early, *late), window=60, top=0.9, days=10)
    last = table[table["review"] == pd.Timestamp("2024-06-01")].set_index("customer_id")["value"]
    assert last.to_dict() == {"1": 0.0, "2": 6.0}


def test_a_short_history_is_refused() -> None:
    """One review is no history of membership."""
    with pytest.raises(AnalysisError, match="two reviews"):
        flicker.reviews(shop()[shop()["time"] < shop()["time"].min() + pd.Timedelta(days=95)])


def test_hysteresis_calms_the_real_shop(real_shop: pd.DataFrame) -> None:
    """With half a year's revenue, leaving after two months below 80 % cuts the exits by more than half, at no loss."""
    found = flicker.costs(flicker.reviews(real_shop, window=180), [PLAIN, Hysteresis()], resamples=50)
    plain, calm = found.iloc[0], found.iloc[1]
    assert plain["exits"] > 12
    assert calm["exits_upper"] < plain["exits"] / 2
    assert abs(calm["lost"]) < 0.005
