"""The graph of steps."""

from __future__ import annotations

from runner.desk.drawings import graph
from runner.desk.steps import Step


def a_step(name: str, *needs: str) -> Step:
    return Step.model_validate({"name": name, "needs": needs, "status": "succeeded"})


def test_each_step_stands_right_of_those_it_needs() -> None:
    """Columns follow the needs, rows the order of the record; every need is a line."""
    made = graph.of([a_step("a"), a_step("b", "a"), a_step("c", "a"), a_step("d", "b", "a")])
    assert made is not None
    columns = {box.step.name: (box.x // graph.WIDTH, box.y // graph.HEIGHT) for box in made.boxes}
    assert columns == {"a": (0, 0), "b": (1, 0), "c": (1, 1), "d": (2, 0)}
    assert len(made.lines) == 4


def test_needs_that_cannot_be_are_no_lines() -> None:
    """A circle, oneself, what is not there, and no steps or too many: nothing breaks."""
    made = graph.of([a_step("a", "b", "a", "none"), a_step("b", "a", "a")])
    assert made is not None
    assert len(made.lines) == 3, "each way of the circle, and oneself"
    assert graph.of([]) is None
    assert graph.of([a_step(str(number)) for number in range(500)]) is None
