"""The cells that differ."""

from __future__ import annotations

from runner.comparison import code
from runner.comparison.executed import Executed


def cell(source: str, number: int | None = 1, kind: str = "code") -> Executed:
    return Executed("", kind, source, number, "Heading")


def test_changed_new_and_gone_cells_are_told_with_their_place() -> None:
    """Source, number before and after, and the heading above."""
    old = [cell("a = 1\nshow(a)\nreport(a)", 1), cell("same", 2), cell("import gone", 3)]
    new = [cell("a = 2\nshow(a)\nreport(a)", 1), cell("same", 2), cell("x" * 30, None, "markdown")]
    found = code.changes(old, new, code.pairs(old, new))
    assert [(one.turn, one.kind, one.number_before, one.number_after) for one in found] == [
        ("changed", "code", 1, 1),
        ("gone", "code", 3, None),
        ("new", "markdown", None, None),
    ]
    assert [line.sign for line in found[0].lines] == ["-", "+", " ", " "]
    assert found[0].heading == "Heading"


def test_equal_notebooks_and_empty_cells_are_no_change() -> None:
    """Nor is another end of line."""
    old, new = [cell("a\n"), cell("")], [cell("a"), cell("")]
    assert code.changes(old, old, code.pairs(old, old)) == ()
    assert code.changes(old, new, code.pairs(old, new)) == ()
    assert code.changes(old, new[:1], code.pairs(old, new[:1])) == ()


def test_cells_beyond_all_measure_are_counted() -> None:
    """And the first ones told."""
    new = [cell(str(n)) for n in range(code.MOST_CELLS + 5)]
    told = code.notebook("a.ipynb", ["eda"], code.changes([], new, code.pairs([], new)))
    assert (len(told.cells), told.left_out) == (code.MOST_CELLS, 5)
