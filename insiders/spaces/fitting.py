"""Spaces by name, fitted once for all models and all k; from a sample where there are too many customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from insiders.errors import AnalysisError
from insiders.parallel import in_threads
from insiders.spaces.leaves import contrast_leaves, forest_leaves, random_leaves
from insiders.spaces.measured import pca, scaled, tsne, umap
from insiders.spaces.placing import place
from insiders.spaces.space import FULL, Effort, Space

FEWEST_CUSTOMERS = 100
"""Below this, neighbourhoods and segments say more about chance than about customers."""

LANDMARKS = 5_000
"""Up to so many customers every space is exact; beyond, layouts and forests are made of a sample of that size, and the
other customers are placed in them as new ones are."""

SPACES: Mapping[str, Callable[..., Space]] = MappingProxyType(
    {
        "scaled": scaled,
        "pca": pca,
        "umap": umap,
        "tsne": tsne,
        "forest_leaves": forest_leaves,
        "contrast_leaves": contrast_leaves,
        "random_leaves": random_leaves,
    }
)
"""Ways to lay customers out, by name; all take ``(customers, *, seed, leaf_metric)``."""

COMPARED = ("scaled", "pca", "forest_leaves", "contrast_leaves")
"""The spaces that are fitted where none are named: formulas, a forest that was told the revenue, one that was not."""

LEAVES = frozenset({"forest_leaves", "contrast_leaves", "random_leaves"})

_DEAREST = ("tsne", "forest_leaves", "contrast_leaves", "random_leaves", "umap", "pca", "scaled")
"""The space that takes longest first, so that no thread is left alone with it at the end."""

_FORMULAS = frozenset({"scaled", "pca"})


def fit(
    customers: pd.DataFrame,
    names: Iterable[str] = COMPARED,
    *,
    seed: int,
    leaf_metric: str = "hamming",
    effort: Effort = FULL,
) -> dict[str, Space]:
    """Every named space of the customers (columns as in the hand-off table), fitted once, the same for the same seed.

    ``leaf_metric`` compares two customers' leaves: ``hamming`` is the share of trees that separate them; ``euclidean``,
    as the method was first published, takes the numbers of the leaves for coordinates. ``effort`` is put into spaces of
    leaves: who asks for clusters and draws no map takes half the time. Raises AnalysisError where there are too few
    customers, or a name is none of a space.
    """
    if len(customers) < FEWEST_CUSTOMERS:
        raise AnalysisError(
            f"segments need at least {FEWEST_CUSTOMERS} customers with their features, and there are {len(customers)}: "
            "take a longer period or a looser preparation in 01_eda"
        )
    options = {"seed": seed, "leaf_metric": leaf_metric}
    asked = list(names)
    if strange := sorted(set(asked) - set(SPACES)):
        raise AnalysisError(f"there is no space {', '.join(strange)}; the spaces are {', '.join(SPACES)}")
    leaves = {**options, "effort": effort}
    ordered = sorted(asked, key=_DEAREST.index)
    found = in_threads(lambda name: _fitted(customers, name, leaves if name in LEAVES else options), ordered)
    by_name = dict(zip(ordered, found, strict=True))
    return {name: by_name[name] for name in asked}


def _fitted(customers: pd.DataFrame, name: str, options: Mapping[str, Any]) -> Space:
    if name in _FORMULAS or len(customers) <= LANDMARKS:
        return SPACES[name](customers, **options)
    seed = options["seed"]
    sample = np.sort(np.random.default_rng(seed).choice(len(customers), LANDMARKS, replace=False))
    space = SPACES[name](customers.iloc[sample], **options)
    placed = place(space.kept, customers)
    return replace(
        space,
        points=placed.points,
        plane=placed.plane,
        approximation=f"made of a sample of {LANDMARKS:,} of {len(customers):,} customers; each of the others stands "
        "at the median of the nearest of them",
    )
