"""Values from text: what `-p name=value` means for a declared type. Strict: no text changes silently on its way."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType, UnionType
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

Type: TypeAlias = Any
"""A plain type, or a form made of plain types: `list[int]`, `dict[str, float]`, `date | None`."""

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)")


def read_text(kind: Type, text: str) -> object:
    """The value that a text stands for in a declared type, or a ValueError in words.

    int: decimal digits, no leading zeros (`007` is a code, not a number, and is refused). float: a finite number.
    bool: true, yes, on, false, no, off. date: YYYY-MM-DD. `T | None`: none or null for no value. list: a JSON list, or
    items between commas. dict: a JSON object. str: the text as it is.
    """
    if isinstance(kind, UnionType):
        if text.lower() in ("none", "null"):
            return None
        return read_text(next(part for part in kind.__args__ if part is not type(None)), text)
    if hasattr(kind, "__origin__"):
        return _read_collection(kind, text)
    return READERS[kind](text)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number (digits only, no leading zero)")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    return value


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTH:
        raise ValueError(f"{text!r} is neither true nor false")
    return _TRUTH[text.lower()]


def _day(text: str) -> date:
    try:
        if len(text) != len("2011-12-10"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date of the form YYYY-MM-DD") from None


READERS: Mapping[type, Callable[[str], object]] = MappingProxyType(
    {str: str, int: _integer, float: _number, bool: _truth, date: _day}
)
"""How a text is read, by plain type."""


def _read_collection(kind: Type, text: str) -> object:
    if kind.__origin__ is list and not text.lstrip().startswith("["):
        return [read_text(kind.__args__[0], item.strip()) for item in text.split(",")] if text.strip() else []
    try:
        json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
        return TypeAdapter(kind).validate_json(text, strict=True)
    except json.JSONDecodeError as error:
        raise ValueError(f"{text!r} is not JSON: {error}") from None
    except ValidationError as error:
        raise ValueError(described(error)) from None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice in a JSON object")
    return dict(pairs)


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not a finite number")


def described(error: ValidationError) -> str:
    """A pydantic error in words: what was wrong, with the value, and where in a list or dict it stands."""
    parts = []
    for fault in error.errors():
        place = "".join(f"[{part!r}]" for part in fault["loc"])
        parts.append(f"{f'item {place}: ' if place else ''}{fault['input']!r}: {fault['msg'].lower()}")
    return "; ".join(parts)
