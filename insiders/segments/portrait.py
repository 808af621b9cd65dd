"""Segments: clusters with names, a profile of each, and the Insiders held against a plain sort by revenue."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.clusters import NOISE, Labels
from insiders.segments import traits
from insiders.segments.choice import SMALLEST_SHARE
from insiders.segments.groups import Flags, jaccard
from insiders.spaces import Points


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


def remaining(labels: Labels, points: Points, insiders: Flags, least_share: float = SMALLEST_SHARE) -> Labels:
    """The clusters, where the Insiders were taken out of them by another rule: none is left too small to name.

    A cluster that keeps fewer than ``least_share`` of all customers joins the nearest other one (by the centres of
    those who remain); the Insiders keep the label of their cluster. Labels stay as they are where every cluster is
    large enough, or only one is left.
    """
    found = labels.copy()
    rest = ~insiders & (labels != NOISE)
    while True:
        numbers, sizes = np.unique(found[rest], return_counts=True)
        small = numbers[np.argmin(sizes)] if len(sizes) > 1 else NOISE
        if small == NOISE or sizes.min() >= least_share * len(labels):
            return found
        centres = {number: points[rest & (found == number)].mean(axis=0) for number in numbers}
        others = [number for number in numbers if number != small]
        near = min(others, key=lambda number: float(np.linalg.norm(centres[number] - centres[small])))
        found[found == small] = near


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


def beside(customers: pd.DataFrame, groups: Mapping[str, Flags], buyers: pd.Series) -> pd.DataFrame:
    """Groups of customers side by side: what each holds, and how far it is the first one.

    Index ``group``, in the order given. Columns: ``customers``; ``customers_share``, ``revenue_share``, ``items_share``
    (of the segmented customers), ``revenue_share_of_buyers`` (of all identified buyers' gross revenue); ``sort_share``
    (revenue share of as many customers by a plain sort); ``jaccard`` (similarity to the first group).
    """
    first = next(iter(groups.values()))
    revenue = customers["gross_revenue"].to_numpy("float64")
    items = customers["n_items"].to_numpy("float64")
    ranked = np.sort(revenue)[::-1]
    rows = {
        name: (
            int(flags.sum()),
            float(flags.mean()),
            float(revenue[flags].sum() / revenue.sum()),
            float(items[flags].sum() / items.sum()),
            float(revenue[flags].sum() / float(buyers["gross_revenue"])),
            float(ranked[: flags.sum()].sum() / revenue.sum()),
            jaccard(first, flags),
        )
        for name, flags in groups.items()
    }
    columns = ["customers", "customers_share", "revenue_share", "items_share", "revenue_share_of_buyers"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*columns, "sort_share", "jaccard"])
    return table.rename_axis("group")


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
