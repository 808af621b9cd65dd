"""The lines of a run, in memory up to a number of them, beyond it in their files."""

from __future__ import annotations

from pathlib import Path

from insiders import handoff
from insiders.customers.history import History
from insiders.customers.in_memory import Loaded
from insiders.customers.on_disk import TABLES, Counted

IN_MEMORY = 2_000_000
"""Lines up to which they are loaded; as many rows of a source as 01_eda holds in memory."""


def of_run(run_folder: str | Path, *, most: int = IN_MEMORY) -> History:
    """The lines of all identified buyers of a run folder, asked by the day."""
    if handoff.count(run_folder, *TABLES) <= most:
        return Loaded(handoff.everybody(run_folder, handoff.DEEDS))
    return Counted(Path(run_folder))
