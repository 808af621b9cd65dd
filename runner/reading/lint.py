"""What is wrong with a notebook that can be read: faults that would stop a run, and habits that would spoil it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from runner.reading import magics, names, secrets
from runner.reading.marks import INJECTED
from runner.reading.notebooks import PARAMETERS, Cell, Notebook

_INSTALLS = re.compile(r"^\s*[%!]\s*(?:python3?\s+-m\s+)?(?:uv\s+)?(?:pip3?|conda|mamba)\s+install\b")
_RENAME = "give the other thing another name"
_BODIES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Remark:
    """One thing that is wrong with a notebook."""

    text: str
    """Where, what, and how to mend it, in one line."""
    stops: bool = False
    """A run could not go well with it, and is refused."""


def remarks(notebook: Notebook) -> list[Remark]:
    """All that is wrong with a notebook, in the order of its cells."""
    trees = {cell.number: _tree(cell) for cell in notebook.cells}
    return [
        *_syntax(notebook),
        *_tags(notebook),
        *_parameters(notebook, trees),
        *_relative_imports(trees),
        *_installs(notebook),
        *_names(notebook),
        *_secrets(notebook),
        *_outputs(notebook),
    ]


def unreadable(cell: Cell) -> SyntaxError | None:
    """Why Python cannot read a cell."""
    try:
        magics.tree(cell.source)
    except SyntaxError as error:
        return error
    return None


def _tree(cell: Cell) -> ast.Module:
    """The syntax tree of a cell, empty where it has none."""
    return ast.Module(body=[], type_ignores=[]) if unreadable(cell) else magics.tree(cell.source)


def _syntax(notebook: Notebook) -> Iterator[Remark]:
    for cell in notebook.cells:
        if error := unreadable(cell):
            lines = cell.source.splitlines()
            line = error.lineno if error.lineno and error.lineno <= len(lines) else None
            shown = f": `{lines[line - 1].strip()[:60]}`" if line else ""
            place = where(cell.number, line)
            yield Remark(f"{place}: {error.msg}{shown}; Python cannot read this cell, mend it", stops=True)


def _tags(notebook: Notebook) -> Iterator[Remark]:
    tagged = [cell for cell in notebook.cells if PARAMETERS in cell.tags]
    if len(tagged) > 1:
        numbers = " and ".join(str(cell.number) for cell in tagged)
        yield Remark(f"cells {numbers} are tagged `{PARAMETERS}`; leave the tag to one of them", stops=True)
    for cell in (one for one in notebook.others if PARAMETERS in one.tags):
        if cell.kind == "code":
            yield Remark(f"the cell tagged `{PARAMETERS}` is empty; declare `name: type = default` in it, or untag it")
        else:
            yield Remark(f"the cell tagged `{PARAMETERS}` is {cell.kind}; tag the code cell that declares", stops=True)
    for cell in notebook.cells:
        if INJECTED in cell.tags:
            what = "the notebook was saved over by an executed copy; delete this cell"
            yield Remark(f"cell {cell.number} is tagged `{INJECTED}`: {what}")


def _parameters(notebook: Notebook, trees: dict[int, ast.Module]) -> Iterator[Remark]:
    """What other cells do to parameters: use them above the cell that declares them, or assign them below it."""
    place = notebook.parameters
    if place is None:
        return
    own = _declared(notebook)
    known: set[str] = set()
    for cell in notebook.cells:
        tree = trees[cell.number]
        if cell.number < place.number:
            known |= {name for name, _ in _bound(tree)}
            for name, line in _used(tree):
                if name in own - known:
                    what = f"{name} is used above cell {place.number}, which declares it; move the parameters up"
                    yield Remark(f"{where(cell.number, line)}: {what}", stops=True)
        elif cell.number > place.number and INJECTED not in cell.tags:
            for name, line in _bound(tree):
                if name in own:
                    what = f"the parameter {name} is assigned again, so a run would not use its value; {_RENAME}"
                    yield Remark(f"{where(cell.number, line)}: {what}")


def _declared(notebook: Notebook) -> set[str]:
    """The names that the parameters cell declares."""
    place = notebook.parameters
    annotated = [node.target for node in _tree(place).body if isinstance(node, ast.AnnAssign)] if place else []
    return {target.id for target in annotated if isinstance(target, ast.Name)}


def _relative_imports(trees: dict[int, ast.Module]) -> Iterator[Remark]:
    for number, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield Remark(
                    f"{where(number, node.lineno)}: `from {'.' * node.level}{node.module or ''} import …` works in "
                    "packages only; name the module without the dots",
                    stops=True,
                )


def _installs(notebook: Notebook) -> Iterator[Remark]:
    for cell in notebook.cells:
        for line, text in enumerate(cell.source.splitlines(), start=1):
            if _INSTALLS.match(text):
                yield Remark(
                    f"{where(cell.number, line)}: installs packages while it runs, so the record of packages would be "
                    "untrue; name them in pyproject.toml"
                )


def _names(notebook: Notebook) -> Iterator[Remark]:
    own = _declared(notebook)
    for one in names.undefined(notebook):
        if one.given_in is None:
            said = "is used, and no cell gives it; define or import it, or mend its spelling"
        elif one.name in own:
            continue  # a parameter, of which more is said
        else:
            said = f"is used above cell {one.given_in}, which gives it; move it up"
        yield Remark(f"{where(one.cell, one.line)}: {one.name} {said}")


def _secrets(notebook: Notebook) -> Iterator[Remark]:
    for one in secrets.held(notebook):
        place = where(one.cell, one.line) if one.cell else f"prose, line {one.line}"
        yield Remark(
            f"{place}: holds {one.what}, which every copy would keep; take it out and change it, and let a parameter "
            "refer to it by env:NAME"
        )


def _outputs(notebook: Notebook) -> Iterator[Remark]:
    numbers = [cell.number for cell in notebook.cells if cell.has_outputs]
    if numbers:
        what = f"cell {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} cells, the first of them {numbers[0]},"
        yield Remark(f"outputs or execution counts of {what} are in the file; clear them in JupyterLab and save it")


def where(cell: int, line: int | None) -> str:
    """The place of a remark, as a person finds it."""
    return f"cell {cell}, line {line}" if line else f"cell {cell}"


def _bound(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names that a cell binds or deletes in the notebook's own scope, with their lines."""
    for node in _outer(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
            yield from _global_names(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, node.lineno
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, node.lineno


def _used(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names that a cell reads when it runs, with their lines."""
    for node in _outer(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id, node.lineno


def _outer(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of the notebook's own scope.

    Bodies of functions and classes are left out, and the variables of comprehensions, but not what `:=` binds there.
    """
    for node in ast.iter_child_nodes(tree):
        yield node
        if isinstance(node, _BODIES):
            continue
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            own = {
                inner.id for part in node.generators for inner in ast.walk(part.target) if isinstance(inner, ast.Name)
            }
            yield from (one for one in _outer(node) if not (isinstance(one, ast.Name) and one.id in own))
        else:
            yield from _outer(node)


def _global_names(body: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(body):
        if isinstance(node, ast.Global):
            yield from ((name, node.lineno) for name in node.names)
