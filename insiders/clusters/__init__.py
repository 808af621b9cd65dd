"""Clusterings of a space, by model and number of clusters, and how well each one separates the customers."""

from insiders.clusters.comparison import Comparison, compare
from insiders.clusters.cut import Cut, labels_of
from insiders.clusters.density import NOISE
from insiders.clusters.ground import FULL_SIZE, Ground, Labels, sampled
from insiders.clusters.models import MODELS
from insiders.clusters.scores import silhouettes, silhouettes_of_all

__all__ = [
    "FULL_SIZE",
    "MODELS",
    "NOISE",
    "Comparison",
    "Cut",
    "Ground",
    "Labels",
    "compare",
    "labels_of",
    "sampled",
    "silhouettes",
    "silhouettes_of_all",
]
