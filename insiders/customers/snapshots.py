"""What was known of the customers on a day, and what they brought afterwards: the two sides of every fair bet.

Nothing from after the day enters: cancellations that came later undo nothing, recency counts to the day before, and a
model that learns from outcomes gets only those that were complete by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType

import numpy as np
import pandas as pd

from insiders.customers import by_lot
from insiders.customers.features import completed, counted
from insiders.customers.history import History
from insiders.customers.purchases import purchases_of
from insiders.errors import AnalysisError
from insiders.transactions import netting

PURCHASE_DAYS = 2
"""Distinct purchase days before the day that make a customer known: what the customers table asks for, too."""

NETTING_DAYS = 30
"""How soon a line must be taken back to count as never bought: what the preparation says."""

LEAST_HISTORY = pd.Timedelta(days=30)
"""Less is no history to learn from."""

MOST_LESSONS = 6
"""Earlier days that are learnt from, the latest: half a year is enough; long ago the shop was another."""

HALF_LIFE_DAYS = 180.0
"""After so many days a purchase counts half in ``faded_revenue``: set beforehand, not tuned."""

WINDOWS = (30, 90, 180, 365)
"""Last days whose gross revenue and purchase invoices are features of their own."""

LATELY = MappingProxyType(
    {
        **{f"revenue_{days}": f"gross revenue of the last {days} days" for days in WINDOWS[:3]},
        "invoices_90": "purchase invoices of the last 90 days",
        "faded_revenue": f"gross revenue, every purchase fading by half in {HALF_LIFE_DAYS:g} days",
        "revenue_rate": "gross revenue per day since the first purchase, the last 30 days at least",
    }
)
"""Columns beyond `insiders.customers.features` that policies see, and their meaning; revenue in the shop's currency."""

RECENTLY = (*(f"{what}_{days}" for days in WINDOWS for what in ("revenue", "invoices")), "faded_revenue")
"""Sums of late purchases, as they are counted."""


@dataclass(frozen=True)
class Snapshot:
    """Everything known at midnight of a day."""

    day: pd.Timestamp
    days: int
    """Length of the later period the bet is about."""
    customers: pd.DataFrame
    """The customers to choose from, as `customers_at` has them."""
    buying: Callable[[], pd.DataFrame]
    """Finds what a model of buying needs to know of all who had bought by then, see `insiders.customers.histories`."""
    learn: Callable[[int | None], pd.DataFrame]
    """Finds the lessons: most ways of choosing ask for none, and to find them costs most of a snapshot."""

    def lessons(self, most: int | None = None) -> pd.DataFrame:
        """Customers of earlier snapshots, the same columns, with ``day`` and ``later_revenue``.

        They are of periods of the same length that were over by now. Empty where the history is too short. Of more
        than ``most`` of them, so many are drawn by lot, always the same.
        """
        return self.learn(most)


def before(transactions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The rows booked before a day; what a later cancellation netted is a purchase again.

    Only the last weeks before the day can hold such rows. There, cancellations are matched anew among what was known.
    """
    times = transactions["time"]
    in_order = times.is_monotonic_increasing  # then the rows are the first ones, and nothing is copied
    rows = transactions.iloc[: times.searchsorted(day)] if in_order else transactions[times < day]
    doubtful = rows["kind"].eq("netted") & rows["time"].ge(day - pd.Timedelta(days=NETTING_DAYS))
    if not doubtful.any():
        return rows
    again = rows[rows["time"] >= day - pd.Timedelta(days=2 * NETTING_DAYS)]
    undone = netting.whole_invoices(again)
    undone |= netting.lines(again[~undone], days=NETTING_DAYS).reindex(again.index, fill_value=False)
    reopened = doubtful & ~undone.reindex(rows.index, fill_value=False)
    kind = rows["kind"].copy()
    kind[reopened] = np.where(rows.loc[reopened, "quantity"] > 0, "purchase", "return")
    return rows.assign(kind=kind)


def customers_at(transactions: pd.DataFrame, day: pd.Timestamp, least_days: int = PURCHASE_DAYS) -> pd.DataFrame:
    """The customers with ``least_days`` purchase days before midnight of the day, as they were known then.

    Columns of `insiders.customers.features`; ``revenue_`` and ``invoices_`` of the last 30, 90, 180 and 365 days;
    ``faded_revenue`` and ``revenue_rate`` (`LATELY`); ``overdue``, the recency over the customer's usual gap.
    """
    return with_days(completed_at(counted_at(before(transactions, day), day), day), least_days)


def counted_at(known: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """What is counted of each customer in the rows known at midnight of a day: `features.counted`, and `RECENTLY`."""
    counts = counted(known, as_of=_eve(day).date())
    lines = purchases_of(known)
    # Numbers are grouped much faster than names.
    customer, names = pd.factorize(lines["customer_id"])
    bought = pd.DataFrame({"customer": customer, "invoice": pd.factorize(lines["invoice"])[0]})
    bought["revenue"] = lines["revenue"].to_numpy()
    age = ((day - lines["time"]).dt.total_seconds() / 86400).to_numpy()
    lately = pd.DataFrame(index=pd.RangeIndex(len(names)))
    for days in WINDOWS:
        lately[f"revenue_{days}"] = bought["revenue"].where(age <= days, 0.0).groupby(bought["customer"]).sum()
        lately[f"invoices_{days}"] = bought[age <= days].groupby("customer")["invoice"].nunique()
    faded = bought["revenue"] * np.exp2(-age / HALF_LIFE_DAYS)
    lately["faded_revenue"] = faded.groupby(bought["customer"]).sum()
    lately.index = pd.Index(names, dtype=counts["customer_id"].dtype)
    return counts.join(lately.fillna(0.0), on="customer_id")


def completed_at(counts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The columns of `customers_at` from the counts of `counted_at`."""
    table = completed(counts, _eve(day)).join(counts[list(RECENTLY)])
    table["revenue_rate"] = table["gross_revenue"] / table["tenure_days"].clip(lower=30)
    table["overdue"] = table["recency_days"] / table["avg_gap_days"]
    return table


def with_days(customers: pd.DataFrame, least_days: int) -> pd.DataFrame:
    """Those of the customers who had bought on so many days, as a table of its own."""
    return customers[customers["n_purchase_days"] >= least_days].reset_index(drop=True)


def later_revenue(transactions: pd.DataFrame, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
    """What each customer brought in the ``days`` from a day on: purchases less returns and cancellations booked then.

    In the order of ``customers`` and with their index; 0 for those who stayed away, negative for those who only
    returned.
    """
    end = day + pd.Timedelta(days=days)
    rows = transactions[(transactions["time"] >= day) & (transactions["time"] < end)]
    return customers.map(rows.groupby("customer_id")["revenue"].sum()).fillna(0.0).astype("float64")


def bet_days(history: History, *, number: int, days: int = 90, step: int = 30) -> list[pd.Timestamp]:
    """The last so many days to bet on, ``step`` days apart, the earliest first; the last one's period ends the data.

    An `AnalysisError` says so where the first would have fewer than ``days`` days before it.
    """
    last = history.end - pd.Timedelta(days=days)
    found = [last - pd.Timedelta(days=step * place) for place in reversed(range(number))]
    if found[0] - history.first < pd.Timedelta(days=days):
        raise AnalysisError(
            f"{number} bets on {days} days, {step} days apart, need {2 * days + step * (number - 1)} days of "
            "transactions: take fewer bets or a longer history"
        )
    return found


def snapshots(
    history: History,
    on: Sequence[pd.Timestamp],
    *,
    days: int = 90,
    step: int = 30,
    least_days: int = PURCHASE_DAYS,
) -> Iterator[Snapshot]:
    """A snapshot at midnight of each of the days ``on``, with the lessons of the days ``step`` apart before it."""
    number = cache(lambda day: len(history.customers_at(day, least_days)))  # many days are earlier ones of several
    for today in on:
        customers = history.customers_at(today, least_days)
        earlier = _earlier(history.first, today, days, step)
        lessons = cache(partial(_lessons, history, today, earlier, days, least_days, number))
        yield Snapshot(today, days, customers, partial(history.histories, today), lessons)


def _lessons(
    history: History,
    today: pd.Timestamp,
    earlier: Sequence[pd.Timestamp],
    days: int,
    least_days: int,
    number: Callable[[pd.Timestamp], int],
    most: int | None,
) -> pd.DataFrame:
    """The customers of the ``earlier`` days, with what they brought by today; ``number`` says how many a day has."""
    found = []
    for day, rows in zip(earlier, by_lot.drawn([number(day) for day in earlier], most), strict=True):
        table = history.customers_at(day, least_days).iloc[rows]
        found.append(table.assign(day=day, later_revenue=history.later_revenue(table["customer_id"], day, days)))
    none = history.customers_at(today, least_days).iloc[:0].assign(day=today, later_revenue=0.0)
    return pd.concat(found, ignore_index=True) if found else none


def _earlier(first: pd.Timestamp, today: pd.Timestamp, days: int, step: int) -> list[pd.Timestamp]:
    latest = today - pd.Timedelta(days=days)
    enough = first.normalize() + LEAST_HISTORY
    return list(pd.date_range(latest, enough, freq=pd.Timedelta(days=-step)))[:MOST_LESSONS]


def _eve(day: pd.Timestamp) -> pd.Timestamp:
    """The day before, on which recency is 0."""
    return (day - pd.Timedelta(days=1)).normalize()
