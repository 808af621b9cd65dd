"""Names across the cells of a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.reading.names import undefined, unread
from runner.reading.notebooks import Cell, Notebook


def book(*sources: str) -> Notebook:
    """A notebook of these cells."""
    cells = tuple(Cell(number, source, ()) for number, source in enumerate(sources, start=1))
    return Notebook(Path("a.ipynb"), cells, "python3", "")


@pytest.mark.parametrize(
    ("sources", "name", "cell", "line", "given_in"),
    [
        (["x = 1", "\nprint(y)"], "y", 2, 2, None),
        (["print(x)", "x = 1"], "x", 1, 1, 2),
        (["[y for x in range(3)]"], "y", 1, 1, None),
        (["class A:\n    z = y"], "y", 1, 2, None),
        (["def f():\n    return y"], "y", 1, 2, None),
        (["def f(a=y):\n    return a"], "y", 1, 1, None),
        (["%%time\nprint(y)"], "y", 1, 2, None),
        (["await y"], "y", 1, 1, None),
        (["import numpy as np", "numpy.array"], "numpy", 2, 1, None),
        (["[x for x in range(3)]", "x"], "x", 2, 1, None),
        (["open(__file__)"], "__file__", 1, 1, None),
    ],
)
def test_a_name_that_no_cell_above_gives_is_found(
    sources: list[str], name: str, cell: int, line: int | None, given_in: int | None
) -> None:
    """With its cell and line, and the cell below that gives it, if one does."""
    (found,) = undefined(book(*sources))
    assert (found.name, found.cell, found.line, found.given_in) == (name, cell, line, given_in)


@pytest.mark.parametrize(
    "sources",
    [
        ["def f():\n    return later", "later = 1", "f()"],
        ["import a.b", "a.c"],
        ["for x in range(3):\n    pass", "x"],
        ["if (n := 10) > 5:\n    print(n)", "n"],
        ["with open('a') as file:\n    pass", "file"],
        ["try:\n    import x\nexcept ImportError as error:\n    x = None", "x"],
        ["def f():\n    global made\n    made = 1", "made"],
        ["display(In[1], _, __, _1, _i2)", "get_ipython()"],
        ["files = !ls", "files"],
        ["%%capture shown\nprint(1)", "shown"],
        ["%%bash --out said\necho 1", "said"],
        ["from numpy import *", "array([1])"],
        ["%run other.py", "thing"],
        ["exec('y = 1')", "y"],
        ["this is no Python", "y"],
        ["class A:\n    z = 1\n    w = z", "A.z"],
        ["(lambda a, *b, c=1, **d: a)(1)"],
        ["match 1:\n    case x:\n        print(x)", "x"],
        ["y: int"],
    ],
)
def test_names_that_are_there_or_cannot_be_seen_are_no_findings(sources: list[str]) -> None:
    """What a function reads may come later; where names come unseen, nothing is said of any."""
    assert undefined(book(*sources)) == []


def test_a_name_is_told_once() -> None:
    """Where it is read first."""
    (found,) = undefined(book("y", "y", "y"))
    assert found.cell == 1


@pytest.mark.parametrize("source", ["print(k)", "def f():\n    return k", "[k for _ in x]", "!echo {k}", "locals()"])
def test_a_name_is_read_wherever_it_stands(source: str) -> None:
    """In functions, comprehensions, commands, or behind what reaches names by their texts."""
    assert unread(book("k = 1", source), {"k": 1}) == []


def test_a_name_that_nothing_reads_is_found() -> None:
    """Neither the cell that gives it, nor an attribute of the same name, counts."""
    assert unread(book("k = 1\nprint(k)", "x.k = 2", "f(k=3)"), {"k": 1}) == ["k"]
