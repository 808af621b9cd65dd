"""What 01_eda asks of a source and of its prepared lines, wherever they are held."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from insiders.exploration.bulk import Bulk
from insiders.transactions.filters import Filters


class Lines(Protocol):
    """Prepared lines: those of customers who came back are described, those of all buyers are explored."""

    @property
    def ladder(self) -> pd.DataFrame:
        """Rows and customers left after each filter; hand-off table ``ladder``."""

    @property
    def filters(self) -> Filters:
        """The filters used: the preset's and what was said otherwise."""

    @property
    def customers(self) -> pd.DataFrame:
        """The hand-off table ``customers``."""

    @property
    def buyers(self) -> pd.DataFrame:
        """The hand-off table ``buyers``."""

    def oddities(self) -> pd.DataFrame:
        """What is odd in the source, as `insiders.quality.findings` has it."""

    def pareto(self, by: str) -> pd.DataFrame:
        """Revenue per value of ``by``, as `insiders.exploration.pareto.pareto` has it."""

    def bulk(self, times_usual: float) -> Bulk:
        """What was bought in bulk, as `insiders.exploration.bulk.bulk` has it."""

    def daily(self) -> pd.DataFrame:
        """Every day's sales, as `insiders.exploration.cycles.daily_sales` has them."""

    def retention(self, last_month: pd.Timestamp) -> pd.DataFrame:
        """Who comes back, as `insiders.exploration.cohorts.cohort_retention` has it."""

    def months_active(self, months: int, last_month: pd.Timestamp) -> pd.DataFrame:
        """Who keeps buying, as `insiders.exploration.cohorts.months_active` has it."""


class Intake(Protocol):
    """A source that was read: every row is typed, or stands in the quarantine with the reason."""

    @property
    def how(self) -> str:
        """Where the rows are held, in a sentence."""

    @property
    def source(self) -> pd.DataFrame:
        """The one row of the hand-off table ``source``."""

    @property
    def quarantine(self) -> pd.DataFrame:
        """The hand-off table ``quarantine``."""

    @property
    def currency(self) -> str:
        """Sign or code of the prices."""

    @property
    def rows_read(self) -> int:
        """Rows of the source: transactions, quarantine and repeated ones."""

    @property
    def rows_repeated(self) -> int:
        """Rows left out, because their invoice stands in a later sheet or file again, row by row."""

    def sample(self, rows: int, seed: int) -> pd.DataFrame:
        """Some of the transactions, in the order of the source."""

    def prepare(
        self,
        run_folder: str | Path,
        *,
        as_of: date | None = None,
        **filters: Any,  # noqa: ANN401 - the filters of `insiders.transactions.filters.Filters`
    ) -> Lines:
        """The prepared lines, with the tables of `TABLES` written to the run folder."""


TABLES = ("ladder", "transactions", "once", "appearance", "customers", "buyers")
"""The hand-off tables that preparing writes."""
