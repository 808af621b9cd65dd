"""What a run's customers bought, line by line in memory, or by day where the lines are too many for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pandas as pd

from insiders import handoff
from insiders.engines.duck import MEMORY, duck
from insiders.engines.engine import Engine
from insiders.engines.statements import statement
from insiders.handoff import TEXT
from insiders.products import descriptions, most_frequent
from insiders.series import Calendar, sale_calendar, sales_of_transactions
from insiders.series.daily import daily_sales
from insiders.series.groups import purchases
from insiders.series.sales import UNKNOWN

IN_MEMORY = 2_000_000
"""Lines up to which they are loaded; as many rows of a source as 01_eda holds in memory."""

ATTRIBUTES = ("category", "store", "country", "product", "segment")
"""What sales can be followed by."""

TABLES = ("transactions", "once")
MEASURES = ["date", "units", "revenue", "price"]


class Lines(Protocol):
    """The purchases of a run, of all identified buyers."""

    @property
    def calendar(self) -> Calendar:
        """The days on which the shop sold."""

    @property
    def attributes(self) -> list[str]:
        """Those of `ATTRIBUTES` that the source knows."""

    def sales(self, by: list[str]) -> pd.DataFrame:
        """date, units, revenue, price, and the attributes (or customer_id) by which series are told apart."""

    def grain(self, by: list[str]) -> pd.DataFrame:
        """date, attributes, units and revenue: what a champion goes on from."""

    def descriptions(self) -> dict[str, str]:
        """What every product is mostly called."""


def lines_of_run(folder: Path, segments: pd.DataFrame | None = None, *, most: int = IN_MEMORY) -> Lines:
    """The purchases of a run folder; ``segments`` has customer_id and segment, where a segment is to be followed."""
    if handoff.count(folder, *TABLES) <= most:
        return Loaded(purchases(handoff.everybody(folder)), segments)
    return Counted(folder, segments)


@dataclass(frozen=True)
class Loaded:
    """Lines in memory."""

    lines: pd.DataFrame
    segments: pd.DataFrame | None

    @cached_property
    def calendar(self) -> Calendar:
        """The days on which the shop sold."""
        return sale_calendar(self.lines)

    @property
    def attributes(self) -> list[str]:
        """Those attributes that the source knows."""
        return [name for name in ATTRIBUTES if name in self._sales]

    def sales(self, by: list[str]) -> pd.DataFrame:
        """A row for every line."""
        rows = self._sales[[*MEASURES, *(name for name in by if name in self._sales)]]
        return rows.assign(customer_id=self.lines["customer_id"].to_numpy()) if "customer_id" in by else rows

    def grain(self, by: list[str]) -> pd.DataFrame:
        """The same, with fewer columns."""
        return self._sales[["date", *by, "units", "revenue"]]

    def descriptions(self) -> dict[str, str]:
        """What every product is mostly called."""
        return descriptions(self.lines)

    @cached_property
    def _sales(self) -> pd.DataFrame:
        return sales_of_transactions(self.lines, self.segments)


@dataclass(frozen=True)
class Counted:
    """Lines in files, of which only sums by day come into this process."""

    folder: Path
    segments: pd.DataFrame | None

    @cached_property
    def calendar(self) -> Calendar:
        """The days on which the shop sold: the last purchase of a day says all that a calendar asks."""
        closing = self._asked("closing")["time"].astype("datetime64[ns]")
        return sale_calendar(pd.DataFrame({"time": closing, "kind": "purchase"}))

    @cached_property
    def attributes(self) -> list[str]:
        """Those attributes that the source knows."""
        there = self._asked("attributes").iloc[0]
        known = [name for name in ATTRIBUTES if name in there.index and there[name] > 0]
        return known if self.segments is None else [*known, "segment"]

    def sales(self, by: list[str]) -> pd.DataFrame:
        """A row for every day and name; a segment's are added up from those of its customers."""
        if by == ["segment"] and self.segments is not None:
            rows = self._daily(["customer_id"]).merge(self.segments, on="customer_id", how="left")
            return rows.drop(columns="customer_id").assign(segment=rows["segment"].astype(TEXT).fillna(UNKNOWN))
        return self._daily(by)

    def grain(self, by: list[str]) -> pd.DataFrame:
        """A row for every day and name, the names as categories."""
        return self._daily(by, as_categories=True)[["date", *by, "units", "revenue"]]

    def descriptions(self) -> dict[str, str]:
        """What every product is mostly called."""
        return most_frequent(self._asked("descriptions"))

    def _daily(self, by: Collection[str], *, as_categories: bool = False) -> pd.DataFrame:
        with self._opened() as engine:
            return daily_sales(engine, by, as_categories=as_categories)

    def _asked(self, question: str) -> pd.DataFrame:
        with self._opened() as engine:
            return engine.table(statement("forecasting", question)).to_pandas()

    @contextmanager
    def _opened(self) -> Iterator[Engine]:
        with duck(memory=MEMORY) as engine:
            engine.files("kinds", [str(self.folder / "tables" / f"{name}.parquet") for name in TABLES])
            yield engine
