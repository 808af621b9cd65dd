"""A trained recurrent network, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import nn

from insiders.recurrent.settings import Settings


@dataclass(frozen=True)
class Trained:
    """A trained network and how it came about."""

    settings: Settings
    horizon: int
    """Days that the windows learnt from went ahead."""
    widths: tuple[int, int]
    """Numbers that encoder and decoder are told at every step, static features aside."""
    static: Mapping[str, tuple[str, ...]]
    """By static feature, its values in the order of their codes, which begin at 1."""
    scales: Mapping[str, tuple[float, float]]
    """Mean and spread of each further column that has to be known ahead."""
    weights: Mapping[str, np.ndarray]
    """The network's state by name."""
    curve: pd.DataFrame
    """Learning curve of the run with validation: epoch, training, validation (mean loss)."""
    epochs: int
    """Passes that the final weights had: where the validation loss was lowest."""
    seconds: float | None = None
    """Wall time of the training; None for a loaded one, since equal trainings leave equal files."""

    def network(self) -> nn.Module:
        """The network with its weights, ready to forecast."""
        network = empty_network(self.settings, self.widths, self.static)
        network.load_state_dict({name: torch.from_numpy(values) for name, values in self.weights.items()})
        return network.eval()


def empty_network(settings: Settings, widths: tuple[int, int], static: Mapping[str, tuple[str, ...]]) -> nn.Module:
    """An untrained network of this size."""
    return settings.network(widths, [len(values) for values in static.values()])
