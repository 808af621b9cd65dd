"""Figures of two runs in words: `54.9 % → 56.1 %`, `10,800 → 11,200 € (+3.7 %)`."""

from __future__ import annotations

_OF = "of "
_SHARE = "share"
_LONGEST = 60
"""Characters of a unit that says what a share is of."""
_LARGEST = 1e300
Value = float | int | str | None


def turned(before: Value, after: Value, name: str, unit: str = "") -> str:
    """A figure before and after, with by how much it moved where that is not plain to see."""
    if not (_is_number(before) and _is_number(after)):
        return f"{figure(before, name, unit)} → {figure(after, name, unit)}"
    one, other = float(before or 0), float(after or 0)
    if _is_share(one, name, unit) and _is_share(other, name, unit):
        digits = next((n for n in (1, 2, 3) if f"{100 * one:.{n}f}" != f"{100 * other:.{n}f}"), 4)
        return f"{100 * one:.{digits}f} % → {100 * other:.{digits}f} %{_whole(unit)}"
    shown = _apart(one, other)
    sign = f" {unit}" if unit and len(unit) <= 10 else ""
    percent = f" ({100 * (other - one) / abs(one):+.1f} %)" if one and abs(other - one) < 10 * abs(one) else ""
    return f"{shown[0]} → {shown[1]}{sign}{percent}"


def figure(value: Value, name: str, unit: str = "") -> str:
    """One figure."""
    if value is None:
        return "–"
    if not _is_number(value):
        return str(value)
    number = float(value)
    if _is_share(number, name, unit):
        return f"{100 * number:.1f} %{_whole(unit)}"
    return _number(number, 4) + (f" {unit}" if unit and len(unit) <= 10 else "")


def _apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart."""
    for digits in (4, 6, 9, 12, 17):
        shown = _number(one, digits), _number(other, digits)
        if shown[0] != shown[1]:
            return shown
    return repr(one), repr(other)


def _number(value: float, digits: int) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    if 1000 <= abs(value) < 1e15:
        return f"{value:,.{max(0, digits - 4)}f}"
    return f"{value:.{digits}g}"


def _is_share(value: float, name: str, unit: str) -> bool:
    """Whether a number is a part of a whole, by its name or unit and its size; an error may be more than the whole."""
    named = _SHARE in name.split("_") or unit.startswith(_OF)
    return 0 <= value <= (10 if unit == _SHARE else named)


def _whole(unit: str) -> str:
    return f" {unit}" if unit.startswith(_OF) and len(unit) <= _LONGEST else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
