from __future__ import annotations

import pandas as pd
import pytest
import torch

from insiders.recurrent import Settings, training
from insiders.recurrent.examples import panel_of
from insiders.recurrent.network import Network
from insiders.recurrent.training import best_epoch, train
from tests.insiders.weekly_series import long_table


def test_the_best_pass_is_the_one_with_the_lowest_validation_loss() -> None:
    """Neither the last pass nor the one with the lowest training loss is taken."""
    assert best_epoch([(1, 0.3, 3.0), (2, 0.2, 1.0), (3, 0.1, 2.0)]) == 2


@pytest.mark.parametrize(("validation", "passes"), [(torch.zeros(1, 2), 4), (None, 6)])
def test_a_training_ends_when_its_patience_does(
    monkeypatch: pytest.MonkeyPatch, validation: torch.Tensor | None, passes: int
) -> None:
    """Two passes after the best one it stops, and without windows to check it makes all the passes asked for."""
    later = iter([3.0, 1.0, 2.0, 2.0, 0.5, 0.5])
    monkeypatch.setattr(training, "_pass", lambda *told: 0.0)
    monkeypatch.setattr(training, "validation_loss", lambda *told: next(later))
    panel = panel_of(long_table(10)[0], pd.DatetimeIndex([]), None, {}, {})
    network = Network((1, 1), [], hidden=1, embedding=1, outputs=1)
    curve = train(network, panel, torch.zeros(1, 2), Settings(patience=2), 1, epochs=6, validation=validation)
    assert [epoch for epoch, _, _ in curve] == list(range(1, passes + 1))


def test_the_network_is_the_running_mean_of_what_the_steps_made() -> None:
    """Each step is taken in, the first ones by more; what the optimiser moves is another network."""
    mean, moved = (Network((1, 1), [], hidden=1, embedding=1, outputs=1) for _ in range(2))
    expected = mean.head.bias.item()
    for step, value in enumerate([1.0, 3.0], 1):
        torch.nn.init.constant_(moved.head.bias, value)
        training._follow(mean, moved, step)
        share = 1 - (1 + step) / (10 + step)
        expected += share * (value - expected)
        assert mean.head.bias.item() == pytest.approx(expected)
    training._follow(mean, moved, 10_000)
    assert mean.head.bias.item() == pytest.approx(expected + (1 - training.MEMORY) * (3.0 - expected))
