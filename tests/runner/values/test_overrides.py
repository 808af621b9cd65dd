"""Values at a notebook's end, beside those it was given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from runner.values.overrides import LONGEST, kept


@pytest.mark.parametrize(
    "value",
    [
        None,
        "plain",
        "x" * 5000,
        float("nan"),
        -0.0,
        date(2011, 12, 9),
        datetime(2011, 12, 9, tzinfo=UTC),
        Decimal("1.10"),
        Path("a"),
        [(1, "a"), {"b": [Path("c")]}],
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_stayed_is_known(value: object) -> None:
    """The `repr` of every kind of value is that of the same value, also where it was cut."""
    assert kept(value, repr(value))
    assert kept(value, repr(value)[:LONGEST])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8, "10"),
        (1, "True"),
        (1, "1.0"),
        (0.0, "-0.0"),
        ("a", "'b'"),
        ("a", "<function <lambda>>"),
        ([1], "[1, 2]"),
        ([1], "(1,)"),
        (Decimal("1.1"), "Decimal('1.10')"),
        (Path("a"), "'a'"),
        (float("nan"), "0.0"),
        (None, "0"),
        ("env:TOKEN", "'[redacted]'"),
    ],
)
def test_a_value_that_changed_is_known(value: object, text: str) -> None:
    """Another value, or an equal one of another type, is no longer the value."""
    assert not kept(value, text)


def test_the_authors_own_whole_number_may_stand_for_a_float() -> None:
    """`share: float = 1` leaves a whole number in the kernel, and nobody changed it."""
    assert kept(1.0, "1")
    assert kept({"a": [1.0, 2.5]}, "{'a': [1, 2.5]}")
    assert not kept(1.0, "True")


def test_what_was_redacted_is_not_held_against_a_value() -> None:
    """A text that had a secret in it is compared by the rest of it."""
    assert kept("see hunter2 there", "'see [redacted] there'")
    assert not kept("see hunter2 there", "'saw [redacted] there'")
