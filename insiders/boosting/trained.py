"""What the training of trees may be told, and trained trees as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What the training may be told; none of it was tuned on the days that the benchmarks hold out."""

    objective: str = "tweedie"
    """A name of ``OBJECTIVES``."""
    power: float = 1.5
    """Tweedie's: the variance goes with this power of the mean, 1 being Poisson's and 2 gamma's."""
    lags: tuple[int, ...] = (1, 2, 3, 6)
    """Rows before the first day to forecast that are features."""
    windows: tuple[int, ...] = (6, 12, 24, 48, 96)
    """Rows before it whose mean is a feature; of the last one also the spread, the median and the 90 % quantile."""
    season: int = 6
    """Rows after which sales repeat themselves: the open days of a week."""
    scaled: bool = True
    """Whether each series is learnt in units of its own recent mean; sales learnt as logarithms never are."""
    rows: int = 240
    """The most rows of a series, its last ones, that are learnt from."""
    least_sold: int = 0
    """Days with sales that a series had before a row that is learnt from: the rule by which series are followed."""
    yearly: bool = False
    """Whether the time of the year is a feature; in less than two years of history it is a trend and no season."""
    trees: int = 200
    """Trees that add up."""
    learning_rate: float = 0.05
    """How much of a tree counts."""
    leaves: int = 31
    """The most leaves of a tree."""
    least_rows: int = 100
    """Rows that a leaf rests on."""
    seed: int = 42
    """Of the days drawn and of what each tree sees; the same seed gives the same model."""
    threads: int = 1
    """CPU threads."""


@dataclass(frozen=True)
class Trained:
    """Trained trees and how they came about."""

    settings: Settings
    horizon: int
    """Days ahead that were learnt."""
    booster: str
    """The trees in LightGBM's own text."""
    static: Mapping[str, tuple[str, ...]]
    """By static feature, its values in the order of their codes."""
    known_ahead: tuple[str, ...]
    """Further columns that have to be known of the days to forecast."""
    rows: int
    """Rows learnt from."""
    seconds: float | None = None
    """Wall time of the training; None for a loaded one, since equal trainings leave equal files."""
