"""What was fitted, as plain JSON: enough to say how a segmentation came about, and to refit it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import numpy as np

from insiders import spaces
from insiders.clusters import NOISE, Labels
from insiders.segments.choice import Choice
from insiders.spaces import Space

PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "umap-learn")


def card(space: Space, choice: Choice, labels: Labels, parameters: Mapping[str, object]) -> dict[str, object]:
    """The parameters, the space with its features and their transforms, the choice, and the clusters' centres."""
    clusters = [int(cluster) for cluster in np.unique(labels) if cluster != NOISE]
    return {
        "parameters": dict(parameters),
        "space": {
            "name": space.name,
            "how": space.how,
            "sees_revenue": space.sees_revenue,
            "dimensions": int(space.points.shape[1]),
            "transforms": {**spaces.BEHAVIOUR, **spaces.VALUE},
            "importance": {str(name): round(float(share), 6) for name, share in space.importance.items()},
            "trees": spaces.TREES,
            "neighbours": spaces.NEIGHBOURS,
        },
        "choice": {"model": choice.model, "k": choice.k, "reason": choice.reason},
        "clusters": [
            {
                "customers": int(np.count_nonzero(labels == cluster)),
                "centre": [round(float(value), 6) for value in space.points[labels == cluster].mean(axis=0)],
            }
            for cluster in clusters
        ],
        "packages": {name: version(name) for name in PACKAGES},
    }
