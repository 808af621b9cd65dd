"""Two runs side by side, as the runner leaves them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from runner.comparison.comparing import compare
from runner.comparison.difference import Difference
from runner.comparison.side import Side
from runner.reading.choice import Choice
from tests.runner.bench import Bench, one
from tests.runner.comparison.sides import code, given, markdown, metrics, printed, side, sides, step


@pytest.fixture(scope="module")
def runs(module_bench: Bench) -> list[Side]:
    """Two equal runs of a notebook that shows all that is never the same, and one with another parameter."""
    asked = [[], [], ["k=10"]]
    ended = [module_bench.run(one("noisy"), given=values, choice=Choice(force=True)) for values in asked]
    return [Side.of(run.folder) for run in ended]


def test_two_equal_runs_differ_in_nothing(runs: list[Side]) -> None:
    """Although their copies differ in times, addresses, folders, ids, progress and bytes of pictures."""
    copies = [(run.folder / "noisy.ipynb").read_text() for run in runs[:2]]
    assert copies[0] != copies[1]
    began = process_time()
    found = compare(*runs[:2])
    assert process_time() - began < 1
    assert found.empty
    assert found.headline == ()
    assert [one.step for one in found.timings] == ["", "noisy"]


def test_another_parameter_is_told_with_all_that_came_of_it(runs: list[Side]) -> None:
    """The parameter, the metric, and the outputs by their kind."""
    found = compare(*runs[1:], draw=True)
    assert found.headline[:2] == ("k 8 → 10", "score 8 → 10 (+25.0 %)")
    assert found.code == ()
    (shown,) = found.outputs
    assert [output.kind for output in shown.outputs] == ["text", "table", "picture"]
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert told["empty"] is False
    assert told["outputs"][0]["outputs"][2]["picture"]["overlay"].startswith("data:image/png;base64,")


def test_a_run_does_not_differ_from_itself(runs: list[Side]) -> None:
    """Whatever it holds."""
    assert compare(runs[0], runs[0]).empty


def only(found: Difference, *parts: str) -> bool:
    """Whether nothing differs but these parts."""
    nothing: dict[str, Any] = dict.fromkeys(parts, ())
    return dataclasses.replace(found, **nothing).empty and not found.empty


def test_other_prose_and_code_are_told_once_for_all_steps_of_a_notebook(tmp_path: Path) -> None:
    """A notebook that runs for several values has the same cells in each copy."""
    old, new = ([markdown(f"# {word}"), code(f"a = '{word}'")] for word in ("north", "south"))
    facts = {"notebook": "sales.ipynb"}
    before, after = (
        side(tmp_path, step("sales.1", cells, **facts), step("sales.2", cells, **facts), later=bool(late))
        for late, cells in enumerate((old, new))
    )
    found = compare(before, after)
    assert only(found, "code")
    (notebook,) = found.code
    assert (notebook.name, notebook.steps, len(notebook.cells)) == ("sales.ipynb", ("sales.1", "sales.2"), 2)


def test_steps_that_only_one_run_has_are_told(tmp_path: Path) -> None:
    """And those that ended in another way, with the reason."""
    before = side(tmp_path, step("a"), step("b"), step("c"))
    failed = step("b", status="failed", reason="ValueError: no", copy="b.ipynb")
    after = side(tmp_path, step("a", status="cached"), failed, step("d"), later=True)
    found = compare(before, after)
    assert only(found, "steps")
    assert [(one.name, one.before, one.after, one.reason) for one in found.steps] == [
        ("b", "succeeded", "failed", "ValueError: no"),
        ("d", None, "succeeded", None),
        ("c", "succeeded", None, None),
    ]


@pytest.mark.parametrize("damage", ["gone", "half", "folder", "link"])
def test_a_copy_that_cannot_be_read_is_one_sentence(tmp_path: Path, damage: str) -> None:
    """The rest is compared all the same."""
    before, after = sides(tmp_path, step(parameters=given(k=1)), step(parameters=given(k=2)))
    path = after.folder / "eda.ipynb"
    content = path.read_text()
    path.unlink()
    if damage == "half":
        path.write_text(content[:20])
    elif damage == "folder":
        path.mkdir()
    elif damage == "link":
        path.symlink_to(before.folder / "eda.ipynb")
    found = compare(before, after)
    assert [one.name for one in found.parameters] == ["k"]
    (gap,) = found.gaps
    assert gap.startswith(f"eda: the executed copy of run {after.manifest['run_id']} ")


def test_a_step_that_never_ran_has_no_copy_to_miss(tmp_path: Path) -> None:
    """It is told as skipped."""
    pair = sides(tmp_path, step(cells=[]), step(cells=None, status="skipped", reason="needs a, which failed"))
    found = compare(*pair)
    assert only(found, "steps")


@pytest.mark.parametrize(("status", "words"), [("running", "is still under way"), ("lost", "was lost on the way")])
def test_half_a_run_is_compared_as_far_as_it_goes(tmp_path: Path, status: str, words: str) -> None:
    """And the sentence says so."""
    found = compare(side(tmp_path, step()), side(tmp_path, step(), later=True, status=status))
    assert len(found.gaps) == 1
    assert words in found.gaps[0]


def test_runs_of_two_pipelines_are_compared_where_their_steps_meet(tmp_path: Path) -> None:
    """And the first line says that they are of two."""
    before = side(tmp_path, step("eda", metrics=metrics(rows=1)), step("old"))
    after = side(tmp_path, step("eda", metrics=metrics(rows=2)), step("new"), later=True, pipeline="other")
    found = compare(before, after)
    assert found.headline[0] == "two pipelines: small and other"
    assert [one.name for one in found.metrics] == ["rows"]
    assert "only the steps eda are in both" in found.gaps[0]


def test_a_copy_that_both_share_is_not_read(tmp_path: Path) -> None:
    """A step that was taken over from the other run has its copy, byte for byte."""
    same = [{"path": "eda.ipynb", "sha256": "1", "bytes": 9}]
    pair = sides(tmp_path, step(files=same), step(files=same, cells=None, status="cached"))
    assert compare(*pair).empty


def test_what_is_told_has_a_bound(tmp_path: Path) -> None:
    """However many cells and lines differ."""
    old, new = ([code(f"x = {n}", printed(f"{word}\n" * 100)) for n in range(400)] for word in ("a", "b"))
    found = compare(*sides(tmp_path, step(cells=old), step(cells=new)))
    (shown,) = found.outputs
    assert (len(shown.outputs), shown.left_out) == (300, 100)
    assert sum(len(output.lines) for output in shown.outputs) < 21_000
