"""A dense network on the disk: weights as safetensors, all else as JSON, through the registry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from insiders import recurrent
from insiders.dense.settings import Settings
from insiders.recurrent.trained import Trained
from insiders.registry import Training


def save(
    trained: Trained,
    folder: Path,
    name: str = "dense",
    training: Training | None = None,
    metrics: Mapping[str, float] | None = None,
) -> list[Path]:
    """Write ``NAME.safetensors`` (weights) and ``NAME.json`` (all else); the paths, the registry's index the last."""
    return recurrent.save(trained, folder, name, training, metrics)


def load(folder: Path, name: str = "dense", digests: Mapping[str, str] | None = None) -> Trained:
    """Read what `save` wrote; a `ModelError` where the files are others, or do not describe a dense network.

    ``digests`` are those in the run's record, by file name: with them the model is that of the run and no other.
    """
    return recurrent.load(folder, name, digests, kind=Settings)
