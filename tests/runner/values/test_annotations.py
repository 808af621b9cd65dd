"""The types that a parameter may have."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest

from runner.values.annotations import leaves, type_of


def of(text: str) -> Any:
    return type_of(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("int", int),
        ("date | None", date | None),
        ("None | int", int | None),
        ("Optional[Decimal]", Decimal | None),
        ("list[int]", list[int]),
        ("tuple[int, ...]", tuple[int, ...]),
        ("tuple[int, str]", tuple[int, str]),
        ("dict[str, list[int | None]]", dict[str, list[int | None]]),
        ("Literal['a', -1, True]", Literal["a", -1, True]),
        ("Literal['a'] | None", Literal["a"] | None),
    ],
)
def test_an_annotation_names_a_type(text: str, kind: Any) -> None:
    """Every form that a notebook may write is the type that Python would make of it."""
    assert of(text) == kind


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("complex", "no parameter can have the type complex; use bool, int"),
        ("dict[int, str]", "no parameter can have the type dict"),
        ("int | str", "no parameter can have the type int | str"),
        ("Union[int, str]", "no parameter has two types"),
        ("set[int]", "a set has no order"),
        ("Annotated[int, Between(2, 50)]", "bounds and choices stand in the comment"),
        ("Enum", 'the form of a choice is Literal["a", "b"]'),
        ("'int'", "stands in quotes"),
        ("datetime.date", "no parameter can have the type datetime.date"),
        ("list", "no parameter can have the type list"),
        ("tuple[()]", "no parameter can have the type"),
        ("Literal[1.5]", "a Literal lists texts, whole numbers"),
        ("Literal[1, '1']", "read alike"),
        ("Literal[open('x')]", "the only calls here are"),
        ("Literal['none'] | None", "stands for no value"),
        ("int | None | None", "may be None already"),
        ("(lambda: int)()", "no parameter can have the type"),
    ],
)
def test_another_annotation_is_refused(text: str, words: str) -> None:
    """The message says what to write instead."""
    with pytest.raises(ValueError, match=r".") as refused:
        of(text)
    assert words in str(refused.value)


def test_limits_hold_for_the_innermost_values() -> None:
    """A list of dicts of numbers is limited as its numbers are."""
    assert leaves(of("list[dict[str, int | None]]")) == {int}
    assert leaves(of("tuple[int, str]")) == {int, str}
