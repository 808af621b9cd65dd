"""How often eligibility should be reviewed: the same rule replayed every month and every quarter, on the same days.

With fewer reviews less changes, but between two of them who has grown into the programme waits, and who no longer
earns a place keeps it. Both are judged on the same grid of days: membership on a day is that of the last review before
it. A quarterly programme may begin in any of three months; its figures are means over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.errors import AnalysisError
from insiders.membership.hysteresis import Hysteresis, replay
from insiders.significance import Interval

EVERY = (1, 3)
"""Steps between reviews that are compared: every month, every third."""

BACK_SOON = 3
"""Steps within which a customer who left and is back has flickered."""

AT_ONCE = 16_000_000
"""Customers drawn that are multiplied at the same time."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Frequencies:
    """The frequencies side by side."""

    table: pd.DataFrame
    """``every`` (steps), ``grace`` (reviews), ``members``, ``entries`` and ``exits`` a year, ``back`` (share of the
    exits that come back within three steps), ``waiting`` (customers at or above the line who are no members yet),
    ``stale`` (members below the exit), ``captured`` (members' share of the later net revenue of all known customers),
    ``as_many`` (the same for as many customers with the highest standing on the day)."""
    lost: Interval
    """Share of later revenue that the slower one misses beyond the faster one, both held against as many customers with
    the highest standing; from resampled customers."""
    steps: int
    """Days of the grid on which later revenue is known."""


def compared(
    heights: pd.DataFrame,
    rule: Hysteresis,
    *,
    every: Sequence[int] = EVERY,
    resamples: int = 300,
    confidence: float = 0.95,
    seed: int = 42,
) -> Frequencies:
    """The frequencies on the hand-off table ``heights``; an `AnalysisError` where it holds too few reviews.

    The grace is a time, so it is fewer reviews where they are further apart, and at least one.
    """
    ratios = heights.pivot(index="review", columns="customer_id", values="ratio").sort_index().fillna(0.0)
    later = heights.pivot(index="review", columns="customer_id", values="later").sort_index()
    slowest = max(every)
    over = later.notna().any(axis=1).to_numpy()
    over[: slowest - 1] = False
    if len(ratios) < 2 * slowest or not over.any():
        raise AnalysisError(
            f"to compare reviews, {2 * slowest} of them are needed, with the 90 days after one of them over, and there "
            f"are {len(ratios)}: take a longer history"
        )
    revenue = later.fillna(0.0).to_numpy()[over]
    weights = list(_weights(ratios.shape[1], resamples, seed))
    rows, drawn = [], []
    for step in every:
        own = Hysteresis(rule.entry, rule.exit, max(1, round(rule.grace / step)))
        replayed = [_members(heights, ratios, own, step, start) for start in range(step)]
        found = [_figures(members[slowest - 1 :], ratios.to_numpy()[slowest - 1 :], own) for members in replayed]
        shares = np.array([_shares(members[over], ratios.to_numpy()[over], revenue, weights) for members in replayed])
        held, most = shares.mean(axis=0)
        rows.append({"every": step, "grace": own.grace, **pd.DataFrame(found).mean().to_dict()})
        rows[-1] |= {"captured": held[0], "as_many": most[0]}
        drawn.append(most - held)
    difference = drawn[-1] - drawn[0]
    low, high = np.quantile(difference[1:], [0.5 - confidence / 2, 0.5 + confidence / 2])
    lost = Interval(float(difference[0]), float(low), float(high), confidence, "bootstrap (percentile)")
    return Frequencies(pd.DataFrame(rows), lost, int(over.sum()))


def _members(heights: pd.DataFrame, ratios: pd.DataFrame, rule: Hysteresis, step: int, start: int) -> Flags:
    """Membership on every day of the grid, reviewed on every ``step``-th from ``start``; before it, as on it."""
    reviewed = ratios.index[start::step]
    members = replay(heights[heights["review"].isin(reviewed)], rule).reindex(columns=ratios.columns, fill_value=False)
    places = np.maximum(0, (np.arange(len(ratios)) - start) // step)
    return members.to_numpy(bool)[places]


def _figures(members: Flags, ratios: Floats, rule: Hysteresis) -> dict[str, float]:
    came, went = members[1:] & ~members[:-1], members[:-1] & ~members[1:]
    back = [went[place] & came[place + 1 : place + 1 + BACK_SOON].any(axis=0) for place in range(len(went))]
    a_year = 365 / 30 / max(1, len(members) - 1)
    return {
        "members": float(members.sum(axis=1).mean()),
        "entries": float(came.sum() * a_year),
        "exits": float(went.sum() * a_year),
        "back": float(np.sum(back) / max(1, went.sum())),
        "waiting": float((~members & (ratios >= rule.entry)).sum(axis=1).mean()),
        "stale": float((members & (ratios < rule.exit)).sum(axis=1).mean()),
    }


def _shares(
    members: Flags, ratios: Floats, revenue: Floats, weights: list[npt.NDArray[np.uint8]]
) -> tuple[Floats, ...]:
    """Share of later revenue, mean over the days: of the members, and of as many by standing; a value per resample."""
    place = np.argsort(np.argsort(-ratios, axis=1, kind="stable"), axis=1)
    many = place < members.sum(axis=1, keepdims=True)
    groups = [chosen * revenue for chosen in (members, many)]
    parts = []
    for times in weights:
        drawn = np.ascontiguousarray(times.T, dtype="float64")
        whole = revenue @ drawn
        parts.append([(group @ drawn / whole).mean(axis=0) for group in groups])
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _weights(customers: int, resamples: int, seed: int) -> Iterator[npt.NDArray[np.uint8]]:
    """How often each customer (column) is drawn, in parts: once in the first row, then as often as chance has it."""
    draw = np.random.default_rng(seed)
    drawn = (np.bincount(draw.integers(0, customers, customers), minlength=customers) for _ in range(resamples))
    rows = chain([np.ones(customers, "uint8")], (times.astype("uint8") for times in drawn))
    at_once = max(1, AT_ONCE // customers)
    while part := list(islice(rows, at_once)):
        yield np.stack(part)
