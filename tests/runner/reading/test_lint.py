"""What is wrong with notebooks that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.reading.lint import Remark, remarks
from runner.reading.notebooks import Cell, Notebook


def linted(*sources: str, tags: tuple[str, ...] = ("parameters",)) -> list[Remark]:
    """The remarks on a notebook whose first cell declares parameters."""
    first = Cell(1, "import f, x, y\nk: int = 8  # clusters\nword: str = ''", tags)
    cells = (first, *(Cell(number, source, ()) for number, source in enumerate(sources, start=2)))
    return remarks(Notebook(Path("a.ipynb"), cells, "python3", ""))


@pytest.mark.parametrize(
    "source",
    [
        "k = 9",
        "k += 1",
        "k: int = 9",
        "a, (k, *b) = f()",
        "[*k] = f()",
        "for k in range(3):\n    pass",
        "with open('x') as k:\n    pass",
        "import numpy as k",
        "import k.sub",
        "from numpy import k",
        "def k():\n    pass",
        "async def k():\n    pass",
        "class k:\n    pass",
        "if (k := 9) > 3:\n    pass",
        "[(k := x) for x in range(3)]",
        "del k",
        "k = !ls",
        "try:\n    f()\nexcept ValueError as k:\n    pass",
        "match f():\n    case [k, *_]:\n        pass",
        "match f():\n    case [*k]:\n        pass",
        "match f():\n    case {'a': 1, **k}:\n        pass",
        "def f():\n    global k\n    k = 9",
        "%%time\nk = 9",
        "if x:\n    while y:\n        k = 9",
        "async for k in x:\n    pass",
    ],
)
def test_every_way_of_assigning_a_parameter_again_is_found(source: str) -> None:
    """Whatever binds or deletes the name in the notebook's own scope."""
    found = linted(source)
    assert found
    assert all("the parameter k is assigned again" in one.text and not one.stops for one in found)
    assert found[0].text.startswith("cell 2, line ")


@pytest.mark.parametrize(
    "source",
    [
        "[k for k in range(3)]",
        "{k: v for k, v in x.items()}",
        "def f(k):\n    k += 1\n    return k",
        "lambda k: k",
        "class A:\n    k = 3",
        "x.k = 3",
        "x['k'] = 3",
        "k[0] = 1",
        "f(k=3)",
        "import numpy.k",
        "print(k)",
        "%%bash\nk=3",
        "'''\nk = 3\n'''",
    ],
)
def test_names_of_other_scopes_are_no_parameters(source: str) -> None:
    """Variables of functions, classes and comprehensions, attributes, items and keywords are something else."""
    assert linted(source) == []


def test_the_line_is_that_of_the_cell() -> None:
    """Magics and empty lines above do not move it."""
    (found,) = linted("\n%matplotlib inline\n\nk = 9")
    assert found.text.startswith("cell 2, line 4: ")


def test_a_parameter_used_above_its_declaration_stops_a_run() -> None:
    """In a fresh kernel the name is not there yet; a name that the cells above give themselves is."""
    declares = Cell(3, "k: int = 8", ("parameters",))

    def above(*sources: str) -> list[Remark]:
        cells = [Cell(number, source, ()) for number, source in enumerate(sources, start=1)]
        return remarks(Notebook(Path("a.ipynb"), (*cells, declares), "python3", ""))

    (found,) = above("1", "print(k)")
    assert found.stops
    assert found.text.startswith("cell 2, line 1: k is used above cell 3")
    assert above("k = 1", "print(k)") == []
    assert above("def f():\n    return k", "f") == []


def test_a_copy_is_not_blamed_for_what_the_runner_injected() -> None:
    """The one remark is that the cell is there, and not that it assigns parameters."""
    cells = (Cell(1, "k: int = 8", ("parameters",)), Cell(2, "k = 9", ("injected-parameters",)))
    (found,) = remarks(Notebook(Path("a.ipynb"), cells, "python3", ""))
    assert "saved over" in found.text


@pytest.mark.parametrize(
    "source", ["%pip install x", "!pip install x", "! python -m pip install x", "if 1:\n    !uv pip install x"]
)
def test_packages_installed_on_the_way_are_told(source: str) -> None:
    """The record of a run names the packages it began with."""
    (found,) = linted(source)
    assert "installs packages" in found.text


def test_a_name_that_no_cell_gives_is_told() -> None:
    """With the cell that gives it too late, where there is one; a run is not refused for what only seems so."""
    (found,) = linted("print(later)", "later = 1")
    assert found.text == "cell 2, line 1: later is used above cell 3, which gives it; move it up"
    (found,) = linted("1\nprint(wrod)")
    assert found.text == "cell 2, line 2: wrod is used, and no cell gives it; define or import it, or mend its spelling"
    assert not found.stops


def test_a_secret_is_told_and_not_shown() -> None:
    """Its place and its kind are enough to find it."""
    (found,) = linted("x.login(password='hunter22!')")
    assert found.text.startswith("cell 2, line 1: holds the value of password")
    assert "hunter22" not in found.text


def test_outputs_are_counted() -> None:
    """One remark for a file, not one for each cell."""
    cells = tuple(Cell(number, "1", (), has_outputs=True) for number in (1, 2, 3))
    (found,) = remarks(Notebook(Path("a.ipynb"), cells, "python3", ""))
    assert "3 cells, the first of them 1, are in the file" in found.text
    assert not found.stops
