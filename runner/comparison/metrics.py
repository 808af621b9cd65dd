"""The metrics of two runs: by how much they moved, and whether that is better or worse where the pipeline tells it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from runner.comparison.facts import Metric
from runner.comparison.side import Side
from runner.errors import RunnerError
from runner.reading import gates
from runner.reading.gates import Gate

NOISE = 1e-9
"""Two numbers whose difference is a smaller share of the larger one are equal: sums of floats in another order."""
_HIGHER, _LOWER = (">", ">="), ("<", "<=")


def changes(before: Side, after: Side) -> tuple[Metric, ...]:
    """The metrics with another value, in the order of steps and notebooks."""
    asked = _gates(after.manifest)
    return tuple(
        change
        for step in after.steps
        if step in before.steps
        for change in _of_step(step, before.steps[step], after.steps[step], asked)
    )


def same(one: object, other: object) -> bool:
    """Whether two values are equal, floats but for noise."""
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=NOISE, abs_tol=0.0)  # type: ignore[arg-type]  # both are numbers
    return type(one) is type(other) and one == other


def _of_step(
    step: str, old: Mapping[str, Any], new: Mapping[str, Any], asked: Mapping[tuple[str | None, str], Gate]
) -> Iterator[Metric]:
    before, after = ({str(one["name"]): one for one in told.get("metrics") or ()} for told in (old, new))
    for name in dict.fromkeys((*after, *before)):
        one, other = (told[name]["value"] if name in told else None for told in (before, after))
        if same(one, other):
            continue
        unit = str((after.get(name) or before[name]).get("unit") or "")
        gate = asked.get((step, name)) or asked.get((None, name))
        yield _metric(step, name, unit, one, other, gate)


def _metric(step: str, name: str, unit: str, one: Any, other: Any, gate: Gate | None) -> Metric:  # noqa: ANN401 - any value
    if not (_is_number(one) and _is_number(other)):
        direction = "new" if one is None else "gone" if other is None else "changed"
        return Metric(step, name, unit, one, other, None, None, direction, None)
    change = other - one
    largest = max(abs(one), abs(other))
    direction = "up" if change > 0 else "down"
    if gate and gate.operator in (*_HIGHER, *_LOWER):
        direction = "better" if (change > 0) == (gate.operator in _HIGHER) else "worse"
        return Metric(step, name, unit, one, other, change, change / largest, direction, gate.text)
    return Metric(step, name, unit, one, other, change, change / largest, direction, None)


def _gates(manifest: Mapping[str, Any]) -> dict[tuple[str | None, str], Gate]:
    """The gates of a run by step and metric; those on a drift say nothing of the metric itself."""
    found = {}
    for text in (manifest.get("policy") or {}).get("gates") or ():
        try:
            gate = gates.parse(str(text))
        except (RunnerError, ValueError):
            continue
        if not gate.drift:
            found[(gate.step, gate.metric)] = gate
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
