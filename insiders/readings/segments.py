"""Sentences that read the figures of `02_clustering`, computed from their tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from insiders.choice import GREATEST_SHARE, LEAST_SHARE, Choice
from insiders.spaces import Space
from insiders.wording import counted, decimal, listing, money, percent, whole


def spaces_reading(spaces: Mapping[str, Space]) -> str:
    """How each space came about."""
    return "\n".join(f"- **{space.name}**: {space.how}." for space in spaces.values())


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


def rule_reading(rules: pd.DataFrame) -> str:
    """The eligibility in words, with how close it comes."""
    rule = rules.iloc[0]
    close = min(rule["precision"], rule["recall"]) >= 0.95
    verdict = (
        "Whoever applies the rule alone gets nearly the same group."
        if close
        else "The rule is an approximation: 95 % of precision and recall are not both reached with five conditions."
    )
    meet = counted(int(rule["customers"]), "customer who meets", "customers who meet")
    return (
        f"**What makes an Insider: {rule['rule']}.** Of the {meet} this, {percent(rule['precision'])} are Insiders "
        f"(precision), and {percent(rule['recall'])} of the Insiders meet it (recall). {verdict}"
    )


def stability_reading(segments: pd.DataFrame, seeds: pd.DataFrame) -> str:
    """How firm the Insiders are: against new draws of customers in this space, and against new spaces."""
    row = segments[segments["is_insiders"]].iloc[0]
    weakest = segments.loc[segments["stability"].idxmin()]
    lowest = float(seeds["jaccard"].min())
    verdict = (
        "The group does not hang on the seed."
        if lowest >= 0.9
        else "The group hangs on the seed: read its border as a zone, and the core as what is sure."
    )
    return (
        f"Over bootstrap resamples in the same space the Insiders keep a mean Jaccard similarity of "
        f"{decimal(float(row['stability']))}; the least stable segment is “{weakest['segment']}” with "
        f"{decimal(float(weakest['stability']))}. The whole procedure with {counted(len(seeds), 'other seed')}, space "
        f"included, gives {listing([whole(value) for value in seeds['insiders']])} Insiders, whose Jaccard similarity "
        f"to these is {decimal(lowest)} at least and {decimal(float(seeds['jaccard'].mean()))} on average. {verdict}"
    )
