"""What the training of the dense network may be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from insiders import recurrent
from insiders.dense.network import Network
from insiders.recurrent.losses import LOSSES


@dataclass(frozen=True)
class Settings(recurrent.Settings):
    """Those of the recurrent network, whose losses and training it shares, with a width and a depth of its own."""

    layers: int = 7
    """Layers with weights, the last one included."""
    hidden: int = 64
    """Width of all layers but the last."""
    learning_rate: float = 0.001
    """Step size of AdamW: a deep plain network bears less than a recurrent one."""

    def network(self, widths: tuple[int, int], static: Sequence[int]) -> nn.Module:
        """An untrained dense network of this size."""
        return Network(
            self.context,
            widths[1],
            static,
            layers=self.layers,
            hidden=self.hidden,
            embedding=self.embedding,
            outputs=LOSSES[self.loss].outputs,
            dropout=self.dropout,
        )
