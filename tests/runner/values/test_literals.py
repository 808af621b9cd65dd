"""Values as literals."""

import ast
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runner.errors import ParameterError
from runner.values.literals import DEEPEST, literal, read_literal, same
from runner.values.scalars import shown

NAIVE = datetime.fromisoformat("2011-01-01")
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
    float("nan"),
    float("inf"),
    -float("inf"),
    (),
    (1,),
    [(1, "a"), [(2.0,)]],
    datetime.fromisoformat("2011-12-09T08:00:00.000005"),
    datetime(2011, 12, 9, tzinfo=UTC),
    datetime(2011, 12, 9, tzinfo=timezone(timedelta(hours=-5, seconds=-30))),
    Decimal("1.10"),
    Decimal("-0E+5"),
    Decimal("Infinity"),
    Path("../a b"),
    10**4299,
]


@pytest.mark.parametrize("value", VALUES, ids=shown)
def test_values_come_back_equal(value: object) -> None:
    """What is written for a value reads back as an equal value of the same type."""
    again = read_literal(literal(value))
    assert same(again, value)
    assert repr(again) == repr(value)


def test_a_list_in_itself_is_refused() -> None:
    """What is too deep to be read again is refused, in words."""
    deep: list[Any] = []
    deep.append(deep)
    with pytest.raises(ParameterError, match=f"more than {DEEPEST} lists"):
        literal(deep)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ([1], (1,)),
        ([1], [1.0]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (Decimal("1.1"), Decimal("1.10")),
        (datetime(2011, 1, 1, 1, tzinfo=UTC), datetime(2011, 1, 1, 2, tzinfo=timezone(timedelta(hours=1)))),
        (NAIVE, NAIVE.replace(fold=1)),
        (NAIVE.date(), NAIVE),
        ("x", Path("x")),
    ],
    ids=repr,
)
def test_equal_is_not_the_same(one: object, other: object) -> None:
    """Values that `==` may take for one another are told apart by type, digits, sign, order and offset."""
    assert not same(one, other)
    assert same(one, one)


class _Sly(str):
    def __repr__(self) -> str:
        return "__import__('os').abort()"


@pytest.mark.parametrize(
    "value",
    [
        {1},
        b"x",
        1j,
        {1: 2},
        Decimal("sNaN"),
        Decimal("-NaN"),
        NAIVE.replace(fold=1),
        datetime(2011, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2011, 1, 1, tzinfo=timezone(timedelta(0), "name")),
        10**4300,
        object(),
        _Sly("a"),
        [_Sly("a")],
    ],
    ids=lambda value: type(value).__name__,
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
        "-True",
        "1 + 2j",
        "{1, 2}",
        "b'x'",
        "...",
        "float('1')",
        "float('nan', 'inf')",
        "Decimal(1.1)",
        "Decimal('x')",
        "Decimal(value='1')",
        "datetime.now()",
        "datetime(2011, 1, 1, tzinfo=ZoneInfo('UTC'))",
        "Path(b'x')",
        "Path('a', 'b')",
        "Path.home()",
        "{'a': 1, 'a': 2}",
        "(" * 300,
        "-" * 100_000 + "1",
        "'\0'",
    ],
)
def test_expressions_are_no_literals(text: str) -> None:
    """A text that would have to be computed is not read."""
    with pytest.raises(ValueError, match=r"literal|plain|only|twice|date|Decimal"):
        read_literal(text)


def test_a_literal_is_one_expression() -> None:
    """No value breaks out of its line, and no sign in it is unseen."""
    for value in VALUES:
        text = literal(value)
        assert text.isprintable()
        assert len(ast.parse(f"x = {text}").body) == 1
