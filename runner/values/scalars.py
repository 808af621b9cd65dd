"""Plain values from text, by type: strict, so that no text changes silently on its way.

bool        true, yes, on, false, no, off, in any case
int         decimal digits, perhaps with a sign; no leading zero (`007` is a code, not a number), no `_`, no space
float       the same with a point or an exponent; `inf`, `-inf` and `nan` (a declaration must admit them)
Decimal     as a float, and kept to the last digit: `1.10` is not `1.1`
str         the text as it is
date        YYYY-MM-DD
datetime    YYYY-MM-DDTHH:MM, perhaps with seconds, a fraction of up to six digits, and an offset: `Z` or `+01:00`
Path        the text as it is, where `~` and variables stay what they are; not empty
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType

LONGEST = 4300
"""Digits of a whole number; Python reads no more."""
LONGEST_SHOWN = 100
"""Characters of a value in a message."""
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?(?P<digits>(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,18})?")
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):\d{2}(?::\d{2}(?:\.\d{1,6})?)?"
    r"(?P<offset>Z|[+-]\d{2}:\d{2}(?::\d{2}(?:\.\d{6})?)?)?",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def whole(text: str) -> int:
    """The whole number that a text spells, or a ValueError."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a whole number (digits only, no leading zero)")
    if len(text.lstrip("+-")) > LONGEST:
        raise ValueError(f"{shown(text)} has more than {LONGEST:,} digits")
    return int(text)


def _number(text: str) -> float:
    if text in NOT_FINITE:
        return NOT_FINITE[text]
    match = _NUMBER.fullmatch(text)
    if not match:
        raise ValueError(f"{shown(text)} is not a number (such as 12, 0.5, 1e-3; no leading zero)")
    value = float(text)
    if math.isinf(value) or (not value and match["digits"].strip("0.")):
        raise ValueError(f"{shown(text)} is beyond what a float can hold")
    # A whole number that a float would round is refused; `-0` stays what it is.
    return exact_float(whole(text)) if value and _INTEGER.fullmatch(text) else value


def exact_float(value: int) -> float:
    """A whole number as a float, or a ValueError where that would change it."""
    try:
        held = float(value)
    except OverflowError:
        held = math.inf
    if held != value:
        raise ValueError(f"{shown(value)} cannot be held exactly by a float")
    return held


def _decimal(text: str) -> Decimal:
    if text in NOT_FINITE:
        return Decimal(text)
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a decimal number (such as 12, 1.10, 1e-3; no leading zero)")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{shown(text)} is beyond what a Decimal can hold") from None


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTH:
        raise ValueError(f"{shown(text)} is neither true nor false")
    return _TRUTH[text.lower()]


def _day(text: str) -> date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a date of the form YYYY-MM-DD") from None


def _moment(text: str) -> datetime:
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        example = "2011-12-09T08:00 or 2011-12-09T08:00:00+01:00"
        raise ValueError(f"{shown(text)} is not a moment of the form {example}") from None


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError(f"{shown(text)} is no path")
    return Path(text)


READERS: Mapping[type, Callable[[str], object]] = MappingProxyType(
    {
        str: str,
        int: whole,
        float: _number,
        bool: _truth,
        date: _day,
        datetime: _moment,
        Decimal: _decimal,
        Path: _path,
    }
)
"""How a text is read, by plain type."""


def is_finite(value: object) -> bool:
    """False for infinity and for what is not a number, of either kind of number."""
    return value.is_finite() if isinstance(value, Decimal) else not isinstance(value, float) or math.isfinite(value)


def is_nan(value: object) -> bool:
    """Whether a value of either kind of number is not a number."""
    return value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)


def shown(value: object) -> str:
    """A value in a message, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"a value of type {type(value).__name__} that is too large to be shown"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
