"""What every engine can do: name Parquet files, keep what a SELECT finds under a name, bring it here or write it.

A SELECT is written once, in DuckDB's dialect, in a file of its own beside the Python that asks for it
(`insiders.engines.statements`). An engine with another dialect translates it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

PART, ROW = "part", "row"
"""The columns that say where a line stands: the number of its file, from 0, and of its row in it, from 0."""


class Engine(Protocol):
    """Runs a SELECT; the names that it may ask are those given to `files` and `keep` before."""

    distributed: bool
    """Whether a join travels between hosts, so that what several SELECTs ask for is better held than found again."""

    def files(self, name: str, paths: Sequence[str]) -> pa.Schema:
        """Parquet files under a name, one after the other, with their columns, ``part`` and ``row``; the columns."""

    def keep(self, name: str, select: str, *, computed: bool = True) -> None:
        """What a SELECT finds, under a name: computed now and held, or as often as it is asked for."""

    def table(self, select: str) -> pa.Table:
        """What a SELECT finds, in the memory of this process."""

    def write(self, select: str, path: Path) -> None:
        """What a SELECT finds, as Parquet: a file, or with a cluster a folder of files."""

    def close(self) -> None:
        """Let go of what was held."""
