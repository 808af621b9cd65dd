"""Prepared transactions as one row per customer: how recently, how often, how much and what they buy."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.handoff import FEATURES, TEXT

WHOLESALE_SCORE = 3.5
"""Modified z-score from which a value counts as an outlier (Iglewicz and Hoaglin 1993)."""

ASKED = ("invoice", "product", "quantity", "time", "revenue", "kind", "customer_id", "country", "category")
"""The columns of transactions that features are made of."""

COUNTS = (
    "first_purchase", "last_purchase", "n_invoices", "n_purchase_days", "n_items", "n_products", "gross_revenue",
    "basket_products", "avg_gap_days", "std_gap_days", "n_returns", "q_returns", "v_returns", "not_netted", "country",
    "main_category", "category_revenue",
)  # fmt: skip
"""What is counted of a customer's lines, from which every feature follows: ``basket_products`` (products of each
invoice, added up), ``not_netted`` (value returned that is not netted), ``category_revenue`` (of the main category)."""

NOBODY = "there is no purchase to make customers of"


def features(transactions: pd.DataFrame, *, as_of: date | None = None) -> pd.DataFrame:
    """The hand-off table ``customers``: one row per customer with a purchase, by customer_id.

    ``transactions``: the hand-off table of that name. ``as_of``: the day from which recency and tenure count, rows
    later than that are left out; where nothing is said, the day of the last purchase. Gaps are between activity days,
    those with a purchase or a return; what is netted is neither, but counts among the returns (n, q, v).
    """
    counts = counted(transactions, as_of=as_of)
    return completed(counts, pd.Timestamp(as_of) if as_of is not None else counts["last_purchase"].max().normalize())


def counted(transactions: pd.DataFrame, *, as_of: date | None = None) -> pd.DataFrame:
    """What is counted of each customer with a purchase: customer_id, and `COUNTS`; an `AnalysisError` without any."""
    rows = transactions[list(ASKED)]
    if as_of is not None and (late := rows["time"] >= pd.Timestamp(as_of) + pd.Timedelta(days=1)).any():
        rows = rows[~late]
    if not rows["kind"].eq("purchase").any():
        raise AnalysisError(NOBODY)
    number, names = pd.factorize(rows["customer_id"], sort=True)
    # Invoices and products are only told apart, and numbers are compared much faster than names.
    codes = {name: pd.factorize(rows[name])[0] for name in ("invoice", "product")}
    rows = rows.assign(customer=number, day=rows["time"].dt.normalize(), **codes)
    purchases = rows[rows["kind"].eq("purchase")]
    table = _bought(purchases).join(_gaps(rows[rows["kind"].ne("netted")]))
    table = table.join(_returned(rows[rows["quantity"] < 0]).reindex(table.index, fill_value=0))
    table = table.join(_country(purchases)).join(_category(purchases, table.index))
    table.insert(0, "customer_id", names.to_numpy()[table.index.to_numpy()])
    return table[["customer_id", *COUNTS]].reset_index(drop=True)


def completed(counts: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """The table of `features` from what was counted until a day."""
    table = counts.copy()
    first, last = table["first_purchase"].dt.normalize(), table["last_purchase"].dt.normalize()
    table["recency_days"] = (today - last).dt.days
    table["tenure_days"] = (today - first).dt.days
    table["avg_basket_products"] = table["basket_products"] / table["n_invoices"]
    table["avg_basket_items"] = table["n_items"] / table["n_invoices"]
    table["avg_ticket"] = table["gross_revenue"] / table["n_invoices"]
    table["avg_unit_price"] = table["gross_revenue"] / table["n_items"]
    table["frequency"] = table["n_invoices"] / ((last - first).dt.days + 1)
    table["gap_regularity"] = table["std_gap_days"] / table["avg_gap_days"]
    table["net_revenue"] = table["gross_revenue"] - table["not_netted"]
    table["return_share"] = table["not_netted"] / table["gross_revenue"]
    table["is_wholesale"] = is_wholesale(table)
    table["main_category_share"] = table["category_revenue"] / table["gross_revenue"]
    return table[["customer_id", *FEATURES]]


def is_wholesale(customers: pd.DataFrame) -> pd.Series:
    """Who buys in quantities far above the others: in pieces altogether or in pieces per invoice.

    Far is a modified z-score of the logarithm above 3.5, from the median and the median absolute deviation, which the
    outliers themselves do not move. Nobody is far where more than half are alike.
    """
    far = pd.Series(False, index=customers.index)
    for column in ("n_items", "avg_basket_items"):
        size = pd.Series(np.log(customers[column].to_numpy("float64")), index=customers.index)
        distance = size - size.median()
        spread = distance.abs().median()
        far |= distance * 0.6745 > WHOLESALE_SCORE * spread if spread > 0 else False
    return far


def _bought(purchases: pd.DataFrame) -> pd.DataFrame:
    by_customer = purchases.groupby("customer")
    table = by_customer.agg(
        first_purchase=("time", "min"),
        last_purchase=("time", "max"),
        n_items=("quantity", "sum"),
        gross_revenue=("revenue", "sum"),
    )
    table["n_invoices"] = _distinct(purchases, "invoice")
    table["n_products"] = _distinct(purchases, "product")
    table["n_purchase_days"] = _distinct(purchases, "day")
    basket = purchases[["customer", "invoice", "product"]].drop_duplicates()
    return table.assign(basket_products=basket.groupby("customer").size())


def _gaps(active: pd.DataFrame) -> pd.DataFrame:
    days = active[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])
    gap = days.groupby("customer")["day"].diff().dt.days
    return gap.groupby(days["customer"]).agg(avg_gap_days="mean", std_gap_days="std")


def _returned(negative: pd.DataFrame) -> pd.DataFrame:
    """Returns and cancellations, netted ones too, and beside them the value of those that are not netted."""
    worth = negative.assign(
        pieces=-negative["quantity"],
        value=-negative["revenue"],
        not_netted=-negative["revenue"].where(negative["kind"].ne("netted"), 0.0),
    )
    sums = worth.groupby("customer").agg(
        q_returns=("pieces", "sum"), v_returns=("value", "sum"), not_netted=("not_netted", "sum")
    )
    return sums.assign(n_returns=_distinct(negative, "invoice"))


def _country(purchases: pd.DataFrame) -> pd.Series:
    """The country of most of a customer's invoices; of two with as many, the later one."""
    invoices = purchases.drop_duplicates(["customer", "country", "invoice"])
    counts = invoices.groupby(["customer", "country"])["time"].agg(["size", "max"]).reset_index()
    ranked = counts.sort_values(["customer", "size", "max"], kind="stable")
    return ranked.drop_duplicates("customer", keep="last").set_index("customer")["country"]


def _category(purchases: pd.DataFrame, customers: pd.Index) -> pd.DataFrame:
    """The category with most of a customer's revenue, and that revenue; missing where no line has a category."""
    known = purchases[purchases["category"].notna()]
    sums = known.groupby(["customer", "category"])["revenue"].sum().reset_index().sort_values(["customer", "revenue"])
    most = sums.drop_duplicates("customer", keep="last").set_index("customer").reindex(customers)
    return pd.DataFrame({"main_category": most["category"].astype(TEXT), "category_revenue": most["revenue"]})


def _distinct(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows[["customer", column]].drop_duplicates().groupby("customer").size()
