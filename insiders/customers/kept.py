"""Tables by day that are made once: several questions of a notebook look at the same days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import pandas as pd

from insiders.customers.aside import folder_of

IN_MEMORY = 2**29
"""Bytes of tables up to which they stay in memory."""


class Kept:
    """Tables by day, the latest in memory, those before them in temporary files; any thread may ask."""

    def __init__(self, most: int = IN_MEMORY) -> None:
        self._most = most
        self._held: dict[pd.Timestamp, pd.DataFrame] = {}
        self._written: dict[pd.Timestamp, tuple[Path, pd.Series]] = {}
        self._making: dict[pd.Timestamp, Lock] = {}
        self._lock = Lock()
        self._folder: Path | None = None

    def table(self, day: pd.Timestamp, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The table of a day, made where it was never asked for; others hold it, too, so it is only to be read."""
        with self._lock:
            making = self._making.setdefault(day, Lock())
        with making:  # whoever asks for a day that is being made waits for it
            if day in self._written:
                path, types = self._written[day]
                return pd.read_parquet(path).astype(types)
            found = self._held.get(day)
            if found is None:
                found = make()
                self._keep(day, found)
            return found

    def _keep(self, day: pd.Timestamp, table: pd.DataFrame) -> None:
        with self._lock:
            self._held[day] = table
            while sum(_size(each) for each in self._held.values()) > self._most:
                earliest = next(iter(self._held))
                table = self._held.pop(earliest)
                self._written[earliest] = self._write(earliest, table), table.dtypes

    def _write(self, day: pd.Timestamp, table: pd.DataFrame) -> Path:
        if self._folder is None:
            self._folder = folder_of(self)
        path = self._folder / f"{day:%Y-%m-%d}.parquet"
        table.to_parquet(path, compression="zstd")
        return path


def _size(table: pd.DataFrame) -> int:
    return int(table.memory_usage().sum())
