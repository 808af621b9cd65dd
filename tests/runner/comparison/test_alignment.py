"""Which cell of one notebook is which cell of the other."""

from __future__ import annotations

from time import process_time

from runner.comparison.alignment import Pair, align
from runner.comparison.executed import Executed


def cells(*sources: str, ids: str = "") -> list[Executed]:
    """Code cells with these sources; those named in `ids` have an id."""
    return [Executed(ids[n : n + 1].strip(), "code", source, n + 1, "") for n, source in enumerate(sources)]


def pairs(old: list[Executed], new: list[Executed]) -> list[Pair]:
    found = align(old, new)
    assert [i for i, _ in found if i is not None] == list(range(len(old)))
    assert [j for _, j in found if j is not None] == list(range(len(new)))
    return found


def test_equal_notebooks_go_cell_by_cell() -> None:
    """Also where all cells are alike."""
    assert pairs(cells("a", "a", "b"), cells("a", "a", "b")) == [(0, 0), (1, 1), (2, 2)]
    assert pairs([], []) == []


def test_an_inserted_cell_moves_the_others() -> None:
    """And is paired with none."""
    assert pairs(cells("a", "b", "c"), cells("a", "x", "b", "c")) == [(0, 0), (None, 1), (1, 2), (2, 3)]
    assert pairs(cells("a", "x", "b"), cells("a", "b")) == [(0, 0), (1, None), (2, 1)]


def test_an_edited_cell_is_known_by_its_source() -> None:
    """Where enough of it is as it was."""
    old = cells("start", "model = fit(customers, k=8, seed=42)", "import os", "end")
    new = cells("start", "y = [1, 2, 3] * 100", "model = fit(customers, k=10, seed=42)", "end")
    assert (1, 2) in pairs(old, new)
    assert (1, 1) not in pairs(old, new)


def test_an_edited_cell_is_known_by_its_id() -> None:
    """However much of it was edited."""
    assert pairs(cells("a", "b", "c", ids="xyz"), cells("p", "q", "r", "s", ids="pyqz")) == [
        (0, None),
        (None, 0),
        (1, 1),
        (None, 2),
        (2, 3),
    ]


def test_a_long_edited_cell_is_known_by_its_lines() -> None:
    """Of which most are as they were."""
    lines = [f"column_{n} = table['{n}'] * {n}" for n in range(40)]
    old, new = cells("a", "\n".join(lines), "b"), cells("c", "\n".join([*lines[:20], "new = 1", *lines[21:]]), "d")
    assert (1, 1) in pairs(old, new)


def test_moved_cells_are_told_once_each() -> None:
    """The longest part that kept its order stays."""
    assert pairs(cells("a", "b", "c", "d"), cells("d", "a", "b", "c")) == [(None, 0), (0, 1), (1, 2), (2, 3), (3, None)]


def test_ten_thousand_cells_that_all_differ_take_a_moment() -> None:
    """They are paired in order."""
    began = process_time()
    old, new = cells(*[f"x = {n}" for n in range(10_000)]), cells(*[f"y = {n}" for n in range(9_000)])
    assert len(pairs(old, new)) == 10_000
    assert process_time() - began < 5
