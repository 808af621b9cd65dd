"""What the training of the recurrent network may be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from insiders.recurrent.losses import LOSSES
from insiders.recurrent.network import Network


@dataclass(frozen=True)
class Settings:
    """Sizes, loss and patience; none of them was tuned on the days that the benchmarks hold out."""

    loss: str = "tweedie"
    """A name of ``insiders.recurrent.LOSSES``."""
    context: int = 48
    """Rows of a series that the encoder reads."""
    least_sold: int = 0
    """Days with sales that a series had before a window that is learnt from: the rule by which series are followed."""
    yearly: bool = False
    """Whether the time of the year is told; in less than two years of history it is a trend and no season."""
    hidden: int = 32
    """Width of encoder and decoder."""
    embedding: int = 4
    """Numbers by which a value of a static feature is told."""
    dropout: float = 0.1
    """Share of the decoder's outputs left out in training."""
    epochs: int = 8
    """The most passes; early stopping makes it fewer."""
    windows: int = 10_000
    """Windows of a pass, drawn anew from all series and origins."""
    batch: int = 256
    """Windows per step, mixed from all series and origins."""
    patience: int = 3
    """Passes without gain on the later period after which training stops."""
    learning_rate: float = 0.005
    """Step size of AdamW."""
    seed: int = 42
    """Of weights, draws and dropout; the same seed on a CPU gives the same model."""
    threads: int = 1
    """The most CPU threads used."""

    def network(self, widths: tuple[int, int], static: Sequence[int]) -> nn.Module:
        """An untrained network: numbers told at each step of the past and of the days ahead, values by static feature.

        It takes what was, what is known ahead and the static codes of windows, and gives raw outputs for the loss.
        """
        return Network(
            widths,
            static,
            hidden=self.hidden,
            embedding=self.embedding,
            outputs=LOSSES[self.loss].outputs,
            dropout=self.dropout,
        )
