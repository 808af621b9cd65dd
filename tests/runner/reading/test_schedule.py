"""Schedules in words."""

import pytest

from runner.reading.schedule import never, reading


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 4 15 * *", "04:00 on day 15 of every month"),
        ("30 6 * * 1", "06:30 on every Monday"),
        ("0 0 * * *", "00:00 every day"),
        ("5 4 1,15 * *", "04:05 on day 1 and 15 of every month"),
        ("0 4 15 1,4,7 *", "04:00 on day 15 of January, April and July"),
        ("0 4 15 * 0", "04:00 on day 15 and on every Sunday of every month"),
        ("0 4 * 12 7", "04:00 on every Sunday of December"),
        ("*/5 * * * *", "cron's */5 * * * *"),
        ("0 4 1-5 * *", "cron's 0 4 1-5 * *"),
    ],
)
def test_a_line_is_read_out(line: str, words: str) -> None:
    """The usual kinds are told in words, with cron's meaning of a day beside a weekday; others stay as they are."""
    assert reading(line) == words


def test_a_day_that_never_comes_is_known() -> None:
    """February has no 30th, not even in a leap year; the 29th it has."""
    assert never("0 4 30 2 *")
    assert never("0 4 31 4,6 *")
    assert not any(map(never, ("0 4 29 2 *", "0 4 31 * *", "0 4 31 4,5 *", "0 4 30 2 1", "0 4 * 2 *", "0 4 28-31 2 *")))
