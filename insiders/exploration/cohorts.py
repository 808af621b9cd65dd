"""Customers by the month of their first purchase, and how many of them buy again in the months that follow."""

from __future__ import annotations

import math

import pandas as pd

from insiders.customers.purchases import purchases_of


def cohort_retention(transactions: pd.DataFrame, last_month: pd.Timestamp | None = None) -> pd.DataFrame:
    """One row per cohort and month since its first.

    Columns: ``cohort`` (first day of the month of the first purchase in the data), ``months_since``, ``customers``
    (size of the cohort), ``active`` (how many of them bought in that month), ``retention`` (their share of the cohort).
    Months after ``last_month`` are left out: give the last complete month, as a partial one would look like a loss.
    """
    purchases = purchases_of(transactions)
    months = _month_number(purchases["time"])
    first = months.groupby(purchases["customer_id"]).transform("min")
    seen = pd.DataFrame({"customer_id": purchases["customer_id"], "first": first, "since": months - first})
    active = seen.drop_duplicates(["customer_id", "since"]).groupby(["first", "since"]).size()
    return retention_of(active, int(months.max()) if last_month is None else month_number(last_month))


def retention_of(active: pd.Series, end: int) -> pd.DataFrame:
    """The table of `cohort_retention` from how many bought, by ``first`` month and months ``since``.

    Months are counted as in `month_number`; ``end`` is the last of them.
    """
    cohorts = active.index.get_level_values("first").unique().sort_values()
    rows = [(cohort, since) for cohort in cohorts for since in range(end - int(cohort) + 1)]
    grid = pd.MultiIndex.from_tuples(rows, names=["first", "since"])
    table = active.reindex(grid, fill_value=0).rename("active").reset_index()
    sizes = active.xs(0, level="since")
    customers = table["first"].map(sizes)
    return pd.DataFrame(
        {
            "cohort": [pd.Timestamp(year=number // 12, month=number % 12 + 1, day=1) for number in table["first"]],
            "months_since": table["since"],
            "customers": customers,
            "active": table["active"],
            "retention": table["active"] / customers,
        }
    )


def cohort_revenue(transactions: pd.DataFrame, last_month: pd.Timestamp | None = None) -> pd.DataFrame:
    """The rows of `cohort_retention` with ``revenue``: gross revenue of the cohort in that month, shop's currency."""
    purchases = purchases_of(transactions)
    months = _month_number(purchases["time"])
    first = months.groupby(purchases["customer_id"]).transform("min")
    sums = purchases["revenue"].groupby([first.rename("first"), (months - first).rename("since")]).sum()
    return _with_revenue(cohort_retention(transactions, last_month), sums)


def revenue_of(active: pd.Series, sums: pd.Series, end: int) -> pd.DataFrame:
    """The table of `cohort_revenue` from how many bought and what they paid, see `retention_of`."""
    return _with_revenue(retention_of(active, end), sums)


def _with_revenue(table: pd.DataFrame, sums: pd.Series) -> pd.DataFrame:
    number = _month_number(table["cohort"])
    keys = pd.MultiIndex.from_arrays([number, table["months_since"]])
    return table.assign(revenue=sums.reindex(keys, fill_value=0.0).to_numpy())


def months_active(transactions: pd.DataFrame, months: int, last_month: pd.Timestamp) -> pd.DataFrame:
    """In which share of the ``months`` after their first the customers bought, where ``last_month`` ends that window.

    Columns: ``customer_id``, ``cohort`` (first day of the month of the first purchase), ``share_active`` (of months).
    """
    purchases = purchases_of(transactions)
    number = _month_number(purchases["time"])
    first = number.groupby(purchases["customer_id"]).transform("min")
    since = number - first
    bought = pd.DataFrame({"customer_id": purchases["customer_id"], "since": since}).drop_duplicates()
    within = bought[bought["since"].between(1, months)].groupby("customer_id").size()
    starts = first.groupby(purchases["customer_id"]).first()
    return shares_active(starts, within, months, last_month)


def shares_active(starts: pd.Series, within: pd.Series, months: int, last_month: pd.Timestamp) -> pd.DataFrame:
    """The table of `months_active` from customers' first months and how many of the ``months`` after saw a purchase."""
    complete = starts[starts + months <= month_number(last_month)]
    return pd.DataFrame(
        {
            "customer_id": complete.index,
            "cohort": [pd.Timestamp(year=start // 12, month=start % 12 + 1, day=1) for start in complete],
            "share_active": within.reindex(complete.index, fill_value=0).to_numpy() / months,
        }
    )


def mean_retention(retention: pd.DataFrame, months_since: int = 1) -> float:
    """The share of all cohorts' customers who bought that month after their first; nan where none is old enough."""
    rows = retention[retention["months_since"] == months_since]
    return float(rows["active"].sum() / rows["customers"].sum()) if len(rows) else math.nan


def month_number(month: pd.Timestamp) -> int:
    """Months since the year 0."""
    return month.year * 12 + month.month - 1


def _month_number(times: pd.Series) -> pd.Series:
    return times.dt.year * 12 + times.dt.month - 1
