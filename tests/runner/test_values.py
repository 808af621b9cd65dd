"""Values from text."""

from datetime import date
from typing import Any

import pytest

from runner.values import read_text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "007", "007"),
        (str, " a, b ", " a, b "),
        (int, "-7", -7),
        (float, "1e3", 1000.0),
        (float, "2", 2.0),
        (bool, "Yes", True),
        (bool, "off", False),
        (date, "2011-12-09", date(2011, 12, 9)),
        (int | None, "none", None),
        (date | None, "2011-12-09", date(2011, 12, 9)),
        (list[str], "a, b", ["a", "b"]),
        (list[str], '["a, b"]', ["a, b"]),
        (list[int], "", []),
        (dict[str, float], '{"a": 1}', {"a": 1.0}),
        (list[date], '["2011-12-09"]', [date(2011, 12, 9)]),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(kind: Any, text: str, value: object) -> None:
    """A text that spells a value of the type is read as that value."""
    read = read_text(kind, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (int, "007"),
        (int, "1.0"),
        (int, "1_000"),
        (int, "١"),
        (int, ""),
        (float, "nan"),
        (float, "1e999"),
        (float, "1,5"),
        (bool, "1"),
        (bool, ""),
        (date, "20111209"),
        (date, "2011-12-32"),
        (date, "2011-12-09T00:00"),
        (int, "none"),
        (list[int], "[1, '2']"),
        (list[int], '[1, "2"]'),
        (list[int], "1,,2"),
        (dict[str, int], '{"a": 1, "a": 2}'),
        (dict[str, float], '{"a": NaN}'),
        (dict[str, int], "[]"),
    ],
)
def test_other_text_is_refused(kind: Any, text: str) -> None:
    """A text that would have to be bent to fit the type is refused."""
    with pytest.raises(ValueError, match=r"not|neither|twice|input"):
        read_text(kind, text)
