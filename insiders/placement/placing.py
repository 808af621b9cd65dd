"""A segmentation kept for customers to come: it places new and changed ones, and fits nothing again.

Insiders are those who meet the kept rule; everybody else belongs to the segment of the customer who stands nearest in
the kept space and is no Insider. A customer keeps the segment it was given for as long as this answer stays what it was
at the fit: a rule that describes the group to 97 % moves nobody who has not moved.

Far is who stands further from all customers of the fit than 99 % of these stand from their nearest: like nobody the
segments were made of. It is measured in the scaled features of behaviour and value, whatever the space: a layout puts
newcomers among those it knows, and in the leaves of a forest that was fitted on the very customers everybody is near.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from insiders import spaces
from insiders.clusters import FULL_SIZE, Labels
from insiders.errors import AnalysisError, ModelError
from insiders.placement import drift
from insiders.rules.conditions import Rule
from insiders.segments.groups import Flags
from insiders.segments.traits import INSIDERS
from insiders.spaces import Arrays, Points, Space
from insiders.spaces.features import kept_scaling

FAR = 0.99
"""Share of the fitted customers who stand as near to another one as a customer must who is not far."""

NEW, MOVED, STAYED = "new", "moved", "stayed"


@dataclass(frozen=True)
class Placement:
    """A segmentation and what places other customers in it."""

    segments: tuple[str, ...]
    """Names, the Insiders first; everything else counts segments from 0 in this order."""
    rule: Rule
    """Who is an Insider."""
    space: Arrays
    """What the space keeps of itself (`Space.kept`)."""
    points: Points
    """Where customers of the fit stand in it: all of them, of more than 5,000 a sample."""
    groups: Labels
    """Their segments."""
    scaling: Arrays
    """How the features that tell who is far are scaled."""
    scaled: Points
    """The scaled features of the customers of ``points``."""
    reach: float
    """How far from the nearest of them one may stand and not be far."""
    reference: Arrays
    """The features' distributions (`drift.reference`)."""
    customer_id: npt.NDArray[np.str_]
    """Everybody segmented at the fit."""
    given: Labels
    """Their segments as they were given."""
    answer: Labels
    """Their segments as the rule and the space alone would have said."""


def keep(space: Space, customers: pd.DataFrame, assigned: pd.DataFrame, rule: Rule, *, seed: int = 42) -> Placement:
    """What is kept of a segmentation.

    ``customers``: the hand-off table, with the features that the rule asks for. ``assigned``: their ``segment`` and
    ``is_insider`` in the same order, as `segments.assign` has them. Raises AnalysisError where nobody is outside the
    Insiders.
    """
    member = assigned["is_insider"].to_numpy(bool)
    if member.all():
        raise AnalysisError("every customer is an Insider: there is no segment to place others in")
    names = (INSIDERS, *sorted(set(assigned.loc[~member, "segment"].astype(str)) - {INSIDERS}))
    given = np.where(member, 0, assigned["segment"].astype(str).map(names.index)).astype("int16")
    everyone = np.arange(len(customers))
    few = np.sort(np.random.default_rng(seed).permutation(everyone)[:FULL_SIZE])
    scales = spaces.scaling(customers, {**spaces.BEHAVIOUR, **spaces.VALUE})
    scaled = scales.apply(customers.iloc[few])
    kept = Placement(
        names,
        rule,
        space.kept,
        space.points[few],
        given[few],
        scales.arrays(),
        scaled,
        float(np.quantile(_nearest(scaled, scaled, 1)[0], FAR)),
        drift.reference(customers),
        customers["customer_id"].astype(str).to_numpy(dtype=str),
        given,
        given,
    )
    return replace(kept, answer=_answer(kept, customers, spaces.place(space.kept, customers).points))


def assign(kept: Placement, customers: pd.DataFrame) -> pd.DataFrame:
    """The segment of every customer by the kept segmentation, in the order of the table.

    Columns: ``customer_id``, ``segment``, ``is_insider``; ``status`` (``new``: not segmented at the fit; ``moved``: in
    another segment than then; ``stayed``); ``distance`` to the nearest customer of the fit, in scaled features, and
    ``far``; ``map_x``, ``map_y``. Raises ModelError where the customers lack a feature that space or rule ask for.
    """
    asked = {condition.feature for alternative in kept.rule.alternatives for condition in alternative}
    if missing := sorted(asked - set(customers.columns)):
        raise ModelError(f"the rule needs {', '.join(missing)}, which the customers do not have")
    placed = spaces.place(kept.space, customers)
    distance = _nearest(kept.scaled, kept_scaling(kept.scaling).apply(customers), 0)[0]
    answer = _answer(kept, customers, placed.points)
    at = pd.Index(kept.customer_id).get_indexer(pd.Index(customers["customer_id"].astype(str)))
    settled = (at >= 0) & (kept.answer[at] == answer)
    number = np.where(settled, kept.given[at], answer)
    status = np.select([at < 0, number == kept.given[at]], [NEW, STAYED], MOVED)
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "segment": pd.array(np.array(kept.segments)[number], dtype="string[pyarrow]"),
            "is_insider": number == 0,
            "status": status,
            "distance": distance,
            "far": distance > kept.reach,
            "map_x": placed.plane[:, 0],
            "map_y": placed.plane[:, 1],
        },
        index=customers.index,
    )


def _answer(kept: Placement, customers: pd.DataFrame, points: Points) -> Labels:
    """The segments by the rule and the space alone."""
    if points.shape[1] != kept.points.shape[1]:
        raise ModelError("the space is not the one in which the kept customers stand: fit again")
    others = kept.groups > 0
    number = kept.groups[others][_nearest(kept.points[others], points, 0)[1]]
    met: Flags = kept.rule.holds(customers)
    return np.where(met, 0, number).astype("int16")


def _nearest(known: Points, asked: Points, place: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Distance to the nearest known point and its place; ``place`` 1 takes the second nearest, which is not itself."""
    search = NearestNeighbors(n_neighbors=place + 1).fit(known)
    distances, indices = search.kneighbors(asked)
    return distances[:, place].astype("float32"), indices[:, place]
