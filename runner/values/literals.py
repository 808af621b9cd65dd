"""Values as Python literals: what is written into a notebook's injected cell, vetted so that no value can run code.

A literal names no more than the constructors `float`, `date`, `datetime`, `Decimal` and `Path`, each with constant
arguments. A parameter of such a type is declared by that very name, so that the notebook has imported it.
"""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any

from runner.errors import ParameterError
from runner.values.scalars import LONGEST, shown

DEEPEST = 20
"""Lists, tuples and dicts inside each other; Python's own reader gives up not much later."""
_PATH = type(Path())
"""The class that `Path(…)` makes on this system."""


def literal(value: object) -> str:
    """Python source of a value; a `ParameterError` if reading it back does not give exactly the same value.

    None, bool, int, float, str, date, datetime, Decimal, Path, and lists, tuples and dicts (with text keys) of them
    have a literal. It is one line of printable characters.
    """
    text = _write(value, 0)
    if not same(read_literal(text), value):
        raise ParameterError(f"{shown(value)} cannot be written as a literal without changing it")
    return text


def read_literal(text: str) -> object:
    """The value of a literal as `literal` writes it; a `ValueError` for anything else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown escape in a text is the author's own affair
            tree = ast.parse(text, mode="eval")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"{shown(text)} is no literal") from error
    return value_of(tree.body)


def value_of(node: ast.expr) -> object:
    """The value of a syntax tree that holds nothing but literals and the constructors; a `ValueError` otherwise."""
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str()):
            return node.value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)) if (
            type(number) is not bool
        ):
            return -number
        case ast.List():
            return [value_of(item) for item in node.elts]
        case ast.Tuple():
            return tuple(value_of(item) for item in node.elts)
        case ast.Dict():
            return _dict_of(node)
        case ast.Call():
            return _made_by(node)
    raise ValueError(f"{ast.unparse(node)} is no plain value")


def same(one: object, other: object) -> bool:
    """Whether two values are the same in type and value, to the last digit, sign of zero and offset."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(map(same, one, other)) and list(one) == list(other) and all(map(same, one.values(), other.values()))
    return _key(one) == _key(other)


def _key(value: Any) -> object:  # noqa: ANN401 - any value
    """What tells a plain value from every other one of its type, also where `==` does not."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return value.as_tuple()
    if isinstance(value, datetime):
        return value.isoformat(), value.fold, repr(value.tzinfo)
    return value


def _dict_of(node: ast.Dict) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        name = value_of(key) if key is not None else None
        if not isinstance(name, str):
            raise ValueError("the names in a dict are plain texts")
        if name in made:
            raise ValueError(f"{name!r} stands twice in a dict")
        made[name] = value_of(item)
    return made


def _made_by(call: ast.Call) -> object:
    """What a constructor makes of constant arguments."""
    maker = ast.unparse(call.func)
    arguments = [value_of(argument) for argument in call.args]
    offset = {"tzinfo": UTC} if [ast.unparse(one) for one in call.keywords] == ["tzinfo=UTC"] else {}
    for name, takes, make in _MAKERS:
        if name == maker and takes(arguments) and bool(call.keywords) == bool(offset):
            try:
                return make(*arguments, **offset)
            except (ValueError, TypeError, ArithmeticError, OverflowError) as error:
                raise ValueError(f"{ast.unparse(call)}: {error}") from None
    raise ValueError(f"{ast.unparse(call)}: the only calls here are {CALLS}")


def _are(kind: type, least: int, most: int) -> Callable[[list[Any]], bool]:
    """A check that a call has so many arguments, all of one type."""
    return lambda given: least <= len(given) <= most and all(type(one) is kind for one in given)


_MAKERS: tuple[tuple[str, Callable[[list[Any]], bool], Callable[..., object]], ...] = (
    ("date", _are(int, 3, 3), date),
    ("datetime", _are(int, 3, 7), datetime),
    ("datetime.fromisoformat", _are(str, 1, 1), datetime.fromisoformat),
    ("Decimal", _are(str, 1, 1), Decimal),
    ("Decimal", _are(int, 1, 1), Decimal),
    ("Path", _are(str, 1, 1), Path),
    ("float", lambda given: given in (["nan"], ["inf"], ["-inf"]), float),
)
CALLS = (
    "date(2011, 12, 9), datetime(2011, 12, 9, 8, 0), the same with tzinfo=UTC, "
    'datetime.fromisoformat("2011-12-09T08:00:00+01:00"), Decimal("1.10"), Path("x"), float("inf") and float("nan")'
)


def _write(value: object, depth: int) -> str:
    if depth > DEEPEST:
        raise ParameterError(f"a value is more than {DEEPEST} lists or dicts deep")
    if writer := _WRITERS.get(type(value)):
        return writer(value)
    if type(value) is list:
        return f"[{', '.join(_write(item, depth + 1) for item in value)}]"
    if type(value) is tuple:
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(_write(item, depth + 1) for item in value)}{comma})"
    if type(value) is dict and all(type(key) is str for key in value):
        return "{" + ", ".join(f"{key!r}: {_write(item, depth + 1)}" for key, item in value.items()) + "}"
    raise ParameterError(f"{shown(value)} ({type(value).__name__}) has no literal form")


def _whole(value: int) -> str:
    try:
        return repr(value)
    except ValueError:
        raise ParameterError(f"a whole number has more than {LONGEST:,} digits") from None


def _decimal(value: Decimal) -> str:
    if value.is_nan() and value.as_tuple() != Decimal("NaN").as_tuple():
        raise ParameterError(f"{value!r} has no literal form; only Decimal('NaN') itself has one")
    return f"Decimal('{value}')"


def _moment(value: datetime) -> str:
    if value.fold or type(value.tzinfo) not in (NoneType, timezone):
        raise ParameterError(f"{value!r} has no literal form; give it with a plain offset such as +01:00")
    return f"datetime.fromisoformat({value.isoformat()!r})"


_WRITERS: Mapping[type, Callable[[Any], str]] = MappingProxyType(
    {
        NoneType: repr,
        bool: repr,
        int: _whole,
        str: repr,
        float: lambda value: repr(value) if math.isfinite(value) else f"float('{value}')",
        date: lambda value: f"date({value.year}, {value.month}, {value.day})",
        datetime: _moment,
        Decimal: _decimal,
        _PATH: lambda value: f"Path({str(value)!r})",
    }
)
"""How a value is written, by exact type: a subclass could write anything."""
