"""What a schedule line says in plain words: `0 4 15 * *` is "04:00 on day 15 of every month"."""

from __future__ import annotations

from collections.abc import Callable

_SPRING = ("January", "February", "March", "April", "May", "June")
MONTHS = (*_SPRING, "July", "August", "September", "October", "November", "December")
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def reading(line: str) -> str:
    """The five fields of cron in words, where they are of the usual kind; otherwise the line itself."""
    minute, hour, day, month, weekday = line.split()
    if not (minute.isdigit() and hour.isdigit()):
        return f"cron's {line}"
    days = _list(day, str)
    weekdays = _list(weekday, lambda number: DAYS[number])
    months = _list(month, lambda number: MONTHS[number - 1])
    if days is None or weekdays is None or months is None:
        return f"cron's {line}"
    time = f"{int(hour):02d}:{int(minute):02d}"
    of_month = f" of {months}" if months else " of every month"
    if days and weekdays:
        return f"{time} on day {days} and on every {weekdays}{of_month}"
    if days:
        return f"{time} on day {days}{of_month}"
    return f"{time} {f'on every {weekdays}' if weekdays else 'every day'}{of_month if months else ''}"


def never(line: str) -> bool:
    """Whether no year has such a day: the 31st of a month that has thirty."""
    _, _, day, month, weekday = line.split()
    days, months = _numbers(day), _numbers(month)
    if not days or not months or weekday != "*":
        return False
    return all(_LONGEST[one - 1] < min(days) for one in months)


def _numbers(field: str) -> list[int] | None:
    """The numbers of a field that is a plain list; None where it holds ranges or steps, or every value."""
    parts = field.split(",")
    return [int(part) for part in parts] if all(part.isdigit() for part in parts) else None


def _list(field: str, word: Callable[[int], str]) -> str | None:
    """The field in words, empty for every value; None where it is of another kind."""
    numbers = [] if field == "*" else _numbers(field)
    if numbers is None:
        return None
    words = [word(number) for number in numbers]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
