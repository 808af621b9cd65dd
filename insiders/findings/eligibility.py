"""What makes a customer eligible, what removes one, and what would change the side of those near the line."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from insiders.customers.history import History
from insiders.errors import AnalysisError
from insiders.findings.finding import Finding
from insiders.membership.hysteresis import Hysteresis
from insiders.rules import counterfactuals, eligibility, surrogate
from insiders.rules.conditions import Rule
from insiders.rules.counterfactuals import ENTER, LEAVE
from insiders.rules.eligibility import Verdict
from insiders.segments.grouping import Grouping
from insiders.segments.groups import Flags
from insiders.wording import counted, percent, whole

WITHIN = 30
"""Days in which a borderline customer could change sides."""

SILENT = 90
"""Days without a purchase from which an Insider is counted as silent."""

FEWEST = 5
"""Customers on each side without which the rule is not put to customers it has not seen."""


@dataclass(frozen=True)
class Eligibility:
    """The rule, and what was found of it."""

    finding: Finding
    rule: Rule
    table: pd.DataFrame
    """The hand-off table ``rules``: precision and recall against the Insiders, whoever keeps them in."""
    why: pd.Series
    """For every customer, in order: the reason to be in or out."""

    def _ipython_display_(self) -> None:
        """Show the finding."""
        self.finding._ipython_display_()


def known_today(history: History, customers: pd.DataFrame, *, days: int = 0) -> pd.DataFrame:
    """The customers with what a rule may ask beyond the hand-off table: revenue and invoices of the last days.

    With ``days`` the customers as they will stand then if nobody buys anything. Rows in the order of ``customers``; who
    is not known there has 0.
    """
    lately = history.customers_at(history.end + pd.Timedelta(days=days), 1).set_index("customer_id")
    names = [name for name in lately.columns if name not in customers.columns]
    more = lately[names].reindex(customers["customer_id"]).fillna(0.0).reset_index(drop=True)
    aged = counterfactuals.waiting(customers, days).reset_index(drop=True) if days else customers.reset_index(drop=True)
    return aged.join(more)


def told(
    grouping: Grouping, people: pd.DataFrame, then: pd.DataFrame, rule: Hysteresis, currency: str, *, seed: int
) -> Eligibility:
    """The rule of the group, its verdict, what removes, and the counterfactuals of borderline customers.

    ``people``: the customers as they are known today (`known_today`); ``then``: the same in 30 days. The rule
    describes who is eligible today; who is kept by the programme's grace is told apart.
    """
    found = surrogate.fit(people, grouping.eligible)
    verdict = _verdict(found, people, grouping.eligible, seed)
    table = surrogate.table(found, people, grouping.is_insider, currency)
    precision, recall = (float(value) for value in table[["precision", "recall"]].to_numpy()[0])
    near = counterfactuals.counterfactuals(found, people, then, currency, days=WITHIN)
    kept = int((grouping.is_insider & ~grouping.eligible).sum())
    text = f"**What makes a customer eligible: {found.text(currency)}.** {_judged(verdict)}"
    if len(people) > surrogate.MOST_ROWS:
        text += f" The rule was sought among {surrogate.MOST_ROWS:,} customers drawn by lot and counted over all."
    text += f"\n\n**What removes:** {'; '.join(eligibility.removals(found, currency))}."
    if grouping.kept:
        text += (
            f" Nobody leaves at once: a member {rule.text()}. Of all {whole(grouping.is_insider.sum())} Insiders "
            f"{whole(kept)} stand below the threshold today and are kept, so that {percent(recall)} of the Insiders "
            f"meet the rule today (recall), and {percent(precision)} of those who meet it are Insiders (precision)."
        )
    text += _silent(people[grouping.is_insider])
    sides = near["side"].value_counts()
    text += (
        f"\n\n**Borderline:** {counted(int(sides.get(ENTER, 0)), 'customer')} would enter with at most two orders of "
        f"their usual size within {WITHIN} days, and {counted(int(sides.get(LEAVE, 0)), 'customer')} would fall below "
        "the line without any."
    )
    why = surrogate.why(found, people, grouping.is_insider, currency)
    shown = pd.concat([part.head(8) for _, part in near.groupby("side", sort=False)]) if len(near) else near
    return Eligibility(
        Finding(
            text,
            tables={
                "The rule, its alternatives and single conditions, against all Insiders": _rules(table),
                f"Borderline customers, the nearest first (8 a side of {len(near)})": shown[
                    ["customer_id", "side", "why"]
                ],
            },
            data={"counterfactuals": near},
            metrics={
                "rule_precision": (precision, "of those who meet the rule"),
                "rule_recall": (recall, "of the Insiders"),
                "rule_reached": ("yes" if verdict is None or verdict.reached else "no", "95 % precision and recall"),
            },
        ),
        found,
        table,
        _with_kept(why, grouping),
    )


def _verdict(found: Rule, people: pd.DataFrame, eligible: Flags, seed: int) -> Verdict | None:
    if min(eligible.sum(), (~eligible).sum()) < FEWEST:
        return None
    try:
        return eligibility.verdict(found, people, eligible, seed=seed)
    except AnalysisError:
        return None


def _silent(insiders: pd.DataFrame) -> str:
    """Who is an Insider and has not been here for long: what a rule on past sums does not see."""
    away = int((insiders["recency_days"] >= SILENT).sum())
    return (
        f" {counted(away, 'Insider has', 'Insiders have')} bought nothing for {SILENT} days or more "
        f"({percent(away / max(1, len(insiders)))} of the Insiders): the rule keeps them while what they bought "
        "still counts, one on recent sums or a faded one lets go sooner."
    )


def _judged(verdict: Verdict | None) -> str:
    if verdict is None:
        return "The group is too small to put the rule to customers that it was not fitted on."
    return verdict.text


def _with_kept(why: pd.Series, grouping: Grouping) -> pd.Series:
    if not grouping.kept:
        return why
    kept = pd.Series(list(grouping.kept), index=why.index, dtype=why.dtype)
    return why.where(kept == "", kept)


def _rules(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rule": table["rule"],
            "Insiders among those who meet it (precision)": table["precision"].map(percent),
            "Insiders who meet it (recall)": table["recall"].map(percent),
            "customers who meet it": table["customers"].map(whole),
        }
    )
