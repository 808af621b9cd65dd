"""Gates: what has to hold of a run's figures before its results go live, one plain sentence of a pipeline file each.

    silhouette >= 0.5                               a metric, where one step alone shows it
    clustering.insiders_share between 0.05 and 0.2  a metric of one step
    membership_change <= 0.3                        share of old and new Insiders together who entered or left
    drift(eda.gross_revenue) <= 0.5                 change against the current run, as a share of what it was

Nothing of it is ever executed: a gate that is not written in one of these ways is refused.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from runner import wording

MEMBERSHIP_CHANGE = "membership_change"
DRIFT = "drift"
_STEP = r"[a-z][a-z0-9_-]*(?:\.[0-9]+)?"
_METRIC = r"[A-Za-z_][A-Za-z0-9_-]*"
_SUBJECT = re.compile(rf"(?:(?P<step>{_STEP})\.)?(?P<metric>{_METRIC})")
_CALL = re.compile(r"(?P<function>[A-Za-z_]\w*)\s*\((?P<inside>[^()]*)\)")
_GATE = re.compile(
    r"(?P<subject>[^<>=!~≤≥\s(]+(?:\s*\([^()]*\))?)\s*"
    r"(?P<operator>[<>=!~≤≥]++|(?<=[\s)])[A-Za-z]+(?=\s))\s*"
    r"(?P<limits>\S.*)"
)
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_EXAMPLE = "write it like silhouette >= 0.5 or insiders_share between 0.05 and 0.2"


@dataclass(frozen=True)
class _Comparison:
    """One way of comparing a figure with a limit."""

    holds: Callable[[float, float], bool]
    wants: str
    """What it asks for, in words, before the limit."""


BETWEEN = "between"
_COMPARISONS = {
    ">=": _Comparison(operator.ge, "at least"),
    "<=": _Comparison(operator.le, "at most"),
    ">": _Comparison(operator.gt, "more than"),
    "<": _Comparison(operator.lt, "less than"),
    "==": _Comparison(operator.eq, "exactly"),
}
OPERATORS = (*_COMPARISONS, BETWEEN)
_SLIPS = {"=": "==", "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<="}
"""What people write where they mean an operator."""


@dataclass(frozen=True)
class Gate:
    """One gate."""

    text: str
    """As it stands in the pipeline file, blanks aside."""
    metric: str
    step: str | None
    """The step that shows the metric; None where the name alone has to be enough."""
    drift: bool
    """Whether the change of the metric counts, and not the metric itself."""
    operator: str
    limits: tuple[float, ...]
    """One number; two for `between`, the lower one first."""

    @property
    def subject(self) -> str:
        """The figure that is looked at, as the gate names it."""
        name = f"{self.step}.{self.metric}" if self.step else self.metric
        return f"{DRIFT}({name})" if self.drift else name

    @property
    def of_members(self) -> bool:
        """Whether it is about who entered and who left, which is no metric of a step."""
        return self.metric == MEMBERSHIP_CHANGE and self.step is None and not self.drift

    @property
    def wants(self) -> str:
        """What the gate asks for: `at least 0.5`, `0.05 to 0.2`."""
        if self.operator == BETWEEN:
            return " to ".join(number(limit) for limit in self.limits)
        return f"{_COMPARISONS[self.operator].wants} {number(self.limits[0])}"

    def holds(self, value: float) -> bool:
        """Whether a figure passes; one that is no number never does."""
        if math.isnan(value):
            return False
        if self.operator == BETWEEN:
            return self.limits[0] <= value <= self.limits[1]
        return _COMPARISONS[self.operator].holds(value, self.limits[0])

    def missed_by(self, value: float) -> str:
        """How far a figure is off: `0.09 short`, `0.12 over`."""
        off = value - min(self.limits, key=lambda limit: abs(value - limit))
        if off == 0:
            return "the limit itself is not enough"
        return f"{number(abs(off))} {'over' if off > 0 else 'short'}"


def parse(text: str) -> Gate:
    """The gate that a text spells, or a ValueError that says what is wrong with it."""
    plain = " ".join(text.split())
    match = _GATE.fullmatch(plain)
    if match is None:
        raise ValueError(f"{plain!r} is no gate; {_EXAMPLE}")
    drift, step, metric = _subject(match["subject"])
    if match["operator"] not in OPERATORS:
        raise ValueError(f"{plain!r}: there is no operator {match['operator']}{_meant(match['operator'])}")
    limits = _limits(plain, match["operator"], match["limits"])
    return Gate(plain, metric, step, drift, match["operator"], limits)


def number(value: float) -> str:
    """A figure as messages show it: four digits are enough, and whole numbers stay whole."""
    whole = math.isfinite(value) and (abs(value) >= 10_000 or value == int(value))
    return f"{value:,.0f}" if whole else f"{value:.4g}"


def _subject(text: str) -> tuple[bool, str | None, str]:
    """Whether it is about the change, the step if it is named, and the metric."""
    call = _CALL.fullmatch(text)
    if call and call["function"] != DRIFT:
        raise ValueError(f"there is no {call['function']}(…); the one function is {DRIFT}(METRIC)")
    inner = call["inside"].strip() if call else text
    match = _SUBJECT.fullmatch(inner)
    if match is None:
        raise ValueError(f"{inner!r} is no name of a metric; write METRIC or STEP.METRIC")
    return call is not None, match["step"], match["metric"]


def _meant(word: str) -> str:
    if word in _SLIPS:
        return f"; did you mean {_SLIPS[word]}?"
    return wording.nearest(word, OPERATORS) or f"; those are {', '.join(OPERATORS)}"


def _limits(plain: str, word: str, text: str) -> tuple[float, ...]:
    parts = text.split(" and ") if word == BETWEEN else [text]
    if word == BETWEEN and len(parts) != 2:
        raise ValueError(f"{plain!r}: between wants two numbers, such as between 0.05 and 0.2")
    limits = tuple(_limit(plain, part.strip()) for part in parts)
    if limits != tuple(sorted(limits)):
        raise ValueError(f"{plain!r}: the lower number comes first")
    return limits


def _limit(plain: str, text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"{plain!r}: {text!r} is no number")
    return value
