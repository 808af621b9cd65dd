"""Segments and Insiders by method: the one we stand behind, the published one, and an earlier run's placed anew.

Whatever the method, the outcome has one form, so that everything after it (profiles, rules, publication) is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from insiders.clusters import NOISE, Comparison, Labels
from insiders.errors import AnalysisError
from insiders.membership.standing import Standing, words
from insiders.placement import placing, storage
from insiders.placement.placing import Placement
from insiders.rules.conditions import Rule
from insiders.segments import classic, portrait
from insiders.segments.choice import Choice
from insiders.segments.groups import Flags
from insiders.spaces import Points, Space
from insiders.wording import decimal, percent, whole

Table = pd.DataFrame

BEST, CLASSIC, PLACED = "best", "classic", "placed"


@dataclass(frozen=True)
class Grouping:
    """Who is in which segment, and why; rows in the order of the customers."""

    assigned: Table
    """customer_id, segment, is_insider."""
    labels: Labels
    """One number per segment, that of the Insiders the last; noise is -1."""
    clusters: Labels
    """The clustering behind the segments; noise is -1."""
    eligible: Flags
    """Who stands above the line today: the group that a rule has to describe."""
    space: Space
    model: str
    k: int
    """Clusters of the clustering behind the segments."""
    silhouette: float
    """Mean over all customers, of that clustering."""
    how: str
    """How the group came about, in a few sentences."""
    method: str = BEST
    kept: tuple[str, ...] = ()
    """For Insiders who are not eligible today: why they stay, in the order of the customers ('' for all others)."""

    @property
    def is_insider(self) -> Flags:
        """The Insiders."""
        return self.assigned["is_insider"].to_numpy(bool)

    @property
    def points(self) -> Points:
        """Where the customers stand in the space."""
        return self.space.points


def settle(
    method: str,
    customers: Table,
    standing: Standing,
    comparison: Comparison,
    space: Space,
    chosen: Choice,
    *,
    appearance: Table,
    seed: int,
    refit: bool = True,
    fitted_in: str | None = None,
) -> Grouping:
    """The segments and the Insiders by the method asked for.

    ``best``: the Insiders by policy and hysteresis (`standing`), the other customers in the chosen clustering.
    ``classic``: the published group (`insiders.segments.classic`), which needs the order of ``appearance`` in the
    source.
    Without ``refit`` the customers are placed by the files of an earlier run in the folder ``fitted_in``.
    """
    if not refit:
        if fitted_in is None:
            raise AnalysisError("refit = False needs fitted_in: the folder artifacts/clustering of an earlier run")
        return _placed(Path(fitted_in), customers, space, chosen, comparison)
    if method == CLASSIC:
        return _classic(customers, appearance, space, seed)
    return _best(customers, standing, comparison, space, chosen)


def keep(
    grouping: Grouping,
    space: Space,
    people: Table,
    rule: Rule,
    *,
    refit: bool = True,
    fitted_in: str | None = None,
    seed: int,
) -> Placement:
    """What places the customers of months to come: this run's segments and rule, or those it was itself placed by.

    ``people``: the customers with what the rule asks for; ``space``: the one whose model is kept.
    """
    if refit or fitted_in is None:
        return placing.keep(space, people, grouping.assigned, rule, seed=seed)
    return storage.load(Path(fitted_in))


def _best(customers: Table, standing: Standing, comparison: Comparison, space: Space, chosen: Choice) -> Grouping:
    today = standing.today.reindex(customers["customer_id"].astype("str"))
    member = today["member"].eq(True).to_numpy()
    eligible = today["eligible"].eq(True).to_numpy()
    clusters = comparison.labels[chosen.space, chosen.model][chosen.k]
    remaining = portrait.remaining(clusters, space.points, member)
    merged = len(np.unique(clusters[~member])) - len(np.unique(remaining[~member]))
    scores = comparison.scores.set_index(["space", "model", "k"])["silhouette"]
    rule = standing.rule
    kept = [
        f"Insider kept: stands at {percent(ratio, 0)} of the threshold; leaves after {rule.grace} reviews in a row "
        f"below {percent(rule.exit, 0)}"
        if mine and not now
        else ""
        for ratio, mine, now in zip(today["ratio"], member, eligible, strict=True)
    ]
    how = (
        f"**The Insiders are chosen by policy: {words(standing.policy)}.** Threshold: the last of "
        f"{percent(standing.share, 0)} of the customers known on the day. A customer {rule.text()}; "
        f"{whole(member.sum())} are in, {whole(eligible.sum())} of them at or above the threshold today and "
        f"{whole((member & ~eligible).sum())} kept below it. The other customers are described by {chosen.model} in "
        f"`{chosen.space}`. {chosen.reason}"
    )
    if merged:
        how += f" Without the Insiders {merged} of the clusters would be too small to name and joined the nearest one."
    silhouette = float(scores[chosen.space, chosen.model, chosen.k])
    return _of(customers, remaining, member, eligible, space, chosen.model, chosen.k, silhouette, how, tuple(kept))


def _classic(customers: Table, appearance: Table, space: Space, seed: int) -> Grouping:
    found = classic.classic(customers, appearance, seed=seed)
    revenue = customers["gross_revenue"]
    how = (
        f"**The published group, repeated:** a forest of 250 trees on gross revenue from "
        f"{', '.join(classic.FEATURES)}, leaf numbers taken for coordinates, UMAP to 10 dimensions, Ward, k = "
        f"{classic.K}, the cluster with the highest mean revenue: {whole(found.is_insider.sum())} of "
        f"{whole(len(customers))} segmented customers with "
        f"{percent(float(revenue[found.is_insider].sum() / revenue.sum()), 4)} of their gross revenue; silhouette "
        f"{decimal(found.silhouette, 3)}; against the next cluster U = {whole(found.against_next)} (Mann-Whitney). It "
        "is kept as a check, and not recommended: the sections below say why."
    )
    there = Space(
        name="classic",
        points=found.points,
        plane=space.plane,
        axes=space.axes,
        importance=space.importance,
        sees_revenue=True,
        how="the published layout; for the map, that of the chosen space",
        kept=space.kept,
    )
    flags = found.is_insider
    made = _of(customers, found.labels, flags, flags, there, "ward", classic.K, found.silhouette, how, ())
    return replace(made, method=CLASSIC)


def _placed(folder: Path, customers: Table, space: Space, chosen: Choice, comparison: Comparison) -> Grouping:
    found = placing.assign(storage.load(folder), customers)
    member = found["is_insider"].to_numpy(bool)
    moved = found["status"].value_counts()
    counts = ", ".join(f"{whole(moved.get(name, 0))} {name}" for name in ("stayed", "moved", "new"))
    how = (
        f"**Nothing was fitted: the customers are placed by the segmentation of an earlier run** ({counts}; "
        f"{percent(float(found['far'].mean()))} stand far from every segment). The comparison above is of today's "
        "customers and changes nothing."
    )
    names = pd.factorize(found["segment"].where(~member))[0].astype("int16")
    assigned = found[["customer_id", "segment", "is_insider"]].reset_index(drop=True)
    silhouette = comparison.scores.set_index(["space", "model", "k"])["silhouette"]
    value = float(silhouette[chosen.space, chosen.model, chosen.k])
    labels = np.where(member, names.max() + 1, names).astype("int16")
    return Grouping(assigned, labels, labels, member, space, chosen.model, chosen.k, value, how, method=PLACED)


def _of(
    customers: Table,
    clusters: Labels,
    member: Flags,
    eligible: Flags,
    space: Space,
    model: str,
    k: int,
    silhouette: float,
    how: str,
    kept: tuple[str, ...],
) -> Grouping:
    assigned = portrait.assign(customers, clusters, member)
    rest = pd.factorize(assigned["segment"].where(~member & (clusters != NOISE)).astype("object"))[0]
    labels = np.where(member, rest.max() + 1, rest).astype("int16")
    return Grouping(assigned, labels, clusters, eligible, space, model, k, silhouette, how, kept=kept)
