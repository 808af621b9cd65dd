"""Spaces in which customers are compared, by name: scaled features, principal components, leaves of two forests.

A space is fitted once, for all models and all k. Two are made of a forest's leaves: customers are near where many trees
put them into the same leaf. One forest is fitted on gross revenue (the method this project started from), so that its
space separates revenue by construction; the other learns to tell real customers from shuffled ones (Breiman's synthetic
contrast) and sees no money at all.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import PowerTransformer, StandardScaler
from umap import UMAP

from insiders.errors import AnalysisError

Points = npt.NDArray[np.float32]

FEWEST_CUSTOMERS = 100
"""Below this, neighbourhoods and segments say more about chance than about customers."""

BEHAVIOUR = MappingProxyType(
    {
        "recency_days": "log",
        "tenure_days": "yeo-johnson",
        "n_invoices": "log",
        "n_items": "log",
        "n_products": "log",
        "avg_basket_items": "log",
        "avg_basket_products": "log",
        "frequency": "log",
        "avg_gap_days": "log",
        "gap_regularity": "yeo-johnson",
    }
)
"""What customers do, without money, with the transform that straightens each feature.

The unit price is left out as well: a forest multiplies it with the pieces and has the revenue back. So are returns:
most customers have none, and that alone cuts every space into islands that mean little to a programme.
"""

VALUE = MappingProxyType({"gross_revenue": "log", "avg_ticket": "log", "avg_unit_price": "log"})
"""What customers spend, with the transforms; only the scaled features and their components see it."""

TREES = 250
LEAST_IMPORTANCE = 0.01
NEIGHBOURS = 15
DIMENSIONS = 10


@dataclass(frozen=True)
class Space:
    """Where clusters are sought, and how it came about; rows are customers in the order of the table given."""

    name: str
    points: Points
    """Coordinates of the customers; distances between them are Euclidean."""
    plane: Points
    """Two coordinates per customer for the map; nothing but the eye works on them."""
    axes: tuple[str, str]
    """What the two axes of the map are."""
    importance: pd.Series
    """Share of each feature in the forest's splits, falling; empty where no forest is at work."""
    sees_revenue: bool
    how: str
    """One sentence for the reader of the notebook."""


def scaled(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming") -> Space:
    """Behaviour and value, each feature straightened (log or Yeo-Johnson) and standardised."""
    del seed, leaf_metric
    points = standardised(customers, {**BEHAVIOUR, **VALUE})
    plane, axes = _first_components(points)
    return Space(
        name="scaled",
        points=points,
        plane=plane,
        axes=axes,
        importance=pd.Series(dtype="float64"),
        sees_revenue=True,
        how=f"{points.shape[1]} features of behaviour and value, log or Yeo-Johnson transformed and standardised; "
        "gaps filled with the median",
    )


def pca(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming", variance: float = 0.9) -> Space:
    """The principal components of the scaled features that hold the given share of their variance."""
    del seed, leaf_metric
    features = standardised(customers, {**BEHAVIOUR, **VALUE})
    components = PCA(n_components=variance, svd_solver="full").fit_transform(features).astype("float32")
    plane, axes = _first_components(features)
    return Space(
        name="pca",
        points=components,
        plane=plane,
        axes=axes,
        importance=pd.Series(dtype="float64"),
        sees_revenue=True,
        how=f"the {components.shape[1]} principal components of the scaled features that hold {variance:.0%} "
        "of their variance",
    )


def forest_leaves(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming") -> Space:
    """Leaves of a forest fitted on gross revenue, laid out by UMAP; features under 1 % importance are left out."""
    features = filled(customers, BEHAVIOUR)
    revenue = customers["gross_revenue"].to_numpy()
    forest = RandomForestRegressor(TREES, random_state=seed, n_jobs=-1)
    importance = _importance(forest.fit(features, revenue), features)
    kept = features[list(importance.index[importance >= LEAST_IMPORTANCE])]
    leaves = forest.fit(kept, revenue).apply(kept)
    return _leaf_space("forest_leaves", leaves, importance, seed, leaf_metric, "gross revenue", sees_revenue=True)


def contrast_leaves(customers: pd.DataFrame, *, seed: int, leaf_metric: str = "hamming") -> Space:
    """Leaves of a forest that tells customers from shuffled ones (Breiman 2001), laid out by UMAP; sees no money.

    In the shuffled copy every feature keeps its values but loses its ties to the others, so the forest learns which
    combinations are real. Leaves hold at least five customers, real or not; smaller ones only memorise.
    """
    features = filled(customers, BEHAVIOUR)
    shuffle = np.random.default_rng(seed)
    shuffled = pd.DataFrame({name: shuffle.permutation(column.to_numpy()) for name, column in features.items()})
    both = pd.concat([features, shuffled], ignore_index=True)
    real = np.repeat([1, 0], len(features))
    forest = RandomForestClassifier(TREES, min_samples_leaf=5, random_state=seed, n_jobs=-1).fit(both, real)
    target = "the difference between customers and shuffled customers"
    return _leaf_space(
        "contrast_leaves",
        forest.apply(features),
        _importance(forest, features),
        seed,
        leaf_metric,
        target,
        sees_revenue=False,
    )


SPACES: Mapping[str, Callable[..., Space]] = MappingProxyType(
    {"scaled": scaled, "pca": pca, "forest_leaves": forest_leaves, "contrast_leaves": contrast_leaves}
)
"""Ways to lay customers out, by name; all take ``(customers, *, seed, leaf_metric)``."""


def fit(
    customers: pd.DataFrame, names: Iterable[str] = tuple(SPACES), *, seed: int, leaf_metric: str = "hamming"
) -> dict[str, Space]:
    """Every named space of the customers (columns as in the hand-off table), fitted once, the same for the same seed.

    ``leaf_metric`` compares two customers' leaves: ``hamming`` is the share of trees that separate them; ``euclidean``,
    as the method was first published, takes the numbers of the leaves for coordinates.
    Raises AnalysisError where there are too few customers.
    """
    if len(customers) < FEWEST_CUSTOMERS:
        raise AnalysisError(
            f"segments need at least {FEWEST_CUSTOMERS} customers with their features, and there are {len(customers)}: "
            "take a longer period or a looser preparation in 01_eda"
        )
    return {name: SPACES[name](customers, seed=seed, leaf_metric=leaf_metric) for name in names}


def filled(customers: pd.DataFrame, features: Iterable[str]) -> pd.DataFrame:
    """The features as numbers, gaps filled with the feature's median; features that never vary are left out."""
    numbers = customers[list(features)].astype("float64")
    numbers = numbers.fillna(numbers.median()).dropna(axis="columns")
    varied = numbers.loc[:, numbers.nunique() > 1]
    if varied.empty:
        raise AnalysisError("no feature of the customers varies: there is nothing to tell them apart by")
    return varied.reset_index(drop=True)


def standardised(customers: pd.DataFrame, transforms: Mapping[str, str]) -> Points:
    """The filled features, each straightened by its transform (``log`` or ``yeo-johnson``), mean 0, deviation 1."""
    numbers = filled(customers, transforms)
    logs = [name for name in numbers.columns if transforms[name] == "log"]
    others = [name for name in numbers.columns if transforms[name] == "yeo-johnson"]
    straight = [np.log1p(numbers[logs].clip(lower=0).to_numpy())]
    if others:
        straight.append(PowerTransformer(method="yeo-johnson", standardize=False).fit_transform(numbers[others]))
    return StandardScaler().fit_transform(np.hstack(straight)).astype("float32")


def _importance(forest: RandomForestRegressor | RandomForestClassifier, features: pd.DataFrame) -> pd.Series:
    return pd.Series(forest.feature_importances_, features.columns).sort_values(ascending=False)


def _first_components(features: Points) -> tuple[Points, tuple[str, str]]:
    model = PCA(n_components=2, svd_solver="full")
    plane = model.fit_transform(features).astype("float32")
    first, second = model.explained_variance_ratio_
    return plane, (f"first component ({first:.0%} of variance)", f"second component ({second:.0%} of variance)")


def _leaf_space(
    name: str, leaves: np.ndarray, importance: pd.Series, seed: int, metric: str, target: str, *, sees_revenue: bool
) -> Space:
    # The leaf numbers of a tree are small; float32 holds them exactly and halves the distances' memory.
    leaves = leaves.astype("float32")
    neighbours = _neighbours(leaves, metric)
    return Space(
        name=name,
        points=_umap(leaves, neighbours, metric, DIMENSIONS, seed),
        plane=_umap(leaves, neighbours, metric, 2, seed),
        axes=("UMAP 1 (no unit)", "UMAP 2 (no unit)"),
        importance=importance,
        sees_revenue=sees_revenue,
        how=f"leaves of {TREES} trees fitted on {target}, compared by {metric} distance, "
        f"laid out by UMAP in {DIMENSIONS} dimensions",
    )


def _neighbours(leaves: np.ndarray, metric: str) -> tuple[np.ndarray, np.ndarray, None]:
    """Every customer's nearest, found once for both layouts; exact, since no index helps where leaves are labels."""
    search = NearestNeighbors(n_neighbors=NEIGHBOURS, metric=metric, algorithm="brute", n_jobs=1).fit(leaves)
    distances, indices = search.kneighbors(leaves)
    return indices, distances.astype("float32"), None


def _umap(
    leaves: np.ndarray, neighbours: tuple[np.ndarray, np.ndarray, None], metric: str, dimensions: int, seed: int
) -> Points:
    with warnings.catch_warnings():
        # Both say that a fitted UMAP could not place new customers or invert: nothing here asks it to.
        warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
        warnings.filterwarnings("ignore", message="gradient function is not yet implemented", category=UserWarning)
        layout = UMAP(
            n_components=dimensions,
            n_neighbors=NEIGHBOURS,
            metric=metric,
            precomputed_knn=neighbours,
            random_state=seed,
            n_jobs=1,
        )
        return layout.fit_transform(leaves).astype("float32")
