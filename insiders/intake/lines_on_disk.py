"""Prepared lines that stay in the files of a run: every question is added up by an engine where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from insiders.engines.duck import MEMORY, duck
from insiders.engines.statements import Choice, statement
from insiders.exploration import bulk, cohorts, cycles, pareto
from insiders.exploration.bulk import Bulk
from insiders.handoff import TEXT
from insiders.intake import oddities
from insiders.intake.files import Files
from insiders.transactions.filters import Filters

ATTRIBUTES = ("product", "customer_id", "category", "store")
"""What revenue can be split by."""

AS_TEXT = {pa.string(): TEXT}.get


@dataclass(frozen=True)
class LinesOnDisk:
    """Prepared lines in files; see `insiders.intake.asked.Lines`."""

    ladder: pd.DataFrame
    filters: Filters
    customers: pd.DataFrame
    buyers: pd.DataFrame
    files: Files
    """Of the source."""
    run_folder: Path

    def oddities(self) -> pd.DataFrame:
        """What is odd in the source."""
        return oddities.oddities(self.files, self.filters)

    def pareto(self, by: str) -> pd.DataFrame:
        """Revenue per value of ``by``."""
        return pareto.ranked(self._sums(by))

    def bulk(self, times_usual: float) -> Bulk:
        """What was bought in bulk."""
        lines = self._asked("bulk", times_usual=times_usual, at_least_lines=bulk.AT_LEAST_LINES)
        sold = self._sums("product").set_index("product")
        counted = self._asked("bought").iloc[0]
        products = bulk.products_of(lines, sold["items"])
        return Bulk(lines, products, int(counted["lines"]), float(counted["revenue"]))

    def daily(self) -> pd.DataFrame:
        """Every day's sales."""
        days = self._asked("days")
        return cycles.every_day(days.assign(day=days["day"].astype("datetime64[ns]")).set_index("day"))

    def retention(self, last_month: pd.Timestamp) -> pd.DataFrame:
        """Who comes back."""
        active = self._asked("retention").set_index(["first", "since"])["active"]
        return cohorts.retention_of(active, cohorts.month_number(last_month))

    def months_active(self, months: int, last_month: pd.Timestamp) -> pd.DataFrame:
        """Who keeps buying."""
        found = self._asked("months_active", months=months).set_index("customer_id")
        return cohorts.shares_active(found["first"], found["within"], months, last_month)

    def _sums(self, by: str) -> pd.DataFrame:
        return self._asked("sums", **{column: column == by for column in ATTRIBUTES}).rename(columns={"value": by})

    def _asked(self, question: str, **choices: Choice) -> pd.DataFrame:
        """What a SELECT finds among the lines of all buyers."""
        paths = [str(self.run_folder / "tables" / f"{name}.parquet") for name in ("transactions", "once")]
        with duck(memory=MEMORY) as engine:
            engine.files("kinds", paths)
            engine.keep("purchases", "SELECT * FROM kinds WHERE kind = 'purchase'", computed=False)
            return engine.table(statement("intake", question, **choices)).to_pandas(types_mapper=AS_TEXT)
