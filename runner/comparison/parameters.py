"""The effective parameters of two runs, defaults included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.comparison.facts import Parameter
from runner.comparison.side import Side

RUNNERS_OWN = "runner"
"""The layer of values that the runner sets, such as the run folder: they differ always."""
LONGEST = 2000


def changes(before: Side, after: Side) -> tuple[Parameter, ...]:
    """The parameters with another value, once for all steps in which they turned alike.

    Steps that only one run has are told as such, and their parameters are not.
    """
    found: dict[tuple[str | None, ...], list[str]] = {}
    for step in (name for name in after.steps if name in before.steps):
        old, new = _told(before, step), _told(after, step)
        for name in dict.fromkeys((*new, *old)):
            one, other = old.get(name, (None, None)), new.get(name, (None, None))
            if RUNNERS_OWN not in (one[1], other[1]) and one[0] != other[0]:
                found.setdefault((name, one[0], other[0], one[1], other[1]), []).append(step)
    return tuple(
        Parameter(str(name), tuple(steps), one, other, one_from, other_from)
        for (name, one, other, one_from, other_from), steps in found.items()
    )


def _told(side: Side, step: str) -> dict[str, tuple[str | None, str | None]]:
    """Value and layer of each parameter. A place in the run's own folder is the same place in both runs."""
    given: Mapping[str, Any] = side.steps[step].get("parameters") or {}
    return {
        str(name): (side.noise.without_names(_text(one.get("value"))), str(one.get("from")))
        for name, one in given.items()
        if isinstance(one, Mapping)
    }


def _text(value: object) -> str:
    try:
        text = repr(value)
    except RecursionError:
        text = "a value that nests without end"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
