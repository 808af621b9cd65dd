"""Losses by name: what the network is taught, and how its outputs are read as a forecast.

Outputs are on the scale of a series' own mean (its unit), so that large and small series teach the same network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn.functional import softplus

QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Bounds of 95 and 80 % and the median, which is the point forecast."""
BOUNDS: Mapping[str, int] = MappingProxyType({"lower_95": 0, "lower_80": 1, "upper_80": 3, "upper_95": 4})
"""Columns of a forecast with quantiles, and where they stand among them."""
TWEEDIE_POWER = 1.5
LARGEST_LOG = 6.0
EVEN = 0.5413
"""Where softplus is one: outputs of zero forecast the unit itself."""


@dataclass(frozen=True)
class Targets:
    """What the windows of a batch sold: each of shape (windows, days), but the unit, (windows, 1)."""

    sold: Tensor
    """Pieces."""
    unit: Tensor
    """The mean of what the encoder reads, in pieces."""
    share: Tensor
    """Of all that the series' category sold on the day."""


@dataclass(frozen=True)
class Loss:
    """A loss and what its outputs mean."""

    outputs: int
    """Outputs per day."""
    value: Callable[[Tensor, Targets], Tensor]
    """The loss of each day, from raw outputs (windows, days, outputs)."""
    point: Callable[[Tensor], Tensor]
    """The forecast in units, from raw outputs."""
    meaning: str
    """What the forecast is, in words."""
    weighted: bool = False
    """Whether a day counts by its share of sales instead of once."""


def mean_loss(loss: Loss, outputs: Tensor, targets: Targets) -> Tensor:
    """The loss over all days of a batch; nothing where no day counts."""
    if not loss.weighted:
        return loss.value(outputs, targets).mean()
    return (loss.value(outputs, targets) * targets.share).sum() / targets.share.sum().clamp(min=1e-9)


def quantiles(outputs: Tensor) -> Tensor:
    """The quantiles in units, each at least the one before: (windows, days, quantiles)."""
    return torch.cumsum(softplus(outputs + EVEN - 1.5), dim=-1)


def _exponential(outputs: Tensor) -> Tensor:
    return torch.exp(outputs[..., 0].clamp(-LARGEST_LOG, LARGEST_LOG))


def _positive(outputs: Tensor) -> Tensor:
    return softplus(outputs[..., 0] + EVEN)


def _absolute(outputs: Tensor, targets: Targets) -> Tensor:
    return (_positive(outputs) - targets.sold / targets.unit).abs()


def _psfa(outputs: Tensor, targets: Targets) -> Tensor:
    said, sold = _exponential(outputs) * targets.unit, targets.sold
    return (said - sold).abs() / torch.maximum(said, sold).clamp(min=1e-9)


def _tweedie(outputs: Tensor, targets: Targets) -> Tensor:
    said, power = _exponential(outputs), TWEEDIE_POWER
    return said ** (2 - power) / (2 - power) - targets.sold / targets.unit * said ** (1 - power) / (1 - power)


def _negative_binomial(outputs: Tensor, targets: Targets) -> Tensor:
    mean, sold = _exponential(outputs) * targets.unit, targets.sold
    size = softplus(outputs[..., 1] + EVEN).clamp(min=1e-4)
    chances = torch.lgamma(sold + size) - torch.lgamma(size) - torch.lgamma(sold + 1)
    return -(chances + size * torch.log(size / (size + mean)) + sold * torch.log(mean / (size + mean)))


def _pinball(outputs: Tensor, targets: Targets) -> Tensor:
    error = (targets.sold / targets.unit).unsqueeze(-1) - quantiles(outputs)
    level = torch.tensor(QUANTILES, device=outputs.device)
    return torch.maximum(level * error, (level - 1) * error).sum(dim=-1)


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "mae": Loss(1, _absolute, _positive, "the median sale"),
        "tweedie": Loss(1, _tweedie, _exponential, "the expected sale"),
        "negative_binomial": Loss(2, _negative_binomial, _exponential, "the expected sale"),
        "quantile": Loss(
            len(QUANTILES), _pinball, lambda outputs: quantiles(outputs)[..., 2], "the median sale, with bounds"
        ),
        "psfa": Loss(1, _psfa, _exponential, "what PSFA rewards: far above the mean", weighted=True),
    }
)
"""The losses by name. Tweedie is its deviance without what does not depend on the forecast (power 1.5)."""
