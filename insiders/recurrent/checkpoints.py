"""The state of a training after a pass, in one file that is read as plain numbers, so that a kill costs one pass."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from insiders.errors import ModelError
from insiders.model_files import tensors

Curve = list[tuple[int, float, float]]
"""Epoch, training loss, validation loss."""


@dataclass(frozen=True)
class Checkpoint:
    """Where the state of one training is kept."""

    path: Path
    """The file; it need not exist."""
    key: str
    """What the training is of: a state with another key belongs to another training and is left alone."""


def keep(checkpoint: Checkpoint, network: nn.Module, optimiser: torch.optim.Optimizer, curve: Curve) -> None:
    """Write the state aside and move it into place."""
    arrays = {f"network.{name}": values.detach().cpu().numpy() for name, values in network.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        for name, value in state.items():
            arrays[f"optimiser.{number}.{name}"] = torch.as_tensor(value).cpu().numpy()
    arrays["curve"] = np.array(curve, dtype="float64")
    arrays["key"] = np.frombuffer(checkpoint.key.encode(), dtype="uint8")
    checkpoint.path.parent.mkdir(parents=True, exist_ok=True)
    aside = checkpoint.path.with_name(f".{checkpoint.path.name}.{os.getpid()}")
    aside.write_bytes(tensors.write(arrays))
    aside.replace(checkpoint.path)


def resume(checkpoint: Checkpoint, network: nn.Module, optimiser: torch.optim.Optimizer) -> Curve:
    """Put network and optimiser into the state kept, and give its curve; none where there is no state of this training.

    A damaged file is a `ModelError`: remove it to begin anew.
    """
    if not checkpoint.path.exists():
        return []
    try:
        arrays = tensors.read(checkpoint.path.read_bytes())
        if bytes(arrays["key"]) != checkpoint.key.encode():
            return []
        network.load_state_dict(_part(arrays, "network."))
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in _part(arrays, "optimiser.").items():
            number, _, what = name.partition(".")
            states.setdefault(int(number), {})[what] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": states})
        return [(int(epoch), float(seen), float(later)) for epoch, seen, later in arrays["curve"]]
    except (ModelError, KeyError, ValueError, RuntimeError, TypeError) as fault:
        raise ModelError(f"{checkpoint.path} is no state of a training, remove it to begin anew: {fault}") from fault


def _part(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(prefix): torch.from_numpy(values)
        for name, values in arrays.items()
        if name.startswith(prefix)
    }
