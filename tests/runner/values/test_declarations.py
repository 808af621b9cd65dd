"""Declarations in the cell tagged `parameters`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner.errors import ParameterError
from runner.reading import notebooks
from runner.reading.notebooks import Cell, Notebook
from runner.values.declarations import Declaration, declared
from runner.values.limits import Limits
from runner.values.literals import same
from tests.runner.bench import NOTEBOOKS

IMPORTS = (
    "from datetime import UTC, date, datetime; from decimal import Decimal; from pathlib import Path; "
    "from typing import Literal, Optional\n"
)


def of(source: str, *before: str) -> dict[str, Declaration]:
    cells = [Cell(number, text, ()) for number, text in enumerate(before, start=1)]
    cells.append(Cell(len(cells) + 1, source, ("parameters",)))
    return declared(Notebook(path=Path("a.ipynb"), cells=tuple(cells), kernel="python3", sha256=""))


def test_a_line_declares_name_type_default_limits_and_meaning() -> None:
    """Every part of a declaration is read from its line."""
    found = declared(notebooks.read(NOTEBOOKS / "values.ipynb"))
    assert list(found) == ["run_folder", "number", "share", "word", "flag", "day", "names", "weights"]
    assert found["number"] == Declaration("number", int, "int", 3, "a whole number", Limits(low=1, high=10))
    assert found["word"].limits == Limits(allowed=("plain", "fancy"))
    assert (found["day"].default, found["day"].limits.low) == (None, date(2010, 1, 1))
    assert found["weights"].type_text == "dict[str, float]"


def test_imports_magics_comments_and_docstrings_may_stand_beside() -> None:
    """What declares nothing does not disturb."""
    source = '"""About."""\n%matplotlib inline\nimport datetime\n# a comment\nk: int = 2  # # of clusters\n'
    assert of(source)["k"].meaning == "# of clusters"


@pytest.mark.parametrize(
    ("line", "default"),
    [
        ("x: datetime = datetime(2011, 12, 9, 8, 0)", datetime.fromisoformat("2011-12-09T08:00")),
        ("x: datetime = datetime(2011, 12, 9, tzinfo=UTC)", datetime(2011, 12, 9, tzinfo=UTC)),
        ("x: Decimal = Decimal('1.10')  # [0..] price", Decimal("1.10")),
        ("x: Path = Path('a/b')", Path("a/b")),
        ("x: Literal['a', 1, True] = True", True),
        ("x: Optional[Literal['a']] = None", None),
        ("x: tuple[int, ...] = (1, 2)  # [0..5] some", (1, 2)),
        ("x: tuple[int, str] = (1, 'a')", (1, "a")),
        ("x: dict[str, list[int]] = {'a': [1]}  # [0..5] some", {"a": [1]}),
        ("x: list[list[date]] = [[date(2011, 12, 9)]]  # [2011-01-01..] days", [[date(2011, 12, 9)]]),
        ("x: float = 1", 1.0),
        ("x: list[float] = [1, 2.5]", [1.0, 2.5]),
        ("x: float = float('inf')  # [0..inf] no limit", float("inf")),
        ("x: float = float('nan')  # [0..1] unknown", float("nan")),
        ("x: int = \\\n  -3  # a number", -3),
        ("x: str = 'a' 'b'", "ab"),
        ("x: str = '\\d'", "\\d"),
        ("x: str = 'a\u2028b'", "a\u2028b"),
        ("x: str = '''a\n%b'''", "a\n%b"),
    ],
)
def test_every_type_has_defaults(line: str, default: object) -> None:
    """The default of a line is read as exactly the value that the notebook would have."""
    assert same(of(IMPORTS + line)["x"].default, default)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("k = 5", "not of the form"),
        ("k: int", "not of the form"),
        ("k: int = 2 + 3", "no plain value"),
        ("k: str = open('x')", "no plain value"),
        ("k: int = '5'", "breaks its own declaration"),
        ("k: int = 1  # [2..9] many", "breaks its own declaration"),
        ("k: int = 5  # [a..9] many", "not a whole number"),
        ("k: int = 5\nk: int = 6", "declared twice"),
        ("k: int = 5; j: int = 6", "a line of its own"),
        ("def f(): pass", "not of the form"),
        ("k: int = (", "never closed"),
        ("class Colour(Enum): RED = 1", 'a choice is Literal["a", "b"]'),
        ("from os import *", "may change any name"),
        ("%%bash\nrm x", "another language"),
        ("%time\nk: str = '''\n%x\n'''", "IPython would take it for its own"),
        ("k: date = None", "needs `from datetime import date`"),
        ("from numpy import float64 as float\nk: float = 1.0", "no longer Python's own"),
        ("from evil import Decimal\nk: Decimal = Decimal('1')", "needs `from decimal import Decimal`"),
        ("date: int = 1", "is a name of Python or of the kernel"),
        ("In: int = 1", "is a name of Python or of the kernel"),
        ("_: int = 1", "is no name for a parameter"),
        ("к: int = 1", "is no name for a parameter"),
        ("import k\nk: int = 1", "is a name of Python or of the kernel"),
        ("k: bool = 1", "breaks its own declaration"),
        ("k: Literal = 1", "needs `from typing import Literal`"),
        (IMPORTS + "k: Literal = 1", "no parameter can have the type"),
        (IMPORTS + "k: Decimal = Decimal('sNaN')", "only Decimal('NaN')"),
        ("k: float = float('inf')", "not a finite number"),
        ("k: float = 1e999", "not a finite number"),
        ("k: float = 9007199254740993", "cannot be held exactly"),
        ("k: dict[str, int] = {'a': 1, 'a': 2}", "twice"),
        ("k: str = '\0'", "null bytes"),
        ("k: int = " + "-" * 50_000 + "1", "cannot be read as Python|too "),
    ],
)
def test_a_line_that_is_no_declaration_is_named(line: str, words: str) -> None:
    """A line of another form is refused, with its place and the reason."""
    with pytest.raises(ParameterError, match=r"a\.ipynb, cell 1, line \d") as refused:
        of(line)
    assert any(one in str(refused.value) for one in words.split("|"))


def test_an_import_before_the_cell_counts() -> None:
    """What an earlier cell imports is there; what it makes of a type's name is seen too."""
    assert of("k: date | None = None", "%matplotlib inline\nfrom datetime import date")["k"].default is None
    with pytest.raises(ParameterError, match="needs `from datetime import date`"):
        of("k: date | None = None", "from datetime import datetime as date")


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
        ("number", 10**5000),
        ("share", float("nan")),
        ("share", -0.1),
        ("word", "other"),
        ("word", type("Word", (str,), {})("plain")),
        ("names", [1]),
        ("names", ("a",)),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_values_outside_the_declaration_are_refused(name: str, value: Any) -> None:
    """A value of another type or out of the limits is refused."""
    found = declared(notebooks.read(NOTEBOOKS / "values.ipynb"))
    with pytest.raises(ValueError, match=r"not|input|digits"):
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


def test_infinity_and_no_number_only_where_declared() -> None:
    """Limits that name infinity admit it, a default that is no number admits others; nothing else does."""
    found = of("a: float = 1.0\nb: float = 1.0  # [..inf] b\nc: float = float('nan')  # [0..1] c")
    assert found["b"].read("inf") == float("inf")
    assert repr(found["c"].read("nan")) == "nan"
    for name, text in (("a", "inf"), ("a", "nan"), ("b", "-inf"), ("b", "nan"), ("c", "inf")):
        with pytest.raises(ValueError, match="not a finite number"):
            found[name].read(text)


def test_a_value_of_a_literal_is_exactly_one_of_it() -> None:
    """True is not 1, though Python says so."""
    one = of(IMPORTS + "x: Literal[1, 'a'] = 1")["x"]
    assert one.read("1") == 1
    for value in (True, 1.0):
        with pytest.raises(ValueError, match="not of the type"):
            one.checked(value)
