"""Sentences that read the figures of `02_clustering`, computed from their tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from insiders.segments.choice import GREATEST_SHARE, LEAST_SHARE, Choice
from insiders.spaces import Space
from insiders.wording import counted, decimal, listing, money, percent, whole


def spaces_reading(spaces: Mapping[str, Space]) -> str:
    """How each space came about."""
    return "\n".join(
        f"- **{space.name}**: {space.how}." + (f" Approximation: {space.approximation}." if space.approximation else "")
        for space in spaces.values()
    )


def importance_reading(spaces: Mapping[str, Space]) -> str:
    """What the forests look at, and which of them are circular."""
    lines = []
    for space in spaces.values():
        if space.importance.empty:
            continue
        first, weight = space.importance.index[0], float(space.importance.iloc[0])
        line = f"In **{space.name}** the first feature, `{first}`, carries {percent(weight, 0)} of the importance."
        if space.sees_revenue:
            line += (
                " This forest was told the revenue, so its space sorts customers by what goes with revenue: that its "
                "clusters differ in revenue was put in, and its silhouette is no evidence of natural groups."
            )
        else:
            line += " This forest was told nothing about money: where its clusters differ in revenue, that was found."
        lines.append(line)
    return "\n\n".join(lines)


def scores_reading(scores: pd.DataFrame) -> str:
    """The best silhouette of each space, and how much of it is owed to having seen revenue."""
    best = scores.loc[scores.groupby("space", sort=False)["silhouette"].idxmax()]
    each = [
        f"{row.silhouette:.3f} in `{row.space}` ({row.model}, k = {row.k})"
        for row in best.sort_values("silhouette", ascending=False).itertuples()
    ]
    error = float(scores["silhouette_error"].max())
    exact = (
        "All are exact." if error == 0 else f"They are averages over a sample, with standard errors up to {error:.3f}."
    )
    return (
        f"The best mean silhouettes are {listing(each)}. {exact} A silhouette above 0.5 is commonly read as clear "
        "structure and below 0.25 as none; scores of different spaces measure different distances, so a higher one "
        "does not make a space truer. Noise counts as 0."
    )


def choice_reading(choice: Choice, candidates: pd.DataFrame) -> str:
    """Why this k, how many Insiders the other clusterings of the space would give, and where the silhouette peaks."""
    rows = candidates[(candidates["space"] == choice.space) & (candidates["model"] == choice.model)]
    peak = rows.loc[rows["silhouette"].idxmax()]
    row = rows[rows["k"] == choice.k].iloc[0]
    merged = int(row["insiders_clusters"])
    text = (
        f"**{choice.model} in {choice.space}, k = {choice.k}.** {choice.reason} The silhouette alone peaks at "
        f"k = {peak['k']} ({decimal(float(peak['silhouette']), 3)}), where the Insiders would be "
        f"{percent(float(peak['insiders_share']))} of the customers."
    )
    if merged > 1:
        text += (
            f" The {merged} most valuable clusters make the Insiders together, since the first alone holds less than "
            f"{percent(LEAST_SHARE, 0)} of the customers: {choice.k - merged + 1} segments remain."
        )
    same = candidates[candidates["space"] == choice.space]
    fit = same[same["insiders_share"].between(LEAST_SHARE, GREATEST_SHARE)]
    if len(fit):
        low, high = (float(fit["insiders_revenue_share"].agg(end)) for end in ("min", "max"))
        text += (
            f" Over all models and k of this space, Insiders between {percent(LEAST_SHARE, 0)} and "
            f"{percent(GREATEST_SHARE, 0)} of the customers come from {counted(len(fit), 'clustering')} out of "
            f"{whole(len(same))}, with {percent(low)} to {percent(high)} of the segmented customers' revenue."
        )
    return text


def elsewhere_reading(elsewhere: pd.DataFrame, space: str) -> str:
    """How far the Insiders depend on the space they were sought in."""
    others = elsewhere.drop(index=space, errors="ignore")
    if others.empty:
        return "The model finds clusters in no other space."
    each = [
        f"`{name}` {percent(row['insiders_share'])} of the customers with {percent(row['insiders_revenue_share'])} of "
        f"the revenue (Jaccard similarity {decimal(row['jaccard'])})"
        for name, row in others.to_dict("index").items()
    ]
    return (
        f"The same model and rule would choose in {listing(each)}. Where the similarity is low, who belongs is a "
        "matter of the space; where it is high, the space hardly matters."
    )


def insiders_reading(beside: pd.DataFrame, segments: pd.DataFrame, currency: str) -> str:
    """What the Insiders hold, each share with its denominator, and what a plain sort would have held."""
    ours, plain = (beside.loc[group].to_dict() for group in ("Insiders", "as many by revenue"))
    row = segments[segments["is_insiders"]].iloc[0]
    spent = money(float(row["median_gross_revenue"]), currency)
    return (
        f"The **{whole(ours['customers'])} Insiders** are {percent(ours['customers_share'])} of the segmented "
        f"customers and {percent(ours['customers_share_of_buyers'])} of all identified buyers. They hold "
        f"{percent(ours['revenue_share'])} of the segmented customers' gross revenue "
        f"({percent(ours['revenue_share_of_buyers'])} of all identified buyers') and {percent(ours['items_share'])} of "
        f"the pieces ({percent(ours['items_share_of_buyers'])}). The median Insider spent {spent} in "
        f"{counted(round(row['median_invoices']), 'invoice')}, the last "
        f"{counted(round(row['median_recency_days']), 'day')} ago.\n\n"
        f"**Held against a plain sort:** as many customers with the highest gross revenue hold "
        f"{percent(plain['revenue_share'])} of the segmented customers' revenue "
        f"({percent(plain['revenue_share_of_buyers'])} of all identified buyers') and {percent(plain['items_share'])} "
        f"of the pieces. {counted(int(ours['in_both']), 'customer is', 'customers are')} in both groups (Jaccard "
        f"similarity {decimal(ours['overlap'])}). No group of this size can hold more of the past revenue than the "
        "sort does; what a clustering may add is a profile, the segments beside it, and a rule that can be told."
    )


def best_silhouettes(scores: pd.DataFrame) -> pd.DataFrame:
    """The best silhouette of every space (rows) and model, with its number of clusters and noise: 0.612 at 3."""
    best = scores.loc[scores.groupby(["space", "model"], sort=False)["silhouette"].idxmax()]
    cells = [
        f"{row['silhouette']:.3f} at {row['k']}"
        + (f" ({percent(row['noise_share'], 0)} noise)" if row["noise_share"] > 0 else "")
        for row in best.to_dict("records")
    ]
    wide = best.assign(cell=cells).pivot(index="space", columns="model", values="cell")
    order = [list(dict.fromkeys(scores[name])) for name in ("space", "model")]
    return wide.reindex(index=order[0], columns=order[1]).fillna("–")


def firmness_reading(choice: Choice, firm: pd.DataFrame) -> str:
    """The number of clusters and why, and what a rule without stability would have taken."""
    most = firm.loc[firm["mean"].idxmax()].to_dict()
    return (
        f"**{choice.model} in `{choice.space}`.** {choice.reason} The firmest on average is k = "
        f"{most['k']:.0f} ({decimal(most['mean'])}). Columns: mean bootstrap Jaccard similarity of the weakest cluster "
        "and of all, share of the customers in the smallest, and two scores (a higher silhouette and a lower "
        "Davies-Bouldin index separate better)."
    )


def profile_table(segments: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The segments side by side, as a person reads them; a column per segment, highest mean revenue first."""
    rows = {
        "customers": segments["customers"].map(whole),
        "of all segmented customers": segments["customer_share"].map(percent),
        "of their gross revenue": segments["revenue_share"].map(percent),
        "of their pieces": segments["items_share"].map(percent),
        "gross revenue, mean": [money(value, currency) for value in segments["mean_gross_revenue"]],
        "gross revenue, median": [money(value, currency) for value in segments["median_gross_revenue"]],
        "last purchase, median days ago": segments["median_recency_days"].map(whole),
        "purchase invoices, median": segments["median_invoices"].map(whole),
        "ticket, median": [money(value, currency) for value in segments["median_ticket"]],
        "days between visits, median": segments["median_gap_days"].map(whole),
        "value returned, mean share": segments["mean_return_share"].map(percent),
        "silhouette, mean (−1 to 1)": segments["silhouette"].map(decimal),
    }
    return pd.DataFrame(rows).set_axis(segments["segment"]).T.rename_axis(columns=None)
