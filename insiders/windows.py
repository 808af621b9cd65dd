"""Windows cut from a panel of daily series: what a network reads, what it knows beforehand, what it is to hit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from insiders.errors import AnalysisError
from insiders.series import WEEK


@dataclass(frozen=True)
class Windows:
    """Training examples or forecasts to make, one row per series and start."""

    past: Tensor
    """Row x day read x feature: scaled sales (log of one plus), weekday mean, calendar, level."""
    future: Tensor
    """Row x day ahead x feature: weekday mean, calendar, and last the level, one feature for each."""
    target: Tensor
    """Row x day ahead: scaled sales; of no meaning where they are still to come or the scale is zero."""
    scale: Tensor
    """Row: the mean of the days read, by which all else is divided; zero where nothing was sold."""

    def to(self, device: torch.device) -> Windows:
        """The same windows on another device."""
        return Windows(*(part.to(device) for part in (self.past, self.future, self.target, self.scale)))

    def lively(self, least: float = 0.25) -> Windows:
        """Only the windows with sales on that share of the days read: the others have no scale worth dividing by."""
        keep = (self.past[..., 0] > 0).float().mean(dim=1) >= least
        return Windows(self.past[keep], self.future[keep], self.target[keep], self.scale[keep])


def windows(panel: pd.DataFrame, starts: np.ndarray, horizon: int, context: int, levels: tuple[str, ...]) -> Windows:
    """All series of ``panel`` at all ``starts``: ``context`` days to read, ``horizon`` days to forecast."""
    values, calendar = panel.to_numpy(dtype="float32"), _calendar(pd.DatetimeIndex(panel.index))
    index = starts[:, None] + np.arange(context + horizon)
    read, ahead = values[index[:, :context]], values[index[:, context:]]
    scale = read.mean(axis=1, keepdims=True)
    divisor = np.where(scale > 0, scale, 1.0)
    usual = _weekday_means(read / divisor, calendar[index][..., :WEEK], context)
    known = [_per_series(calendar[index], values.shape[1]), _levels(panel, levels, index.shape)]
    past = [np.log1p(read / divisor)[..., None], usual[:, :context, :, None], *(part[:, :context] for part in known)]
    future = [usual[:, context:, :, None], *(part[:, context:] for part in known)]
    return Windows(
        past=_one_row_each(np.concatenate(past, axis=-1)),
        future=_one_row_each(np.concatenate(future, axis=-1)),
        target=_one_row_each(ahead / divisor),
        scale=torch.from_numpy(scale.reshape(-1).astype("float32")),
    )


def _one_row_each(array: np.ndarray) -> Tensor:
    """From start x day x series (x feature) to one row per start and series."""
    swapped = array.swapaxes(1, 2)
    return torch.from_numpy(swapped.reshape(-1, *swapped.shape[2:]).astype("float32", copy=False))


def _weekday_means(read: np.ndarray, weekdays: np.ndarray, context: int) -> np.ndarray:
    """For every day of a window the mean of its weekday over the days read; one (the mean) where it was not seen."""
    seen = weekdays[:, :context]
    counts = seen.sum(axis=1)[..., None]
    sums = np.einsum("sdw,sdj->swj", seen, read)
    means = np.where(counts > 0, sums / np.maximum(counts, 1.0), 1.0)
    return np.einsum("sdw,swj->sdj", weekdays, means)


def _calendar(days: pd.DatetimeIndex) -> np.ndarray:
    """What is known of a day beforehand: weekday, closed days before it, place in the month."""
    gap = np.diff(days.to_numpy(), prepend=days.to_numpy()[0] - np.timedelta64(1, "D")) / np.timedelta64(1, "D")
    angle = 2 * np.pi * days.day.to_numpy() / days.days_in_month.to_numpy()
    weekday = np.eye(WEEK)[days.dayofweek.to_numpy()]
    return np.column_stack([weekday, np.log(gap), np.sin(angle), np.cos(angle)]).astype("float32")


def _per_series(calendar: np.ndarray, series: int) -> np.ndarray:
    return np.repeat(calendar[:, :, None, :], series, axis=2)


def _levels(panel: pd.DataFrame, levels: tuple[str, ...], shape: tuple[int, ...]) -> np.ndarray:
    own = list(panel.columns.get_level_values("level"))
    unknown = sorted(set(own) - set(levels))
    if unknown:
        raise AnalysisError(f"the model was trained on the levels {', '.join(levels)}, not on {', '.join(unknown)}")
    marks = np.eye(len(levels), dtype="float32")[[levels.index(level) for level in own]]
    return np.broadcast_to(marks, (*shape, *marks.shape))
