"""Declarations in the cell tagged `parameters`."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from runner import notebooks
from runner.declarations import Declaration, declared
from runner.errors import ParameterError
from runner.notebooks import Cell, Notebook
from tests.runner.bench import NOTEBOOKS


def of(source: str) -> dict[str, Declaration]:
    cell = Cell(1, source, ("parameters",))
    return declared(Notebook(path=Path("a.ipynb"), cells=(cell,), kernel="python3", sha256=""))


def test_a_line_declares_name_type_default_limits_and_meaning() -> None:
    """Every part of a declaration is read from its line."""
    found = declared(notebooks.read(NOTEBOOKS / "values.ipynb"))
    assert list(found) == ["run_folder", "number", "share", "word", "flag", "day", "names", "weights"]
    assert found["number"] == Declaration("number", int, "int", 3, "a whole number", low=1, high=10)
    assert found["word"].allowed == ("plain", "fancy")
    assert (found["day"].default, found["day"].low, found["day"].limits) == (None, date(2010, 1, 1), "[2010-01-01..]")
    assert found["weights"].type_text == "dict[str, float]"


def test_imports_magics_comments_and_docstrings_may_stand_beside() -> None:
    """What declares nothing does not disturb."""
    source = '"""About."""\n%matplotlib inline\nimport datetime\n# a comment\nk: int = 2  # # of clusters\n'
    assert of(source)["k"].meaning == "# of clusters"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("k = 5", "not of the form"),
        ("k: int", "not of the form"),
        ("k: complex = 1", "no parameter can have the type complex"),
        ("k: dict[int, str] = {}", "no parameter can have the type"),
        ("k: int = 2 + 3", "no plain value"),
        ("k: str = open('x')", "no plain value"),
        ("k: int = '5'", "breaks its own declaration"),
        ("k: int = 1  # [2..9] many", "breaks its own declaration"),
        ("k: int = 5  # [a..9] many", "not a whole number"),
        ("k: int = 5\nk: int = 6", "declared twice"),
        ("def f(): pass", "not of the form"),
        ("k: int = (", "never closed"),
    ],
)
def test_a_line_that_is_no_declaration_is_named(line: str, words: str) -> None:
    """A line of another form is refused, with its place and the reason."""
    with pytest.raises(ParameterError, match=r"a\.ipynb, cell 1, line \d") as refused:
        of(line)
    assert words in str(refused.value)


def test_all_faults_are_named_at_once() -> None:
    """One message names every line that is wrong."""
    with pytest.raises(ParameterError, match=r"(?s)line 1: .*line 3: ") as refused:
        of("a = 1\nb: int = 2\nc: int = 'x'")
    assert "line 2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 11),
        ("number", True),
        ("number", 3.0),
        ("share", float("nan")),
        ("share", -0.1),
        ("word", "other"),
        ("names", [1]),
    ],
)
def test_values_outside_the_declaration_are_refused(name: str, value: Any) -> None:
    """A value of another type or out of the limits is refused."""
    found = declared(notebooks.read(NOTEBOOKS / "values.ipynb"))
    with pytest.raises(ValueError, match=r"not|input"):
        found[name].checked(value)


def test_limits_hold_for_every_item() -> None:
    """In a list, every item must be allowed."""
    levels = of('levels: list[str] = ["a"]  # {a | b} levels')["levels"]
    assert levels.read("a,b") == ["a", "b"]
    with pytest.raises(ValueError, match="'c' is not one of"):
        levels.read("a,c")


def test_a_whole_number_may_stand_for_a_float() -> None:
    """An int becomes the float that was declared; nothing else changes its type."""
    assert repr(of("w: float = 1")["w"].default) == "1.0"
