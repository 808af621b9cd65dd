"""How well a rule stands for the group it describes, and what removes a member, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from insiders.errors import AnalysisError
from insiders.rules import surrogate
from insiders.rules.conditions import Condition, Rule, amount, figure
from insiders.segments.groups import Flags, jaccard
from insiders.significance import Interval, share_interval
from insiders.wording import counted, percent


@dataclass(frozen=True)
class Verdict:
    """How close a rule comes to the group it describes."""

    precision: Interval
    """Share of those who meet the rule that are in the group, with Wilson's bounds."""
    recall: Interval
    """Share of the group who meet the rule, with Wilson's bounds."""
    unseen_precision: float
    """The same for customers that the rule was not fitted on (cross-validated)."""
    unseen_recall: float
    only_rule: int
    """Customers who meet the rule and are not in the group."""
    only_group: int
    """Customers in the group who do not meet the rule."""
    jaccard: float
    """Similarity of the two memberships."""
    asked: float
    reached: bool
    """Whether precision and recall both reach what is asked."""

    @property
    def text(self) -> str:
        """The verdict in a sentence or two."""
        figures = f"precision {_share(self.precision)}, recall {_share(self.recall)}"
        unseen = f"on customers it was not fitted on {percent(self.unseen_precision)} and {percent(self.unseen_recall)}"
        differ = (
            f"{counted(self.only_rule, 'customer')} only by the rule, {_none_or(self.only_group)} only by the group"
        )
        if self.reached:
            return f"The rule stands for the group: {figures} (asked: {percent(self.asked, 0)}); {unseen}; {differ}."
        return (
            f"The rule does not reach the {percent(self.asked, 0)} that are asked: {figures}; {unseen}; {differ}. "
            "It explains the group and cannot replace it."
        )


def verdict(
    rule: Rule,
    customers: pd.DataFrame,
    is_insider: Flags,
    features: Sequence[str] | None = None,
    *,
    asked: float = surrogate.ASKED,
    confidence: float = 0.95,
    folds: int = 5,
    seed: int = 42,
) -> Verdict:
    """Whether the rule reaches the precision and recall asked of it, here and on customers it has not seen.

    For the latter, `rules.fit` is repeated without each of the ``folds`` in turn (stratified, shuffled by the seed).
    Raises AnalysisError where the group or its outside has fewer customers than folds.
    """
    if min(is_insider.sum(), (~is_insider).sum()) < folds:
        raise AnalysisError(f"a verdict on a rule needs {folds} customers in the group and as many outside")
    unseen = np.zeros(len(customers), dtype=bool)
    parts = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for others, judged in parts.split(customers, is_insider):
        learnt = surrogate.fit(customers.iloc[others], is_insider[others], features)
        unseen[judged] = learnt.holds(customers.iloc[judged])
    met = rule.holds(customers)
    both = int((met & is_insider).sum())
    precision = share_interval(both, int(met.sum()), confidence=confidence)
    recall = share_interval(both, int(is_insider.sum()), confidence=confidence)
    return Verdict(
        precision,
        recall,
        *surrogate.precision_recall(unseen, is_insider),
        only_rule=int((met & ~is_insider).sum()),
        only_group=int((is_insider & ~met).sum()),
        jaccard=jaccard(met, is_insider),
        asked=asked,
        reached=min(precision.estimate, recall.estimate) >= asked,
    )


def removals(rule: Rule, currency: str) -> list[str]:
    """What removes a member, one sentence per way in: ``63 or more days since the last purchase removes``."""
    lines = []
    for part in rule.alternatives:
        text = " or ".join(limit for each in part for limit in _limits(each, currency))
        lines.append(f"{text} removes")
    if len(lines) == 1:
        return lines
    return [f"{line}, unless another way in holds" for line in lines]


def _limits(condition: Condition, currency: str) -> list[str]:
    """What breaks a condition, one text per bound."""
    texts = []
    if condition.below < math.inf:
        shown = figure(condition.feature, condition.below, currency)
        texts.append(amount(condition.feature, condition.below, currency).replace(shown, f"{shown} or more", 1))
    if condition.at_least > -math.inf:
        texts.append(f"less than {amount(condition.feature, condition.at_least, currency)}")
    return texts


def _share(interval: Interval) -> str:
    return f"{percent(interval.estimate)} ({percent(interval.lower)} to {percent(interval.upper)})"


def _none_or(number: int) -> str:
    return "none" if number == 0 else f"{number:,}"
