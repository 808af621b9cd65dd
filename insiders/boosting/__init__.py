"""LightGBM over all series at once, with an objective by name, saved as LightGBM's own text."""

from insiders.boosting.files import load, save
from insiders.boosting.model import fit, forecast, importance
from insiders.boosting.objectives import OBJECTIVES
from insiders.boosting.trained import Settings, Trained

__all__ = ["OBJECTIVES", "Settings", "Trained", "fit", "forecast", "importance", "load", "save"]
