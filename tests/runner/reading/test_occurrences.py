"""The days on which a schedule comes due."""

from __future__ import annotations

from datetime import date

import pytest

from runner.reading import occurrences


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 4 15 * *", ["01-15", "02-15"]),
        ("0 4 31 * *", ["01-31"]),
        ("0 4 1,15 2 *", ["02-01", "02-15"]),
        ("0 4 */20 * *", ["01-01", "01-21", "02-01", "02-21"]),
        ("0 4 5/20 * *", ["01-05", "01-25", "02-05", "02-25"]),
        ("0 4 10-12 1 *", ["01-10", "01-11", "01-12"]),
        ("0 4 * 2 0", ["02-01", "02-08", "02-15", "02-22"]),
        ("0 4 * 2 7", ["02-01", "02-08", "02-15", "02-22"]),
        ("0 4 20 2 1", ["02-02", "02-09", "02-16", "02-20", "02-23"]),
    ],
)
def test_a_line_comes_due_on_its_days(line: str, days: list[str]) -> None:
    """Days, months and weekdays as cron reads them; day or weekday, where both are named."""
    found = occurrences.days(line, date(2026, 1, 1), date(2026, 2, 28))
    assert [f"{day:%m-%d}" for day in found] == days
