"""Forecasts that add up: which series contains which, and forecasts of all levels made coherent."""

from insiders.reconciliation.hierarchy import Hierarchy, hierarchy_of
from insiders.reconciliation.reconciling import METHODS, incoherence, reconcile

__all__ = ["METHODS", "Hierarchy", "hierarchy_of", "incoherence", "reconcile"]
