"""What makes a customer an Insider, in words: a few thresholds in business units that come close to the group.

The rule is a surrogate: a small decision tree fitted to the membership, its thresholds rounded as people would say
them. Precision and recall say how close it comes; they describe this group and predict no other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from insiders.errors import AnalysisError
from insiders.rules.conditions import UNITS, Condition, Rule, all_hold, all_text, amount
from insiders.segments.groups import Flags

__all__ = ["UNITS", "Condition", "Rule", "amount", "f1", "fit", "precision_recall", "table", "why"]

MOST_CONDITIONS = 5
MOST_ROWS = 100_000
ASKED = 0.95
"""The least precision and recall with which a rule may stand for the group."""
GOOD_ENOUGH = 0.02
"""A shorter rule is preferred to a longer one whose F1 is higher by no more than this."""


def fit(customers: pd.DataFrame, is_insider: Flags, features: Sequence[str] | None = None) -> Rule:
    """The shortest rule of at most five conditions with 95 % precision and recall, thresholds rounded.

    Where none reaches both, the shortest that comes close to the best of them by F1. Unless ``features`` are named, all
    of `UNITS` that the table has are tried. Trees grow on `MOST_ROWS` customers drawn by lot where there are more; what
    a rule is worth is told by all. Raises AnalysisError where everybody or nobody is an Insider.
    """
    if is_insider.all() or not is_insider.any():
        raise AnalysisError("a rule needs customers on both sides: either every customer is an Insider or none is")
    features = [name for name in UNITS if name in customers] if features is None else features
    drawn = np.arange(len(customers))
    if len(customers) > MOST_ROWS:
        drawn = np.sort(np.random.default_rng(0).choice(len(customers), MOST_ROWS, replace=False))
    seen, is_theirs = customers.iloc[drawn][list(features)].astype("float64"), is_insider[drawn]
    counts = {name for name in features if pd.api.types.is_integer_dtype(customers[name])}
    rules = []
    for leaves, weight in product(range(2, MOST_CONDITIONS + 2), ("balanced", None)):
        tree = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=5, class_weight=weight, random_state=0)
        tree.fit(seen, is_theirs)
        rule = _pruned(_from_tree(tree, features, counts), customers, is_insider)
        if rule.alternatives and _conditions(rule) <= MOST_CONDITIONS:
            rules.append(_pruned(_rounded(rule, customers, is_insider), customers, is_insider))
    reaching = [rule for rule in rules if _stands_for(rule, customers, is_insider)]
    if reaching:
        return min(reaching, key=_conditions)
    best = max(f1(rule.holds(customers), is_insider) for rule in rules)
    good = [rule for rule in rules if f1(rule.holds(customers), is_insider) >= best - GOOD_ENOUGH]
    return min(good, key=_conditions)


def table(rule: Rule, customers: pd.DataFrame, is_insider: Flags, currency: str) -> pd.DataFrame:
    """The hand-off table ``rules``: the whole rule first, then its alternatives and single conditions."""
    parts = {rule.text(currency): rule.holds(customers)}
    for alternative in rule.alternatives:
        parts.setdefault(all_text(alternative, currency), all_hold(alternative, customers))
        for condition in alternative:
            parts.setdefault(condition.text(currency), condition.holds(customers))
    rows = [(text, *precision_recall(met, is_insider), int(met.sum())) for text, met in parts.items()]
    return pd.DataFrame(rows, columns=["rule", "precision", "recall", "customers"])


def why(rule: Rule, customers: pd.DataFrame, is_insider: Flags, currency: str) -> pd.Series:
    """For every customer, the conditions met or missed with the customer's own figures."""
    met = rule.holds(customers)
    features = list(dict.fromkeys(condition.feature for alternative in rule.alternatives for condition in alternative))
    needed = rule.text(currency)
    values = zip(*(customers[feature].astype("float64").tolist() for feature in features), strict=True)
    told = (", ".join(amount(*each, currency) for each in zip(features, one, strict=True)) for one in values)
    texts = [_reason(*each, needed) for each in zip(told, is_insider.tolist(), met.tolist(), strict=True)]
    return pd.Series(texts, index=customers.index, dtype="string[pyarrow]", name="why")


def precision_recall(met: Flags, is_insider: Flags) -> tuple[float, float]:
    """Share of those who meet it that are Insiders, and share of the Insiders who meet it; 0 where nobody does."""
    both = int((met & is_insider).sum())
    return both / max(1, int(met.sum())), both / max(1, int(is_insider.sum()))


def f1(met: Flags, is_insider: Flags) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * int((met & is_insider).sum()) / max(1, int(met.sum() + is_insider.sum()))


def _from_tree(tree: DecisionTreeClassifier, features: Sequence[str], counts: Collection[str]) -> Rule:
    """The paths to those leaves where Insiders are the likelier; nobody has half an invoice, so counts are whole."""
    inner = tree.tree_
    found: list[tuple[Condition, ...]] = []

    def walk(node: int, bounds: dict[str, tuple[float, float]]) -> None:
        if inner.children_left[node] < 0:
            if inner.value[node, 0, 1] > inner.value[node, 0, 0]:
                found.append(tuple(Condition(name, *limits) for name, limits in bounds.items()))
            return
        name = features[inner.feature[node]]
        threshold = float(inner.threshold[node])
        threshold = math.ceil(threshold) if name in counts else threshold
        low, high = bounds.get(name, (-math.inf, math.inf))
        walk(int(inner.children_left[node]), {**bounds, name: (low, threshold)})
        walk(int(inner.children_right[node]), {**bounds, name: (threshold, high)})

    walk(0, {})
    return Rule(tuple(found))


def _pruned(rule: Rule, customers: pd.DataFrame, is_insider: Flags) -> Rule:
    """Without the bounds that the rule is no worse without: a tree parts its leaves even where it need not."""
    kept = list(rule.alternatives)

    def try_instead(place: int, *instead: tuple[Condition, ...]) -> bool:
        tried = [*kept[:place], *instead, *kept[place + 1 :]]
        worse = f1(Rule(tuple(tried)).holds(customers), is_insider) < f1(Rule(tuple(kept)).holds(customers), is_insider)
        if not worse:
            kept[:] = tried
        return not worse

    for place in range(len(kept)):
        for feature, bound in product(dict.fromkeys(each.feature for each in kept[place]), ("at_least", "below")):
            shorter = _without(kept[place], feature, bound)
            if shorter and shorter != kept[place]:
                try_instead(place, shorter)
    for place in range(len(kept) - 1, -1, -1):
        if len(kept) > 1:
            try_instead(place)
    return Rule(tuple(kept))


def _without(alternative: tuple[Condition, ...], feature: str, bound: str) -> tuple[Condition, ...]:
    """The alternative without a bound of a feature; a condition that has none left goes."""
    loose = [
        each
        if each.feature != feature
        else replace(each, at_least=-math.inf)
        if bound == "at_least"
        else replace(each, below=math.inf)
        for each in alternative
    ]
    return tuple(each for each in loose if each.at_least > -math.inf or each.below < math.inf)


def _rounded(rule: Rule, customers: pd.DataFrame, is_insider: Flags) -> Rule:
    """Thresholds with as few digits as leave the rule as good as it was."""
    exact, stands = f1(rule.holds(customers), is_insider), _stands_for(rule, customers, is_insider)
    for digits in (1, 2, 3, 4):
        rough = Rule(
            tuple(
                tuple(Condition(c.feature, _round(c.at_least, digits), _round(c.below, digits)) for c in alternative)
                for alternative in rule.alternatives
            )
        )
        as_good = f1(rough.holds(customers), is_insider) >= exact - GOOD_ENOUGH / 2
        if as_good and (not stands or _stands_for(rough, customers, is_insider)):
            return rough
    return rule


def _stands_for(rule: Rule, customers: pd.DataFrame, is_insider: Flags) -> bool:
    return min(precision_recall(rule.holds(customers), is_insider)) >= ASKED


def _round(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value


def _conditions(rule: Rule) -> int:
    return sum(
        (c.at_least > -math.inf) + (c.below < math.inf) for alternative in rule.alternatives for c in alternative
    )


def _reason(figures: str, member: bool, met: bool, needed: str) -> str:
    if member:
        return (
            f"Insider: {figures} (rule: {needed})"
            if met
            else f"Insider by likeness: {figures} (the rule asks {needed})"
        )
    return (
        f"Near the Insiders but unlike them: {figures} (meets {needed})"
        if met
        else f"{figures}; the rule asks {needed}"
    )
