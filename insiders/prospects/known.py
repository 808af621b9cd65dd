"""Customers as they were known on earlier days, with what they did afterwards: the examples of every prospect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from insiders.customers import quarters
from insiders.customers.history import History
from insiders.errors import AnalysisError
from insiders.policies import lifetime_value as clv

SPACING = 30
"""Days from one cut to the next."""

MOST = 10
"""Cuts that are looked at, the latest: older ones resemble today less."""


@dataclass(frozen=True)
class Known:
    """Everything known at midnight of a day, and what came after where that is over."""

    day: pd.Timestamp
    end: pd.Timestamp
    """Midnight after the last day there is."""
    customers: pd.DataFrame
    """customer_id and the features `quarters.KNOWN`, of the customers known then, with ``cut``; in the rows of
    ``histories``."""
    histories: pd.DataFrame
    """What a model of buying needs to know of them, see `insiders.customers.histories`."""
    model: clv.LifetimeValue
    """Fitted to everybody who had bought by then."""
    history: History
    """What came from the day on."""
    _asked: dict[tuple[str, int], pd.Series] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The features as normal scores of their ranks among these customers, see `quarters.normal_scores`."""
        return quarters.normal_scores(self.customers)

    def over(self, days: int) -> bool:
        """Whether the ``days`` after it are over."""
        return self.day + pd.Timedelta(days=days) <= self.end

    def bought(self, days: int) -> pd.Series:
        """Whether each customer bought in the ``days`` from the day on."""
        return self._once("bought", days, self.history.bought)

    def revenue(self, days: int) -> pd.Series:
        """What each customer brought in those days, net of returns and cancellations."""
        return self._once("revenue", days, self.history.later_revenue)

    def _once(self, what: str, days: int, ask: Callable[[pd.Series, pd.Timestamp, int], pd.Series]) -> pd.Series:
        """Every later day asks the same of those before it."""
        if (what, days) not in self._asked:
            self._asked[what, days] = ask(self.customers["customer_id"], self.day, days)
        return self._asked[what, days]


def at(history: History, day: pd.Timestamp) -> Known:
    """What was known at midnight of a day; an `AnalysisError` where too few customers had come back by then."""
    customers = history.customers_at(day)[["customer_id", *quarters.KNOWN]].assign(cut=day)
    histories = history.histories(day)
    mine = histories.loc[customers["customer_id"]]
    return Known(day, history.end, customers, mine, clv.fit(histories), history)


def earlier(history: History) -> list[Known]:
    """What was known on days before today, 30 days apart, oldest first: at most ten, each with 90 days before it.

    An `AnalysisError` where there is none.
    """
    end = history.end
    first = history.first.normalize() + pd.Timedelta(days=quarters.LEAST_HISTORY)
    found: list[Known] = []
    for place in range(MOST, 0, -1):
        day = end - pd.Timedelta(days=SPACING * place)
        if day >= first:
            try:
                found.append(at(history, day))
            except AnalysisError:
                continue  # so early too few customers had come back; later days have more
    if not found:
        raise AnalysisError(
            f"prospects are judged on days with {quarters.LEAST_HISTORY} days of transactions before them and "
            f"{clv.FEWEST_CUSTOMERS} customers who came back, and there is none"
        )
    return found


def judged_days(cuts: Sequence[Known], days: int) -> list[tuple[Known, list[Known]]]:
    """The cuts whose ``days`` are over, each with the earlier cuts whose ``days`` were over by then.

    Only those with something to learn from; an `AnalysisError` where there is none.
    """
    step = pd.Timedelta(days=days)
    found = [(cut, [past for past in cuts if past.day + step <= cut.day]) for cut in cuts if cut.over(days)]
    found = [(cut, finished) for cut, finished in found if finished]
    if not found:
        raise AnalysisError(
            f"to judge what happens within {days} days, two days at least {days} days apart are needed, each with "
            f"{quarters.LEAST_HISTORY} days before it and {days} after it: take a longer history"
        )
    return found
