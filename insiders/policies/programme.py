"""What a loyalty programme would bring, by how it chooses its members and how many it takes; and which way to take.

The terms are the marketing team's, not estimates: nothing in past transactions says how much more a member would buy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from insiders.policies.backtest import ORACLE, Captured
from insiders.policies.ways import POLICIES
from insiders.wording import listing, percent


@dataclass(frozen=True)
class Terms:
    """What a programme costs and is hoped to bring, over one later period."""

    margin: float = 0.4
    """Share of revenue that is left after the cost of goods."""
    uplift: float = 0.1
    """Share by which a member buys more than without the programme."""
    reward: float = 0.01
    """Share of a member's revenue, uplift included, that goes back as a reward."""
    cost: float = 20.0
    """Cost of a member, in the shop's currency."""


@dataclass(frozen=True)
class Recommendation:
    """The policy to take, and why."""

    policy: str
    beaten: pd.DataFrame
    """Index ``policy``, in order of simplicity; ``rival`` (the policy that stands furthest above it, in standard errors
    of the difference), ``behind`` (by how much, as a share of later revenue), ``at_most`` (how far any policy may stand
    above it, jointly for all), ``beaten`` (whether a difference is beyond chance)."""
    reason: str


def profit(spread: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """The rows of `policy_backtest.spread` with ``profit``: what the programme adds in one period.

    Margin on the revenue that is only there because of the programme, less rewards on all the members' revenue, less
    the cost of every place.
    """
    gain = terms.margin * terms.uplift - terms.reward * (1 + terms.uplift)
    return spread.assign(profit=gain * spread["later_revenue"] - terms.cost * spread["places"])


def best_sizes(profits: pd.DataFrame) -> pd.DataFrame:
    """The size at which each policy earns most: index ``policy``; ``share``, ``places``, ``profit``; best first."""
    best = profits.loc[profits.groupby("policy", sort=False)["profit"].idxmax()]
    columns = ["share", "places", "profit"]
    return best.set_index("policy")[columns].sort_values("profit", ascending=False, kind="stable")


def recommend(found: Captured, *, confidence: float = 0.95) -> Recommendation:
    """The simplest policy that no other beats.

    One policy beats another where its mean captured share is higher by more than chance explains: by more standard
    errors of the paired difference than, in that share of all resamples, any of the compared policies is off by (the
    largest of all deviations, so that many policies get no more chances to win by luck than one would).
    """
    names = [name for name in (*POLICIES, *found.policies) if name in found.policies and name != ORACLE]
    names = list(dict.fromkeys(names))
    columns = [found.policies.index(name) for name in names]
    means, again = found.shares.mean(axis=0)[columns], found.resampled[:, columns]
    rows = []
    for place, name in enumerate(names):
        others = [other for other in range(len(names)) if other != place]
        ahead = means[others] - means[place]
        draws = again[:, others] - again[:, [place]]
        error = np.maximum(draws.std(axis=0, ddof=1), 1e-9)
        bar = max(float(np.quantile(((draws - draws.mean(axis=0)) / error).max(axis=1), confidence)), 0.0)
        best = int(np.argmax(ahead / error))
        at_most = max(float((ahead + bar * error).max()), 0.0)
        rows.append((name, names[others[best]], float(ahead[best]), at_most, bool(ahead[best] > bar * error[best])))
    beaten = pd.DataFrame(rows, columns=["policy", "rival", "behind", "at_most", "beaten"]).set_index("policy")
    chosen = str(beaten.index[~beaten["beaten"]][0]) if not beaten["beaten"].all() else names[int(means.argmax())]
    return Recommendation(chosen, beaten, _reason(chosen, beaten, found))


def _reason(chosen: str, beaten: pd.DataFrame, found: Captured) -> str:
    simpler = list(beaten.index[: list(beaten.index).index(chosen)])
    row = beaten.loc[chosen]
    text = (
        f"{chosen} is the simplest of {len(beaten)} policies that none of the others beats over {len(found.days)} days "
        f"at {percent(found.share, 0)} of the customers; any of them may capture at most "
        f"{percent(float(row['at_most']))} of later revenue more"
    )
    if not simpler:
        return f"{text}."
    return (
        f"{text}. Simpler and beaten: "
        + listing([f"{name} (by {beaten.loc[name, 'rival']})" for name in simpler])
        + "."
    )
