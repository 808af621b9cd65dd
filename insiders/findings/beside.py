"""The Insiders beside a plain sort and the best cluster: what each group holds, and of what."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from insiders.findings.finding import Finding
from insiders.readings.segments import insiders_reading
from insiders.segments import portrait
from insiders.segments.groups import Flags
from insiders.wording import decimal, percent, whole

OURS, SORT = "Insiders of this run", "as many by revenue (plain sort)"


def told(
    customers: pd.DataFrame,
    is_insider: Flags,
    others: Mapping[str, Flags],
    profile: pd.DataFrame,
    buyers: pd.Series,
    currency: str,
) -> Finding:
    """The Insiders, as many by revenue, and other groups by name; every share with its denominator."""
    both = portrait.beside_sort(customers, is_insider, buyers)
    best = customers["gross_revenue"].rank(method="first", ascending=False).to_numpy() <= is_insider.sum()
    table = portrait.beside(customers, {OURS: is_insider, SORT: best, **others}, buyers)
    shown = pd.DataFrame(
        {
            "group": table.index,
            "customers": table["customers"].map(whole),
            "of segmented customers": table["customers_share"].map(percent),
            "of their gross revenue": table["revenue_share"].map(percent),
            "as many by revenue would hold": table["sort_share"].map(percent),
            "of their pieces": table["items_share"].map(percent),
            "of all identified buyers' gross revenue": table["revenue_share_of_buyers"].map(percent),
            "Jaccard with the Insiders": table["jaccard"].map(decimal),
        }
    )
    ours, plain = (both.to_dict("index")[name] for name in ("Insiders", "as many by revenue"))
    of_segmented = "of segmented customers' gross revenue"
    return Finding(
        insiders_reading(both, profile, currency),
        tables={"What each group holds of the past (which is no proof of what it will bring)": shown},
        data={"beside": table.reset_index()},
        metrics={
            "insiders": (int(is_insider.sum()), "customers"),
            "insiders_customer_share": (ours["customers_share"], "of segmented customers"),
            "insiders_revenue_share": (ours["revenue_share"], of_segmented),
            "insiders_revenue_share_of_buyers": (
                ours["revenue_share_of_buyers"],
                "of identified buyers' gross revenue",
            ),
            "insiders_items_share": (ours["items_share"], "of segmented customers' pieces"),
            "plain_sort_revenue_share": (plain["revenue_share"], of_segmented),
            "plain_sort_overlap": (ours["overlap"], "Jaccard similarity"),
        },
    )
