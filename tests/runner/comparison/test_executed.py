"""Notebook files as they are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.comparison import executed
from runner.comparison.side import MissingError
from tests.runner.comparison.sides import code, markdown, printed, side, step


def test_cells_have_number_heading_and_outputs(tmp_path: Path) -> None:
    """The cells that the runner wrote count for the numbers, and are left out."""
    run = side(
        tmp_path,
        step(
            cells=[
                markdown("stopped", metadata={"tags": ["papermill-error-cell-tag"]}),
                markdown("# One\n\ntext"),
                code("a = 1", metadata={"tags": ["parameters"]}),
                code("a = 2", metadata={"tags": ["injected-parameters"]}),
                code(""),
                code(["print(a)\n", "a"], printed("2")),
            ]
        ),
    )
    cells = executed.copy_of(run, run.steps["eda"])
    assert [(cell.kind, cell.number, cell.heading) for cell in cells] == [
        ("markdown", None, "One"),
        ("code", 1, "One"),
        ("code", None, "One"),
        ("code", 3, "One"),
    ]
    assert cells[-1].source == "print(a)\na"
    assert cells[-1].outputs == (printed("2"),)


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "7", '{"cells": 7}', '{"cells": [7]}', '{"cells": {"a": 1}}', "[" * 100_000),
        json.dumps({"cells": [{}] * (executed.MOST_CELLS + 1)}),
    ],
)
def test_what_is_no_notebook_is_told_in_a_clause(tmp_path: Path, content: str) -> None:
    """Half a file, another form, far too many cells."""
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    with pytest.raises(MissingError, match=r"cannot be read|is no notebook|more than are compared"):
        executed.read(path)


def test_odd_cells_are_no_fault(tmp_path: Path) -> None:
    """Whatever stands where a text, a list or a mapping should."""
    path = tmp_path / "a.ipynb"
    odd = [{}, {"cell_type": 7, "source": 8, "metadata": [], "outputs": "x"}, {"source": [1, "a"], "metadata": None}]
    odd += [{"cell_type": "code", "source": "x", "metadata": {"tags": "x"}, "outputs": [1, {"output_type": []}]}]
    path.write_text(json.dumps({"cells": odd}))
    assert [cell.source for cell in executed.read(path)] == ["", "", "a", "x"]
