"""Notebooks of a few cells, written where a test needs them and run under supervision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from runner.execute import Execution, execute
from runner.kernel import process
from runner.kernel.supervision import Supervision
from tests.runner.kernel.processes import Marked

KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


def write(path: Path, *cells: str, kernel: str = "python3") -> Path:
    """Write a notebook of these cells."""
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {**KERNEL, "name": kernel}})
    book.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": []}) for source in cells]
    nbformat.write(book, path)
    return path


def run(folder: Path, marked: Marked, *cells: str, kernel: str = "python3", **circumstances: Any) -> Execution:
    """Run a notebook of these cells; its copy is `out.ipynb`."""
    circumstances.setdefault(
        "environment", process.environment(marked.environment, {"INSIDERS_TEST_MARK": marked.mark})
    )
    book = write(folder / "in.ipynb", *cells, kernel=kernel)
    return execute(book, folder / "out.ipynb", {}, Supervision(**circumstances))


def told(execution: Execution) -> list[str]:
    """The statuses of its cells."""
    return [cell.status.value for cell in execution.cells]


def shown(folder: Path) -> str:
    """All that the cells of the copy printed."""
    copy = nbformat.read(folder / "out.ipynb", as_version=4)
    return "".join(output.get("text", "") for cell in copy.cells for output in cell.get("outputs", []))
