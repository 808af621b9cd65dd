"""The network: layer upon layer, each joined to all of the one before, asked for one day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

MOST_LAYERS = 50
LAGS = 2
"""Numbers read of each past day, the first of those told: what was sold, and whether the series had begun."""


class Network(nn.Module):
    """Lags of a window and what is known of a day ahead go in together; every day is forecast by the same weights."""

    def __init__(
        self,
        context: int,
        future: int,
        static: Sequence[int],
        *,
        layers: int,
        hidden: int,
        embedding: int,
        outputs: int,
        dropout: float = 0.0,
    ) -> None:
        if not 2 <= layers <= MOST_LAYERS:
            raise ValueError(f"a dense network has 2 to {MOST_LAYERS} layers, not {layers}")
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(count + 1, embedding) for count in static)
        widths = [LAGS * context + future + embedding * len(static), *[hidden] * (layers - 1)]
        body: list[nn.Module] = []
        for one, other in pairwise(widths):
            body += [nn.Linear(one, other), nn.ReLU()]
        self.body = nn.Sequential(*body, nn.Dropout(dropout))
        self.head = nn.Linear(hidden, outputs)
        # All begin at the mean of what the window read.
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, past: Tensor, future: Tensor, static: Tensor) -> Tensor:
        """Raw outputs (windows, days, outputs), to be read as the loss says."""
        known = [embed(static[:, number]) for number, embed in enumerate(self.embeddings)]
        read = torch.cat([past[..., :LAGS].flatten(1), *known], dim=-1).unsqueeze(1)
        return self.head(self.body(torch.cat([read.expand(-1, future.shape[1], -1), future], dim=-1)))
