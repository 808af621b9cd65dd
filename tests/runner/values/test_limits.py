"""Bounds and choices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from runner.values.limits import Limits, limits_of

NAIVE = datetime.fromisoformat("2011-12-09T08:00")


@pytest.mark.parametrize(
    ("kind", "comment", "limits", "meaning"),
    [
        (int, "[2..25] how many", Limits(low=2, high=25), "how many"),
        (float, "[.5...9] share", Limits(low=0.5, high=0.9), "share"),
        (float, "[-inf..inf]", Limits(low=-float("inf"), high=float("inf")), ""),
        (list[Decimal], "[0.10..]prices", Limits(low=Decimal("0.10")), "prices"),
        (date | None, "[..2011-12-09] day", Limits(high=date(2011, 12, 9)), "day"),
        (datetime, "[2011-12-09T08:00..] moment", Limits(low=NAIVE), "moment"),
        (str, "{a | b} choice", Limits(allowed=("a", "b")), "choice"),
        (str, "{. | ,} sign", Limits(allowed=(".", ",")), "sign"),
        (dict[str, tuple[Path, ...]], "{a | b/c} places", Limits(allowed=(Path("a"), Path("b/c"))), "places"),
        (int, "(2..25) how many", Limits(), "(2..25) how many"),
        (int, "how many [2..25]", Limits(), "how many [2..25]"),
    ],
)
def test_a_comment_begins_with_its_limits(kind: Any, comment: str, limits: Limits, meaning: str) -> None:
    """Limits are read in the type of the items, and the rest is the meaning."""
    assert limits_of(kind, comment) == (limits, meaning)


@pytest.mark.parametrize(
    ("kind", "comment", "words"),
    [
        (int, "[9..2] many", "no value is within [9..2]"),
        (float, "[inf..] many", "no value is within"),
        (float, "[nan..1] many", "a bound must be a number"),
        (int, "[0..inf] many", "not a whole number"),
        (str, "[a..b] word", "bounds are for numbers and days"),
        (bool, "[0..1] flag", "bounds are for numbers and days"),
        (str, "{} word", "a choice is empty"),
        (str, "{a | } word", "a choice is empty"),
        (str, "{a | a} word", "twice"),
        (str | None, "{none | a} word", "stands for no value"),
        (tuple[int, str], "[0..1] both", "items of one type"),
        (Literal["a"], "{a} word", "a Literal lists its values"),
        (datetime, "[2011-12-09T08:00..2011-12-10T08:00Z] moment", "offset"),
    ],
)
def test_limits_that_no_value_could_keep_are_refused(kind: Any, comment: str, words: str) -> None:
    """The author of the notebook is told, not the one who gives a value."""
    with pytest.raises(ValueError, match=r".") as refused:
        limits_of(kind, comment)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        (Limits(low=2, high=5), [2, [5, None]]),
        (Limits(allowed=("a",)), {"x": ("a", "a")}),
        (Limits(low=0.0, high=float("inf")), float("inf")),
        (Limits(low=0.0, nan=True), float("nan")),
        (Limits(nan=True), Decimal("NaN")),
    ],
)
def test_what_is_within_passes(limits: Limits, value: object) -> None:
    """Bounds count themselves, and None is never out of bounds."""
    limits.check(value)


@pytest.mark.parametrize(
    ("limits", "value", "words"),
    [
        (Limits(low=2), {"a": [3, 1]}, "1 is not within [2..]"),
        (Limits(high=0.5), 0.6, "0.6 is not within [..0.5]"),
        (Limits(allowed=("a", "b")), "c", "'c' is not one of {a | b}"),
        (Limits(low=0.0), float("inf"), "not a finite number"),
        (Limits(), float("nan"), "not a finite number"),
        (Limits(), Decimal("sNaN"), "not a finite number"),
        (Limits(low=NAIVE), datetime(2011, 12, 9, tzinfo=UTC), "only one of them has an offset"),
    ],
)
def test_what_is_not_within_is_refused(limits: Limits, value: object, words: str) -> None:
    """The message shows the item and the limits."""
    with pytest.raises(ValueError, match=r".") as refused:
        limits.check(value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (float, "[0..1]"),
        (float, "[0.5..inf]"),
        (date, "[..2011-12-09]"),
        (str, "{a | b}"),
        (int, "{1 | 2}"),
        (Decimal, "[0.10..]"),
    ],
)
def test_limits_are_shown_as_they_are_written(kind: Any, text: str) -> None:
    """What a table shows is what the notebook says."""
    assert str(limits_of(kind, f"{text} meaning")[0]) == text
