"""Conditions in business units, and rules made of them: what a customer must have, as a person says it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from insiders.segments.groups import Flags

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
        "revenue_90": "{money} gross revenue in the last 90 days",
        "revenue_180": "{money} gross revenue in the last 180 days",
        "revenue_365": "{money} gross revenue in the last 365 days",
        "invoices_90": "{} purchase invoices in the last 90 days",
        "invoices_180": "{} purchase invoices in the last 180 days",
        "invoices_365": "{} purchase invoices in the last 365 days",
    }
)
"""Features a rule may use (none has gaps), and how an amount of each reads."""


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
        low = figure(self.feature, self.at_least, currency)
        return f"from {low} to less than {amount(self.feature, self.below, currency)}"


@dataclass(frozen=True)
class Rule:
    """Alternatives, any of which suffices; each a tuple of conditions that must all hold."""

    alternatives: tuple[tuple[Condition, ...], ...]

    def holds(self, customers: pd.DataFrame) -> Flags:
        """Who meets the rule."""
        return np.any([all_hold(alternative, customers) for alternative in self.alternatives], axis=0)

    def text(self, currency: str) -> str:
        """The rule in words."""
        return "; or ".join(all_text(alternative, currency) for alternative in self.alternatives)


def amount(feature: str, value: float, currency: str) -> str:
    """An amount of a feature in its unit."""
    shown = f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"
    sign = f"{currency} " if currency.isalpha() else currency
    return UNITS[feature].format(shown, money=f"{sign}{shown}")


def figure(feature: str, value: float, currency: str) -> str:
    """The amount without its unit: £2,500, EUR 2,500, 63."""
    unit = UNITS[feature].split("} ", 1)[1]
    return amount(feature, value, currency).removesuffix(f" {unit}")


def all_hold(alternative: Sequence[Condition], customers: pd.DataFrame) -> Flags:
    """Who meets all of the conditions."""
    return np.all([condition.holds(customers) for condition in alternative], axis=0)


def all_text(alternative: Sequence[Condition], currency: str) -> str:
    """The conditions in words."""
    return " and ".join(condition.text(currency) for condition in alternative)
