"""One LSTM for all series at once, with a loss by name; it reads the last weeks and walks over the days to forecast."""

from insiders.recurrent.files import load, save
from insiders.recurrent.losses import LOSSES
from insiders.recurrent.model import fit, forecast
from insiders.recurrent.settings import Settings
from insiders.recurrent.trained import Trained

__all__ = ["LOSSES", "Settings", "Trained", "fit", "forecast", "load", "save"]
