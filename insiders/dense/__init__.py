"""A dense network of seven layers for all series at once: the last weeks and one day ahead in, that day's sales out."""

from insiders.dense.files import load, save
from insiders.dense.model import fit, forecast
from insiders.dense.settings import Settings
from insiders.recurrent.trained import Trained

__all__ = ["Settings", "Trained", "fit", "forecast", "load", "save"]
