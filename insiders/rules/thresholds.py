"""One line on one feature that parts a group from the others best, and who stands close to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Threshold:
    """A rule of the form: feature at least (or at most) a value."""

    feature: str
    value: float
    at_least: bool
    """True where members stand at or above the value, False where at or below."""
    inside: float
    """Share of the members who keep the rule."""
    outside: float
    """Share of the others who break it."""

    def margin(self, customers: pd.DataFrame) -> pd.Series:
        """How far every customer is inside, as a share of the threshold's value; negative outside."""
        room = customers[self.feature].astype("float64") - self.value
        return (room if self.at_least else -room) / max(abs(self.value), 1e-9)


def best_threshold(customers: pd.DataFrame, member: pd.Series, feature: str) -> Threshold:
    """The cut of that feature with the highest Youden index: share of members inside plus share of others outside.

    ``member`` is boolean, aligned with ``customers``, with at least one of each kind. Customers without the feature
    count as outside.
    """
    values = customers[feature].astype("float64")
    found = [_cut(values.fillna(-np.inf), member, feature, at_least=True)]
    found.append(_cut(values.fillna(np.inf), member, feature, at_least=False))
    return max(found, key=lambda threshold: threshold.inside + threshold.outside)


def best_thresholds(customers: pd.DataFrame, member: pd.Series, features: tuple[str, ...]) -> list[Threshold]:
    """The best cut of every feature, the sharpest first."""
    cuts = [best_threshold(customers, member, feature) for feature in features]
    return sorted(cuts, key=lambda threshold: -(threshold.inside + threshold.outside))


def _cut(values: pd.Series, member: pd.Series, feature: str, *, at_least: bool) -> Threshold:
    numbers = values.to_numpy() if at_least else -values.to_numpy()
    ours, theirs = np.sort(numbers[member.to_numpy()]), np.sort(numbers[~member.to_numpy()])
    candidates = np.unique(numbers[np.isfinite(numbers)])
    inside = 1 - np.searchsorted(ours, candidates, "left") / len(ours)
    outside = np.searchsorted(theirs, candidates, "left") / len(theirs)
    best = int(np.argmax(inside + outside))
    value = float(candidates[best]) * (1 if at_least else -1)
    return Threshold(feature, value, at_least, float(inside[best]), float(outside[best]))
