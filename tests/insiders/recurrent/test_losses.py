from __future__ import annotations

import math

import pytest
import torch
from scipy.stats import nbinom
from torch import Tensor

from insiders.recurrent.losses import EVEN, LOSSES, QUANTILES, Targets, mean_loss, quantiles


def targets(sold: list[float], unit: float = 1.0, share: list[float] | None = None) -> Targets:
    shares = share or [1 / len(sold)] * len(sold)
    return Targets(torch.tensor([sold]), torch.tensor([[unit]]), torch.tensor([shares]))


def outputs(*values: float) -> Tensor:
    return torch.tensor(values).reshape(1, -1, 1)


@pytest.mark.parametrize("name", ["mae", "tweedie", "negative_binomial", "psfa"])
def test_outputs_of_zero_forecast_the_unit(name: str) -> None:
    """A fresh network forecasts the mean of what it has read."""
    said = LOSSES[name].point(torch.zeros(1, 2, LOSSES[name].outputs))
    assert said.flatten().tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def best(name: str, sold: list[float]) -> float:
    """The constant forecast with the lowest loss on these sales."""
    grid = torch.linspace(-3, 4, 1401)
    loss = LOSSES[name]
    zeros = torch.zeros(loss.outputs - 1)
    values = [
        float(mean_loss(loss, torch.cat([raw[None], zeros]).expand(1, len(sold), -1), targets(sold, 1.0, sold)))
        for raw in grid
    ]
    raw = grid[values.index(min(values))]
    return float(loss.point(torch.cat([raw[None], zeros]).expand(1, 1, -1)))


def test_each_loss_is_least_at_what_it_means() -> None:
    """On sales of 0, 0, 0, 2 and 8 Tweedie and the negative binomial want the mean, MAE the median, PSFA far more."""
    sold = [0.0, 0.0, 1.0, 1.0, 8.0]
    assert best("tweedie", sold) == pytest.approx(2.0, rel=0.02)
    assert best("negative_binomial", sold) == pytest.approx(2.0, rel=0.02)
    assert best("mae", sold) == pytest.approx(1.0, rel=0.02)
    assert best("psfa", sold) == pytest.approx(8.0, rel=0.02)


def test_psfa_is_the_metric_taken_off() -> None:
    """Days weigh by their share of sales: half missed of three quarters, nothing of one."""
    value = mean_loss(LOSSES["psfa"], outputs(0.0, 0.0), targets([2.0, 1.0], 1.0, [0.75, 0.25]))
    assert float(value) == pytest.approx(0.75 / 2)
    assert float(mean_loss(LOSSES["psfa"], outputs(0.0), targets([0.0], 1.0, [0.0]))) == 0


def test_the_negative_binomial_is_scipys() -> None:
    """The loss is the negative logarithm of the probability, with the unit taken into the mean."""
    raw = torch.tensor([[[math.log(1.5), 0.0]]])
    size = math.log1p(math.exp(EVEN))
    expected = -nbinom.logpmf(3, size, size / (size + 6.0))
    assert float(mean_loss(LOSSES["negative_binomial"], raw, targets([3.0], unit=4.0))) == pytest.approx(expected, 1e-4)


def test_quantiles_never_cross_and_are_least_at_their_share() -> None:
    """Whatever the outputs, each quantile is at least the one before; nine tenths of sales lie below the fourth."""
    raw = torch.randn(4, 3, len(QUANTILES), generator=torch.Generator().manual_seed(1))
    assert (quantiles(raw).diff(dim=-1) >= 0).all()
    sold = [float(number) for number in range(1, 11)]
    free = torch.zeros(len(QUANTILES), requires_grad=True)
    optimiser = torch.optim.Adam([free], lr=0.05)
    for _ in range(400):
        optimiser.zero_grad()
        mean_loss(LOSSES["quantile"], free.expand(1, 10, -1), targets(sold)).backward()
        optimiser.step()
    found = quantiles(free.detach().reshape(1, 1, -1)).flatten().tolist()
    assert 5 <= found[2] <= 6
    assert 8.9 <= found[3] <= 10.1
