"""The last good answers of the database: a page is quick the second time, and readable while the database is away."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from dashboard import database
from dashboard.database import Away

MOMENT_S, LONG_S = 15, 3600
"""How long an answer is fresh: one that may change at any time, and one about the rows of a run, which never change."""
PAUSE_S = 10
"""How long a database that was away is not asked again, so that a page does not wait for each of its questions."""
MOST = 400


@dataclass(frozen=True)
class Silence:
    """Since when the database does not answer, and why."""

    since: datetime
    why: str
    last_good: datetime | None


@dataclass
class _Kept:
    rows: pd.DataFrame
    at: float


class Memory:
    """Answers of one database, kept in this process for all who look at it; never more than `MOST`."""

    def __init__(self, source: sa.Engine) -> None:
        self.source = source
        self.silence: Silence | None = None
        self._kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._turn = threading.Lock()
        self._quiet_until = -math.inf
        self._last_good: datetime | None = None

    def rows(self, query: sa.Select[Any], fresh_s: float = LONG_S) -> pd.DataFrame:
        """The answer to a query: a fresh one that is kept, else the database's, else the last one that it gave.

        No answer at all is an `Away`. Who asks must not change the table.
        """
        key = self._key(query)
        kept = self._kept.get(key)
        if kept and time.monotonic() - kept.at < (fresh_s if len(kept.rows) else min(fresh_s, MOMENT_S)):
            return kept.rows
        try:
            return self._ask(key, query)
        except Away:
            if kept:
                return kept.rows
            raise

    def _ask(self, key: tuple[Any, ...], query: sa.Select[Any]) -> pd.DataFrame:
        if time.monotonic() < self._quiet_until and self.silence:
            raise Away(self.silence.why)
        try:
            found = database.rows(self.source, query)
        except Away as fault:
            since = self.silence.since if self.silence else datetime.now(UTC)
            self.silence = Silence(since, str(fault), self._last_good)
            self._quiet_until = time.monotonic() + PAUSE_S
            raise
        self.silence, self._last_good = None, datetime.now(UTC)
        with self._turn:
            self._kept[key] = _Kept(found, time.monotonic())
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found

    def _key(self, query: sa.Select[Any]) -> tuple[Any, ...]:
        """Text and values of a query."""
        compiled = query.compile(self.source)
        return (str(compiled), *(f"{name}={value!r}" for name, value in sorted(compiled.params.items())))
