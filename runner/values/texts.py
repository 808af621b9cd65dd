"""Values of every declared type, from the text of a command line and from YAML or JSON. Nothing changes silently.

On a command line plain values are read by `runner.values.scalars`, and

    Literal     is one of its values
    T | None    is `none` or `null`, in any case, for no value; otherwise as T
    list, tuple is a JSON list, or items between commas, spaces around them left out
    dict        is a JSON object

In a YAML file, and in JSON, what has no form there is written as a text like on the command line: date, datetime,
Decimal, Path, and the numbers that are not finite. A tuple is a list there.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import ValidationError

from runner.values.scalars import NOT_FINITE, READERS, is_finite, shown

Type: TypeAlias = Any
"""A plain type, or a form made of plain types: `list[int]`, `dict[str, float]`, `date | None`."""

NONE = ("none", "null")
"""The texts that stand for no value."""


class _Number(str):
    """A number of a JSON text, as it is written there."""

    __slots__ = ()


def read_text(kind: Type, text: str) -> object:
    """The value that a text stands for in a declared type, or a ValueError in words."""
    if may_be_none(kind):
        return None if text.lower() in NONE else read_text(without_none(kind), text)
    if form(kind) is Literal:
        return _choice(kind, text)
    if form(kind) is not None:
        return _read_collection(kind, text)
    return READERS[kind](text)


def read_tree(kind: Type, tree: object) -> object:
    """The value that a part of a YAML or JSON document stands for: texts become what only a text can stand for there.

    What does not fit the type stays as it is, for the declaration to refuse it.
    """
    return refit(kind, tree, _read_leaf, lists_are_tuples=True)


def refit(
    kind: Type,
    value: object,
    change: Callable[[Type, Any], object],
    *,
    lists_are_tuples: bool = False,
    place: str = "",
) -> object:
    """A value with every plain part changed by the function, which gets the declared type of that part too.

    A ValueError says at which item it arose. What does not fit the type stays as it is.
    """
    if may_be_none(kind) and value is None:
        return None
    kind = without_none(kind)
    again = functools.partial(refit, change=change, lists_are_tuples=lists_are_tuples)
    if form(kind) is dict and isinstance(value, dict):
        return {name: again(get_args(kind)[1], item, place=f"{place}[{name!r}]") for name, item in value.items()}
    if form(kind) in (list, tuple) and isinstance(value, list if lists_are_tuples else form(kind)):
        parts = enumerate(zip(_kinds_of_items(kind, len(value)), value, strict=False))
        changed = [again(part, item, place=f"{place}[{number}]") for number, (part, item) in parts]
        return form(kind)([*changed, *value[len(changed) :]])
    try:
        return change(kind, value)
    except ValueError as error:
        raise ValueError(f"item {place}: {error}" if place else str(error)) from None


def _kinds_of_items(kind: Type, count: int) -> tuple[Type, ...]:
    """The types of the items of a list or tuple that holds so many."""
    arguments = get_args(kind)
    return (arguments[0],) * count if form(kind) is list or arguments[-1] is ... else arguments


def plain(value: object) -> object:
    """A value as JSON can hold it; `read_tree` with its type gives the value again."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float) and not is_finite(value):
        return str(float(value))
    return str(value) if isinstance(value, Decimal | Path) else value


def as_text(value: object) -> str:
    """The text that `read_text` reads as this value."""
    if value is None:
        return NONE[0]
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(plain(value))
    return str(plain(value))


def form(kind: Type) -> Any:  # noqa: ANN401 - `list`, `Literal` and the like
    """What a type is a form of: `list` for `list[int]`, None for a plain type."""
    return get_origin(kind)


def may_be_none(kind: Type) -> bool:
    """Whether the type is of the form `T | None`."""
    return form(kind) in (Union, UnionType)


def without_none(kind: Type) -> Type:
    """T, for T and for `T | None`."""
    return next(part for part in get_args(kind) if part is not NoneType) if may_be_none(kind) else kind


def _choice(kind: Type, text: str) -> object:
    """The value of a `Literal` that a text spells."""
    for choice in get_args(kind):
        if as_text(choice) == text:
            return choice
    raise ValueError(f"{shown(text)} is not one of {choices(get_args(kind))}")


def choices(values: tuple[object, ...]) -> str:
    """Allowed values as a parameters cell writes them: `{a | b}`."""
    return "{" + " | ".join(map(as_text, values)) + "}"


def _read_leaf(kind: Type, tree: object) -> object:
    if isinstance(tree, _Number):
        if kind in (int, float, Decimal):
            return READERS[kind](tree)
        return READERS[float if set(tree) & set(".eEnf") else int](tree)
    if isinstance(tree, str) and (kind in (date, datetime, Decimal, Path) or (kind is float and tree in NOT_FINITE)):
        return READERS[kind](tree)
    if kind is Decimal and type(tree) is int:
        return Decimal(tree)
    if kind is Decimal and isinstance(tree, float):
        raise ValueError(f"{tree!r} has no exact digits here; write the decimal number in quotes")
    return tree


def _read_collection(kind: Type, text: str) -> object:
    if form(kind) is not dict and not text.lstrip().startswith("["):
        return _between_commas(kind, text)
    try:
        # Numbers are kept as they are written until the type of their place is known.
        tree = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_CONSTANTS.__getitem__,
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"{shown(text)} is not JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"{shown(text)} is nested too deep") from None
    return read_tree(kind, tree)


_CONSTANTS = {"NaN": _Number("nan"), "Infinity": _Number("inf"), "-Infinity": _Number("-inf")}


def _between_commas(kind: Type, text: str) -> object:
    if any(form(without_none(inner)) in (list, tuple, dict) for inner in get_args(kind)):
        raise ValueError(f"{shown(text)} is not JSON, which lists inside lists need")
    items = [item.strip() for item in text.split(",")] if text.strip() else []
    if "" in items:
        raise ValueError(f"{shown(text)} holds an empty item; a JSON list can hold empty texts")
    kinds = _kinds_of_items(kind, len(items))
    if len(kinds) != len(items):
        raise ValueError(f"{shown(text)} has {len(items)} items, not {len(kinds)}")
    return form(kind)(read_text(part, item) for part, item in zip(kinds, items, strict=True))


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice in a JSON object")
    return dict(pairs)


def described(error: ValidationError) -> str:
    """A pydantic error in words: what was wrong, with the value, and where in a list or dict it stands."""
    parts = []
    for fault in error.errors():
        place = "".join(f"[{part!r}]" for part in fault["loc"])
        parts.append(f"{f'item {place}: ' if place else ''}{shown(fault['input'])}: {fault['msg'].lower()}")
    return "; ".join(parts)
