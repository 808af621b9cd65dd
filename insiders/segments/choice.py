"""Which clustering is taken, and which of its clusters are the Insiders: by rules that can be said in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from insiders.clusters import MODELS, NOISE, Comparison, Labels, sampled
from insiders.errors import AnalysisError
from insiders.segments.groups import Flags, jaccard
from insiders.spaces import Points
from insiders.wording import decimal, listing, percent

WORTH: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = MappingProxyType(
    {
        "revenue": lambda customers: customers["gross_revenue"],
        "frequency": lambda customers: customers["n_invoices"],
        "recency_value": lambda customers: (
            (customers["gross_revenue"].rank(pct=True) + customers["recency_days"].rank(pct=True, ascending=False)) / 2
        ),
    }
)
"""What a customer is worth to a programme: gross revenue; purchase invoices; or the mean of two percentile ranks, of
revenue and of how recently the customer bought."""

LEAST_SHARE, GREATEST_SHARE = 0.05, 0.15
"""Share of the customers that a loyalty programme can be made for: enough to matter, few enough to be special."""

SMALLEST_SHARE = 0.02
"""A segment with a smaller share of the customers is not worth a campaign of its own."""

FEWEST_SEGMENTS, MOST_SEGMENTS = 3, 8
"""Fewer say too little, more nobody remembers."""

TRUSTED = 0.6
"""Mean bootstrap Jaccard similarity below which a cluster is not to be trusted (Hennig 2007)."""

ALIKE = 0.02
"""Silhouettes that differ by less are taken as equal: the sample and the seed move them by as much."""


@dataclass(frozen=True)
class Choice:
    """The clustering taken, and the sentence that says why."""

    space: str
    model: str
    k: int
    reason: str


def insiders(labels: Labels, worth: pd.Series, least_share: float = LEAST_SHARE) -> Flags:
    """Who is in the clusters of highest mean worth, taken in order until they hold ``least_share`` of all customers.

    One cluster is the rule; the order matters where a handful of outliers is a cluster of its own, which alone would be
    no programme and without which the best customers would be left out. Noise is never chosen.
    """
    means = worth.groupby(labels).mean().drop(NOISE, errors="ignore").sort_values(ascending=False, kind="stable")
    shares = pd.Series(labels).value_counts(normalize=True).loc[means.index].cumsum()
    taken = means.index[: 1 + int((shares < least_share - 1e-12).sum())]
    return np.isin(labels, taken)


def candidates(
    comparison: Comparison, customers: pd.DataFrame, by: str, least_share: float = LEAST_SHARE
) -> pd.DataFrame:
    """The scores with the Insiders each clustering would give.

    Adds ``insiders`` (customers), ``insiders_share`` (of the segmented customers), ``insiders_revenue_share`` (of their
    gross revenue), ``insiders_clusters`` (how many clusters make the group) and ``least_share`` (share of the customers
    in the smallest segment, the Insiders being one).
    """
    worth = WORTH[by](customers).reset_index(drop=True)
    revenue = customers["gross_revenue"].to_numpy()
    scores = comparison.scores
    rows = []
    for space, model, k in zip(scores["space"], scores["model"], scores["k"], strict=True):
        labels = comparison.labels[space, model][k]
        group = insiders(labels, worth, least_share)
        others = np.unique(labels[~group & (labels != NOISE)], return_counts=True)[1]
        rows.append(
            {
                "insiders": int(group.sum()),
                "insiders_share": float(group.mean()),
                "insiders_revenue_share": float(revenue[group].sum() / revenue.sum()),
                "insiders_clusters": len(np.unique(labels[group])),
                "least_share": min([int(group.sum()), *others.tolist()]) / len(labels),
            }
        )
    return scores.reset_index(drop=True).join(pd.DataFrame(rows))


def choose(table: pd.DataFrame, space: str, model: str, k: int | None) -> Choice:
    """The k asked for, or by rule the simplest of the good ones.

    Good is a k for which no segment holds less than 2 % of the customers and the Insiders hold 5 to 15 %; of these, the
    smallest k whose silhouette comes within 0.02 of the best. Where no k is good, the one that brings the Insiders
    nearest to 10 %. Raises AnalysisError where the model has no clustering with the k asked for, or none at all.
    """
    rows = table[(table["space"] == space) & (table["model"] == model)].sort_values("k")
    if rows.empty:
        raise AnalysisError(f"{model} found no clusters in the space {space}: choose another model or space")
    if k is not None:
        if k not in set(rows["k"]):
            found = listing([str(one) for one in rows["k"]])
            raise AnalysisError(f"{model} has no clustering of {space} with k = {k}; it has {found}")
        return Choice(space, model, k, f"k = {k} was asked for.")
    good = rows[rows["insiders_share"].between(LEAST_SHARE, GREATEST_SHARE) & (rows["least_share"] >= SMALLEST_SHARE)]
    if good.empty:
        return _nearest(rows, space, model)
    best = good["silhouette"].max()
    row = good[good["silhouette"] >= best - ALIKE].iloc[0]
    return Choice(
        space,
        model,
        int(row["k"]),
        f"k = {row['k']} is the smallest number of segments whose silhouette ({decimal(row['silhouette'], 3)}) comes "
        f"within {ALIKE} of the best ({decimal(best, 3)}) among those for which the Insiders hold between "
        f"{percent(LEAST_SHARE, 0)} and {percent(GREATEST_SHARE, 0)} of the customers and no segment holds less than "
        f"{percent(SMALLEST_SHARE, 0)}: k = {listing([str(one) for one in good['k']])}.",
    )


def firmness(points: Points, cuts: Mapping[int, Labels], model: str, *, seed: int, resamples: int = 20) -> pd.DataFrame:
    """How firm every clustering of a space with 3 to 8 clusters is against other draws of the customers.

    Clusterwise bootstrap (Hennig 2007): the model is fitted to each resample once for all k, every cluster is matched
    with the most similar one found there, and the Jaccard similarities are averaged; a resample in which the model has
    no clustering with that k counts 0. Beyond `FULL_SIZE` customers it is judged among those of the sample that the
    models were fitted to. One row per k: ``k``, ``weakest``, ``mean`` (over clusters), ``smallest_share`` (of all
    customers).
    """
    wanted = [k for k in cuts if FEWEST_SEGMENTS <= k <= MOST_SEGMENTS]
    smallest = {k: np.bincount(cuts[k][cuts[k] != NOISE], minlength=k).min() / len(points) for k in wanted}
    among = sampled(len(points), seed)
    points, cuts = points[among], {k: cuts[k][among] for k in wanted}
    draws = np.random.default_rng(seed)
    sums = {k: np.zeros(k) for k in wanted}
    for _ in range(resamples):
        drawn = np.unique(draws.integers(len(points), size=len(points)))
        again = MODELS[model](points[drawn], wanted, seed)
        for k in set(wanted) & set(again):
            found = [again[k] == other for other in range(again[k].max() + 1)]
            own = [cuts[k][drawn] == cluster for cluster in range(k)]
            sums[k] += [max(jaccard(flags, group) for group in found) for flags in own]
    firm = {k: total / resamples for k, total in sums.items()}
    rows = [(k, float(firm[k].min()), float(firm[k].mean()), float(smallest[k])) for k in wanted]
    return pd.DataFrame(rows, columns=["k", "weakest", "mean", "smallest_share"])


def segments_of(firm: pd.DataFrame, space: str, model: str, k: int | None) -> Choice:
    """How many segments describe the customers: the k asked for, or the largest one whose segments are all firm.

    Firm is a k whose weakest cluster has a mean bootstrap Jaccard similarity of 0.6 or more and whose smallest holds
    2 % of the customers or more; where there is none, the k with the firmest weakest cluster.
    """
    if firm.empty:
        raise AnalysisError(
            f"{model} has no clustering of the space {space} with {FEWEST_SEGMENTS} to {MOST_SEGMENTS} clusters: "
            "choose another model or space"
        )
    if k is not None:
        if k not in set(firm["k"]):
            raise AnalysisError(f"{model} has no clustering of {space} with k = {k} among those looked at")
        return Choice(space, model, k, f"k = {k} was asked for.")
    good = firm[(firm["weakest"] >= TRUSTED) & (firm["smallest_share"] >= SMALLEST_SHARE)]
    row = good.iloc[-1] if len(good) else firm.loc[firm["weakest"].idxmax()]
    asked = (
        f"weakest segment keeps a mean Jaccard similarity of {TRUSTED} over bootstrap resamples and whose smallest one "
        f"holds {percent(SMALLEST_SHARE, 0)} of the customers"
    )
    figures = f"{decimal(float(row['weakest']))} and {percent(float(row['smallest_share']))}"
    reason = (
        f"it is the largest number of segments whose {asked} ({figures})"
        if len(good)
        else f"no number of segments is found whose {asked}; this one comes nearest ({figures})"
    )
    return Choice(space, model, int(row["k"]), f"k = {int(row['k'])}: {reason}.")


def elsewhere(
    comparison: Comparison, table: pd.DataFrame, customers: pd.DataFrame, by: str, model: str, is_insider: Flags
) -> pd.DataFrame:
    """The Insiders that the same model and rule would give in every space, and how far they are the same customers.

    Index ``space``; columns ``k``, ``silhouette``, ``insiders``, ``insiders_share`` (of the segmented customers),
    ``insiders_revenue_share`` (of their gross revenue) and ``jaccard`` (similarity to the given Insiders). A space in
    which the model finds no clusters is left out.
    """
    rows = []
    for space in table.loc[table["model"] == model, "space"].unique():
        chosen = choose(table, space, model, None)
        group = insiders(comparison.labels[space, model][chosen.k], WORTH[by](customers))
        row = table[(table["space"] == space) & (table["model"] == model) & (table["k"] == chosen.k)]
        rows.append(row.assign(jaccard=jaccard(is_insider, group)))
    columns = ["k", "silhouette", "insiders", "insiders_share", "insiders_revenue_share", "jaccard"]
    return pd.concat(rows).set_index("space")[columns]


def _nearest(rows: pd.DataFrame, space: str, model: str) -> Choice:
    middle = (LEAST_SHARE + GREATEST_SHARE) / 2
    row = rows.loc[(rows["insiders_share"] - middle).abs().idxmin()]
    bounds = f"between {percent(LEAST_SHARE, 0)} and {percent(GREATEST_SHARE, 0)} of the customers"
    return Choice(
        space,
        model,
        int(row["k"]),
        f"No k gives Insiders {bounds} with no segment below {percent(SMALLEST_SHARE, 0)}; k = {row['k']} comes "
        f"nearest to the middle with {percent(float(row['insiders_share']))}.",
    )
