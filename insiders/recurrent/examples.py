"""Series as arrays side by side, and windows cut from them: what is read, what is known ahead, what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from insiders.errors import AnalysisError
from insiders.recurrent.losses import Targets
from insiders.series.day_features import TIME_OF_YEAR, day_features

LATELY = 12
"""The last rows of what is read, whose level is told beside that of all."""
LEAST_ROWS = 6
"""Rows that a series has before its first window."""
SMALLEST_UNIT = 0.05
"""A series that sold next to nothing is measured in twentieths of a piece."""
_SIZES = {"weekday": 6.0, "month_day": 31.0, "to_christmas": 365.0, "gap_before": 7.0, "gap_after": 7.0}
"""By what day features are divided, so that all lie between -1 and 1."""


@dataclass(frozen=True)
class Panel:
    """All series over all days, on one device."""

    ids: pd.Index
    """The series, in the order of the rows."""
    days: pd.DatetimeIndex
    """The days, in the order of the columns; the last ones may lie ahead."""
    sold: Tensor
    """Pieces (series, days), 0 before the first row of a series and on days ahead."""
    before: Tensor
    """Pieces sold before each day, and in all: (series, days + 1)."""
    first: Tensor
    """Number of the first day of each series."""
    share: Tensor
    """Of each row in what its category sold that day (series, days)."""
    day: Tensor
    """What is known of each day (days, features)."""
    ahead: Tensor
    """What is known ahead of each series (series, days, columns)."""
    static: Tensor
    """Codes of the static features (series, features)."""


@dataclass(frozen=True)
class Batch:
    """Windows ready for the network."""

    past: Tensor
    future: Tensor
    static: Tensor
    targets: Targets


def panel_of(
    history: pd.DataFrame,
    future_days: pd.DatetimeIndex,
    static: pd.DataFrame | None,
    codes: Mapping[str, Sequence[str]],
    scales: Mapping[str, tuple[float, float]],
    future: pd.DataFrame | None = None,
    *,
    yearly: bool = True,
) -> Panel:
    """Long tables as arrays; ``scales`` are mean and spread of the columns known ahead, ``codes`` the static values."""
    days = pd.DatetimeIndex(np.concatenate([np.sort(history["ds"].unique()), future_days]))
    wide = history.pivot(index="unique_id", columns="ds", values="y").reindex(columns=days)
    first = wide.notna().to_numpy().argmax(axis=1)
    sold = wide.fillna(0.0)
    totals = sold.groupby(_categories(static, wide.index)).transform("sum")
    share = (sold / totals.where(totals > 0)).fillna(0.0)
    known = day_features(days, days).drop(columns="ds")
    told = known.assign(**{name: known[name] / size for name, size in _SIZES.items()})
    told = told if yearly else told.drop(columns=list(TIME_OF_YEAR))
    weekdays = np.eye(7)[known["weekday"].astype(int)]
    pieces = _tensor(sold)
    return Panel(
        ids=wide.index,
        days=days,
        sold=pieces,
        before=torch.nn.functional.pad(pieces.cumsum(dim=1, dtype=torch.float64), (1, 0)),
        first=torch.as_tensor(first),
        share=_tensor(share),
        day=_tensor(np.hstack([told.to_numpy(), weekdays])),
        ahead=_ahead(history, future, wide.index, days, scales),
        static=_coded(static, wide.index, codes),
    )


def origins(panel: Panel, last: int, least_sold: int = 0) -> Tensor:
    """All (series, origin) whose windows can be learnt from: origins up to ``last``, after which the decoder begins.

    Series that had sold on fewer than ``least_sold`` days by then are left out: one that is followed because it went on
    selling would teach that all do.
    """
    count = max(last + 1, 0)
    number = torch.arange(count)
    enough = number[None, :] >= panel.first[:, None] + LEAST_ROWS
    sold = torch.nn.functional.pad((panel.sold > 0).cumsum(dim=1), (1, 0))
    return (enough & (sold[:, :count] >= least_sold)).nonzero()


def batch(
    panel: Panel, chosen: Tensor, context: int, horizon: int, device: torch.device, *, days: int | None = None
) -> Batch:
    """The windows of (series, origin) pairs; an origin is the number of the first day to forecast.

    ``horizon`` is the number of days by which steps are told, ``days`` how many there are, the horizon's if not said.
    """
    ahead = horizon if days is None else days
    series, origin = chosen[:, :1], chosen[:, 1:]
    before = origin + torch.arange(-context, 0)
    after = origin + torch.arange(ahead)
    there = (before >= panel.first[series]).float()
    before, after = before.clamp(min=0), after.clamp(max=panel.sold.shape[1] - 1)
    read = panel.sold[series, before] * there
    unit = _mean(read, there).clamp(min=SMALLEST_UNIT)
    told = torch.stack([torch.log(unit) / 5, *_levels(panel, series, origin, read, there, unit)], dim=-1)
    past = torch.cat(
        [torch.log1p(read / unit).unsqueeze(-1), there.unsqueeze(-1), panel.day[before], panel.ahead[series, before]],
        dim=-1,
    )
    step = (torch.arange(ahead) / horizon).expand(len(chosen), ahead).unsqueeze(-1)
    known = [panel.day[after], panel.ahead[series, after], step, told.expand(-1, ahead, -1)]
    targets = Targets(panel.sold[series, after].to(device), unit.to(device), panel.share[series, after].to(device))
    future = torch.cat(known, dim=-1)
    return Batch(past.to(device), future.to(device), panel.static[series[:, 0]].to(device), targets)


def _levels(
    panel: Panel, series: Tensor, origin: Tensor, read: Tensor, there: Tensor, unit: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The level of a window lately and since its launch, beside that of all that is read, and how often it sold.

    Croston's method is hard to beat by a level that hardly moves: the mean since the launch keeps a good or bad month
    from being taken for the new one.
    """
    since = panel.before[series, origin] / (origin - panel.first[series]).clamp(min=1)
    lately = _mean(read[:, -LATELY:], there[:, -LATELY:])
    long = torch.log((since.float() + SMALLEST_UNIT) / unit)
    return long, torch.log1p(lately / unit), _mean((read > 0).float(), there)


def _mean(values: Tensor, there: Tensor) -> Tensor:
    """The mean of each window's rows since the launch: (windows, 1)."""
    return values.sum(dim=1, keepdim=True) / there.sum(dim=1, keepdim=True).clamp(min=1)


def _ahead(
    history: pd.DataFrame,
    future: pd.DataFrame | None,
    ids: pd.Index,
    days: pd.DatetimeIndex,
    scales: Mapping[str, tuple[float, float]],
) -> Tensor:
    if not scales:
        return torch.zeros(len(ids), len(days), 0)
    rows = history if future is None else pd.concat([history, future])
    if lacking := [name for name in scales if name not in history or (future is not None and name not in future)]:
        raise AnalysisError(f"the network was taught with {', '.join(lacking)}, which history and future need to have")
    columns = [
        (rows.pivot(index="unique_id", columns="ds", values=name).reindex(ids, columns=days) - mean) / spread
        for name, (mean, spread) in scales.items()
    ]
    return torch.stack([_tensor(column.fillna(0.0)) for column in columns], dim=-1)


def _coded(static: pd.DataFrame | None, ids: pd.Index, codes: Mapping[str, Sequence[str]]) -> Tensor:
    """Codes from 1; 0 for what was not there in training."""
    if not codes:
        return torch.zeros(len(ids), 0, dtype=torch.int64)
    if static is None or (lacking := [name for name in codes if name not in static]):
        missing = ", ".join(codes if static is None else lacking)
        raise AnalysisError(f"the network was taught with {missing}: give the table of static features")
    table = _aligned(static, ids)
    numbers = [pd.Categorical(table[name], categories=list(values)).codes + 1 for name, values in codes.items()]
    return torch.as_tensor(np.column_stack(numbers).astype("int64"))


def _categories(static: pd.DataFrame | None, ids: pd.Index) -> np.ndarray:
    """The category of each series, one for all where none is told."""
    if static is None or "category" not in static:
        return np.zeros(len(ids), dtype="int64")
    return pd.factorize(_aligned(static, ids)["category"])[0]


def _aligned(static: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    return static.set_index("unique_id").astype(object).reindex(ids)


def _tensor(values: pd.DataFrame | np.ndarray) -> Tensor:
    return torch.as_tensor(np.ascontiguousarray(np.asarray(values, dtype="float32")))
