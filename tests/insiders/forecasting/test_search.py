"""The search for what training is told."""

from __future__ import annotations

import json

import pytest

from insiders import boosting
from insiders.forecasting.models import Asked
from insiders.forecasting.search import search
from tests.insiders.forecast_shop import followed, origins

ASKED = Asked(
    ("seasonal_naive", "lightgbm"), {}, {"lightgbm": boosting.Settings(trees=3, rows=40, least_rows=5, windows=(6, 12))}
)


def test_no_time_searches_nothing() -> None:
    """With 0 seconds the settings stay, and there are no trials."""
    asked, trials = search(followed("product"), origins("product"), ASKED, seconds=0)
    assert asked is ASKED
    assert trials.empty


def test_the_best_trial_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """The usual settings are tried first, each trial has its error, and the lowest wins; a bar tells of it."""
    asked, trials = search(followed("product"), origins("product"), ASKED, seconds=0.4, seed=3)
    assert json.loads(trials["settings"].iloc[0]) == {}
    best = json.loads(trials.sort_values("value")["settings"].iloc[0])
    assert all(getattr(asked.settings["lightgbm"], name) == value for name, value in best.items())
    assert "search lightgbm" in capsys.readouterr().out


def test_the_untouched_period_judges_no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials are made at the two origins before the last."""
    asked_for = []

    def told(given: object, judges: list[object], *_: object) -> float:
        asked_for.append([origin.name for origin in judges])  # type: ignore[attr-defined]
        return 1.0

    monkeypatch.setattr("insiders.forecasting.search._value", told)
    search(followed("product"), origins("product"), ASKED, seconds=0.01)
    assert asked_for[0] == [origin.name for origin in origins("product")[1:3]]
