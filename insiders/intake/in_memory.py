"""A source in the memory of this process: pandas, which is quickest while there is room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from insiders import handoff, quality
from insiders.customers.features import features
from insiders.customers.purchases import buyers
from insiders.exploration import bulk, cohorts, cycles, pareto
from insiders.exploration.bulk import Bulk
from insiders.sources.loading import Source
from insiders.transactions.filters import Filters
from insiders.transactions.preparation import prepare


@dataclass(frozen=True)
class LinesInMemory:
    """Prepared lines in tables; see `insiders.intake.asked.Lines`."""

    ladder: pd.DataFrame
    filters: Filters
    customers: pd.DataFrame
    buyers: pd.DataFrame
    raw: pd.DataFrame
    """The transactions of the source."""
    everyone: pd.DataFrame
    """The prepared lines of all buyers."""

    def oddities(self) -> pd.DataFrame:
        """What is odd in the source."""
        return quality.findings(self.raw, filters=self.filters)

    def pareto(self, by: str) -> pd.DataFrame:
        """Revenue per value of ``by``."""
        return pareto.pareto(self.everyone, by)

    def bulk(self, times_usual: float) -> Bulk:
        """What was bought in bulk."""
        return bulk.bulk(self.everyone, times_usual=times_usual)

    def daily(self) -> pd.DataFrame:
        """Every day's sales."""
        return cycles.daily_sales(self.everyone)

    def retention(self, last_month: pd.Timestamp) -> pd.DataFrame:
        """Who comes back."""
        return cohorts.cohort_retention(self.everyone, last_month)

    def months_active(self, months: int, last_month: pd.Timestamp) -> pd.DataFrame:
        """Who keeps buying."""
        return cohorts.months_active(self.everyone, months, last_month)


@dataclass(frozen=True)
class IntakeInMemory:
    """A source in a table; see `insiders.intake.asked.Intake`."""

    loaded: Source

    @property
    def how(self) -> str:
        """Where the rows are held."""
        return "They are held in memory."

    @property
    def source(self) -> pd.DataFrame:
        """The hand-off table ``source``."""
        return self.loaded.table()

    @property
    def quarantine(self) -> pd.DataFrame:
        """The hand-off table ``quarantine``."""
        return self.loaded.quarantine

    @property
    def currency(self) -> str:
        """Sign or code of the prices."""
        return self.loaded.currency

    @property
    def rows_read(self) -> int:
        """Rows of the source."""
        return self.loaded.rows_read

    @property
    def rows_repeated(self) -> int:
        """Rows left out, because they stand in a later part again."""
        return self.loaded.rows_repeated

    def sample(self, rows: int, seed: int) -> pd.DataFrame:
        """Some of the transactions."""
        raw = self.loaded.transactions
        return raw.sample(min(rows, len(raw)), random_state=seed).sort_index()

    def prepare(
        self,
        run_folder: str | Path,
        *,
        as_of: date | None = None,
        min_days: int | None = None,
        **filters: Any,  # noqa: ANN401 - the filters of `insiders.transactions.filters.Filters`
    ) -> LinesInMemory:
        """The prepared lines, with their tables written."""
        raw = self.loaded.transactions
        prepared = prepare(raw, as_of=as_of, min_days=min_days, **filters)
        everyone = prepare(raw, as_of=as_of, min_days=1, **filters).transactions
        people, totals = features(prepared.transactions, as_of=as_of), buyers(everyone)
        for name, rows in {
            "ladder": prepared.ladder,
            "transactions": prepared.transactions,
            "once": everyone[~everyone["customer_id"].isin(people["customer_id"])],
            "appearance": raw[["customer_id"]].dropna().drop_duplicates(),
            "customers": people,
            "buyers": totals,
        }.items():
            handoff.write(run_folder, name, rows)
        return LinesInMemory(prepared.ladder, prepared.filters, people, totals, raw, everyone)
