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
