"""Values as literals."""

import ast
from datetime import UTC, date, datetime
from typing import Any

import pytest

from runner.errors import ParameterError
from runner.literals import literal, read_literal

VALUES: list[Any] = [
    None,
    True,
    0,
    -(10**30),
    0.1,
    1e-300,
    -0.0,
    "",
    "plain",
    "quotes ' and \" and \\ and \n and {braces} and \u2028 and 😀 and \ud800",
    "__import__('os').system('false')",
    date(2011, 12, 9),
    [],
    [1, [2.5, None], {"a": date(2000, 1, 1)}],
    {"": 1, "a b": [True]},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_equal(value: object) -> None:
    """What is written for a value reads back as an equal value of the same type."""
    again = read_literal(literal(value))
    assert again == value
    assert repr(again) == repr(value)


class _Sly(str):
    def __repr__(self) -> str:
        return "__import__('os').abort()"


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        {1},
        (1, 2),
        b"x",
        {1: 2},
        datetime(2011, 1, 1, tzinfo=UTC),
        object(),
        _Sly("a"),
        [_Sly("a")],
    ],
)
def test_what_has_no_literal_is_refused(value: object) -> None:
    """A value that would not come back equal, or whose text could run code, is refused."""
    with pytest.raises(ParameterError):
        literal(value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "date(2011, 1, int('1'))",
        "date(day=1)",
        "[x for x in (1,)]",
        "f'{1}'",
        "{**{}}",
        "1 +",
        "lambda: 1",
    ],
)
def test_expressions_are_no_literals(text: str) -> None:
    """A text that would have to be computed is not read."""
    with pytest.raises((ValueError, TypeError)):
        read_literal(text)


def test_a_literal_is_one_expression() -> None:
    """No value breaks out of its line."""
    assert len(ast.parse(f"x = {literal(VALUES[9])}").body) == 1
