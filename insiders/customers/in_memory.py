"""Lines in memory, asked by the day."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from insiders.customers import histories, quarters, snapshots
from insiders.customers.kept import Kept
from insiders.customers.purchases import purchases_of
from insiders.customers.snapshots import PURCHASE_DAYS


@dataclass(frozen=True)
class Loaded:
    """Lines in memory; see `insiders.customers.history.History`."""

    lines: pd.DataFrame
    """The hand-off tables ``transactions`` and ``once`` together. Without those who came once, nobody is to be asked
    for with fewer than two purchase days: who is there for what came later is no fair bet."""
    _days: Kept = field(default_factory=Kept, repr=False, compare=False)

    @property
    def first(self) -> pd.Timestamp:
        """Time of the first line."""
        return self.lines["time"].min()

    @property
    def end(self) -> pd.Timestamp:
        """Midnight after the last day."""
        return quarters.end_of(self.lines)

    def customers_at(self, day: pd.Timestamp, least_days: int = PURCHASE_DAYS) -> pd.DataFrame:
        """The customers known then; those of a day are found once."""
        table = self._days.table(day, lambda: snapshots.customers_at(self.lines, day, 1))
        return snapshots.with_days(table, least_days)

    def histories(self, day: pd.Timestamp) -> pd.DataFrame:
        """What a model of buying needs to know."""
        return histories.histories(snapshots.before(self.lines, day), day)

    def later_revenue(self, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
        """What each brought."""
        return snapshots.later_revenue(self.lines, customers, day, days)

    def bought(self, customers: pd.Series, day: pd.Timestamp, days: int) -> pd.Series:
        """Who bought."""
        times = self.lines["time"]
        later = self.lines[(times >= day) & (times < day + pd.Timedelta(days=days))]
        return customers.isin(purchases_of(later)["customer_id"])
