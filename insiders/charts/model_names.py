"""How models of forecasts are called in front of readers."""

from __future__ import annotations

from collections.abc import Mapping

MODEL_NAMES: Mapping[str, str] = {
    "seasonal_naive": "seasonal naive",
    "moving_average": "moving average",
    "weekday_means": "weekday means",
    "ses": "SES",
    "ets": "ETS",
    "theta": "Theta",
    "arima": "ARIMA",
    "croston": "Croston",
    "croston_sba": "Croston SBA",
    "tsb": "TSB",
    "lightgbm": "LightGBM",
    "lstm": "LSTM",
    "dense": "dense network",
}
"""Models as figures and answers write them; others are written by their own name."""
