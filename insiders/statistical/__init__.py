"""Statistical forecasts of many series by one call: naive, means, exponential smoothing, Croston, ARIMA, Theta."""

from insiders.statistical.demand import demand
from insiders.statistical.forecasting import forecast, rolling_forecasts
from insiders.statistical.models import MODELS

__all__ = ["MODELS", "demand", "forecast", "rolling_forecasts"]
