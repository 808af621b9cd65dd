"""What makes a customer an Insider, in words: a few thresholds in business units that come close to the group.

The rule is a surrogate: a small decision tree fitted to the membership, its thresholds rounded as people would say
them. Precision and recall say how close it comes; they describe this group and predict no other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

from insiders.choice import Flags
from insiders.errors import AnalysisError

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "n_items": "{} pieces bought",
        "n_invoices": "{} purchase invoices",
        "n_products": "{} different products",
        "gross_revenue": "{money} gross revenue",
        "avg_ticket": "{money} per invoice",
        "avg_basket_items": "{} pieces per invoice",
        "avg_basket_products": "{} products per invoice",
        "recency_days": "{} days since the last purchase",
        "tenure_days": "{} days since the first purchase",
        "n_returns": "{} return invoices",
    }
)
"""Features a rule may use (none has gaps), and how an amount of each reads."""

MOST_CONDITIONS = 5
GOOD_ENOUGH = 0.02
"""A shorter rule is preferred to a longer one whose F1 is higher by no more than this."""


@dataclass(frozen=True)
class Condition:
    """A feature within bounds; a missing bound is infinite."""

    feature: str
    at_least: float = -math.inf
    below: float = math.inf

    def holds(self, customers: pd.DataFrame) -> Flags:
        """Who meets the condition."""
        values = customers[self.feature].to_numpy()
        return (values >= self.at_least) & (values < self.below)

    def text(self, currency: str) -> str:
        """The condition as a person says it."""
        if self.at_least == -math.inf:
            return f"less than {amount(self.feature, self.below, currency)}"
        if self.below == math.inf:
            return f"at least {amount(self.feature, self.at_least, currency)}"
        low = amount(self.feature, self.at_least, currency).split(" ")[0]
        return f"from {low} to less than {amount(self.feature, self.below, currency)}"


@dataclass(frozen=True)
class Rule:
    """Alternatives, any of which suffices; each a tuple of conditions that must all hold."""

    alternatives: tuple[tuple[Condition, ...], ...]

    def holds(self, customers: pd.DataFrame) -> Flags:
        """Who meets the rule."""
        return np.any([_all_hold(alternative, customers) for alternative in self.alternatives], axis=0)

    def text(self, currency: str) -> str:
        """The rule in words."""
        return "; or ".join(_all_text(alternative, currency) for alternative in self.alternatives)


def fit(customers: pd.DataFrame, is_insider: Flags, features: Sequence[str] = tuple(UNITS)) -> Rule:
    """The shortest rule of at most five conditions that comes close to the best of them, thresholds rounded.

    Raises AnalysisError where everybody or nobody is an Insider.
    """
    if is_insider.all() or not is_insider.any():
        raise AnalysisError("a rule needs customers on both sides: either every customer is an Insider or none is")
    counts = {name for name in features if pd.api.types.is_integer_dtype(customers[name])}
    rules = []
    for leaves in range(2, MOST_CONDITIONS + 2):
        tree = DecisionTreeClassifier(
            max_leaf_nodes=leaves, min_samples_leaf=5, class_weight="balanced", random_state=0
        )
        tree.fit(customers[list(features)].astype("float64"), is_insider)
        rule = _from_tree(tree, features, counts)
        if rule.alternatives and _conditions(rule) <= MOST_CONDITIONS:
            rules.append(_rounded(rule, customers, is_insider))
    best = max(f1(rule.holds(customers), is_insider) for rule in rules)
    good = [rule for rule in rules if f1(rule.holds(customers), is_insider) >= best - GOOD_ENOUGH]
    return min(good, key=_conditions)


def table(rule: Rule, customers: pd.DataFrame, is_insider: Flags, currency: str) -> pd.DataFrame:
    """The hand-off table ``rules``: the whole rule first, then its alternatives and single conditions."""
    parts = {rule.text(currency): rule.holds(customers)}
    for alternative in rule.alternatives:
        parts.setdefault(_all_text(alternative, currency), _all_hold(alternative, customers))
        for condition in alternative:
            parts.setdefault(condition.text(currency), condition.holds(customers))
    rows = [(text, *precision_recall(met, is_insider), int(met.sum())) for text, met in parts.items()]
    return pd.DataFrame(rows, columns=["rule", "precision", "recall", "customers"])


def why(rule: Rule, customers: pd.DataFrame, is_insider: Flags, currency: str) -> pd.Series:
    """For every customer, the conditions met or missed with the customer's own figures."""
    met = rule.holds(customers)
    texts = [
        _reason(rule, customers.iloc[place], bool(member), bool(holds), currency)
        for place, (member, holds) in enumerate(zip(is_insider, met, strict=True))
    ]
    return pd.Series(texts, index=customers.index, dtype="string[pyarrow]", name="why")


def precision_recall(met: Flags, is_insider: Flags) -> tuple[float, float]:
    """Share of those who meet it that are Insiders, and share of the Insiders who meet it; 0 where nobody does."""
    both = int((met & is_insider).sum())
    return both / max(1, int(met.sum())), both / max(1, int(is_insider.sum()))


def f1(met: Flags, is_insider: Flags) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * int((met & is_insider).sum()) / max(1, int(met.sum() + is_insider.sum()))


def amount(feature: str, value: float, currency: str) -> str:
    """An amount of a feature in its unit."""
    figure = f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"
    sign = f"{currency} " if currency.isalpha() else currency
    return UNITS[feature].format(figure, money=f"{sign}{figure}")


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


def _rounded(rule: Rule, customers: pd.DataFrame, is_insider: Flags) -> Rule:
    """Thresholds with as few digits as leave the rule as good as it was."""
    exact = f1(rule.holds(customers), is_insider)
    for digits in (1, 2, 3, 4):
        rough = Rule(
            tuple(
                tuple(Condition(c.feature, _round(c.at_least, digits), _round(c.below, digits)) for c in alternative)
                for alternative in rule.alternatives
            )
        )
        if f1(rough.holds(customers), is_insider) >= exact - GOOD_ENOUGH / 2:
            return rough
    return rule


def _round(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value


def _conditions(rule: Rule) -> int:
    return sum(
        (c.at_least > -math.inf) + (c.below < math.inf) for alternative in rule.alternatives for c in alternative
    )


def _all_hold(alternative: Sequence[Condition], customers: pd.DataFrame) -> Flags:
    return np.all([condition.holds(customers) for condition in alternative], axis=0)


def _all_text(alternative: Sequence[Condition], currency: str) -> str:
    return " and ".join(condition.text(currency) for condition in alternative)


def _reason(rule: Rule, customer: pd.Series, member: bool, met: bool, currency: str) -> str:
    features = dict.fromkeys(condition.feature for alternative in rule.alternatives for condition in alternative)
    figures = ", ".join(amount(feature, float(customer[feature]), currency) for feature in features)
    needed = rule.text(currency)
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
