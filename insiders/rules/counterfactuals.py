"""What would bring a borderline customer in or out, in business words: orders to place, or days to wait.

A counterfactual here is a change a customer can make (Wachter, Mittelstadt and Russell 2018): buy once more, or not at
all. Each is worked out on the customer's own figures and put to the rule before it is said.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.errors import AnalysisError
from insiders.rules.conditions import Condition, Rule, amount, figure
from insiders.wording import counted

ENTER, LEAVE = "could enter", "could leave"

COLUMNS = ["customer_id", "side", "orders", "days", "why"]


def waiting(customers: pd.DataFrame, days: int) -> pd.DataFrame:
    """The customers as they will stand in that many days if they buy nothing: later, and otherwise the same.

    For features that look back over a window, take `snapshots.customers_at` at that day instead.
    """
    aged = {name: customers[name] + days for name in ("recency_days", "tenure_days") if name in customers}
    return customers.assign(**aged)


def after_orders(then: pd.DataFrame, orders: int, days: int, last: int) -> pd.DataFrame:
    """The customers after that many orders of their usual size within ``days``, the latest ``last`` days ago.

    Usual is the customer's mean: value, pieces, and new products per order so far. Averages stay as they are.
    """
    each = {
        "n_invoices": pd.Series(1, index=then.index),
        "n_items": then["n_items"] / then["n_invoices"],
        "n_products": then["n_products"] / then["n_invoices"],
        "gross_revenue": then["gross_revenue"] / then["n_invoices"],
    }
    each |= dict.fromkeys(_windows(then, "revenue", days), each["gross_revenue"])
    each |= dict.fromkeys(_windows(then, "invoices", days), each["n_invoices"])
    changed = {name: then[name] + orders * size for name, size in each.items()}
    return then.assign(**changed, recency_days=np.minimum(then["recency_days"], last))


def counterfactuals(
    rule: Rule,
    customers: pd.DataFrame,
    then: pd.DataFrame,
    currency: str,
    *,
    days: int = 30,
    most_orders: int = 2,
) -> pd.DataFrame:
    """The borderline customers of a rule, and what would change their side within ``days``; the nearest first.

    ``customers``: customer_id and features today; ``then``: the same customers in ``days`` without an order (from
    `waiting`, or exactly from the transactions). Columns: customer_id, side (``could enter`` with at most
    ``most_orders`` orders of their usual size, ``could leave`` without any), orders (needed to enter, or to stay;
    missing where two are not enough), days, why. Whom ``days`` alone bring in or nothing moves is not borderline.
    """
    if not customers["customer_id"].equals(then["customer_id"]):
        raise AnalysisError("counterfactuals need the same customers in the same order, today and then")
    now, idle = rule.holds(customers), rule.holds(then)
    needed, last = _orders(rule, then, days, most_orders)
    entering, leaving = ~now & ~idle & (needed > 0), now & ~idle
    rows = np.flatnonzero(entering | leaving)
    failing = _failing(rule, then)
    texts = [
        (_to_enter if entering[place] else _to_stay)(
            then.iloc[place], failing[place], _more(needed[place], last[place], days), days, currency
        )
        for place in rows
    ]
    found = pd.DataFrame(
        {
            "customer_id": customers["customer_id"].iloc[rows].to_numpy(),
            "side": np.where(entering[rows], ENTER, LEAVE),
            "orders": pd.Series(needed[rows], dtype="Int64").where(needed[rows] > 0),
            "days": days,
            "why": texts,
        }
    )
    return found.sort_values(["side", "orders"], kind="stable", ignore_index=True)[COLUMNS]


def _orders(
    rule: Rule, then: pd.DataFrame, days: int, most: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The fewest orders with which each customer meets the rule (0: none do), and how long ago the last may be."""
    bounds = {
        math.ceil(each.below) - 1
        for part in rule.alternatives
        for each in part
        if each.feature == "recency_days" and each.below < math.inf
    }
    needed, last = np.zeros(len(then), dtype="int64"), np.full(len(then), days)
    for orders in range(1, most + 1):
        for ago in sorted({days, *(bound for bound in bounds if 0 <= bound < days)}, reverse=True):
            found = (needed == 0) & rule.holds(after_orders(then, orders, days, ago))
            needed[found], last[found] = orders, ago
    return needed, last


def _failing(rule: Rule, then: pd.DataFrame) -> list[list[Condition]]:
    """For every customer the conditions that fail, of the alternative with the fewest such."""
    fewest: list[list[Condition]] | None = None
    for part in rule.alternatives:
        fails = np.array([~each.holds(then) for each in part])
        missed = [[part[place] for place in np.flatnonzero(column)] for column in fails.T]
        fewest = missed if fewest is None else [min(pair, key=len) for pair in zip(fewest, missed, strict=True)]
    return fewest or [[]] * len(then)


def _to_enter(then: pd.Series, missed: list[Condition], more: str, days: int, currency: str) -> str:
    del days
    ticket = amount("avg_ticket", then["gross_revenue"] / then["n_invoices"], currency)
    gaps = ", ".join(_gap(each, float(then[each.feature]), 0, currency) for each in missed)
    return f"{more} would do (usually {ticket}); without: {gaps}"


def _to_stay(then: pd.Series, missed: list[Condition], more: str, days: int, currency: str) -> str:
    keep = f"{more} would keep them" if more else "so few orders of usual size would not keep them"
    gaps = ", ".join(_gap(each, float(then[each.feature]), days, currency) for each in missed)
    return f"removed within {days} days without an order: {gaps}; {keep}"


def _gap(condition: Condition, value: float, days: int, currency: str) -> str:
    has = amount(condition.feature, value, currency)
    if value < condition.at_least:
        return f"{has}, {figure(condition.feature, condition.at_least, currency)} asked"
    removes = f"{has}, {figure(condition.feature, condition.below, currency)} or more removes"
    if condition.feature == "recency_days" and days:
        return f"{removes} (in {counted(round(days - (value - condition.below)), 'day')})"
    return removes


def _more(orders: int, last: int, days: int) -> str:
    """One more order within 30 days, or nothing where no few orders do."""
    if not orders:
        return ""
    count = "one more order" if orders == 1 else f"{orders} more orders"
    if last == days:
        return f"{count} within {days} days"
    end = f"in the last {counted(max(1, last), 'day')} of the next {days}"
    return f"{count} {end}" if orders == 1 else f"{count} within {days} days, one of them {end}"


def _windows(then: pd.DataFrame, what: str, days: int) -> list[str]:
    """The columns over a window that holds all orders of the coming days, such as revenue_90."""
    names = [name for name in then.columns if name.startswith(f"{what}_") and name.removeprefix(f"{what}_").isdigit()]
    return [name for name in names if int(name.removeprefix(f"{what}_")) >= days]
