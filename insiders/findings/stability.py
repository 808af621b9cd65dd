"""How far Insiders and segments survive other seeds and other customers, whoever chooses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.clusters import FULL_SIZE
from insiders.customers.history import History
from insiders.customers.snapshots import Snapshot, snapshots
from insiders.findings.finding import Finding
from insiders.findings.policies import WITHOUT_LESSONS
from insiders.membership.standing import Standing
from insiders.policies.ways import POLICIES
from insiders.segments import stability
from insiders.segments.classic import classic
from insiders.segments.consensus import DRAWN, MOST_DRAWN, consensus
from insiders.segments.grouping import BEST, CLASSIC, Grouping
from insiders.segments.groups import Flags
from insiders.wording import counted, decimal, listing, percent, whole

ASKED = 0.9
"""The Jaccard similarity that a group of Insiders has to keep."""

PUBLISHED = "published method"

Choose = Callable[[pd.DataFrame, int], Flags]


def by_policy(history: History, standing: Standing) -> tuple[pd.DataFrame, Choose]:
    """The customers known today, and the standing's policy as a way to choose Insiders among any of them."""
    (today,) = snapshots(history, [standing.heights["review"].max()])
    return today.customers, partial(_chosen, today, standing.policy, standing.share)


def of_insiders(
    customers: pd.DataFrame,
    known: tuple[pd.DataFrame, Choose],
    standing: Standing,
    procedure: Mapping[str, Any],
    cluster: Flags,
    *,
    group: Grouping,
    appearance: pd.DataFrame,
    repetitions: int,
    refits: int,
    rounds: int,
    leaf_metric: str,
    seed: int,
) -> Finding:
    """The Insiders again with other seeds, and on 80 % of the customers: by policy, consensus, and best cluster.

    ``known``: from `by_policy`. ``procedure``: the arguments of `stability.over_seeds` that lead to ``cluster``, the
    best cluster's customers. Seeds: ``repetitions`` for a policy that does not learn (and as many subsamples),
    ``refits`` for one that does, the cluster and the consensus, which cost a model each; 0 ``rounds`` leave the
    consensus out. Where ``group`` is the published one, its method is repeated as well (``appearance``: see
    `insiders.segments.classic`), and the metric is its own.
    """
    people, choose = known
    cheap = repetitions if standing.policy in WITHOUT_LESSONS else refits
    firm = stability.of_insiders(people, choose, seeds=_seeds(seed, cheap), reference=seed)
    asked = {**procedure, "leaf_metric": leaf_metric, "seeds": _seeds(seed, refits)}
    again = stability.over_seeds(customers, cluster, **asked)
    parts = [firm.assign(way=f"policy {standing.policy}"), again.assign(way="best cluster", kind="seed")]
    if group.method == CLASSIC:
        repeated: Choose = partial(_published, appearance)
        ours = stability.of_insiders(customers, repeated, seeds=_seeds(seed, refits), reference=seed)
        parts.append(ours.assign(way=PUBLISHED))
    if rounds:
        agreed: Choose = partial(_agreed, standing.share, rounds)
        both = stability.of_insiders(customers, agreed, seeds=_seeds(seed, refits), reference=seed)
        parts.append(both.assign(way=f"consensus of {rounds} forests"))
    table = pd.concat(parts, ignore_index=True)[["way", "kind", "seed", "insiders", "revenue_share", "jaccard"]]
    ranges = table.groupby(["way", "kind"], sort=False).agg(
        repetitions=("seed", "size"), lowest=("jaccard", "min"), mean=("jaccard", "mean"),
        least=("revenue_share", "min"), most=("revenue_share", "max"),
    )  # fmt: skip
    of_run = PUBLISHED if group.method == CLASSIC else f"policy {standing.policy}"
    lowest = {str(name): float(value) for name, value in ranges.groupby("way")["lowest"].min().items()}
    return Finding(
        _told(table, firm) + (_learnt(len(customers)) if rounds else ""),
        tables={
            "The Insiders chosen again: Jaccard similarity to the group of this run, and their share of the gross "
            "revenue of the customers drawn": _shown(ranges)
        },
        data={"insiders_stability": table},
        metrics={
            "insiders_stability": (lowest[of_run], "lowest Jaccard, seeds and 80 % subsamples"),
            "cluster_stability": (lowest["best cluster"], "lowest Jaccard of the best cluster over seeds"),
        },
    )


def weakest(profile: pd.DataFrame) -> float:
    """The stability of the weakest segment beside the Insiders; 0 where none was measured."""
    known = profile.loc[~profile["is_insiders"], "stability"].dropna()
    return float(known.min()) if len(known) else 0.0


def of_segments(profile: pd.DataFrame, firm: pd.DataFrame, group: Grouping, resamples: int) -> str:
    """How firm the segments are in their space, in words."""
    others = profile[~profile["is_insiders"] & profile["stability"].notna()]
    if others.empty:
        return "The segments were not drawn again."
    least = others.loc[others["stability"].idxmin()].to_dict()
    tried = listing([f"{decimal(row['weakest'])} (k = {row['k']:.0f})" for row in firm.to_dict("records")])
    by_k = f" The weakest cluster by number of clusters: {tried}." if group.method == BEST else ""
    among = f" among a sample of {FULL_SIZE:,} customers" if len(group.points) > FULL_SIZE else ""
    return (
        f"Over {counted(resamples, 'bootstrap resample')}{among} in the space `{group.space.name}` the segments keep a "
        f"mean Jaccard similarity of {decimal(float(others['stability'].mean()))}; the weakest is “{least['segment']}” "
        f"with {decimal(least['stability'])}.{by_k} Below 0.6 a segment is "
        "not to be trusted, from 0.75 it is a pattern, from 0.85 firm (Hennig 2007). Every clustering cuts a cloud; "
        "low silhouettes say that customers near a border could as well stand on its other side."
    )


def by_customer(grouping: Grouping, *, seed: int, resamples: int) -> npt.NDArray[np.float64]:
    """The bootstrap stability of each customer's cluster; missing for noise, and for Insiders who are no cluster."""
    per_cluster = stability.stability(
        grouping.points, grouping.clusters, grouping.model, seed=seed, resamples=resamples
    )
    known = np.where(grouping.clusters < 0, np.nan, per_cluster[grouping.clusters])
    return known if grouping.method == CLASSIC else np.where(grouping.is_insider, np.nan, known)


def completed(profile: pd.DataFrame, found: Finding, grouping: Grouping) -> pd.DataFrame:
    """The profile with the stability of Insiders chosen by policy: the mean over other seeds and subsamples."""
    if grouping.method != BEST:
        return profile
    table = found.data["insiders_stability"]
    value = float(table.loc[table["way"].str.startswith("policy"), "jaccard"].mean())
    return profile.assign(stability=profile["stability"].mask(profile["is_insiders"], value))


def _seeds(seed: int, number: int) -> range:
    return range(seed + 1, seed + 1 + number)


def _chosen(today: Snapshot, policy: str, share: float, customers: pd.DataFrame, seed: int) -> Flags:
    score = POLICIES[policy].score(replace(today, customers=customers), seed)
    order = np.lexsort((customers["customer_id"].to_numpy("str"), -customers["gross_revenue"].to_numpy(), -score))
    flags = np.zeros(len(customers), dtype=bool)
    flags[order[: max(1, round(share * len(customers)))]] = True
    return flags


def _published(appearance: pd.DataFrame, customers: pd.DataFrame, seed: int) -> Flags:
    return classic(customers, appearance, seed=seed).is_insider


def _agreed(share: float, rounds: int, customers: pd.DataFrame, seed: int) -> Flags:
    return consensus(customers, seed=seed, share=share, rounds=rounds).is_insider


def _told(table: pd.DataFrame, firm: pd.DataFrame) -> str:
    ways = table.groupby("way", sort=False)["jaccard"].agg(["min", "size"]).to_dict("index")
    said = {way: f"{way} ({decimal(row['min'])} at the lowest of {row['size']})" for way, row in ways.items()}
    reached = [said[way] for way, row in ways.items() if row["min"] >= ASKED]
    missed = [said[way] for way, row in ways.items() if row["min"] < ASKED]
    text = f"**Asked: a Jaccard similarity of {ASKED} or more in every repetition.** "
    text += f"Reached by: {listing(reached)}. " if reached else "None of the ways reaches it. "
    text += f"Not reached by: {listing(missed)}. " if missed else ""
    draws = firm[firm["kind"] == "subsample"]
    return text + (
        f"Where fewer customers are drawn, the line moves with them; over {counted(len(draws), 'subsample')} of 80 % "
        f"the policy keeps {decimal(float(draws['jaccard'].mean()))} on average. How far the group hangs on the seed "
        "is no matter of taste: two runs on the same data would invite different customers."
    )


def _learnt(customers: int) -> str:
    """That a forest of the consensus sees some of very many customers only."""
    if int(DRAWN * customers) <= MOST_DRAWN:
        return ""
    return f" Each forest of the consensus learns from {MOST_DRAWN:,} customers drawn by lot."


def _shown(ranges: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "chosen by": row["way"],
            "again with": "another seed" if row["kind"] == "seed" else "80 % of the customers",
            "repetitions": whole(row["repetitions"]),
            "lowest Jaccard": decimal(row["lowest"]),
            "mean Jaccard": decimal(row["mean"]),
            "share of revenue": f"{percent(row['least'])} to {percent(row['most'])}",
        }
        for row in ranges.reset_index().to_dict("records")
    ]
    return pd.DataFrame(rows)
