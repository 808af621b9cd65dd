"""An entry of a timetable, as tests want it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from runner.scheduling.entry import Entry
from runner.scheduling.timetable import Timetable


def an_entry(zone: str = "Europe/Lisbon", *, of_host: bool = True) -> Entry:
    """The monthly pipeline, on the 15th."""
    table = Timetable("0 4 15 * *", zone)
    program = Path("/srv/insiders/.venv/bin/runner")
    return Entry("monthly", "monthly", table, Path("/srv/insiders"), program, date(2026, 11, 22), of_host)
