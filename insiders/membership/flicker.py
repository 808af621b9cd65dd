"""Membership replayed from month to month: how many enter and leave, and what it costs to let nobody flicker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.customers import quarters
from insiders.customers.purchases import purchases_of
from insiders.customers.snapshots import PURCHASE_DAYS, before, later_revenue
from insiders.errors import AnalysisError
from insiders.membership.hysteresis import Hysteresis, replayed

Floats = npt.NDArray[np.float64]

EACH_AT_ONCE, MOST_AT_ONCE = 10_000, 32
"""For every so many customers one more resample is drawn at a time, and at most so many."""

BACK_SOON = 3
"""Reviews within which a customer who left and is back has flickered."""


SETTINGS = tuple(Hysteresis(1.0, low, grace) for low in (1.0, 0.9, 0.8, 0.7) for grace in (1, 2, 3))
"""The settings compared when none are named; the first has no hysteresis."""


def reviews(
    transactions: pd.DataFrame, *, top: float = 0.1, window: int | None = 365, days: int = quarters.QUARTER
) -> pd.DataFrame:
    """One row per review (the first of a month) and customer known then: review, customer_id, value, ratio, later.

    ``value`` is the gross revenue of the ``window`` days before the review (all before it where None); ``ratio`` the
    value over the threshold, which is the value of the last of the ``top`` share of the customers; ``later`` the net
    revenue of the ``days`` after it, missing where they are not over. The first review has 90 days before it; one at
    which nobody has a value is left out.
    """
    first = transactions["time"].min().normalize() + pd.Timedelta(days=quarters.LEAST_HISTORY)
    end = quarters.end_of(transactions)
    parts = []
    for review in pd.date_range(first, end, freq="MS"):
        bought = purchases_of(before(transactions, review))
        days_of = bought.assign(day=bought["time"].dt.normalize()).groupby("customer_id")["day"].nunique()
        known = days_of.index[days_of >= PURCHASE_DAYS].to_series().reset_index(drop=True)
        if window is not None:
            bought = bought[bought["time"] >= review - pd.Timedelta(days=window)]
        value = bought.groupby("customer_id")["revenue"].sum().reindex(known, fill_value=0.0).to_numpy()
        if not (value > 0).any():
            continue
        threshold = max(np.sort(value)[-max(1, round(top * len(value)))], value[value > 0].min())
        over = review + pd.Timedelta(days=days) <= end
        later = later_revenue(transactions, known, review, days) if over else np.nan
        part = {"review": review, "customer_id": known, "value": value, "ratio": value / threshold}
        parts.append(pd.DataFrame(part).assign(later=later))
    if len(parts) < 2:
        raise AnalysisError("membership from month to month needs two reviews: at least five months of transactions")
    return pd.concat(parts, ignore_index=True)


def costs(
    table: pd.DataFrame,
    settings: Sequence[Hysteresis] = SETTINGS,
    *,
    resamples: int = 300,
    confidence: float = 0.95,
    seed: int = 42,
) -> pd.DataFrame:
    """What each setting costs and saves, one row per setting, means over the reviews of `reviews`.

    Columns: ``entry``, ``exit``, ``grace``; ``members``; ``entries`` and ``exits`` per month after the first review;
    ``flicker`` (share of those exits that come back within three reviews); ``revenue`` (members' share of the later net
    revenue of all known customers); ``revenue_as_many`` (the same for as many customers with the highest values);
    ``lost`` (that less ``revenue``: what keeping former members costs at equal size); ``kept`` (members below the
    threshold); ``kept_worth`` (their mean later revenue over that of the members at or above it, missing without any).
    Bounds ``_lower`` and ``_upper`` of exits, revenue and lost come from resampled customers (percentile bootstrap).
    """
    later = table.pivot(index="review", columns="customer_id", values="later").sort_index()
    ratios = table.pivot(index="review", columns="customer_id", values="ratio").sort_index().fillna(0.0)
    over = later.notna().any(axis=1).to_numpy()
    if not over.any():
        raise AnalysisError("no review has its whole later period in the transactions: take a longer history")
    revenue = later.fillna(0.0).to_numpy()[over]
    heights = ratios.to_numpy()
    weights = list(_weights(ratios.shape[1], resamples, seed))
    place = np.argsort(np.argsort(-heights[over], axis=1, kind="stable"), axis=1)
    rows = []
    for rule in settings:
        members = replayed(ratios, rule).to_numpy()
        found = _figures(members, heights, over, revenue)
        left = (members[:-1] & ~members[1:]).sum(axis=0) / (len(members) - 1)
        # At every review, as many customers as there are members, those with the highest values.
        many = place < members[over].sum(axis=1, keepdims=True)
        groups = (members[over] * revenue, many * revenue, revenue)
        drawn = np.concatenate([_resampled(times.T.astype("float64"), left, *groups) for times in weights])
        rows.append(
            {"entry": rule.entry, "exit": rule.exit, "grace": rule.grace, **found, **_bounded(drawn, confidence)}
        )
    return pd.DataFrame(rows)


def _figures(
    members: npt.NDArray[np.bool_], ratios: Floats, over: npt.NDArray[np.bool_], revenue: Floats
) -> dict[str, float]:
    came, went = members[1:] & ~members[:-1], members[:-1] & ~members[1:]
    back = [went[place] & came[place + 1 : place + 1 + BACK_SOON].any(axis=0) for place in range(len(went))]
    kept, strong = members & (ratios < 1), members & (ratios >= 1)
    worth = revenue[kept[over]].mean() / revenue[strong[over]].mean() if kept[over].any() else np.nan
    return {
        "members": float(members.sum(axis=1).mean()),
        "entries": float(came.sum(axis=1).mean()),
        "flicker": float(np.sum(back) / max(1, went.sum())),
        "kept": float(kept.sum(axis=1).mean()),
        "kept_worth": float(worth),
    }


def _weights(customers: int, resamples: int, seed: int) -> Iterator[npt.NDArray[np.uint8]]:
    """How often each customer (column) is drawn: once each in the first row, then as often as chance has it.

    In parts: the more customers, the more resamples in each, since a product with them all reads the customers once.
    """
    draw = np.random.default_rng(seed)
    yield np.ones((1, customers), "uint8")
    at_once = min(MOST_AT_ONCE, 1 + customers // EACH_AT_ONCE)
    for first in range(0, resamples, at_once):
        drawn = (draw.integers(0, customers, customers) for _ in range(min(at_once, resamples - first)))
        yield np.stack([np.bincount(one, minlength=customers).astype("uint8") for one in drawn])


def _resampled(weights: Floats, left: Floats, ours: Floats, sort: Floats, revenue: Floats) -> Floats:
    """Exits per month, share of later revenue, the same of as many by value, and what is lost to these, by resample."""
    whole = revenue @ weights
    held, most = (np.ascontiguousarray(((group @ weights) / whole).T).mean(axis=1) for group in (ours, sort))
    return np.column_stack([left @ weights, held, most, most - held])


def _bounded(drawn: Floats, confidence: float) -> dict[str, float]:
    low, high = np.quantile(drawn[1:], [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    row = {}
    for place, name in enumerate(("exits", "revenue", "revenue_as_many", "lost")):
        row[name] = float(drawn[0, place])
        if name != "revenue_as_many":
            row |= {f"{name}_lower": float(low[place]), f"{name}_upper": float(high[place])}
    return row
