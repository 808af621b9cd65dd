from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from insiders import recurrent
from insiders.errors import ModelError
from insiders.recurrent import Settings, training
from insiders.recurrent.checkpoints import Checkpoint, keep, resume
from tests.insiders.weekly_series import long_table

SMALL = Settings(context=12, hidden=4, epochs=3, batch=64, patience=9)
HORIZON = 6


class KilledError(Exception):
    """What ends a training in the middle."""


def killed_after(passes: int, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Train until that many passes are done."""
    whole = training._pass
    done: list[int] = []

    def one(*arguments: Any) -> float:
        if len(done) == passes:
            raise KilledError
        done.append(1)
        return whole(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(training, "_pass", one)
        with pytest.raises(KilledError):
            recurrent.fit(long_table(50)[0], HORIZON, SMALL, checkpoints=folder)


@pytest.mark.parametrize("passes", [2, 4])
def test_a_training_goes_on_where_it_was_cut_off(passes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off in its search or its final run, it ends with the weights and the curve of one that was not."""
    whole = recurrent.fit(long_table(50)[0], HORIZON, SMALL)
    killed_after(passes, monkeypatch, tmp_path)
    calls: list[int] = []
    counted = training._pass

    def count(*told: Any) -> float:
        calls.append(told[-1])
        return counted(*told)

    monkeypatch.setattr(training, "_pass", count)
    again = recurrent.fit(long_table(50)[0], HORIZON, SMALL, checkpoints=tmp_path)
    assert len(calls) == len(whole.curve) + whole.epochs - passes
    assert again.curve.equals(whole.curve)
    assert all(np.array_equal(again.weights[name], whole.weights[name]) for name in whole.weights)


def test_the_state_of_another_training_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With other sales the training begins anew."""
    killed_after(2, monkeypatch, tmp_path)
    history, _ = long_table(50, seed=1)
    begun, fresh = (recurrent.fit(history, HORIZON, SMALL, checkpoints=folder) for folder in (tmp_path, None))
    assert begun.curve.equals(fresh.curve)
    assert all(np.array_equal(begun.weights[name], fresh.weights[name]) for name in fresh.weights)


def test_a_state_is_given_to_its_own_training_only(tmp_path: Path) -> None:
    """With the key of the training its curve and weights come back; with another neither does."""
    path, curve = tmp_path / "state", [(1, 0.5, 0.25)]
    one, same, other = (nn.Linear(1, 1) for _ in range(3))
    keep(Checkpoint(path, "one"), one, torch.optim.AdamW(one.parameters()), curve)
    before = other.weight.item()
    assert resume(Checkpoint(path, "other"), other, torch.optim.AdamW(other.parameters())) == []
    assert resume(Checkpoint(path, "one"), same, torch.optim.AdamW(same.parameters())) == curve
    assert (other.weight.item(), same.weight.item()) == (before, one.weight.item())


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    """A file that is none of a training is one line that says what to remove."""
    (tmp_path / "search.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match=r"search.safetensors is no state of a training, remove it"):
        recurrent.fit(long_table(50)[0], HORIZON, SMALL, checkpoints=tmp_path)
