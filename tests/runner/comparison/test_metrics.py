"""Metrics side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.comparison import metrics
from runner.comparison.facts import Metric
from tests.runner.comparison import sides
from tests.runner.comparison.sides import step


def changes(place: Path, before: object, after: object, *gates: str) -> tuple[Metric, ...]:
    one, other = (step(metrics=sides.metrics(score=value) if value != "gone" else []) for value in (before, after))
    policy = {"gates": list(gates)}
    return metrics.changes(sides.side(place, one), sides.side(place, other, later=True, policy=policy))


@pytest.mark.parametrize(
    ("before", "after", "gate", "direction"),
    [
        (0.4, 0.5, "", "up"),
        (0.5, 0.4, "", "down"),
        (0.4, 0.5, "eda.score >= 0.3", "better"),
        (0.4, 0.5, "score <= 0.3", "worse"),
        (0.5, 0.4, "score < 0.3", "better"),
        (0.5, 0.4, "score between 0.1 and 0.3", "down"),
        (0.5, 0.4, "drift(score) <= 0.3", "down"),
        (0.5, 0.4, "other.score <= 0.3", "down"),
        (0.5, 0.4, "no gate at all", "down"),
        ("ets", "theta", "", "changed"),
        (None, 1, "", "new"),
        (1, "gone", "", "gone"),
    ],
)
def test_the_direction_is_judged_where_a_gate_tells_it(
    tmp_path: Path, before: object, after: object, gate: str, direction: str
) -> None:
    """`at least` makes more of it better, `at most` less; without such a gate it went up or down."""
    (found,) = changes(tmp_path, before, after, *filter(None, [gate]))
    assert found.direction == direction
    assert (found.gate is not None) == (direction in ("better", "worse"))


def test_by_how_much_it_moved(tmp_path: Path) -> None:
    """In its own unit, and in terms of the larger value."""
    (found,) = changes(tmp_path, 200, 250)
    assert (found.change, found.relative) == (50, 0.2)


@pytest.mark.parametrize(("before", "after"), [(1.0, 1.0 + 1e-12), (8, 8), ("a", "a"), (None, None), (0.0, -0.0)])
def test_the_same_is_no_change(tmp_path: Path, before: object, after: object) -> None:
    """Nor is what floats lose when they are summed in another order."""
    assert changes(tmp_path, before, after) == ()
