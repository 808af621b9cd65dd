"""The backtest of policies: figures that can be counted by hand, and the published ones of the real file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from insiders.customers.in_memory import Loaded
from insiders.errors import AnalysisError
from insiders.policies import backtest as backtests
from insiders.policies.ways import POLICIES, Policy
from insiders.transactions import prepare
from tests.insiders.small_shop import prepared

DAYS = (pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-31"))


def bets(later: np.ndarray, **scores: np.ndarray) -> pd.DataFrame:
    """Bets of policies with those scores on two days, on which the same customers bring the same."""
    places = {
        name: (-score).argsort(kind="stable").argsort() + 1 for name, score in {**scores, "oracle": later}.items()
    }
    names = [f"{number:05}" for number in range(len(later))]
    day = pd.DataFrame({"customer_id": names, "gross_revenue": 1.0, "later_revenue": later, **places})
    return pd.concat([day.assign(day=one) for one in DAYS], ignore_index=True)


LATER = np.random.default_rng(5).lognormal(3, 1.5, 400)
NOISY = LATER * np.random.default_rng(6).lognormal(0, 0.7, 400)
BACKWARDS = -LATER


def test_captured_shares_by_hand() -> None:
    """Of 1, 2, 3 and 4 the oracle's half captures 7 of 10, the other way round 3 of 10."""
    later = np.array([1.0, 2, 3, 4])
    found = backtests.captured(bets(later, revenue=-later), share=0.5, resamples=50, seed=1)
    assert found.shares.tolist() == [[0.3, 0.7]] * 2
    assert found.places == (2, 2)
    assert backtests.by_day(found)["revenue"].tolist() == [0.3, 0.3]


def test_the_table_has_intervals_and_paired_differences() -> None:
    """A twin of the plain sort differs by exactly nothing; a worse policy is behind on every day, surely."""
    found = backtests.captured(bets(LATER, revenue=NOISY, twin=NOISY, worse=BACKWARDS), resamples=300, seed=1)
    table = backtests.table(found)
    assert table.index[0] == "oracle"
    assert (table.filter(like="difference").loc["twin"] == 0).all()
    assert table["difference_upper"]["worse"] < 0
    assert table["days_behind"]["worse"] == 2
    assert table["lower"]["revenue"] < table["captured"]["revenue"] < table["upper"]["revenue"]
    assert table["of_oracle"]["revenue"] == pytest.approx(table["captured"]["revenue"] / table["captured"]["oracle"])


def test_the_oracle_is_never_beaten() -> None:
    """In every resample the choice that knows the later period captures most."""
    found = backtests.captured(bets(LATER, revenue=NOISY, frequency=np.ones(400)), resamples=200, seed=2)
    assert (found.resampled[:, :-1] <= found.resampled[:, [-1]] + 1e-6).all()


def test_resamples_fill_the_places_anew() -> None:
    """The interval is that of a plain bootstrap written as a loop."""
    found = backtests.captured(bets(LATER, revenue=NOISY), resamples=1500, seed=3)
    chance = np.random.default_rng(9)
    shares = []
    for _ in range(1500):
        drawn = chance.integers(400, size=400)
        best = drawn[np.argsort(-NOISY[drawn])][:40]
        shares.append(LATER[best].sum() / LATER[drawn].sum())
    assert found.resampled[:, 0].mean() == pytest.approx(np.mean(shares), abs=0.01)
    assert found.resampled[:, 0].std() == pytest.approx(np.std(shares), rel=0.15)


def test_many_customers_are_drawn_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not go into memory at once is drawn a block after the other: the same draws, the same shares."""
    at_once = backtests.captured(bets(LATER, revenue=NOISY), resamples=50, seed=3)
    monkeypatch.setattr(backtests, "AT_ONCE", 7 * 400)
    in_blocks = backtests.captured(bets(LATER, revenue=NOISY), resamples=50, seed=3)
    np.testing.assert_allclose(in_blocks.resampled, at_once.resampled, rtol=1e-12)
    assert (in_blocks.shares == at_once.shares).all()


def test_very_many_customers_have_fewer_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are as many resamples as may be drawn in all, but never less than two hundred."""
    monkeypatch.setattr(backtests, "MOST_DRAWN", 300 * 400)
    assert len(backtests.captured(bets(LATER, revenue=NOISY), seed=3).resampled) == 300
    monkeypatch.setattr(backtests, "MOST_DRAWN", 1)
    assert len(backtests.captured(bets(LATER, revenue=NOISY), seed=3).resampled) == 200
    assert len(backtests.captured(bets(LATER, revenue=NOISY), resamples=20, seed=3).resampled) == 20


def test_a_period_without_sales_judges_nothing() -> None:
    """Where nobody brought anything later, there is no share to speak of."""
    with pytest.raises(AnalysisError, match="nothing was sold"):
        backtests.captured(bets(np.zeros(20), revenue=np.arange(20.0)), resamples=10, seed=1)


def test_steadiness_counts_who_stays() -> None:
    """Four of ten places on each day, three the same: three of five in either, a quarter lost."""
    first = bets(np.arange(10.0), revenue=np.arange(10.0))
    second = first["day"].eq(DAYS[1])
    first.loc[second, "revenue"] = [3, 10, 9, 8, 7, 6, 5, 4, 2, 1]
    found = backtests.steadiness(first, share=0.4).loc["revenue"]
    assert found["stayed"] == 0.75
    assert found["jaccard"] == pytest.approx(3 / 5)
    assert found["left"] == 1


def test_calibration_by_fifth() -> None:
    """Expectations twice too high have a ratio of two in every fifth, the highest first."""
    expected = bets(LATER).drop(columns="oracle").assign(model=lambda rows: 2 * rows["later_revenue"])
    found = backtests.calibration(expected)
    assert found["ratio"].to_numpy() == pytest.approx(2)
    assert found["later"].is_monotonic_decreasing
    assert len(found) == 5


def test_spread_over_sizes() -> None:
    """Places, revenue and share of each size, averaged over the days."""
    found = backtests.spread(bets(np.array([1.0, 2, 3, 4]), revenue=np.array([1.0, 2, 3, 4])), [0.25, 1.0])
    assert found[found["policy"] == "revenue"][["places", "later_revenue", "captured"]].values.tolist() == [
        [1, 4, 0.4],
        [4, 10, 1],
    ]


def shop() -> pd.DataFrame:
    """Thirty customers who buy on every tenth day of a year, number n always for n."""
    return prepared(
        *(
            {
                "customer_id": f"{n:02}",
                "time": str(day),
                "unit_price": float(n),
                "quantity": 1,
                "invoice": f"{n}-{day:%j}",
            }
            for n in range(1, 31)
            for day in pd.date_range("2023-01-01", "2023-12-31", freq="10D")
        )
    )


def test_backtest_places_and_ties() -> None:
    """Every day has each customer's place; equal scores fall to the higher gross revenue."""
    flat = Policy(lambda snapshot, seed: np.zeros(len(snapshot.customers)), "nothing", money=True)
    table, expected = backtests.backtest(
        Loaded(shop()), {"revenue": POLICIES["revenue"], "flat": flat}, number=2, seed=0
    )
    assert table["day"].nunique() == 2
    assert table["flat"].tolist() == table["revenue"].tolist() == [*range(30, 0, -1)] * 2
    assert (table["oracle"] == table["revenue"]).all()
    assert list(expected.columns) == [*backtests.BETS, "flat"]


def test_scores_that_are_no_numbers_are_refused() -> None:
    """A policy without a score for somebody is an error, not a last place."""
    broken = Policy(lambda snapshot, seed: np.full(len(snapshot.customers), np.nan), "broken")
    with pytest.raises(AnalysisError, match="no number"):
        backtests.backtest(Loaded(shop()), {"broken": broken}, number=1, seed=0)


def test_the_plain_sort_on_the_real_file(real_source: pd.DataFrame) -> None:
    """On 2011-09-11 the tenth with most revenue so far brings 55.8 % of the next 90 days, of 66.5 % to be had."""
    sold = Loaded(prepare(real_source, min_days=1).transactions)
    chosen = {name: POLICIES[name] for name in ("revenue", "faded_revenue", "lifetime_value")}
    table, _ = backtests.backtest(sold, chosen, number=1, least_days=1, seed=42)
    found = backtests.captured(table, resamples=100, seed=1)
    assert found.places == (336,)
    assert found.shares[0].round(3).tolist() == [0.558, 0.560, 0.558, 0.665]
