"""Values as Python literals: what is written into a notebook's injected cell, vetted so that no value can run code."""

from __future__ import annotations

import ast
import math
from datetime import date, datetime

from runner.errors import ParameterError


def literal(value: object) -> str:
    """Python source of a value; a `ParameterError` if reading it back does not give an equal value.

    None, bool, int, finite float, str, date, and lists and dicts (with text keys) of them have a literal.
    """
    text = _write(value)
    again = read_literal(text)
    if again != value or type(again) is not type(value):
        raise ParameterError(f"{value!r} cannot be written as a literal without changing it")
    return text


def read_literal(text: str) -> object:
    """The value of a literal as `literal` writes it; a `ValueError` for anything else."""
    try:
        return value_of(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no literal") from error


def value_of(node: ast.expr) -> object:
    """The value of a syntax tree that holds nothing but literals and `date(year, month, day)`."""
    if isinstance(node, ast.List):
        return [value_of(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        if None in node.keys:
            raise ValueError("a literal does not unpack")
        return {value_of(key): value_of(item) for key, item in zip(node.keys, node.values, strict=True) if key}
    if isinstance(node, ast.Call):
        return _date_of(node)
    return ast.literal_eval(node)


def _date_of(call: ast.Call) -> date:
    if not isinstance(call.func, ast.Name) or call.func.id != "date" or call.keywords:
        raise ValueError("the only call that a literal may hold is date(year, month, day)")
    return date(*(ast.literal_eval(argument) for argument in call.args))


def _write(value: object) -> str:
    if value is None or type(value) in (bool, int, str):
        return repr(value)
    if type(value) is float and math.isfinite(value):
        return repr(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"date({value.year}, {value.month}, {value.day})"
    if type(value) is list:
        return f"[{', '.join(map(_write, value))}]"
    if type(value) is dict and all(type(key) is str for key in value):
        return "{" + ", ".join(f"{key!r}: {_write(item)}" for key, item in value.items()) + "}"
    raise ParameterError(f"{value!r} ({type(value).__name__}) has no literal form")
