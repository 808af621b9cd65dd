"""What is known of the Insiders at an origin, and every way of forecasting their revenue that was tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from benchmarks import insiders_shrinkage as shrinkage
from insiders import boosting, dense, recurrent, statistical
from insiders.customers.histories import histories
from insiders.policies import lifetime_value
from insiders.transactions import prepare

HORIZON = 30
SHARE = 0.1
WINDOWS = (4, 8, 12, 26)
WEEKS = 8
SEED = 42
YEAR = pd.Timedelta(weeks=52)
GROUP, OTHERS, TOTAL = "insiders", "others", "total"


@dataclass(frozen=True)
class Origin:
    """What is known on the last day before a period to forecast."""

    cutoff: pd.Timestamp
    days: pd.DatetimeIndex
    """Days of the next 30 on which the shop is open, which it knows beforehand."""
    transactions: pd.DataFrame
    """Prepared from the lines up to the cut-off only."""
    purchases: pd.DataFrame
    """customer_id, ds, revenue: what each customer bought on a day."""
    group: pd.Index
    """The leading tenth of all customers known."""
    history: pd.DataFrame
    """unique_id (insiders, others, total), ds, y on the open days up to the cut-off."""

    @property
    def future(self) -> pd.DataFrame:
        """The rows to forecast."""
        names = [GROUP, OTHERS, TOTAL]
        return pd.MultiIndex.from_product([names, self.days], names=["unique_id", "ds"]).to_frame(index=False)

    def series(self, name: str = GROUP) -> pd.Series:
        """One of the series by day."""
        return self.history[self.history["unique_id"] == name].set_index("ds")["y"]


def origin_at(raw: pd.DataFrame, cutoff: pd.Timestamp, days: pd.DatetimeIndex) -> Origin:
    """What the raw lines up to the end of the cut-off tell."""
    known = prepare(raw, preset="strict", min_days=1, as_of=cutoff).transactions
    purchases = by_customer_and_day(known)
    group = shrinkage.leaders(purchases, cutoff, SHARE)
    mine = purchases["customer_id"].isin(group)
    grid = pd.DatetimeIndex(np.sort(purchases["ds"].unique()))
    sums = {GROUP: purchases[mine], OTHERS: purchases[~mine], TOTAL: purchases}
    history = [
        rows.groupby("ds")["revenue"].sum().reindex(grid, fill_value=0.0).rename("y").rename_axis("ds").reset_index()
        for rows in sums.values()
    ]
    named = [table.assign(unique_id=name)[["unique_id", "ds", "y"]] for name, table in zip(sums, history, strict=True)]
    return Origin(cutoff, days, known, purchases, group, pd.concat(named, ignore_index=True))


def by_customer_and_day(transactions: pd.DataFrame) -> pd.DataFrame:
    """Gross revenue of the purchases that were not undone: customer_id, ds, revenue."""
    bought = transactions[transactions["kind"] == "purchase"]
    sums = bought["revenue"].groupby([bought["customer_id"].astype(object), bought["time"].dt.normalize()]).sum()
    return sums.rename_axis(["customer_id", "ds"]).rename("revenue").reset_index()


def weekday_means(series: pd.Series, days: pd.DatetimeIndex, weeks: int) -> float:
    """The sum over the days of the mean open day of the same weekday in the last weeks."""
    recent = series[series.index > series.index[-1] - pd.Timedelta(weeks=weeks)]
    means = recent.groupby(pd.DatetimeIndex(recent.index).dayofweek).mean()
    return float(means.reindex(days.dayofweek).fillna(recent.mean()).sum())


def by_weekdays(origin: Origin, weeks: int) -> float:
    """Weekday means of the group."""
    return weekday_means(origin.series(), origin.days, weeks)


def by_statistics(origin: Origin, name: str) -> float:
    """A model of `insiders.statistical` on the group's series."""
    rows = origin.history[origin.history["unique_id"] == GROUP]
    return float(statistical.forecast(rows, origin.days, [name], workers=1)["yhat"].sum())


def by_learning(origin: Origin, name: str) -> float:
    """LightGBM, the dense or the recurrent network, over the group, the others and all together."""
    if name == "lightgbm":
        trees = boosting.fit(origin.history, len(origin.days), boosting.Settings(rows=730, least_rows=20))
        said = boosting.forecast(trees, origin.history, origin.future)
    else:
        room = dense if name == "dense" else recurrent
        # Three series have few windows: smaller batches and more passes than for thousands of products.
        settings = room.Settings(batch=64, epochs=40, patience=5)
        said = room.forecast(room.fit(origin.history, len(origin.days), settings), origin.history, origin.future)
    return float(said.loc[said["unique_id"] == GROUP, "yhat"].sum())


def by_lifetime_value(origin: Origin) -> float:
    """BG/NBD and Gamma-Gamma: what each member is expected to spend, added up."""
    cut = origin.cutoff + pd.Timedelta(days=1)
    customers = histories(origin.transactions, cut)
    model = lifetime_value.fit(customers)
    expected = lifetime_value.expected_revenue(model, customers, HORIZON, draws=1, seed=SEED)["revenue"]
    return float(expected.reindex(origin.group).sum())


def kept(origin: Origin, weeks: int) -> float:
    """The part of its share in the shop's revenue that a group so chosen kept on earlier days."""
    return shrinkage.kept_share(origin.purchases, share=SHARE, horizon=HORIZON, weeks=weeks)


def last_year(origin: Origin) -> float:
    """The shop's open day after this date a year ago over its open day in the eight weeks before; 1 without a year."""
    total = origin.series(TOTAL)
    then = origin.cutoff - YEAR
    if total.index[0] > then - pd.Timedelta(weeks=WEEKS):
        return 1.0
    before = total[(total.index > then - pd.Timedelta(weeks=WEEKS)) & (total.index <= then)]
    after = total[(total.index > then) & (total.index <= then + pd.Timedelta(days=HORIZON))]
    expected = weekday_means(before, pd.DatetimeIndex(after.index), WEEKS)
    return float(after.sum()) / expected


def shrunken(origin: Origin, weeks: int) -> float:
    """Weekday means times what groups so chosen kept."""
    return by_weekdays(origin, weeks) * kept(origin, weeks)


QUICK: Mapping[str, Callable[[Origin], float]] = {
    "seasonal naive": partial(by_statistics, name="seasonal_naive"),
    "moving average": partial(by_statistics, name="moving_average"),
    **{f"weekday means of {weeks} weeks": partial(by_weekdays, weeks=weeks) for weeks in WINDOWS},
    "ETS": partial(by_statistics, name="ets"),
    "ARIMA": partial(by_statistics, name="arima"),
    "Theta": partial(by_statistics, name="theta"),
    "lifetime value": by_lifetime_value,
    "LightGBM": partial(by_learning, name="lightgbm"),
    **{f"shrunken means of {weeks} weeks": partial(shrunken, weeks=weeks) for weeks in WINDOWS},
    "last year's ratio": last_year,
}
"""Total of the group over the horizon by method, from one origin alone; the last is the ratio of `last_year`."""
SLOW: Mapping[str, Callable[[Origin], float]] = {
    "dense network": partial(by_learning, name="dense"),
    "LSTM": partial(by_learning, name="lstm"),
}
"""Methods that take so long that they are asked on judged origins only."""
SEASON = "last year's ratio"


def combined(said: pd.DataFrame) -> pd.DataFrame:
    """The single methods, and what is made of them: one row per origin, one column per method, in £."""
    windows, shrunk = ([f"{kind} means of {weeks} weeks" for weeks in WINDOWS] for kind in ("weekday", "shrunken"))
    eight, eight_shrunk = windows[1], shrunk[1]
    single = [name for name in (*QUICK, *SLOW) if name != SEASON]
    unshrunken = [name for name in QUICK if name not in (SEASON, *shrunk)]
    made = said[single].assign(
        **{
            "mean of the weekday means": said[windows].mean(axis=1),
            "median of the weekday means": said[windows].median(axis=1),
            "mean of the shrunken means": said[shrunk].mean(axis=1),
            "mean of four classics": said[[eight, "ETS", "ARIMA", "Theta"]].mean(axis=1),
            "median of the eleven unshrunken": said[unshrunken].median(axis=1),
        }
    )
    season = said[SEASON]
    if season.eq(1).all():
        return made
    return made.assign(
        **{
            "weekday means × last year": said[eight] * season,
            "weekday means × half of last year": said[eight] * np.sqrt(season),
            "shrunken × last year": said[eight_shrunk] * season,
            "shrunken × half of last year": said[eight_shrunk] * np.sqrt(season),
            "mean of the shrunken × half of last year": said[shrunk].mean(axis=1) * np.sqrt(season),
        }
    )
