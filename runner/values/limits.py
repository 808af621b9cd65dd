"""Which values of its type a parameter may have: bounds or a list of choices, as the comment of its line says."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from runner.values.annotations import leaves, refuse_none
from runner.values.scalars import is_finite, is_nan, shown
from runner.values.texts import Type, as_text, choices, form, may_be_none, read_text

_FORM = re.compile(r"(?:\{(?P<allowed>[^}]*)\}|\[(?P<low>[^\]]*?)\.\.(?P<high>[^\]]*?)\])\s*(?P<meaning>.*)", re.DOTALL)
_ORDERED = (int, float, Decimal, date, datetime)


@dataclass(frozen=True)
class Limits:
    """Allowed values, or a lowest and a highest one; they hold for every item of a list, tuple or dict."""

    allowed: tuple[object, ...] | None = None
    low: Any = None
    high: Any = None
    nan: bool = False
    """Whether what is not a number is allowed."""

    def __str__(self) -> str:
        """The limits as the comment of a parameter writes them; empty where there are none."""
        if self.allowed is not None:
            return choices(self.allowed)
        if self.low is None and self.high is None:
            return ""
        return f"[{_end(self.low)}..{_end(self.high)}]"

    def check(self, value: object) -> None:
        """A ValueError in words where the value, or one of its items, is out of the limits."""
        for item in items(value):
            if is_finite(item):
                self._check(item)
            else:
                self._check_not_finite(item)

    def _check(self, item: Any) -> None:  # noqa: ANN401 - any type that compares with its bounds
        if self.allowed is not None and item not in self.allowed:
            raise ValueError(f"{shown(item)} is not one of {self}")
        try:
            within = (self.low is None or item >= self.low) and (self.high is None or item <= self.high)
        except TypeError:
            raise ValueError(f"{item} and the bounds {self}: only one of them has an offset") from None
        if not within:
            raise ValueError(f"{_end(item)} is not within {self}")

    def _check_not_finite(self, item: object) -> None:
        if is_nan(item):
            if not self.nan:
                raise ValueError(f"{item} is not a finite number, and the default is none either where it is allowed")
        elif item not in (self.low, self.high, *(self.allowed or ())):
            raise ValueError(f"{item} is not a finite number; limits such as [0..inf] would allow it")


def limits_of(kind: Type, comment: str) -> tuple[Limits, str]:
    """Limits and meaning from a comment; a ValueError for limits that no value could keep."""
    match = _FORM.fullmatch(comment)
    if not match:
        return Limits(), comment
    parts = leaves(kind)
    if len(parts) != 1:
        raise ValueError("limits need items of one type")
    (part,) = parts
    if form(part) is Literal:
        raise ValueError("a Literal lists its values; leave out the limits")
    if match["allowed"] is not None:
        texts = [text.strip() for text in match["allowed"].split("|")]
        return Limits(allowed=_allowed(part, texts, optional=may_be_none(kind))), match["meaning"].strip()
    return _between(part, match["low"].strip(), match["high"].strip()), match["meaning"].strip()


def items(value: object) -> Iterator[object]:
    """The plain values that a value is made of, without None."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from items(item)
    elif value is not None:
        yield value


def _allowed(part: Type, texts: list[str], *, optional: bool) -> tuple[object, ...]:
    if "" in texts:
        raise ValueError('a choice is empty; the form that holds an empty text is Literal["", "a"]')
    if optional:
        refuse_none(texts)
    found = tuple(read_text(part, text) for text in texts)
    if any(found.count(value) > 1 for value in found):
        raise ValueError("a choice stands there twice")
    return found


def _between(part: Type, low: str, high: str) -> Limits:
    if part not in _ORDERED:
        raise ValueError("bounds are for numbers and days; list the values in {a | b}")
    ends = Limits(low=read_text(part, low) if low else None, high=read_text(part, high) if high else None)
    if is_nan(ends.low) or is_nan(ends.high):
        raise ValueError("a bound must be a number")
    try:
        possible = ends.low is None or ends.high is None or ends.low <= ends.high
    except TypeError:
        raise ValueError(f"only one of the bounds {ends} has an offset") from None
    if not possible or ends.low == math.inf or ends.high == -math.inf:
        raise ValueError(f"no value is within {ends}")
    return ends


def _end(value: object) -> str:
    """A bound as one would write it: `2`, not `2.0`."""
    return "" if value is None else as_text(value).removesuffix(".0")
