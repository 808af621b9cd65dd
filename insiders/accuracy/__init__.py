"""How good forecasts were: metrics by name, and whether one model is better than another."""

from insiders.accuracy.metrics import (
    METRICS,
    accuracy,
    mean_over_cutoffs,
    mean_over_levels,
    scales,
    series_rmsse,
)
from insiders.accuracy.skill import wrmsse_differences

__all__ = [
    "METRICS",
    "accuracy",
    "mean_over_cutoffs",
    "mean_over_levels",
    "scales",
    "series_rmsse",
    "wrmsse_differences",
]
