"""The calendar."""

from __future__ import annotations

from datetime import date

from runner.desk.drawings import months


def test_a_due_day_without_a_run_is_missing() -> None:
    """Days before the first run and days to come are not; the months go back over the year."""
    firsts = months.before(date(2026, 2, 20), 3)
    assert firsts == [date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1)]
    due = {date(2025, 12, 15), date(2026, 1, 15), date(2026, 2, 15), date(2026, 2, 25)}
    made = months.of(firsts, due, {}, date(2026, 2, 20), date(2026, 1, 1))
    days = [day for month in made for week in month.weeks for day in week if day is not None]
    assert len(days) == 28 + 31 + 31
    assert {day.date: day.state for day in days if day.scheduled} == {
        date(2025, 12, 15): "plain",
        date(2026, 1, 15): "missing",
        date(2026, 2, 15): "missing",
        date(2026, 2, 25): "due",
    }
