"""The types that a parameter may have, read from annotations as syntax and never evaluated.

bool, int, float, str, date, datetime, Decimal, Path, Literal["a", "b"], list[T], tuple[T, U], tuple[T, ...],
dict[str, T], and T | None, which may be written Optional[T] too.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import GenericAlias, MappingProxyType
from typing import Any, Literal, Optional, get_args

from runner.values import literals
from runner.values.texts import NONE, Type, as_text, form, may_be_none, without_none

PLAIN: Mapping[str, type] = MappingProxyType(
    {
        "bool": bool,
        "int": int,
        "float": float,
        "str": str,
        "date": date,
        "datetime": datetime,
        "Decimal": Decimal,
        "Path": Path,
    }
)
"""The types without parts, by the name that an annotation calls them."""
IMPORTED: Mapping[str, str] = MappingProxyType(
    {
        "date": "datetime",
        "datetime": "datetime",
        "UTC": "datetime",
        "Decimal": "decimal",
        "Path": "pathlib",
        "Literal": "typing",
        "Optional": "typing",
    }
)
"""The module from which a notebook imports a name, where Python does not know it by itself."""
_FORMS = (
    "bool, int, float, str, date, datetime, Decimal, Path, Literal[…], list[T], tuple[T, …], dict[str, T] or T | None"
)
_INSTEAD = {
    "set": "a set has no order and no form in YAML; use list[T]",
    "frozenset": "a set has no order and no form in YAML; use list[T]",
    "Annotated": "bounds and choices stand in the comment: `# [2..25] meaning` or `# {a | b} meaning`",
    "Enum": 'the form of a choice is Literal["a", "b"]',
    "List": "write list[T]",
    "Dict": "write dict[str, T]",
    "Tuple": "write tuple[T, U] or tuple[T, ...]",
    "Union": "write T | None; no parameter has two types",
}


def type_of(node: ast.expr) -> Type:
    """The type that an annotation names, or a ValueError."""
    match node:
        case ast.Name(id=name) if name in PLAIN:
            return PLAIN[name]
        case ast.BinOp(op=ast.BitOr(), left=inner, right=ast.Constant(value=None)):
            return _or_none(inner)
        case ast.BinOp(op=ast.BitOr(), left=ast.Constant(value=None), right=inner):
            return _or_none(inner)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=parts)):
            return _made(name, parts, node)
        case ast.Subscript(value=ast.Name(id=name), slice=part):
            return _made(name, [part], node)
    raise _fault(node)


def leaves(kind: Type) -> set[Type]:
    """The types of the values that a value of this type is made of, without None; limits hold for each of them."""
    kind = without_none(kind)
    if form(kind) in (list, tuple, dict):
        parts = [part for part in get_args(kind) if part is not ...]
        return set().union(*map(leaves, parts[1:] if form(kind) is dict else parts))
    return {kind}


def _made(name: str, parts: list[ast.expr], node: ast.expr) -> Type:
    match name, parts:
        case "list", [item]:
            return GenericAlias(list, (type_of(item),))
        case "dict", [ast.Name(id="str"), item]:
            return GenericAlias(dict, (str, type_of(item)))
        case "tuple", [item, ast.Constant(value=value)] if value is ...:
            return GenericAlias(tuple, (type_of(item), ...))
        case "tuple", [_, *_]:
            return GenericAlias(tuple, tuple(type_of(part) for part in parts))
        case "Optional", [item]:
            return _or_none(item)
        case "Literal", [_, *_]:
            return _literal(parts)
    raise _fault(node)


def _or_none(node: ast.expr) -> Type:
    inner = type_of(node)
    if may_be_none(inner):
        raise ValueError(f"{ast.unparse(node)} may be None already")
    if form(inner) is Literal:
        refuse_none([choice for choice in get_args(inner) if isinstance(choice, str)])
    made: Any = Optional[inner]  # noqa: UP045 - `inner | None`, for types that are only known here
    return made


def refuse_none(choices: list[str]) -> None:
    """A ValueError where a choice reads like no value, beside a type that may be None."""
    for choice in choices:
        if choice.lower() in NONE:
            raise ValueError(f"{choice!r} stands for no value, and cannot be a choice beside None")


def _literal(parts: list[ast.expr]) -> Type:
    choices = [literals.value_of(part) for part in parts]
    if not all(type(choice) in (str, int, bool) for choice in choices):
        raise ValueError("a Literal lists texts, whole numbers, True or False")
    texts = [as_text(choice) for choice in choices]
    if len(set(texts)) < len(texts):
        raise ValueError("two choices of a Literal read alike")
    made: Any = Literal[tuple(choices)]  # the choices are only known here
    return made


def _fault(node: ast.expr) -> ValueError:
    written = ast.unparse(node)
    name = written.partition("[")[0].rpartition(".")[2]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return ValueError(f"the type {written} stands in quotes; write it without")
    return ValueError(f"no parameter can have the type {written}; {_INSTEAD.get(name, f'use {_FORMS}')}")
