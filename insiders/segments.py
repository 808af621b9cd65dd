"""Segments: clusters with names, a profile of each, and the Insiders held against a plain sort by revenue."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders import traits
from insiders.choice import Flags, jaccard
from insiders.clusters import NOISE, Labels


def assign(customers: pd.DataFrame, labels: Labels, insiders: Flags) -> pd.DataFrame:
    """The segment of every customer by name; the clusters of the Insiders become one segment.

    Columns ``customer_id``, ``segment``, ``is_insider``, in the order of the customers.
    """
    rest = pd.Series(labels, index=customers.index)[~insiders & (labels != NOISE)]
    segment = rest.map(traits.names(customers.loc[rest.index], rest)) if len(rest) else rest.astype("object")
    named = segment.reindex(customers.index).mask(insiders, traits.INSIDERS).fillna(traits.NOISE)
    return pd.DataFrame(
        {"customer_id": customers["customer_id"], "segment": named.astype("string[pyarrow]"), "is_insider": insiders}
    )


def by_customer(per_cluster: npt.NDArray[np.float64], labels: Labels) -> npt.NDArray[np.float64]:
    """A cluster's value for each of its customers; missing for noise."""
    return np.where(labels == NOISE, np.nan, per_cluster[labels])


def profile(
    customers: pd.DataFrame,
    assigned: pd.DataFrame,
    silhouette: npt.NDArray[np.float64],
    stability: npt.NDArray[np.float64],
) -> pd.DataFrame:
    """One row per segment, highest mean gross revenue first: the hand-off table ``segments``.

    ``silhouette`` and ``stability`` hold a value per customer and are averaged over the segment's customers; missing
    values of the stability are left out.
    """
    rows = customers.assign(
        segment=assigned["segment"], is_insiders=assigned["is_insider"], silhouette=silhouette, stability=stability
    )
    table = rows.groupby("segment").agg(
        is_insiders=("is_insiders", "first"),
        customers=("customer_id", "size"),
        gross_revenue=("gross_revenue", "sum"),
        net_revenue=("net_revenue", "sum"),
        items=("n_items", "sum"),
        mean_gross_revenue=("gross_revenue", "mean"),
        median_gross_revenue=("gross_revenue", "median"),
        median_recency_days=("recency_days", "median"),
        median_invoices=("n_invoices", "median"),
        median_ticket=("avg_ticket", "median"),
        median_gap_days=("avg_gap_days", "median"),
        mean_return_share=("return_share", "mean"),
        silhouette=("silhouette", "mean"),
        stability=("stability", "mean"),
    )
    table = table.sort_values("mean_gross_revenue", ascending=False, kind="stable").reset_index()
    table["value_rank"] = range(1, len(table) + 1)
    for share, amount in (
        ("customer_share", "customers"),
        ("revenue_share", "gross_revenue"),
        ("items_share", "items"),
    ):
        table[share] = table[amount] / table[amount].sum()
    table["action"] = _actions(customers, assigned, table)
    return table[_ORDER]


def beside_sort(customers: pd.DataFrame, is_insider: Flags, buyers: pd.Series) -> pd.DataFrame:
    """The Insiders, and as many customers with the highest gross revenue: what each group holds, and of what.

    ``buyers`` is the row of the hand-off table of that name: all identified buyers, also those who came once.
    Two rows, index ``group``. Columns: ``customers``; shares of customers, revenue and pieces with two denominators:
    the segmented customers (``revenue_share``) and all identified buyers (``revenue_share_of_buyers``); ``in_both``
    (customers) and ``overlap`` (Jaccard similarity of the two groups).
    """
    best = customers["gross_revenue"].rank(method="first", ascending=False).to_numpy() <= is_insider.sum()
    held = customers[["gross_revenue", "n_items"]].assign(customers=1)
    held = held.rename(columns={"gross_revenue": "revenue", "n_items": "items"})[["customers", "revenue", "items"]]
    amounts = pd.DataFrame({"Insiders": held[is_insider].sum(), "as many by revenue": held[best].sum()}).T
    all_buyers = pd.Series({what: buyers[name] for what, name in _OF_BUYERS.items()}, dtype="float64")
    shares = (amounts / held.sum()).add_suffix("_share").join((amounts / all_buyers).add_suffix("_share_of_buyers"))
    return shares.assign(
        customers=amounts["customers"].astype("int64"),
        in_both=int((is_insider & best).sum()),
        overlap=jaccard(is_insider, best),
    ).rename_axis("group")


def _actions(customers: pd.DataFrame, assigned: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    levels = traits.levels(customers, assigned["segment"])
    usual = float(customers["return_share"].mean())
    texts = []
    for row in table.to_dict("records"):
        level = {what: str(levels.at[row["segment"], what]) for what in levels.columns}
        gap, returned = float(row["median_gap_days"]), float(row["mean_return_share"])
        if row["is_insiders"]:
            texts.append(traits.insiders_action(gap, float(row["median_recency_days"])))
        else:
            texts.append(traits.action(level, gap, returned, usual))
    return texts


_OF_BUYERS = {"customers": "customers", "revenue": "gross_revenue", "items": "items"}

_ORDER = [
    "segment",
    "value_rank",
    "is_insiders",
    "customers",
    "customer_share",
    "gross_revenue",
    "revenue_share",
    "net_revenue",
    "items",
    "items_share",
    "mean_gross_revenue",
    "median_gross_revenue",
    "median_recency_days",
    "median_invoices",
    "median_ticket",
    "median_gap_days",
    "mean_return_share",
    "silhouette",
    "stability",
    "action",
]
