"""Hypotheses stated before the data are looked at, each tested by rank, with an effect size and a verdict in words.

No hypothesis is tested on the variable that defines its groups: such a test finds a difference in pure noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from insiders.significance import compare, effect_word, holm

SUPPORTED, REVERSED, SLIGHT, NOT_SHOWN, UNTESTABLE = (
    "supported",
    "the opposite holds",
    "real but negligible",
    "not shown",
    "cannot be tested",
)
"""An effect of at least small size as claimed, or against the claim; too small to matter; not significant; no data."""

COHORT_WINDOW = 3
"""Months after the first over which cohorts are compared: short enough that most cohorts have lived through it."""


@dataclass(frozen=True)
class Hypothesis:
    """A claim that one group stands above another on a variable that did not define the groups."""

    claim: str
    variable: str
    """What is compared, with its unit."""
    group: pd.Series
    """Values of the group that is claimed to stand above; empty where the source has no such group."""
    other: pd.Series
    caveat: str
    """What the test cannot exclude."""


def customer_hypotheses(customers: pd.DataFrame) -> list[Hypothesis]:
    """The hypotheses that a customers table can answer."""
    wholesale = customers["is_wholesale"]
    home = str(customers["country"].mode().iloc[0])
    abroad = customers["country"] != home
    wide = customers["avg_basket_products"] > customers["avg_basket_products"].median()
    return [
        Hypothesis(
            "Wholesale-like customers return more of what they buy",
            "value returned over value bought",
            customers.loc[wholesale, "return_share"],
            customers.loc[~wholesale, "return_share"],
            "bulk orders are cancelled for other reasons than single gifts",
        ),
        Hypothesis(
            f"Customers outside {home} have larger tickets",
            "revenue per purchase invoice",
            customers.loc[abroad, "avg_ticket"],
            customers.loc[~abroad, "avg_ticket"],
            "shipping costs make small orders from abroad rare",
        ),
        Hypothesis(
            "Customers who fill wider baskets wait longer before they come back",
            "mean gap between activity days",
            customers.loc[wide, "avg_gap_days"],
            customers.loc[~wide, "avg_gap_days"],
            "customers seen for a short time can only have short gaps",
        ),
    ]


def cohort_hypothesis(active: pd.DataFrame) -> Hypothesis:
    """Whether the customers of the first month of the data keep buying more than those who came later.

    ``active``: `cohorts.months_active` over the `COHORT_WINDOW`, of all identified customers: where only those with
    several purchase days are kept, recent cohorts hold only the quick returners.
    """
    first = active["cohort"] == active["cohort"].min()
    return Hypothesis(
        "The first-month cohort retains better than later ones",
        f"share of the {COHORT_WINDOW} months after the first with a purchase",
        active.loc[first, "share_active"],
        active.loc[~first, "share_active"],
        "the first cohort also holds customers who were there before the data begin",
    )


def month_hypothesis(daily: pd.DataFrame, month: int = 11) -> Hypothesis:
    """Whether that month (1 to 12) sells more per open day than the others, from a table of daily sales."""
    sold = daily[daily["is_open"]]
    inside = sold["day"].dt.month == month
    name = pd.Timestamp(year=2000, month=month, day=1).month_name()
    return Hypothesis(
        f"{name} sells more per open day than other months",
        "revenue per open day",
        sold.loc[inside, "revenue"],
        sold.loc[~inside, "revenue"],
        "days that follow each other are not independent, so the p value is too small",
    )


def verdicts(hypotheses: Sequence[Hypothesis], *, confidence: float = 0.95) -> pd.DataFrame:
    """One row per hypothesis, in the order given.

    Columns: ``claim``, ``variable``, ``n_group``, ``n_other``, ``median_group``, ``median_other``, ``mean_group``,
    ``mean_other``, ``delta``, ``delta_lower``, ``delta_upper`` (Cliff's delta with its interval), ``effect`` (in a
    word), ``p``, ``p_holm`` (corrected for the number of tests), ``verdict``, ``caveat``. Where a group has fewer than
    two values, the figures are missing and the verdict says so.
    """
    rows = pd.DataFrame([_tested(hypothesis, confidence) for hypothesis in hypotheses])
    tested = rows["p"].notna()
    rows.loc[tested, "p_holm"] = holm(rows.loc[tested, "p"].tolist())
    words = [_verdict(delta, p, 1 - confidence) for delta, p in zip(rows["delta"], rows["p_holm"], strict=True)]
    return rows.assign(verdict=words, caveat=[hypothesis.caveat for hypothesis in hypotheses])


def _tested(hypothesis: Hypothesis, confidence: float) -> dict[str, object]:
    ours, theirs = hypothesis.group.dropna().astype("float64"), hypothesis.other.dropna().astype("float64")
    row: dict[str, object] = {
        "claim": hypothesis.claim,
        "variable": hypothesis.variable,
        "n_group": len(ours),
        "n_other": len(theirs),
        "median_group": ours.median(),
        "median_other": theirs.median(),
        "mean_group": ours.mean(),
        "mean_other": theirs.mean(),
    }
    if min(len(ours), len(theirs)) < 2:
        missing = dict.fromkeys(["delta", "delta_lower", "delta_upper", "p", "p_holm"], float("nan"))
        return {**row, **missing, "effect": UNTESTABLE}
    return {**row, **compare(ours, theirs, confidence=confidence).test_columns()}


def _verdict(delta: float, p: float, alpha: float) -> str:
    if pd.isna(p):
        return UNTESTABLE
    if p >= alpha:
        return NOT_SHOWN
    if effect_word(delta) == "negligible":
        return SLIGHT
    return SUPPORTED if delta > 0 else REVERSED
