"""Repeated lines of one invoice: double entries, or two equal lines of one basket? What the data say about it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

SAME = [
    "invoice",
    "product",
    "description",
    "quantity",
    "time",
    "unit_price",
    "customer_id",
    "country",
    "store",
    "category",
]


@dataclass(frozen=True)
class Evidence:
    """How repeated lines of an invoice look, beside how they would look if each were a line of its own.

    A pair is two purchase lines of the same product in the same invoice.
    """

    lines: int
    """Purchase lines that repeat an earlier line in every column."""
    value: float
    """Their value, in the shop's currency."""
    revenue_share: float
    """Their share of the value of all purchase lines."""
    pairs: int
    """Pairs of one product in one invoice, equal in quantity or not."""
    equal_share: float
    """Share of the pairs that have the same quantity."""
    chance_share: float
    """Share that would have it, were the quantities drawn from all lines of the product."""
    habit_share: float
    """Share that would, were they drawn from the customer's invoices with the product; over pairs with two of these."""
    gap_equal: float
    """Median distance in lines within an equal pair; a double scan would stand beside its original, at 1."""
    gap_other: float
    """Median distance in lines within an unequal pair, which is no double entry."""

    @property
    def copies_at_most(self) -> float:
        """Share of the pairs that would have to be copies, if nothing but copying lifted equality above habit."""
        return max(0.0, (self.equal_share - self.habit_share) / (1 - self.habit_share)) if self.habit_share < 1 else 0.0


def repeated(rows: pd.DataFrame) -> pd.Series:
    """Which rows repeat an earlier row in every raw column."""
    return rows.duplicated(SAME)


def evidence(rows: pd.DataFrame) -> Evidence:
    """Evidence from purchase lines (raw columns, in the order written)."""
    lines = rows[rows["quantity"].gt(0) & rows["unit_price"].gt(0)]
    worth = lines["quantity"] * lines["unit_price"]
    again = repeated(lines)
    pairs = _pairs(lines)
    equal = pairs["quantity"].eq(pairs["quantity_other"])
    gap = pairs["line_other"] - pairs["line"]
    return Evidence(
        lines=int(again.sum()),
        value=float(worth[again].sum()),
        revenue_share=float(worth[again].sum() / worth.sum()) if len(lines) else 0.0,
        pairs=len(pairs),
        equal_share=float(equal.mean()),
        chance_share=_agreement(lines, ["product"], pairs),
        habit_share=_agreement(lines.drop_duplicates(["invoice", "product"]), ["customer_id", "product"], pairs),
        gap_equal=float(gap[equal].median()),
        gap_other=float(gap[~equal].median()),
    )


def _pairs(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per pair; a product that stands three times in an invoice makes three."""
    keys = ["invoice", "product", "customer_id"]
    numbered = lines[[*keys, "quantity"]].assign(line=range(len(lines)))
    twice = numbered[numbered.duplicated(["invoice", "product"], keep=False)]
    pairs = twice.merge(twice.drop(columns="customer_id"), on=["invoice", "product"], suffixes=("", "_other"))
    return pairs[pairs["line"] < pairs["line_other"]]


def _agreement(lines: pd.DataFrame, keys: list[str], pairs: pd.DataFrame) -> float:
    """Mean chance over the pairs that two lines, drawn from the same group without putting back, agree in quantity."""
    alike = lines.groupby([*keys, "quantity"]).size()
    every = lines.groupby(keys).size()
    chance = (alike * (alike - 1)).groupby(level=list(range(len(keys)))).sum() / (every * (every - 1)).where(every > 1)
    return float(pairs[keys].merge(chance.rename("chance").reset_index(), on=keys, how="left")["chance"].mean())
