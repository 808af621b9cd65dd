"""Where every customer stands against the programme's threshold, review by review, and who is a member by now.

A policy scores the customers known on a day. The threshold is the score of the last one whom the programme has a place
for; a customer's height is the own score over it. Membership follows the heights with hysteresis
(`insiders.membership.hysteresis`), replayed from the first review that the transactions allow, so that today's members
are those that a programme kept by these rules would have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.customers import quarters
from insiders.customers.history import History
from insiders.customers.snapshots import snapshots
from insiders.errors import AnalysisError
from insiders.membership.hysteresis import Hysteresis, replay
from insiders.policies.backtest import ORACLE
from insiders.policies.ways import POLICIES, Policy

BETWEEN = 30
"""Days from one review to the next."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """The heights of all customers at every review, and the membership that follows from them."""

    policy: str
    share: float
    """Of the customers known at a review, who have a place."""
    rule: Hysteresis
    heights: pd.DataFrame
    """review, customer_id, value (score), ratio (over the threshold), later (net revenue of the 90 days after, missing
    where they are not over); the last review is today, the midnight after the last day."""
    members: pd.DataFrame
    """Membership by review (rows) and customer (columns)."""

    @property
    def today(self) -> pd.DataFrame:
        """Index customer_id: ``ratio``, ``member``, ``eligible`` (at or above the threshold)."""
        last = self.heights[self.heights["review"] == self.heights["review"].max()].set_index("customer_id")
        member = self.members.iloc[-1].reindex(last.index, fill_value=False)
        return pd.DataFrame({"ratio": last["ratio"], "member": member, "eligible": last["ratio"] >= self.rule.entry})


def standing(
    history: History, policy: str, rule: Hysteresis, *, share: float = 0.1, reviews: int = 12, seed: int
) -> Standing:
    """The standing by a policy (a name of `policies.POLICIES`) over the last so many reviews and today.

    A review at which the policy cannot say anything yet is left out; an `AnalysisError` where that is today's.
    """
    if policy not in POLICIES:
        raise AnalysisError(f"there is no policy {policy!r}; the policies are {', '.join(POLICIES)}")
    today = history.end
    first = history.first.normalize() + pd.Timedelta(days=quarters.LEAST_HISTORY)
    days = [today - pd.Timedelta(days=BETWEEN * place) for place in range(reviews, -1, -1)]
    parts = []
    for snapshot in snapshots(history, [day for day in days if day >= first or day == today]):
        try:
            score = POLICIES[policy].score(snapshot, seed)
        except AnalysisError:
            if snapshot.day == today:
                raise
            continue
        over = snapshot.day + pd.Timedelta(days=quarters.QUARTER) <= today
        known = snapshot.customers[["customer_id", "gross_revenue"]].assign(review=snapshot.day, value=score)
        later = history.later_revenue(known["customer_id"], snapshot.day, quarters.QUARTER) if over else np.nan
        parts.append(known.assign(ratio=_heights(known, share), later=later))
    columns = ["review", "customer_id", "value", "ratio", "later"]
    heights = pd.concat(parts, ignore_index=True)[columns]
    return Standing(policy, share, rule, heights, replay(heights, rule))


def programme(standing: Standing, method: str) -> pd.DataFrame:
    """The one row of the hand-off table ``programme``; ``method`` says how the run's Insiders came about."""
    last = standing.heights[standing.heights["review"] == standing.heights["review"].max()]
    top = last.loc[last["value"].idxmax()]
    policy: Policy = POLICIES[standing.policy]
    rule = standing.rule
    row = {
        "method": method, "policy": standing.policy, "words": policy.words,
        "in_money": policy.money or "revenue" in standing.policy, "share": standing.share,
        "threshold": top["value"] / top["ratio"], "entry": rule.entry, "exit": rule.exit, "grace": rule.grace,
        "days": BETWEEN,
    }  # fmt: skip
    return pd.DataFrame([row])


def words(policy: str) -> str:
    """The policy in words a marketing manager can repeat."""
    known: dict[str, Policy] = dict(POLICIES)
    return known[policy].words if policy in known else "who brought most later" if policy == ORACLE else policy


def _heights(known: pd.DataFrame, share: float) -> Floats:
    """Scores over that of the last customer with a place; of equal scores the higher gross revenue has it."""
    value = known["value"].to_numpy("float64")
    if not (value > 0).any():
        raise AnalysisError("no customer has a score above 0: there is nothing to choose Insiders by")
    places = max(1, round(share * len(value)))
    order = np.lexsort((known["customer_id"].to_numpy("str"), -known["gross_revenue"].to_numpy(), -value))
    threshold = max(value[order[places - 1]], value[value > 0].min())
    ratio = value / threshold
    ratio[order[places:]] = np.minimum(ratio[order[places:]], np.nextafter(1.0, 0.0))
    return np.asarray(ratio, "float64")
