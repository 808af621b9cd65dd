"""The habits of a notebook: order, budgets, no outputs, nothing hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from runner.reading import habits, lint, notebooks
from runner.values import declarations

CHECKOUT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))

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
def test_passes_the_check(path: Path) -> None:
    """Outputs, order, names, parameters and their meanings, budgets, mechanisms, secrets: nothing is found."""
    book = notebooks.read(path)
    assert lint.remarks(book) == []
    assert declarations.read(book)[1] == []
    assert habits.advice(book, habits.taste(CHECKOUT)) == []


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
