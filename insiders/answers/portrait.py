"""Who the Insiders are: the list, their number, their traits, and the share of the business they bring."""

from __future__ import annotations

import pandas as pd

from insiders.answers.evidence import Answer, Evidence
from insiders.charts import reporting
from insiders.wording import counted, decimal, money, percent, whole

TRAITS = (
    "gross_revenue",
    "n_invoices",
    "avg_ticket",
    "n_items",
    "n_products",
    "avg_basket_products",
    "recency_days",
    "avg_gap_days",
    "return_share",
)
"""The traits by which segments are described."""

SHOWN = 10
"""Customers named in the report; the full list is in insiders.csv."""


def who(evidence: Evidence) -> Answer:
    """Who is eligible: the list, best first."""
    insiders = evidence.insiders.sort_values("gross_revenue", ascending=False, kind="stable")
    top = insiders.head(SHOWN)
    abroad = insiders["country"].nunique()
    text = (
        f"{counted(len(insiders), 'customer is an Insider', 'customers are Insiders')} as of "
        f"{evidence.as_of:%Y-%m-%d}, from {counted(abroad, 'country', 'countries')}; all of them stand in "
        f"insiders.csv with the rule that admits each. The first of the list, customer {top['customer_id'].iloc[0]}, "
        f"bought for {money(top['gross_revenue'].iloc[0], evidence.currency)} in "
        f"{counted(int(top['n_invoices'].iloc[0]), 'invoice')}."
    )
    table = pd.DataFrame(
        {
            "customer": top["customer_id"],
            "country": top["country"],
            "gross revenue": [money(value, evidence.currency) for value in top["gross_revenue"]],
            "invoices": [whole(value) for value in top["n_invoices"]],
            "last purchase": top["last_purchase"].dt.strftime("%Y-%m-%d"),
            "why": top["why"],
        }
    )
    figures = {"insiders": len(insiders), "as_of": evidence.as_of, "first_customers": top["customer_id"].tolist()}
    return Answer("Who is eligible?", text, figures, reporting.space(evidence.customers), table)


def how_many(evidence: Evidence) -> Answer:
    """How many Insiders there are, with both denominators."""
    insiders, segmented, buyers = len(evidence.insiders), len(evidence.customers), int(evidence.buyers["customers"])
    largest = evidence.segments.nlargest(1, "customers").iloc[0]
    text = (
        f"The Insiders are {counted(insiders, 'customer')}: {percent(insiders / segmented)} of the {whole(segmented)} "
        f"segmented customers and {percent(insiders / buyers)} of the {whole(buyers)} identified buyers. The largest "
        f"of the {whole(len(evidence.segments))} segments is “{largest['segment']}” with "
        f"{counted(largest['customers'], 'customer')}."
    )
    figures = {
        "insiders": insiders,
        "segmented_customers": segmented,
        "identified_buyers": buyers,
        "share_of_segmented": insiders / segmented,
        "share_of_buyers": insiders / buyers,
    }
    return Answer("How many are they?", text, figures, reporting.sizes(evidence.segments))


def traits(evidence: Evidence) -> Answer:
    """The characteristics of the Insiders beside every other segment: means and medians of customers."""
    customers = evidence.customers
    groups = customers.groupby("segment")[list(TRAITS)]
    order = evidence.segments["segment"]
    medians, means = groups.median().reindex(order), groups.mean().reindex(order)
    ours, theirs = evidence.insiders[list(TRAITS)].median(), evidence.others[list(TRAITS)].median()
    text = (
        f"The median Insider bought for {money(ours['gross_revenue'], evidence.currency)}, the median of the others is "
        f"{money(theirs['gross_revenue'], evidence.currency)}. Median against median: "
        f"{decimal(ours['n_invoices'], 0)} invoices against {decimal(theirs['n_invoices'], 0)}, a mean ticket of "
        f"{money(ours['avg_ticket'], evidence.currency)} against {money(theirs['avg_ticket'], evidence.currency)}, the "
        f"last purchase {decimal(ours['recency_days'], 0)} days ago against {decimal(theirs['recency_days'], 0)}, "
        f"{decimal(ours['avg_gap_days'], 0)} days between visits against {decimal(theirs['avg_gap_days'], 0)}."
    )
    table = pd.DataFrame(
        {
            reporting.TRAIT_NAMES[trait]: [
                f"{_trait(trait, median, evidence.currency)} ({_trait(trait, mean, evidence.currency)})"
                for median, mean in zip(medians[trait], means[trait], strict=True)
            ]
            for trait in TRAITS
        }
    )
    table.insert(0, "median (mean) of the segment's customers", order)
    figures = {"median": _by_segment(medians), "mean": _by_segment(means)}
    chart = reporting.profile(medians, customers[list(TRAITS)].median())
    return Answer("What are their main characteristics?", text, figures, chart, table)


def shares(evidence: Evidence) -> Answer:
    """The share of revenue and items, gross and net, with its denominators, beside the plain revenue sort."""
    found, insiders = _shares(evidence), evidence.insiders
    best = evidence.customers.nlargest(len(insiders), "gross_revenue", keep="first")
    common = int(insiders["customer_id"].isin(best["customer_id"]).sum())
    ours = found.set_index("name")["insiders"].map(percent)
    text = (
        f"The Insiders bring {money(insiders['gross_revenue'].sum(), evidence.currency)}: "
        f"{ours['gross_of_segmented']} of the gross revenue of the segmented customers ({ours['net_of_segmented']} "
        f"net of returns) and {ours['items_of_segmented']} of the pieces; of all identified buyers' gross revenue, "
        f"{ours['gross_of_buyers']}. The same number of customers simply sorted by revenue would bring "
        f"{percent(found['plain_sort'].iloc[0])} of the segmented customers' gross revenue; {whole(common)} of the "
        f"{whole(len(insiders))} stand in both lists."
    )
    table = pd.DataFrame(
        {
            "share of": found["share"],
            "Insiders": found["insiders"].map(percent),
            "same number by plain revenue": found["plain_sort"].map(percent),
        }
    )
    figures = {
        "gross_revenue": insiders["gross_revenue"].sum(),
        "insiders": found.set_index("name")["insiders"].to_dict(),
        "plain_sort": found.set_index("name")["plain_sort"].to_dict(),
        "in_both_lists": common,
    }
    return Answer("What share of revenue and items do they bring?", text, figures, reporting.shares(found), table)


def _shares(evidence: Evidence) -> pd.DataFrame:
    """``name``, ``share`` (of what), ``insiders``, ``plain_sort`` (the same number of customers, by gross revenue)."""
    customers, buyers = evidence.customers, evidence.buyers
    whole_shop = {
        ("gross_of_segmented", "gross revenue of segmented customers"): (
            "gross_revenue",
            customers["gross_revenue"].sum(),
        ),
        ("net_of_segmented", "net revenue of segmented customers"): ("net_revenue", customers["net_revenue"].sum()),
        ("items_of_segmented", "pieces bought by segmented customers"): ("n_items", customers["n_items"].sum()),
        ("gross_of_buyers", "gross revenue of all identified buyers"): ("gross_revenue", buyers["gross_revenue"]),
        ("items_of_buyers", "pieces bought by all identified buyers"): ("n_items", buyers["items"]),
    }
    insiders = evidence.insiders
    best = customers.nlargest(len(insiders), "gross_revenue", keep="first")
    rows = [
        (name, share, insiders[column].sum() / total, best[column].sum() / total)
        for (name, share), (column, total) in whole_shop.items()
    ]
    return pd.DataFrame(rows, columns=["name", "share", "insiders", "plain_sort"])


def _trait(trait: str, value: float, currency: str) -> str:
    if trait in ("gross_revenue", "avg_ticket"):
        return money(value, currency)
    return percent(value) if trait == "return_share" else decimal(value, 1)


def _by_segment(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {str(segment): {trait: float(row[trait]) for trait in TRAITS} for segment, row in table.iterrows()}
