"""How models of forecasts are called in front of readers: one place for figures, answers and pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from insiders.language import ENGLISH, Language, language, mark

MODEL_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "seasonal_naive": mark("seasonal naive"),
        "moving_average": mark("moving average"),
        "weekday_means": mark("weekday means"),
        "ses": mark("SES"),
        "ets": mark("ETS"),
        "theta": mark("Theta"),
        "arima": mark("ARIMA"),
        "croston": mark("Croston"),
        "croston_sba": mark("Croston SBA"),
        "tsb": mark("TSB"),
        "lightgbm": mark("LightGBM"),
        "lstm": mark("LSTM"),
        "dense": mark("dense network"),
        "mean": mark("mean of the models"),
        "median": mark("median of the models"),
        "weighted": mark("mean of the models weighted by earlier errors"),
    }
)
"""Models by name; others are written by their own name."""

_MEAN = re.compile(r"mean\(([^()]+)\)")


def in_words(model: object, speak: Language | None = None) -> str:
    """A model as readers know it, by default in English: ``mean(ets+theta)`` is the mean of ETS and Theta."""
    said = language(ENGLISH) if speak is None else speak
    if of := _MEAN.fullmatch(str(model)):
        return said.say("mean of {models}", models=said.listing([in_words(part, said) for part in of[1].split("+")]))
    return said.say(MODEL_NAMES.get(str(model), str(model)))
