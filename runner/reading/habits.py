"""Habits of notebooks that others can read: budgets, order, mechanisms in modules. Advice; no run is refused for it.

Budgets are a matter of taste: `[tool.runner.notebooks]` in the checkout's pyproject.toml sets others.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from runner.errors import SettingsError, listed
from runner.reading import magics, names
from runner.reading.lint import where
from runner.reading.notebooks import Cell, Notebook
from runner.values import cell as parameters_cell

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BRANCHES = {
    ast.If: "if",
    ast.For: "for",
    ast.AsyncFor: "for",
    ast.While: "while",
    ast.Try: "try",
    ast.TryStar: "try",
    ast.With: "with",
    ast.AsyncWith: "with",
    ast.Match: "match",
}


class Taste(BaseModel):
    """What a checkout asks of its notebooks; 0 sets no budget."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    cells: int = 60
    """Most cells, prose included."""
    lines: int = 150
    """Most lines of code, blank ones and parameters apart."""
    lines_per_cell: int = 15
    definitions: bool = False
    """Whether cells may define functions and classes."""
    branches: bool = False
    """Whether cells may branch and loop, comprehensions apart."""


def taste(checkout: Path) -> Taste:
    """What the pyproject.toml of a checkout asks for; a `SettingsError` names what cannot be right there."""
    path = checkout / "pyproject.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return Taste.model_validate(told.get("tool", {}).get("runner", {}).get("notebooks", {}))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError(listed(f"{path}, [tool.runner.notebooks]:", faults)) from None


def advice(notebook: Notebook, asked: Taste) -> list[str]:
    """What could be better in a notebook, each with its cell, its line and what to do, in one line."""
    trees = {cell.number: tree for cell in notebook.cells if (tree := _tree(cell)) is not None}
    return [
        *_order(notebook, trees),
        *_parameters(notebook),
        *_budgets(notebook, asked),
        *_mechanisms(trees, asked),
        *_assigned_again(notebook, trees),
    ]


def _tree(cell: Cell) -> ast.Module | None:
    try:
        return magics.tree(cell.source)
    except SyntaxError:  # a fault of its own, which `runner.reading.lint` tells
        return None


def _order(notebook: Notebook, trees: dict[int, ast.Module]) -> Iterator[str]:
    """Parameters first, then all imports in one cell."""
    if notebook.parameters is None:
        if notebook.cells:
            yield "no cell is tagged `parameters`; tag the one that declares `name: type = default`"
    elif notebook.parameters.number != 1:
        yield f"{where(notebook.parameters.number, None)}: the parameters stand below code; move them to the top"
    own = notebook.parameters.number if notebook.parameters else 0
    importing = [(number, line) for number, tree in trees.items() if number != own and (line := _imports(tree))]
    for number, line in importing[1:]:
        first = importing[0][0]
        yield f"{where(number, line)}: imports something; all imports stand together, in cell {first}"


def _imports(tree: ast.Module) -> int | None:
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return min(lines, default=None)


def _parameters(notebook: Notebook) -> Iterator[str]:
    place = notebook.parameters
    if place is None:
        return
    lines = {line.name: line for line in parameters_cell.read(notebook).lines}
    for name, line in lines.items():
        if not line.comment:
            at = where(place.number, line.number)
            yield f"{at}: {name} has no meaning; say it in a comment behind the declaration"
    for name in names.unread(notebook, dict.fromkeys(lines, place.number)):
        at = where(place.number, lines[name].number)
        yield f"{at}: no cell reads the parameter {name}; use it, or take it out"


def _budgets(notebook: Notebook, asked: Taste) -> Iterator[str]:
    own = notebook.parameters.number if notebook.parameters else 0
    counts = {cell.number: _lines(cell) for cell in notebook.cells if cell.number != own}
    for number, count in counts.items():
        if 0 < asked.lines_per_cell < count:
            said = f"{count} lines, and {asked.lines_per_cell} are a cell's budget"
            yield f"{where(number, None)}: {said}; split it, or move its mechanism to a module"
    cells, total = len(notebook.cells) + len(notebook.others), sum(counts.values())
    if 0 < asked.cells < cells:
        yield f"{cells} cells, and {asked.cells} are a notebook's budget; make two notebooks of it"
    if 0 < asked.lines < total:
        yield f"{total} lines of code, and {asked.lines} are a notebook's budget; move mechanisms to modules"


def _lines(cell: Cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def _mechanisms(trees: dict[int, ast.Module], asked: Taste) -> Iterator[str]:
    for number, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, _DEFINES) and not asked.definitions:
                name = getattr(node, "name", "a lambda")
                yield f"{where(number, node.lineno)}: defines {name}; move it to a module, where a test can hold it"
            elif type(node) in _BRANCHES and not asked.branches:
                word = _BRANCHES[type(node)]
                at = where(number, getattr(node, "lineno", None))
                yield f"{at}: `{word}` makes the story branch; move it to a module, or make it a parameter"


def _assigned_again(notebook: Notebook, trees: dict[int, ast.Module]) -> Iterator[str]:
    """Names that change their meaning from one cell to a later one; of parameters `runner.reading.lint` says so."""
    given: dict[str, int] = {}
    for number, tree in trees.items():
        if notebook.parameters is not None and number == notebook.parameters.number:
            continue
        for name, line in _assigned(tree):
            first = given.setdefault(name, number)
            if first != number:
                said = f"{name} has a value from cell {first} already"
                yield f"{where(number, line)}: {said}; give the new one a name of its own"


def _assigned(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names that statements of a cell assign; loops, functions and imports apart."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        for target in targets:
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and name.id != "_":
                    yield name.id, node.lineno
