"""One training: passes over windows of all series, early stopping on a later period, a state kept after each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from insiders.recurrent.checkpoints import Checkpoint, Curve, keep, resume
from insiders.recurrent.examples import Panel, batch
from insiders.recurrent.losses import LOSSES, mean_loss
from insiders.recurrent.settings import Settings

VALIDATION_BATCH = 1024


def train(
    network: nn.Module,
    panel: Panel,
    windows: Tensor,
    settings: Settings,
    horizon: int,
    *,
    epochs: int,
    validation: Tensor | None = None,
    checkpoint: Checkpoint | None = None,
) -> Curve:
    """Teach the network with ``windows`` (series, origin) for at most ``epochs`` passes; its learning curve.

    With ``validation`` windows it ends when these have not gained for as long as the patience allows; without, their
    column of the curve is 0. What a pass draws depends on the seed and its number alone, so that a training that was
    interrupted and goes on from its checkpoint ends where it would have ended.
    """
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=1e-4)
    curve = resume(checkpoint, network, optimiser) if checkpoint else []
    for epoch in range(len(curve) + 1, epochs + 1):
        if validation is not None and _exhausted(curve, settings.patience):
            break
        seen = _pass(network, panel, windows, settings, horizon, optimiser, epoch)
        later = 0.0 if validation is None else validation_loss(network, panel, validation, settings, horizon)
        curve.append((epoch, seen, later))
        if checkpoint:
            keep(checkpoint, network, optimiser, curve)
    return curve


def validation_loss(network: nn.Module, panel: Panel, windows: Tensor, settings: Settings, horizon: int) -> float:
    """The mean loss over these windows."""
    device, loss = next(network.parameters()).device, LOSSES[settings.loss]
    network.eval()
    total = 0.0
    with torch.no_grad():
        for chosen in windows.split(VALIDATION_BATCH):
            some = batch(panel, chosen, settings.context, horizon, device)
            total += float(mean_loss(loss, network(some.past, some.future, some.static), some.targets)) * len(chosen)
    return total / len(windows)


@contextmanager
def repeatable(settings: Settings) -> Iterator[None]:
    """Seeded random numbers and few threads, both as they were before when done."""
    before = torch.get_num_threads()
    torch.set_num_threads(min(settings.threads, before))
    try:
        with torch.random.fork_rng():
            torch.manual_seed(settings.seed)
            yield
    finally:
        torch.set_num_threads(before)


def best_epoch(curve: Curve) -> int:
    """The pass after which the validation loss was lowest."""
    return min(curve, key=lambda row: row[2])[0]


def _exhausted(curve: Curve, patience: int) -> bool:
    return bool(curve) and curve[-1][0] - best_epoch(curve) >= patience


def _pass(
    network: nn.Module,
    panel: Panel,
    windows: Tensor,
    settings: Settings,
    horizon: int,
    optimiser: torch.optim.Optimizer,
    epoch: int,
) -> float:
    """One pass over windows drawn anew; the mean loss."""
    torch.manual_seed(settings.seed + 1_000_003 * epoch)
    device, loss = next(network.parameters()).device, LOSSES[settings.loss]
    drawn = windows[torch.randperm(len(windows))[: settings.windows]]
    network.train()
    total = 0.0
    for chosen in drawn.split(settings.batch):
        some = batch(panel, chosen, settings.context, horizon, device)
        optimiser.zero_grad()
        value = mean_loss(loss, network(some.past, some.future, some.static), some.targets)
        value.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        total += value.item() * len(chosen)
    return total / len(drawn)
