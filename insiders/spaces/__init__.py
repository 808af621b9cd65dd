"""Spaces in which customers are compared, by name: measured features, their layouts, and leaves of three forests.

A space is fitted once, for all models and all k, and what is kept of it places new customers without fitting again.
"""

from insiders.spaces.features import BEHAVIOUR, VALUE, filled, scaling, standardised
from insiders.spaces.fitting import COMPARED, FEWEST_CUSTOMERS, LANDMARKS, SPACES, fit
from insiders.spaces.layouts import DIMENSIONS, NEIGHBOURS
from insiders.spaces.leaves import LEAST_IMPORTANCE, TREES
from insiders.spaces.placing import Placed, place
from insiders.spaces.space import Arrays, Effort, Points, Space

__all__ = [
    "BEHAVIOUR",
    "COMPARED",
    "DIMENSIONS",
    "FEWEST_CUSTOMERS",
    "LANDMARKS",
    "LEAST_IMPORTANCE",
    "NEIGHBOURS",
    "SPACES",
    "TREES",
    "VALUE",
    "Arrays",
    "Effort",
    "Placed",
    "Points",
    "Space",
    "filled",
    "fit",
    "place",
    "scaling",
    "standardised",
]
