"""Segments in words: a name from recency, frequency and value, and what marketing can do with such customers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

INSIDERS = "Insiders"
NOISE = "Unlike any group"

RECENCY = ("active", "overdue", "lapsed")
FREQUENCY = ("rare", "occasional", "frequent")
VALUE = ("lowest value", "low value", "middling value", "high value", "top value")

DISTINCTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "avg_basket_items": ("smaller baskets", "larger baskets"),
        "n_returns": ("fewer returns", "more returns"),
        "avg_basket_products": ("fewer products a visit", "more products a visit"),
        "tenure_days": ("newer", "longer known"),
        "gap_regularity": ("steadier", "less steady"),
        "recency_days": ("seen more lately", "not seen as lately"),
        "n_invoices": ("fewer orders", "more orders"),
        "avg_unit_price": ("cheaper goods", "dearer goods"),
        "gross_revenue": ("spending less", "spending more"),
    }
)
"""What tells apart segments that share recency, frequency and value: the feature, and the words for less and more."""

MANY_RETURNS = 0.05
"""Mean share of value returned from which a segment's action mentions it, where it is also twice the usual."""


def levels(customers: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Recency, frequency and value of each group in words, from its median customer.

    Recency is measured in the customer's own gaps between purchases: up to one is active, up to two overdue, more is
    lapsed. Frequency stands in thirds of all customers' invoices, value in fifths of their gross revenue.
    One row per group; columns ``recency``, ``frequency``, ``value``.
    """
    amounts = customers[["n_invoices", "gross_revenue"]].assign(gaps=gaps_away(customers))
    medians = amounts.groupby(groups).median()
    return pd.DataFrame(
        {
            "recency": _worded(medians["gaps"], [1.0, 2.0], RECENCY),
            "frequency": _worded(medians["n_invoices"], _steps(amounts["n_invoices"], FREQUENCY), FREQUENCY),
            "value": _worded(medians["gross_revenue"], _steps(amounts["gross_revenue"], VALUE), VALUE),
        }
    )


def gaps_away(customers: pd.DataFrame) -> pd.Series:
    """Days since the last purchase over the customer's mean gap between activity days; an unknown gap is the median."""
    gaps = customers["avg_gap_days"].fillna(customers["avg_gap_days"].median()).clip(lower=1)
    return customers["recency_days"] / gaps


def names(customers: pd.DataFrame, groups: pd.Series) -> dict[int, str]:
    """A name for each group of customers, all different and none with a number of the model's making.

    Groups that share recency, frequency and value are told apart by the feature in which they lie furthest apart.
    """
    words = levels(customers, groups)
    plain = words["recency"].str.capitalize() + ", " + words["frequency"] + ", " + words["value"]
    ranks = customers[list(DISTINCTIONS)].rank(pct=True).groupby(groups).mean()
    named: dict[int, str] = {}
    for name, alike in plain.groupby(plain).groups.items():
        named |= _told_apart(str(name), ranks.loc[alike])
    return named


def action(level: Mapping[str, str], gap_days: float, return_share: float, usual_return_share: float) -> str:
    """What marketing can do with a segment of that recency, frequency and value (see `levels`)."""
    worthy = level["value"] in VALUE[3:]
    rhythm = f"every {gap_days:.0f} days" if gap_days == gap_days else "with no rhythm yet"
    if level["recency"] == RECENCY[2]:
        text = "Win back in person: they were worth it" if worthy else "Mass mailings only; no discount to bring back"
    elif level["recency"] == RECENCY[1]:
        text = f"Remind before the habit is lost (they bought {rhythm})"
        text += ", by a personal offer" if worthy else ", at the cost of a mail"
    elif worthy:
        text = f"Next in line for the programme: keep the rhythm ({rhythm}) and show what they have not bought yet"
    elif level["frequency"] == FREQUENCY[2]:
        text = "Raise the basket: bundles, free delivery above their usual ticket"
    else:
        text = "Make the next order easy: a welcome offer that ends within their usual gap"
    if return_share >= max(MANY_RETURNS, 2 * usual_return_share):
        text += f"; first find out why {100 * return_share:.0f} % of the value comes back"
    return text


def insiders_action(gap_days: float, recency_days: float) -> str:
    """What marketing can do with the Insiders."""
    rhythm = f"they buy every {gap_days:.0f} days" if gap_days == gap_days else "they have no rhythm yet"
    return (
        f"Invite to the loyalty programme; {rhythm} and the median was here {recency_days:.0f} days ago, "
        "so call whoever stays away for twice as long"
    )


def _steps(everyone: pd.Series, words: tuple[str, ...]) -> list[float]:
    return [float(everyone.quantile(place / len(words))) for place in range(1, len(words))]


def _worded(medians: pd.Series, steps: list[float], words: tuple[str, ...]) -> pd.Series:
    return medians.map(lambda median: words[sum(median > step for step in steps)])


def _told_apart(name: str, ranks: pd.DataFrame) -> dict[int, str]:
    """Names for groups that would share one: split where they lie furthest apart, until each stands alone."""
    if len(ranks) == 1:
        return {ranks.index[0]: name}
    spread = ranks.max() - ranks.min()
    feature = str(spread.idxmax()) if spread.notna().any() else ""
    if not feature or spread[feature] <= 0:
        return {group: f"{name}, group {chr(ord('A') + place)}" for place, group in enumerate(ranks.index)}
    ordered = ranks[feature].sort_values()
    cut = int(ordered.diff().iloc[1:].to_numpy().argmax()) + 1
    less, more = DISTINCTIONS[feature]
    rest = ranks.drop(columns=feature)
    return _told_apart(f"{name}, {less}", rest.loc[ordered.index[:cut]]) | _told_apart(
        f"{name}, {more}", rest.loc[ordered.index[cut:]]
    )
