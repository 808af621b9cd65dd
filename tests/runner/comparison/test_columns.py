"""Columns of a published table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from runner.comparison import rows
from runner.comparison.published import Column, Level, Member, Move
from tests.runner.comparison.sides import sides, step


def change(place: Path, before: Sequence[Any], after: Sequence[Any], **more: Sequence[Any]) -> Column | None:
    """What became of a column of rows that both runs have."""
    tables = [{"id": list(map(str, range(len(values)))), **more, "x": list(values)} for values in (before, after)]
    found, gaps = rows.changes(*sides(place, *(step(tables={"members": one}) for one in tables)))
    assert not gaps
    return found[0].columns[0] if found else None


def test_who_is_in_and_who_is_out(tmp_path: Path) -> None:
    """Of yes or no: rows that are new or gone count too, and what is missing is no."""
    before = {"id": ["1", "2", "3", "4"], "is_in": [True, False, True, None]}
    after = {"id": ["1", "2", "4", "5"], "is_in": [False, True, None, True]}
    (found,), _ = rows.changes(*sides(tmp_path, step(tables={"m": before}), step(tables={"m": after})))
    (column,) = found.columns
    assert (column.kind, column.changed, column.entered, column.left) == ("yes or no", 2, 2, 2)


def test_who_came_and_who_went_is_told_with_what_was_said_of_them(tmp_path: Path) -> None:
    """By name, with the sentences of both runs: there a table says why; names and words are none."""
    long = "bought for so much in the last year that the rule, which asks for less than that, admits this one at once"
    before = {"id": ["1", "2"], "is_in": [True, False], "town": ["a", "b"], "why": [long, "too little"]}
    after = {"id": ["2", "3"], "is_in": [True, True], "town": ["b", "c"], "why": [long, None]}
    (found,), _ = rows.changes(*sides(tmp_path, step(tables={"m": before}), step(tables={"m": after})))
    column = next(one for one in found.columns if one.name == "is_in")
    assert column.members_entered == (Member("2", "too little", long), Member("3", "", ""))
    assert column.members_left == (Member("1", long, ""),)


def test_words_that_repeat_are_told_by_their_turns(tmp_path: Path) -> None:
    """The most frequent first; sentences and names are counted only."""
    found = change(tmp_path, ["a", "a", "b", "c"], ["b", "b", "b", "a"])
    assert found is not None
    assert (found.changed, found.moves) == (3, (Move("a", "b", 2), Move("c", "a", 1)))
    for word in ("a" * 100, None):
        many = [word or f"name {n}" for n in range(100)]
        found = change(tmp_path, many, [f"{one}!" for one in many])
        assert found is not None
        assert (found.changed, found.moves) == (100, ())


def test_numbers_are_told_by_their_means(tmp_path: Path) -> None:
    """Row by row in a short table; over all rows in a long one."""
    found = change(tmp_path, [1, 2], [1.0, 4.0])
    assert found is not None
    assert found.levels == (Level("1", 1, 2.0, 4.0),)
    found = change(tmp_path, [1.0] * 50, [2.0] * 25 + [1.0] * 25)
    assert found is not None
    assert (found.changed, found.levels) == (25, (Level("", 50, 1.0, 1.5),))


def test_a_long_table_is_told_by_its_first_column(tmp_path: Path) -> None:
    """Where that has few values."""
    keys = {"level": ["a", "b"] * 30, "series": [str(n // 2) for n in range(60)]}
    tables = [{**keys, "mean": [value, 1.0] * 30} for value in (1.0, 3.0)]
    (found,), _ = rows.changes(*sides(tmp_path, *(step(tables={"forecasts": one}) for one in tables)))
    assert found.key == ("level", "series")
    assert found.columns[0].levels == (Level("a", 30, 1.0, 3.0),)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ([1.0], [1.0 + 1e-13], 0),
        ([float("nan")], [None], 0),
        ([float("nan")], [1.0], 1),
        ([None], [1.0], 1),
        ([None, "a"], [None, "a"], 0),
        ([datetime(2026, 1, 1)], [datetime(2026, 1, 2)], 1),  # noqa: DTZ001 - as tables hold it
        ([[1, 2]], [[1, 3]], 1),
        ([b"a"], [b"\xff"], 1),
        ([{"a": 1}], [{"a": 2}], 1),
        (["1"], [2], 1),
        ([True], ["yes"], 1),
    ],
)
def test_any_type_is_compared(tmp_path: Path, before: list[Any], after: list[Any], changed: int) -> None:
    """What is missing equals what is no number; noise of floats is none; types may turn."""
    found = change(tmp_path, before, after)
    assert (found.changed if found else 0) == changed


def test_columns_come_and_go(tmp_path: Path) -> None:
    """They are told as such."""
    tables = [{"id": ["1", "2"], "old": [1, 2]}, {"id": ["1", "2"], "new": [1, 2]}]
    (found,), _ = rows.changes(*sides(tmp_path, *(step(tables={"m": one}) for one in tables)))
    assert [(one.name, one.kind) for one in found.columns] == [("new", "new column"), ("old", "gone column")]
