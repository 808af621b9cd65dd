"""Figures in words, as they stand in messages and tables for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any


def seconds(value: float | None) -> str:
    """A duration: `0.8 s`, `42 s`, `3 min 05 s`, `2 h 07 min`."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def memory(value: int | None) -> str:
    """An amount of memory or disk: `812 KiB`, `143 MiB`, `1.24 GiB`."""
    if value is None:
        return "–"
    if value < 1 << 20:
        return f"{value / (1 << 10):.0f} KiB"
    return f"{value / (1 << 20):.0f} MiB" if value < 1 << 30 else f"{value / (1 << 30):.2f} GiB"


def counted(number: int, noun: str) -> str:
    """A number of things: `1 run`, `1,024 runs`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def metric(one: Mapping[str, Any]) -> str:
    """A metric: `silhouette 0.412`, `revenue 8,887,209 GBP`, `model ets`."""
    value = one["value"]
    if value is None or isinstance(value, str):
        number = value or "–"
    elif isinstance(value, int) or abs(value) >= 1000:
        number = f"{value:,.0f}"
    else:
        number = f"{value:.4g}"
    return " ".join(filter(None, (one["name"], number, one["unit"])))


def moment(value: str) -> str:
    """A time of the manifest in this host's zone: `2026-11-15 04:00`."""
    return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")


def cells(records: list[dict[str, Any]]) -> str:
    """How many cells did what they should: `12 of 40`, or `40` where all did."""
    good = sum(one["status"] == "succeeded" for one in records)
    return str(good) if good == len(records) else f"{good} of {len(records)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where a known name is close to the one given, else nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
