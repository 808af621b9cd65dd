"""Numbers as people read them, for the sentences that notebooks and reports compute."""

from __future__ import annotations

import math
from collections.abc import Sequence

UNKNOWN = "unknown"
"""What a sentence says in place of a missing number."""


def money(value: float, currency: str, decimals: int = 0) -> str:
    """An amount in full: £1,234 or £-5.60; a currency code stands apart (EUR 950)."""
    if not math.isfinite(value):
        return UNKNOWN
    sign = f"{currency} " if currency.isalpha() else currency
    return f"{sign}{value:,.{decimals}f}"


def percent(share: float, decimals: int = 1) -> str:
    """A share between 0 and 1 in percent."""
    return f"{100 * share:.{decimals}f} %" if math.isfinite(share) else UNKNOWN


def whole(value: float) -> str:
    """A count with thousands separators."""
    return f"{value:,.0f}" if math.isfinite(value) else UNKNOWN


def decimal(value: float, decimals: int = 2) -> str:
    """A plain number with that many decimals and thousands separators."""
    return f"{value:,.{decimals}f}" if math.isfinite(value) else UNKNOWN


def p_value(value: float) -> str:
    """A p value, never written as zero."""
    if not math.isfinite(value):
        return UNKNOWN
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def listing(words: Sequence[str]) -> str:
    """Words in a row: ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun: 1 customer, 2,967 customers, no customer."""
    amount = "no" if number == 0 else whole(number)
    return f"{amount} {noun if number in (0, 1) else plural or noun + 's'}"
