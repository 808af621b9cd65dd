"""The habits of a notebook: order, budgets, no outputs, nothing hidden."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
CELLS, LINES, LINES_PER_CELL = 60, 150, 15
STORY = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def read(path: Path) -> Any:
    """The notebook, valid by its format."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(path: Path) -> list[Any]:
    """Its code cells, in order."""
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def is_tagged(cell: Any) -> bool:
    """Whether the cell is the tagged parameters cell."""
    return "parameters" in cell.metadata.get("tags", [])


def assigned(tree: ast.AST) -> list[str]:
    """Names that the top level of a cell assigns, imports left out."""
    targets: list[ast.expr] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Assign):
            targets += node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets.append(node.target)
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def test_the_notebooks_are_here() -> None:
    """EDA, clustering, forecast, report and stores stand in the order of their numbers."""
    assert [path.name for path in NOTEBOOKS] == [
        "01_eda.ipynb",
        "02_clustering.ipynb",
        "03_forecast.ipynb",
        "04_report.ipynb",
        "05_stores.ipynb",
    ]


@every_notebook
def test_committed_without_outputs(path: Path) -> None:
    """No output and no execution count is committed."""
    assert not [cell.id for cell in code_cells(path) if cell.outputs or cell.execution_count is not None]


@every_notebook
def test_opens_with_title_and_contract(path: Path) -> None:
    """The first cell is the title; what the notebook reads and writes stands before the parameters."""
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    before = "\n".join(cell.source for cell in cells[: [is_tagged(cell) for cell in cells].index(True)])
    assert "reads" in before.lower()
    assert "writes" in before.lower()


@every_notebook
def test_one_parameters_cell_then_imports(path: Path) -> None:
    """The first code cell is the one tagged `parameters`, the second holds all imports."""
    cells = code_cells(path)
    assert [is_tagged(cell) for cell in cells].count(True) == 1
    assert is_tagged(cells[0])
    late = [
        f"{cell.id}:{node.lineno}"
        for cell in cells[2:]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late


@every_notebook
def test_parameters_are_typed_and_explained(path: Path) -> None:
    """Each parameter is one annotated line with a default and its meaning as the comment."""
    source = code_cells(path)[0].source
    lines = source.splitlines()
    declared = [node for node in ast.parse(source).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    for node in declared:
        assert isinstance(node, ast.AnnAssign), lines[node.lineno - 1]
        assert node.value is not None, lines[node.lineno - 1]
        assert "  # " in lines[node.lineno - 1], lines[node.lineno - 1]


@every_notebook
def test_every_parameter_is_used(path: Path) -> None:
    """No parameter is declared that no later cell reads."""
    first, *rest = code_cells(path)
    used = {node.id for cell in rest for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
    assert not set(assigned(ast.parse(first.source))) - used


@every_notebook
def test_names_are_assigned_once(path: Path) -> None:
    """No name changes its meaning from one cell to a later one."""
    names = [name for cell in code_cells(path) for name in assigned(ast.parse(cell.source))]
    assert not {name for name in names if names.count(name) > 1}


@every_notebook
def test_keeps_its_budgets(path: Path) -> None:
    """At most sixty cells, 150 lines of code, fifteen lines a cell; the parameters, its help page, do not count."""
    cells = code_cells(path)
    lines = {cell.id: len([line for line in cell.source.splitlines() if line.strip()]) for cell in cells[1:]}
    assert len(read(path).cells) <= CELLS
    assert sum(lines.values()) <= LINES
    assert not {cell: count for cell, count in lines.items() if count > LINES_PER_CELL}


@every_notebook
def test_tells_no_branching_story(path: Path) -> None:
    """Cells define nothing and branch nowhere: mechanisms live in the package."""
    found = [
        f"{cell.id}: {type(node).__name__}"
        for cell in code_cells(path)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, STORY)
    ]
    assert not found


@every_notebook
def test_ends_in_publishing(path: Path) -> None:
    """The last section is headed Publish and its last code cell asks for publication."""
    cells = read(path).cells
    headings = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    sections = [line for line in headings if line.startswith("## ")]
    assert "publish" in sections[-1].lower()
    assert "publish(" in code_cells(path)[-1].source


@every_notebook
def test_cells_have_names(path: Path) -> None:
    """Cell ids are words, so that a diff and a link say which cell is meant."""
    ids = [cell.id for cell in read(path).cells]
    assert len(set(ids)) == len(ids)
    assert all(name.replace("-", "").isalnum() and not name.isdigit() and len(name) > 2 for name in ids)
