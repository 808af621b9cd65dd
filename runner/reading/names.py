"""Names across the cells of a notebook: which are read where no cell above gives them, in a run from top to bottom.

What Python's own symbol tables say of each cell is put together. Where a cell can bring names that nobody can see
(`from x import *`, `%run`, `exec`), nothing is said: a false alarm would teach people not to listen.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from runner.reading import magics
from runner.reading.notebooks import Notebook

_KERNELS = {"get_ipython", "display", "In", "Out", "exit", "quit", "_", "__", "___", "__name__", "__doc__"}
_KERNELS |= {"__builtins__", "__builtin__", "_ih", "_oh", "_dh", "_i", "_ii", "_iii", "_exit_code"}
_NUMBERED = re.compile(r"_i?\d+")
_HIDING = re.compile(r"(?m)^\s*%%?(?:run|load|loadpy|pylab|store|macro|edit|reset)\b")
_MAGIC = re.compile(r"(?m)^\s*[%!].*$")
_WORD = re.compile(r"[^\W\d]\w*")
_BEHIND = {"exec", "eval", "globals", "locals", "vars"}
"""Functions that reach names by their texts."""


@dataclass
class Names:
    """What one cell does with names of the notebook's own scope."""

    bound: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    """What it reads while it runs."""
    deferred: set[str] = field(default_factory=set)
    """What the functions that it defines read when they are called."""
    in_magics: set[str] = field(default_factory=set)
    """Words in the lines of magics and commands, which may be names, read or given."""


@dataclass(frozen=True)
class Undefined:
    """A name that is read before any cell gives it."""

    name: str
    cell: int
    line: int | None
    given_in: int | None
    """The cell below that gives it; None where none does."""


def undefined(notebook: Notebook) -> list[Undefined]:
    """The names that a run from top to bottom would not know, each once, in the order of the cells."""
    names = of_cells(notebook)
    if names is None:
        return []
    everywhere = {name for one in names.values() for name in one.bound | one.in_magics}
    known, found = set[str](), dict[str, Undefined]()
    for cell in notebook.cells:
        own = names[cell.number]
        known |= own.bound | own.in_magics
        for name in sorted((own.read - known) | (own.deferred - everywhere)):
            if not _is_built_in(name) and name not in found:
                given = next((number for number, one in names.items() if name in one.bound), None)
                found[name] = Undefined(name, cell.number, _line(cell.source, name), given)
    return list(found.values())


def unread(notebook: Notebook, names: Mapping[str, int]) -> list[str]:
    """Those of the names that no cell reads, below the cell of that number that gives each."""
    cells = of_cells(notebook)
    if cells is None or any(one.read & _BEHIND for one in cells.values()):
        return []

    def is_read(name: str, given: int) -> bool:
        below = (one for number, one in cells.items() if number > given)
        return any(name in one.read | one.deferred | one.in_magics for one in below)

    return [name for name, given in names.items() if not is_read(name, given)]


def of_cells(notebook: Notebook) -> dict[int, Names] | None:
    """The names of each cell, by its number; None where what a cell does with them cannot be seen."""
    found = {}
    for cell in notebook.cells:
        if _HIDING.search(cell.source):
            return None
        try:
            tree = magics.tree(cell.source)
            table = symtable.symtable(magics.as_python(cell.source), "<cell>", "exec")
        except SyntaxError:  # a fault of its own, which `runner.reading.lint` tells
            return None
        if any(
            alias.name == "*" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
        ):
            return None
        own = Names(in_magics=set(_WORD.findall(" ".join(_MAGIC.findall(cell.source)))))
        _gather(table, own, deferred=False)
        if {"exec", "eval"} & (own.read | own.deferred):
            return None
        found[cell.number] = own
    return found


def _gather(table: symtable.SymbolTable, own: Names, *, deferred: bool) -> None:
    """Add what a scope and those within it do with names of the notebook's scope."""
    is_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if not (is_top or symbol.is_global()):
            continue
        name = symbol.get_name()
        if symbol.is_assigned() or symbol.is_imported() or (is_top and symbol.is_namespace()):
            own.bound.add(name)
        if symbol.is_referenced():
            (own.deferred if deferred else own.read).add(name)
    for inner in table.get_children():
        _gather(inner, own, deferred=deferred or _waits(inner))


def _waits(table: symtable.SymbolTable) -> bool:
    """Whether a scope runs only when it is called: bodies of functions, but no comprehension and no class."""
    comprehensions = ("listcomp", "setcomp", "dictcomp", "genexpr")
    return table.get_type() == "function" and table.get_name() not in comprehensions


def _is_built_in(name: str) -> bool:
    return hasattr(builtins, name) or name in _KERNELS or bool(_NUMBERED.fullmatch(name))


def _line(source: str, name: str) -> int | None:
    return min(_lines(source, name), default=None)


def _lines(source: str, name: str) -> Iterator[int]:
    for node in ast.walk(magics.tree(source)):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node.lineno
