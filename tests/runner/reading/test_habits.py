"""Habits of notebooks that others can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.errors import SettingsError
from runner.reading.habits import Taste, advice, taste
from runner.reading.notebooks import Cell, Notebook


def told(*sources: str, first: str = "k: int = 8  # clusters\n", asked: Taste | None = None) -> list[str]:
    """The advice on a notebook whose first cell declares a parameter that its last one reads."""
    cells = [Cell(1, first, ("parameters",))]
    cells += [Cell(number, source, ()) for number, source in enumerate((*sources, "print(k)"), start=2)]
    return advice(Notebook(Path("a.ipynb"), tuple(cells), "python3", ""), asked or Taste())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\ndef f():\n    pass", "cell 2, line 2: defines f; move it to a module"),
        ("class A:\n    pass", "cell 2, line 1: defines A"),
        ("f = lambda: 1", "cell 2, line 1: defines a lambda"),
        ("\nif k:\n    1", "cell 2, line 2: `if` makes the story branch"),
        ("while k:\n    1", "`while` makes"),
        ("with k:\n    1", "`with` makes"),
        ("\n".join(f"a{n}" for n in range(16)), "cell 2: 16 lines, and 15 are a cell's budget; split it"),
    ],
)
def test_mechanisms_and_long_cells_are_advised_against(source: str, said: str) -> None:
    """With the cell, the line, and what to do."""
    (found,) = told(source)
    assert said in found


def test_a_good_notebook_is_told_nothing() -> None:
    """Blank lines are in no budget, comprehensions are no loops, and a magic is no fault."""
    assert told("import a\n%matplotlib inline", "\n\n".join(f"x{n} = 1" for n in range(15)), "[1 for _ in a]") == []


def test_imports_stand_together() -> None:
    """Those of the parameters cell, which its types need, apart."""
    assert told("import a", "import b", first="from datetime import date\nk: int = 8  # clusters") == [
        "cell 3, line 1: imports something; all imports stand together, in cell 2"
    ]


def test_parameters_come_first_are_explained_and_read() -> None:
    """Each of the three is told where it is not so."""
    assert told(first="k: int = 8\nn: int = 3  # rounds") == [
        "cell 1, line 1: k has no meaning; say it in a comment behind the declaration",
        "cell 1, line 2: no cell reads the parameter n; use it, or take it out",
    ]
    cells = (Cell(1, "x = 1", ()), Cell(2, "k: int = 8  # clusters", ("parameters",)), Cell(3, "k", ()))
    assert advice(Notebook(Path("a.ipynb"), cells, "python3", ""), Taste()) == [
        "cell 2: the parameters stand below code; move them to the top"
    ]
    (found,) = advice(Notebook(Path("a.ipynb"), cells[:1], "python3", ""), Taste())
    assert "no cell is tagged `parameters`" in found


def test_a_name_keeps_its_meaning() -> None:
    """Given again in a later cell it is advised against; within one cell it is not."""
    assert told("x = 1\nx = 2", "x, y = 3, 4") == [
        "cell 3, line 1: x has a value from cell 2 already; give the new one a name of its own"
    ]


def test_budgets_of_the_notebook() -> None:
    """Cells and lines are counted, and 0 sets no budget."""
    assert told("1", "2", "3", asked=Taste(cells=4)) == [
        "5 cells, and 4 are a notebook's budget; make two notebooks of it"
    ]
    assert told("1\n2\n3", asked=Taste(lines=2)) == [
        "4 lines of code, and 2 are a notebook's budget; move mechanisms to modules"
    ]
    assert told("1\n2\n3", asked=Taste(lines=0, lines_per_cell=0)) == []


def test_taste_is_the_checkouts(tmp_path: Path) -> None:
    """What its pyproject.toml asks for; a name that is none is a fault, and so is a file that cannot be read."""
    assert taste(tmp_path) == Taste()
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.runner.notebooks]\nlines_per_cell = 30\nbranches = true")
    asked = taste(tmp_path)
    assert (asked.lines_per_cell, asked.branches, asked.definitions) == (30, True, False)
    assert told("if k:\n    1", asked=asked) == []
    project.write_text("[tool.runner.notebooks]\nlines_per_sell = 30")
    with pytest.raises(SettingsError, match="lines_per_sell"):
        taste(tmp_path)
    project.write_text("[")
    with pytest.raises(SettingsError, match=r"pyproject\.toml"):
        taste(tmp_path)


def test_a_cell_that_cannot_be_read_is_left_to_the_lint() -> None:
    """It is a fault of its own, told once."""
    assert told("this is no Python") == []
