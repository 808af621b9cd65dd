"""The lines of a run, asked by the day: what was known of the customers then, and what they did afterwards."""

from __future__ import annotations

from typing import Protocol

import pandas as pd


class History(Protocol):
    """The lines of all identified buyers. No table it gives is shared: whoever asked may write to it."""

    @property
    def first(self) -> pd.Timestamp:
        """Time of the first line."""

    @property
    def end(self) -> pd.Timestamp:
        """Midnight after the last day there is: the cut at which everything is known."""

    def customers_at(self, day: pd.Timestamp, least_days: int = ...) -> pd.DataFrame:
        """The customers known at midnight of a day, see `insiders.customers.snapshots.customers_at`."""

    def histories(self, day: pd.Timestamp) -> pd.DataFrame:
        """What a model of buying needs to know of all who had bought by then, see `insiders.customers.histories`."""

    def later_revenue(self, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
        """What each of them brought in the ``days`` from a day on, see `insiders.customers.snapshots.later_revenue`."""

    def bought(self, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
        """Whether each of them bought in those days, in their order and with their index."""
