"""Trees on the disk: LightGBM's own text, all else as JSON, through the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from insiders import registry
from insiders.boosting.objectives import OBJECTIVES
from insiders.boosting.trained import Settings, Trained
from insiders.errors import ModelError
from insiders.registry import Training

FORMAT = 1


def save(
    trained: Trained,
    folder: Path,
    name: str = "boosting",
    training: Training | None = None,
    metrics: Mapping[str, float] | None = None,
) -> list[Path]:
    """Write ``NAME.txt`` (LightGBM's text) and ``NAME.json`` (all else); the paths, the registry's index the last."""
    described = {
        "format": FORMAT,
        "settings": asdict(trained.settings),
        "horizon": trained.horizon,
        "static": {name: list(values) for name, values in trained.static.items()},
        "known_ahead": list(trained.known_ahead),
        "rows": trained.rows,
    }
    more: dict[str, Any] = {"training": training, "metrics": metrics, "libraries": ["mlforecast"]}
    text, _ = registry.save(folder, f"{name}.txt", trained.booster, **more)
    facts, index = registry.save(folder, f"{name}.json", described, **more)
    return [text, facts, index]


def load(folder: Path, name: str = "boosting", digests: Mapping[str, str] | None = None) -> Trained:
    """Read what `save` wrote; a `ModelError` where the files are others, or do not describe trees.

    ``digests`` are those in the run's record, by file name: with them the model is that of the run and no other.
    """
    sought = digests or {}
    text = registry.load(folder, f"{name}.txt", sha256=sought.get(f"{name}.txt"))
    facts = registry.load(folder, f"{name}.json", sha256=sought.get(f"{name}.json"))
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"{name}.json is not of format {FORMAT}, which this version reads: train the model again")
    try:
        return _described(facts, text)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ModelError(f"{name}.json does not describe trees: {fault}") from fault


def _described(facts: Mapping[str, Any], text: str) -> Trained:
    told: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in facts["settings"].items()
    }
    settings = Settings(**told)
    kinds = {key: int | float if isinstance(usual, float) else type(usual) for key, usual in asdict(Settings()).items()}
    if wrong := [key for key, kind in kinds.items() if not isinstance(getattr(settings, key), kind)]:
        raise ValueError(f"{wrong[0]} is not of its kind")
    if settings.objective not in OBJECTIVES:
        raise ValueError(f"there is no objective {settings.objective!r}")
    if not all(type(rows) is int and 0 < rows < 10_000 for rows in (*settings.lags, *settings.windows)):
        raise ValueError("lags and windows are no numbers of rows")
    static = {str(name): tuple(map(str, values)) for name, values in facts["static"].items()}
    known_ahead = tuple(map(str, facts["known_ahead"]))
    return Trained(settings, int(facts["horizon"]), text, static, known_ahead, int(facts["rows"]))
