"""Forecasts made coherent: those of products add up to those of categories, stores and the total.

Bottom-up adds up; the others take all levels' forecasts and look for the coherent ones nearest to them (MinT,
Wickramasuriya, Athanasopoulos and Hyndman 2019, by hierarchicalforecast). Near is told by how wrong each series was at
earlier origins, at the horizons that matter, instead of one step ahead in its own past: so it works for any model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from hierarchicalforecast.methods import MinTrace, MinTraceSparse  # type: ignore[import-untyped]

from insiders.errors import AnalysisError
from insiders.handoff import TEXT
from insiders.reconciliation.hierarchy import Hierarchy, hierarchy_of

BOTTOM_UP = "bottom_up"
PLAIN = ("ols", "wls_struct")
LEARNT = ("wls_var", "mint_shrink")
METHODS = (BOTTOM_UP, *PLAIN, *LEARNT)
"""``ols`` trusts all series alike, ``wls_struct`` by the number of series below, ``wls_var`` by their earlier errors,
``mint_shrink`` by those and how they go together (shrunk covariance, Schaefer and Strimmer 2005)."""

DENSE = 3_000
"""Series up to which matrices are dense; beyond, ``mint_shrink`` is refused: its covariance would not fit."""

SMALLEST = 1e-3
"""Least error of a series, in its unit: one never wrong because it never sold is not to be trusted beyond measure."""


def reconcile(
    forecasts: pd.DataFrame, static: pd.DataFrame, *, bottom: str, method: str, earlier: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The forecasts of all levels (unique_id, ds, cutoff, model, yhat), for each model and cut-off made to add up.

    ``static`` (unique_id, level, attributes) tells what belongs where, all series being sums of those at ``bottom``.
    ``earlier`` are forecasts of earlier origins with what came (the same columns and y), from which ``wls_var`` and
    ``mint_shrink`` learn; only days up to each cut-off are used. A forecast at the bottom that would fall below zero
    becomes zero, and all is added up again (Di Fonzo and Girolimetto 2023). An `AnalysisError` names unknown methods,
    missing forecasts, and levels that the bottom does not add up to.
    """
    if method not in METHODS:
        raise AnalysisError(f"there is no way of reconciling called {method!r}; there are {', '.join(METHODS)}")
    parts = []
    for _, rows in forecasts.groupby(["cutoff", "model"], sort=False, observed=True):
        cutoff, model = rows["cutoff"].iloc[0], rows["model"].iloc[0]
        known = static[static["unique_id"].isin(rows["unique_id"])]
        hierarchy = hierarchy_of(known, bottom)
        wide = _wide(rows, "yhat", hierarchy)
        errors = None if method not in LEARNT else _errors(earlier, cutoff, model, hierarchy, wide)
        means = hierarchy.total(np.maximum(_bottom(wide.to_numpy(), hierarchy, method, errors), 0.0))
        coherent = pd.DataFrame(means, index=wide.index, columns=wide.columns)
        parts.append(_long(coherent).assign(cutoff=cutoff, model=model))
    table = pd.concat(parts, ignore_index=True)[["unique_id", "ds", "cutoff", "model", "yhat"]]
    return table.astype({"unique_id": TEXT, "model": TEXT})


def incoherence(forecasts: pd.DataFrame, static: pd.DataFrame, *, bottom: str) -> pd.DataFrame:
    """How far forecasts are from adding up: level, model, gap.

    ``gap`` is the sum of the absolute differences between a level's forecasts and the sums of the bottom ones, as a
    share of the latter.
    """
    rows = []
    for _, part in forecasts.groupby(["cutoff", "model"], sort=False, observed=True):
        hierarchy = hierarchy_of(static[static["unique_id"].isin(part["unique_id"])], bottom)
        wide = _wide(part, "yhat", hierarchy)
        sums = hierarchy.total(wide.loc[hierarchy.bottom].to_numpy())
        off = pd.DataFrame({"level": hierarchy.levels, "off": np.abs(wide.to_numpy() - sums).sum(axis=1)})
        off["sums"] = sums.sum(axis=1)
        rows.append(off.assign(model=part["model"].iloc[0]))
    by = pd.concat(rows).groupby(["level", "model"], sort=False)[["off", "sums"]].sum()
    return (by["off"] / by["sums"]).rename("gap").reset_index()


def _bottom(wide: np.ndarray, hierarchy: Hierarchy, method: str, errors: np.ndarray | None) -> np.ndarray:
    """The coherent forecasts of the bottom series."""
    count = hierarchy.summing.shape[1]
    place = np.arange(len(wide) - count, len(wide))
    if method == BOTTOM_UP:
        return wide[place]
    past = {} if errors is None else {"y_insample": errors, "y_hat_insample": np.zeros_like(errors)}
    if len(wide) > DENSE:
        if method == "mint_shrink":
            raise AnalysisError(
                f"mint_shrink takes {DENSE:,} series at most, there are {len(wide):,}: use wls_var or wls_struct"
            )
        made = MinTraceSparse(method=method).fit_predict(S=hierarchy.summing, y_hat=wide, **past)
    else:
        made = MinTrace(method=method).fit_predict(S=hierarchy.summing.toarray(), y_hat=wide, **past)
    return np.asarray(made["mean"])[place]


def _errors(
    earlier: pd.DataFrame | None, cutoff: pd.Timestamp, model: str, hierarchy: Hierarchy, wide: pd.DataFrame
) -> np.ndarray:
    """Series x day: by how much the model was wrong at origins whose days were known by then.

    A day without a forecast counts as the series' usual error, and a series with fewer than two days, or never wrong
    because it never sold, as being as wrong as its forecast is large.
    """
    if earlier is None:
        raise AnalysisError(f"{' and '.join(LEARNT)} learn from forecasts of earlier origins: give them")
    known = earlier[(earlier["ds"] <= cutoff) & (earlier["model"] == model)]
    if known.empty:
        raise AnalysisError(f"there is no forecast of {model} for a day up to {cutoff:%Y-%m-%d} to learn from")
    off = known.assign(off=known["y"] - known["yhat"])
    errors = off.pivot(index="unique_id", columns=["cutoff", "ds"], values="off").reindex(hierarchy.names).to_numpy()
    typical = np.maximum(wide.mean(axis=1).to_numpy(), SMALLEST)[:, None]
    there = np.isfinite(errors)
    spread = np.sqrt(
        (np.where(there, errors, 0.0) ** 2).sum(axis=1, keepdims=True) / np.maximum(there.sum(axis=1, keepdims=True), 1)
    )
    told = (there.sum(axis=1, keepdims=True) >= 2) & (spread > SMALLEST)
    stand_in = np.where(told, spread, typical) * np.where(np.arange(errors.shape[1]) % 2, 1.0, -1.0)
    return np.where(there & told, errors, stand_in)


def _wide(rows: pd.DataFrame, column: str, hierarchy: Hierarchy) -> pd.DataFrame:
    wide = rows.pivot(index="unique_id", columns="ds", values=column).reindex(hierarchy.names)
    if wide.isna().to_numpy().any():
        lacking = wide.index[wide.isna().any(axis=1)]
        raise AnalysisError(f"{lacking[0]} (of {len(lacking):,} series) has no forecast for some of the days")
    return wide


def _long(wide: pd.DataFrame) -> pd.DataFrame:
    count = wide.shape[1]
    return pd.DataFrame(
        {
            "unique_id": wide.index.repeat(count),
            "ds": np.tile(wide.columns.to_numpy(), len(wide)),
            "yhat": wide.to_numpy().ravel(),
        }
    )
