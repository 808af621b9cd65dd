"""Entering and leaving at two heights, so that a customer near the threshold does not flicker in and out.

A customer enters at one height and leaves only below a lower one (two thresholds, as in Schmitt's trigger of 1938), and
only after several reviews in a row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.wording import counted, percent


@dataclass(frozen=True)
class Hysteresis:
    """When a customer enters and leaves; an `AnalysisError` where the bounds cross."""

    entry: float = 1.0
    """Share of the threshold from which a customer enters."""
    exit: float = 0.8
    """Share of the threshold below which a review counts against a member; at most ``entry``."""
    grace: int = 2
    """Reviews in a row below ``exit`` after which a member leaves."""

    def __post_init__(self) -> None:
        if not 0 < self.exit <= self.entry or self.grace < 1:
            raise AnalysisError(
                f"entry {self.entry:g}, exit {self.exit:g}, grace {self.grace}: exit must be above 0 and at most "
                "entry, grace at least 1"
            )

    def text(self) -> str:
        """The rule in a sentence."""
        row = f"{self.grace} reviews in a row" if self.grace > 1 else "a review"
        return f"enters at {percent(self.entry, 0)} of the threshold, leaves after {row} below {percent(self.exit, 0)}"


PLAIN = Hysteresis(1.0, 1.0, 1)
"""Membership by today's value alone."""


def step(member: pd.Series, below: pd.Series, ratio: pd.Series, rule: Hysteresis) -> tuple[pd.Series, pd.Series]:
    """Membership after one review, and for how many reviews in a row each has stood below the exit.

    All by customer; a missing ratio counts as 0. Before the first review nobody is a member and nobody below.
    """
    height = ratio.fillna(0.0)
    row = (below + 1).where(height < rule.exit, 0)
    return (height >= rule.entry) | (member & (row < rule.grace)), row


def replay(table: pd.DataFrame, rule: Hysteresis) -> pd.DataFrame:
    """Membership by review (rows) and customer (columns), from the reviews in order (review, customer_id, ratio)."""
    return replayed(table.pivot(index="review", columns="customer_id", values="ratio").sort_index(), rule)


def replayed(ratios: pd.DataFrame, rule: Hysteresis) -> pd.DataFrame:
    """Membership by review (rows) and customer (columns), from the ratios in the same order; a missing one is 0."""
    member = pd.Series(False, index=ratios.columns)
    below = pd.Series(0, index=ratios.columns)
    held = []
    for _, ratio in ratios.iterrows():
        member, below = step(member, below, ratio, rule)
        held.append(member.to_numpy(bool))
    return pd.DataFrame(np.array(held), ratios.index, ratios.columns)


def changes(table: pd.DataFrame, rule: Hysteresis) -> pd.DataFrame:
    """Who entered or left at which review after the first, and why: review, customer_id, change, why."""
    members = replay(table, rule)
    before = members.shift(1, fill_value=False)
    review, customer = np.nonzero((members != before).to_numpy()[1:])
    rows = pd.DataFrame({"review": members.index[1 + review], "customer_id": members.columns[customer]})
    height = table.set_index(["review", "customer_id"])["ratio"].reindex(pd.MultiIndex.from_frame(rows)).fillna(0.0)
    entered = members.to_numpy()[1 + review, customer]
    row = f"for {counted(rule.grace, 'review')} in a row" if rule.grace > 1 else "at this review"
    why = [
        f"reached {percent(rule.entry, 0)} of the threshold: stands at {percent(ratio, 0)}"
        if came
        else f"below {percent(rule.exit, 0)} of the threshold {row}: stands at {percent(ratio, 0)}"
        for came, ratio in zip(entered, height, strict=True)
    ]
    return rows.assign(change=np.where(entered, "entered", "left"), why=why)
