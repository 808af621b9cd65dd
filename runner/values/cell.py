"""The cell tagged `parameters` as syntax: its declarations, their comments, and what it imports. Never run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from runner.reading.notebooks import Notebook
from runner.values.annotations import IMPORTED, PLAIN
from runner.values.scalars import shown

_MAGIC = re.compile(r"(?m)^[ \t]*[%!?].*$")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = {*PLAIN, *IMPORTED, "list", "dict", "tuple", "In", "Out", "get_ipython", "display", "exit", "quit", "open"}
"""Names that the injected cell or the kernel relies on."""


@dataclass(frozen=True)
class Line:
    """One declaration as it is written."""

    number: int
    """Line of the cell, from 1."""
    name: str
    annotation: ast.expr
    default: ast.expr
    comment: str


@dataclass(frozen=True)
class ParametersCell:
    """A parameters cell that can be read, and what is wrong with the lines that cannot."""

    lines: tuple[Line, ...]
    faults: tuple[tuple[int, str], ...]
    """Line number and reason."""


def read(notebook: Notebook) -> ParametersCell:
    """The declarations of a notebook; imports, comments, magics and a docstring may stand beside them."""
    if notebook.parameters is None:
        return ParametersCell((), ())
    source = notebook.parameters.source
    try:
        tree, blank = _parse(source)
        comments = dict(_comments(source if not blank else _MAGIC.sub("", source)))
    except SyntaxError as error:
        return ParametersCell((), ((error.lineno or 1, error.msg),))
    except (ValueError, RecursionError, MemoryError) as error:
        return ParametersCell((), ((1, f"cannot be read as Python: {error}"),))
    imported = _imported(notebook)
    lines: list[Line] = []
    faults: list[tuple[int, str]] = []
    for node in tree.body:
        try:
            if not _declares_nothing(node):
                line = _line(node, comments, blank)
                _check_name(line, lines, imported)
                _check_types(line, imported)
                lines.append(line)
        except (ValueError, RecursionError) as error:
            faults.append((node.lineno, str(error)))
    return ParametersCell(tuple(lines), tuple(faults))


def _parse(source: str) -> tuple[ast.Module, set[int]]:
    """The cell's tree, and the numbers of the lines that are IPython's own and stand blank in it."""
    if source.lstrip().startswith("%%"):
        raise ValueError(
            f"{source.split()[0]} makes another language of the cell; the parameters stand in one of Python"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown escape in a text is the author's own affair
        try:
            return ast.parse(source), set()
        except SyntaxError:
            blank = {source.count("\n", 0, found.start()) + 1 for found in _MAGIC.finditer(source)}
            return ast.parse(_MAGIC.sub("", source)), blank


def _declares_nothing(node: ast.stmt) -> bool:
    """Whether a statement is an import or a docstring; a ValueError for an import that could change any name."""
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        raise ValueError(f"`{ast.unparse(node)}` may change any name; import the names that are used")
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _line(node: ast.stmt, comments: dict[int, str], blank: set[int]) -> Line:
    last = node.end_lineno or node.lineno
    if isinstance(node, ast.ClassDef):
        raise ValueError(f'class {node.name}: a parameters cell defines no class; a choice is Literal["a", "b"]')
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
        written = ast.unparse(node).strip().splitlines()[0]
        raise ValueError(f"`{written[:100]}` is not of the form `name: type = default`")
    if blank & set(range(node.lineno, last + 1)):
        raise ValueError(f"a line of {node.target.id} begins with %, ! or ?; IPython would take it for its own")
    return Line(node.lineno, node.target.id, node.annotation, node.value, comments.get(last, ""))


def _check_name(line: Line, before: list[Line], imported: dict[str, str]) -> None:
    if not _NAME.fullmatch(line.name):
        raise ValueError(f"{shown(line.name)} is no name for a parameter: letters A to Z, digits and _, a letter first")
    if line.name in _TAKEN or line.name in imported:
        raise ValueError(f"{line.name} is a name of Python or of the kernel; choose another")
    if any(one.name == line.name for one in before):
        raise ValueError(f"{line.name} is declared twice")
    if any(one.number == line.number for one in before):
        raise ValueError(f"{line.name} stands on a line with another parameter; give each a line of its own")


def _check_types(line: Line, imported: dict[str, str]) -> None:
    """A ValueError where a type's name is not what it seems to be: the notebook would stop at it, or worse."""
    for node in (*ast.walk(line.annotation), *ast.walk(line.default)):
        if not isinstance(node, ast.Name):
            continue
        if node.id in IMPORTED and imported.get(node.id) != f"{IMPORTED[node.id]}.{node.id}":
            raise ValueError(f"{line.name} needs `from {IMPORTED[node.id]} import {node.id}` in this cell")
        if node.id in PLAIN and node.id not in IMPORTED and node.id in imported:
            raise ValueError(f"{node.id} is imported from elsewhere, and no longer Python's own")


def _imported(notebook: Notebook) -> dict[str, str]:
    """Where each imported name comes from, in the parameters cell and those before it."""
    found: dict[str, str] = {}
    last = notebook.parameters.number if notebook.parameters else 0
    for cell in notebook.cells:
        if cell.number > last:
            break
        try:
            tree, _ = _parse(cell.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in tree.body:
            if isinstance(node, ast.Import):
                found |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each comment that stands behind code."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
            yield token.start[0], token.string.lstrip("#").strip()
