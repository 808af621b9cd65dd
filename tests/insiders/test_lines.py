"""How the lines of a run are held."""

from __future__ import annotations

from insiders import handoff, lines
from insiders.customers.in_memory import Loaded
from insiders.customers.on_disk import TABLES, Counted
from tests.insiders.forecast_shop import run_folder


def test_many_lines_are_not_loaded() -> None:
    """Up to the limit lines are loaded, beyond they are counted where they lie."""
    number = handoff.count(run_folder(), *TABLES)
    assert isinstance(lines.of_run(run_folder(), most=number), Loaded)
    assert isinstance(lines.of_run(run_folder(), most=number - 1), Counted)
