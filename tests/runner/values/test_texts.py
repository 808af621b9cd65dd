"""Values from text, and from YAML and JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from runner.values.literals import same
from runner.values.texts import as_text, plain, read_text, read_tree


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (int | None, "none", None),
        (int | None, "NULL", None),
        (date | None, "2011-12-09", date(2011, 12, 9)),
        (Literal["a", 1], "1", 1),
        (Literal["true", "a"], "true", "true"),
        (Literal[True], "true", True),
        (Literal["a"] | None, "none", None),
        (list[str], "a, b", ["a", "b"]),
        (list[str], '["a, b", ""]', ["a, b", ""]),
        (list[int], "", []),
        (list[list[int]], "[[1], []]", [[1], []]),
        (list[date], '["2011-12-09"]', [date(2011, 12, 9)]),
        (list[Decimal], "[1.10]", [Decimal("1.10")]),
        (list[float], "[NaN]", [float("nan")]),
        (tuple[int, ...], "1,2", (1, 2)),
        (tuple[int, ...], "[]", ()),
        (tuple[int, str], '[1, "a"]', (1, "a")),
        (tuple[int, str], "1, a", (1, "a")),
        (dict[str, float], '{"a": 1}', {"a": 1.0}),
        (dict[str, list[int]], '{"a": [1]}', {"a": [1]}),
        (dict[str, datetime], '{"a": "2011-12-09T08:00Z"}', {"a": datetime(2011, 12, 9, 8, tzinfo=UTC)}),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(kind: Any, text: str, value: object) -> None:
    """A text that spells a value of the type is read as that value."""
    assert same(read_text(kind, text), value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (int, "none"),
        (Literal["a", 1], "b"),
        (Literal["a"], "A"),
        (Literal["a"], " a"),
        (list[int], "1,,2"),
        (list[str], "a,"),
        (list[list[int]], "1,2"),
        (list[int], "[" * 100_000),
        (list[float], "[1e999]"),
        (tuple[int, str], "1"),
        (tuple[int, str], "1,a,b"),
        (dict[str, int], '{"a": 1, "a": 2}'),
        (dict[str, int], "{"),
        (dict[str, int], "{'a': 1}"),
        (dict[str, float], '{"a": [{"b": 9007199254740993}]}'.replace('[{"b": ', "").replace("}]}", "}")),
    ],
)
def test_other_text_is_refused(kind: Any, text: str) -> None:
    """A text that would have to be bent to fit the type is refused."""
    with pytest.raises(ValueError, match=r"not|twice|empty|items|deep|beyond"):
        read_text(kind, text)


@pytest.mark.parametrize(
    ("kind", "tree", "value"),
    [
        (float, "inf", float("inf")),
        (Decimal, 2, Decimal(2)),
        (Decimal, "1.10", Decimal("1.10")),
        (datetime, "2011-12-09T08:00", datetime.fromisoformat("2011-12-09T08:00")),
        (date, "2011-12-09", date(2011, 12, 9)),
        (Path, "a/b", Path("a/b")),
        (tuple[int, str], [1, "a"], (1, "a")),
        (dict[str, tuple[Path, ...]], {"a": ["x"]}, {"a": (Path("x"),)}),
        (int | None, None, None),
        (str, "2", "2"),
    ],
)
def test_what_yaml_has_no_form_for_is_written_as_text(kind: Any, tree: object, value: object) -> None:
    """Texts and lists of a document become the values that only they can stand for there."""
    assert same(read_tree(kind, tree), value)


@pytest.mark.parametrize(
    ("kind", "tree"), [(int, "2"), (int, 2.0), (str, 2), (bool, 1), (tuple[int, str], [1]), (list[int], (1,))]
)
def test_what_does_not_fit_stays_as_it_is(kind: Any, tree: object) -> None:
    """Nothing is bent on the way from a document; the declaration refuses it."""
    read = read_tree(kind, tree)
    assert read == (tuple(tree) if isinstance(tree, list) else tree)


def test_a_binary_number_is_no_decimal() -> None:
    """The digits of a decimal number in YAML are lost unless it stands in quotes, and the message says so."""
    with pytest.raises(ValueError, match=r"item \[0\]: 1.1 has no exact digits here; write .* in quotes"):
        read_tree(list[Decimal], [1.1])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (float | None, None),
        (float, float("-inf")),
        (Decimal, Decimal("Infinity")),
        (bool, True),
        (tuple[Path, ...], (Path("a"),)),
        (dict[str, list[Decimal]], {"a": [Decimal("1.10")]}),
        (datetime, datetime(2011, 12, 9, tzinfo=UTC)),
    ],
)
def test_a_value_has_a_text_and_a_form_in_json(kind: Any, value: object) -> None:
    """What is written for a value, for a command line or for JSON, is read as that value again."""
    assert same(read_text(kind, as_text(value)), value)
    assert same(read_tree(kind, plain(value)), value)
