"""What a notebook declares in the cell tagged `parameters`: names, types, defaults, allowed values, meanings.

One line per parameter, read as syntax and never run:

    name: type = default  # {a | b} what it means
    name: type = default  # [2..25] what it means

The types are those of `runner.values.annotations`; `{…}` lists the allowed values and `[…]` the bounds, both ends
included and either one may be left out. In a list, a tuple or a dict they hold for every item. Infinity is allowed
where the limits name it (`[0..inf]`), and what is not a number where it is the default (`float("nan")`).
"""

from __future__ import annotations

import ast
import dataclasses
import functools
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from runner.errors import ParameterError, listed
from runner.reading.notebooks import Notebook
from runner.values import cell as parameters_cell
from runner.values import literals
from runner.values.annotations import type_of
from runner.values.cell import Line
from runner.values.limits import Limits, items, limits_of
from runner.values.scalars import exact_float, is_nan, shown
from runner.values.texts import Type, described, read_text, read_tree, refit


@dataclass(frozen=True)
class Declaration:
    """One parameter of a notebook."""

    name: str
    type: Type
    type_text: str
    """The type as the notebook writes it."""
    default: object
    meaning: str = ""
    limits: Limits = field(default_factory=Limits)

    def checked(self, value: object) -> object:
        """The value, in exactly the declared type, or a ValueError in words; a whole number may stand for a float."""
        fitted = refit(self.type, value, _as_float)
        try:
            kept = _adapter(self.type).validate_python(fitted, strict=True)
            literals.literal(kept)
        except ValidationError as error:
            raise ValueError(described(error)) from None
        except ParameterError as error:
            raise ValueError(str(error)) from None
        if not literals.same(kept, fitted):
            raise ValueError(f"{shown(value)} is not of the type {self.type_text}")
        self.limits.check(kept)
        return kept

    def read(self, text: str) -> object:
        """The value that a text stands for (see `runner.values.texts.read_text`), checked."""
        return self.checked(read_text(self.type, text))

    def read_tree(self, tree: object) -> object:
        """The value that a part of a YAML or JSON document stands for (see `texts.read_tree`), checked."""
        return self.checked(read_tree(self.type, tree))


def declared(notebook: Notebook) -> dict[str, Declaration]:
    """The declarations of a notebook by name, in its order; a `ParameterError` names every line that is no declaration.

    Imports, comments and a docstring may stand in the cell too. Without such a cell there are no parameters.
    """
    found, faults = read(notebook)
    if faults:
        raise ParameterError(listed("the parameters of a notebook cannot be read:", faults))
    return found


def read(notebook: Notebook) -> tuple[dict[str, Declaration], list[str]]:
    """The declarations of a notebook that can be read, and what is wrong with the other lines."""
    if notebook.parameters is None:
        return {}, []
    cell = parameters_cell.read(notebook)
    found: dict[str, Declaration] = {}
    faults = list(cell.faults)
    for line in cell.lines:
        try:
            found[line.name] = _declaration(line)
        except (ValueError, RecursionError) as error:
            faults.append((line.number, str(error)))
    where = f"{notebook.path.name}, cell {notebook.parameters.number}"
    return found, [f"{where}, line {number}: {reason}" for number, reason in sorted(faults)]


def _declaration(line: Line) -> Declaration:
    kind = type_of(line.annotation)
    try:
        default = literals.value_of(line.default)
    except ValueError as error:
        raise ValueError(f"the default of {line.name} is no plain value: {error}") from None
    limits, meaning = limits_of(kind, line.comment)
    limits = dataclasses.replace(limits, nan=any(map(is_nan, items(default))))
    declaration = Declaration(line.name, kind, ast.unparse(line.annotation), default, meaning, limits)
    try:
        return dataclasses.replace(declaration, default=declaration.checked(default))
    except ValueError as error:
        raise ValueError(f"the default of {line.name} breaks its own declaration: {error}") from None


def _as_float(kind: Type, value: object) -> object:
    return exact_float(value) if kind is float and type(value) is int else value


@functools.cache
def _adapter(kind: Type) -> TypeAdapter[Any]:
    """What checks values of a type; building one takes far longer than using it."""
    return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=True))
