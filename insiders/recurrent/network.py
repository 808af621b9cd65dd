"""The network: an encoder reads what was, a decoder walks over what is known of the days ahead."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Two LSTMs and a head; static features are embedded and told to both at every step."""

    def __init__(
        self,
        widths: tuple[int, int],
        static: Sequence[int],
        *,
        hidden: int,
        embedding: int,
        outputs: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        past, future = widths
        told = embedding * len(static)
        self.embeddings = nn.ModuleList(nn.Embedding(count + 1, embedding) for count in static)
        self.encoder = nn.LSTM(past + told, hidden, batch_first=True)
        self.decoder = nn.LSTM(future + told, hidden, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden, outputs)
        # All begin at the mean of what the encoder read.
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, past: Tensor, future: Tensor, static: Tensor) -> Tensor:
        """Raw outputs (windows, days, outputs), to be read as the loss says."""
        _, state = self.encoder(self._told(past, static))
        steps, _ = self.decoder(self._told(future, static), state)
        return self.head(self.dropout(steps))

    def _told(self, steps: Tensor, static: Tensor) -> Tensor:
        known = [embed(static[:, number]) for number, embed in enumerate(self.embeddings)]
        if not known:
            return steps
        about = torch.cat(known, dim=-1).unsqueeze(1)
        return torch.cat([steps, about.expand(-1, steps.shape[1], -1)], dim=-1)
