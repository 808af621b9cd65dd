"""A recurrent network on the disk: weights as safetensors, all else as JSON, through the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from insiders import registry
from insiders.errors import ModelError
from insiders.recurrent.losses import LOSSES
from insiders.recurrent.settings import Settings
from insiders.recurrent.trained import Trained, empty_network
from insiders.registry import Training

FORMAT = 2


def save(
    trained: Trained,
    folder: Path,
    name: str = "recurrent",
    training: Training | None = None,
    metrics: Mapping[str, float] | None = None,
) -> list[Path]:
    """Write ``NAME.safetensors`` (weights) and ``NAME.json`` (all else); the paths, the registry's index the last."""
    description = {
        "format": FORMAT,
        "settings": asdict(trained.settings),
        "horizon": trained.horizon,
        "widths": list(trained.widths),
        "static": {name: list(values) for name, values in trained.static.items()},
        "scales": {name: list(values) for name, values in trained.scales.items()},
        "epochs": trained.epochs,
        "curve": trained.curve.to_dict(orient="list"),
    }
    more: dict[str, Any] = {"training": training, "metrics": metrics, "libraries": ["torch"]}
    weights, _ = registry.save(folder, f"{name}.safetensors", trained.weights, **more)
    facts, index = registry.save(folder, f"{name}.json", description, **more)
    return [weights, facts, index]


def load(
    folder: Path,
    name: str = "recurrent",
    digests: Mapping[str, str] | None = None,
    *,
    kind: type[Settings] = Settings,
) -> Trained:
    """Read what `save` wrote; a `ModelError` where the files are others, or do not describe one network.

    ``digests`` are those in the run's record, by file name: with them the model is that of the run and no other.
    ``kind`` are the settings of the network sought.
    """
    sought = digests or {}
    weights = registry.load(folder, f"{name}.safetensors", sha256=sought.get(f"{name}.safetensors"))
    facts = registry.load(folder, f"{name}.json", sha256=sought.get(f"{name}.json"))
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"{name}.json is not of format {FORMAT}, which this version reads: train the model again")
    try:
        return _described(facts, weights, kind)
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as fault:
        raise ModelError(f"{name}.json does not describe a network: {fault}") from fault


def _described(facts: Mapping[str, Any], weights: Mapping[str, np.ndarray], kind: type[Settings]) -> Trained:
    """The network of a description and its weights, which have to be of one size."""
    settings = kind(**facts["settings"])
    kinds = {key: int | float if isinstance(usual, float) else type(usual) for key, usual in asdict(kind()).items()}
    if wrong := [key for key, sort in kinds.items() if not isinstance(getattr(settings, key), sort)]:
        raise ValueError(f"{wrong[0]} is not of its kind")
    if settings.loss not in LOSSES:
        raise ValueError(f"there is no loss {settings.loss!r}")
    past, future = map(int, facts["widths"])
    static = {str(name): tuple(map(str, values)) for name, values in facts["static"].items()}
    scales = {str(name): (float(mean), float(spread)) for name, (mean, spread) in facts["scales"].items()}
    # On the device that holds no numbers, so that an invented width costs no memory.
    with torch.device("meta"):
        expected = empty_network(settings, (past, future), static).state_dict()
    if {name: tuple(values.shape) for name, values in expected.items()} != {
        name: values.shape for name, values in weights.items()
    }:
        raise ValueError("the weights are of another size than the network described")
    if any(values.dtype != np.float32 for values in weights.values()):
        raise ValueError("the weights are no single-precision numbers")
    curve = pd.DataFrame(facts["curve"])
    horizon, epochs = int(facts["horizon"]), int(facts["epochs"])
    return Trained(settings, horizon, (past, future), static, scales, dict(weights), curve, epochs)
