"""Numbers, dates and texts of the data as the pages write them: each with its unit, and none of them as markup."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import pandas as pd

from insiders.wording import UNKNOWN, counted, decimal, money, percent, whole

__all__ = [
    "UNKNOWN",
    "ago",
    "amount",
    "between",
    "counted",
    "day",
    "decimal",
    "label",
    "moment",
    "percent",
    "plain",
    "whole",
]

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=\"'])")


def plain(text: object) -> str:
    """A text of the data for a place that reads Markdown: shown as it is, whatever it says."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def label(text: object, most: int = 60) -> str:
    """A text of the data for a figure, which reads some HTML: escaped, and cut where it is long."""
    flat = " ".join(str(text).split())
    return html.escape(flat if len(flat) <= most else f"{flat[: most - 1]}…", quote=False)


def amount(value: float, unit: str, decimals: int = 0) -> str:
    """A sum in its unit: £1,234, EUR 1,234, or 1,234 pieces."""
    if value is None or pd.isna(value):
        return UNKNOWN
    if len(unit) > 3:
        return f"{decimal(value, decimals)} {unit}"
    return money(value, unit, decimals) if unit else decimal(value, decimals)


def between(low: float, high: float, unit: str) -> str:
    """Bounds in their unit: £1,234 to £5,678, or 1,234 to 5,678 pieces."""
    return f"{decimal(low, 0) if len(unit) > 3 else amount(low, unit)} to {amount(high, unit)}"


def day(value: date | datetime | None) -> str:
    """A day as 15 January 2026."""
    return UNKNOWN if value is None or pd.isna(value) else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """A time of the database, which is UTC, as 15 January 2026, 04:12 UTC."""
    return UNKNOWN if value is None or pd.isna(value) else f"{day(value)}, {value:%H:%M} UTC"


def ago(value: datetime, now: datetime | None = None) -> str:
    """How long ago a time of the database was."""
    hours = max(0, int((naive(now) - value).total_seconds() // 3600))
    if hours < 1:
        return "less than an hour ago"
    return f"{counted(hours, 'hour')} ago" if hours < 48 else f"{counted(hours // 24, 'day')} ago"


def naive(now: datetime | None = None) -> datetime:
    """A time, by default now, as the database has it: UTC without its zone."""
    return (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
