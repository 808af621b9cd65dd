"""Effective parameters side by side."""

from __future__ import annotations

from pathlib import Path

from runner.comparison import parameters
from tests.runner.comparison.sides import given, side, sides, step


def test_a_changed_value_is_told_with_where_it_came_from(tmp_path: Path) -> None:
    """Values as Python writes them, and the layer of either."""
    pair = sides(
        tmp_path,
        step(parameters=given(k=8, preset="strict", share=0.1)),
        step(parameters={**given(preset="strict", share=0.1), "k": {"value": 10, "from": "-p"}}),
    )
    (found,) = parameters.changes(*pair)
    assert (found.name, found.steps, found.before, found.after) == ("k", ("eda",), "8", "10")
    assert (found.before_from, found.after_from) == ("default", "-p")


def test_a_parameter_of_many_steps_is_told_once(tmp_path: Path) -> None:
    """Where it turned alike in all of them."""
    before = side(tmp_path, step("a", parameters=given(seed=1)), step("b", parameters=given(seed=1)))
    after = side(tmp_path, step("a", parameters=given(seed=2)), step("b", parameters=given(seed=2)), later=True)
    (found,) = parameters.changes(before, after)
    assert found.steps == ("a", "b")


def test_what_only_one_run_declares_is_told(tmp_path: Path) -> None:
    """A missing parameter is no None."""
    pair = sides(tmp_path, step(parameters=given(old=None)), step(parameters=given(new=None)))
    found = {one.name: (one.before, one.after) for one in parameters.changes(*pair)}
    assert found == {"new": (None, "None"), "old": ("None", None)}


def test_the_runs_own_folder_is_no_difference(tmp_path: Path) -> None:
    """Neither as what the runner sets nor within another value."""
    before, after = (f"{tmp_path}/small/{name}" for name in ("01a201a4-a552-76d7-9315-0c8d3f29f215", "x"))
    own = {"run_folder": {"value": before, "from": "runner"}, **given(file=f"{before}/a.csv")}
    late = side(tmp_path, step(), later=True).folder
    other = {"run_folder": {"value": after, "from": "runner"}, **given(file=f"{late}/a.csv")}
    assert parameters.changes(*sides(tmp_path, step(parameters=own), step(parameters=other))) == ()


def test_an_endless_value_is_cut(tmp_path: Path) -> None:
    """And still told as changed."""
    pair = sides(tmp_path, step(parameters=given(names="a" * 10**6)), step(parameters=given(names="b" * 10**6)))
    (found,) = parameters.changes(*pair)
    assert found.after is not None
    assert len(found.after) < parameters.LONGEST + 50
