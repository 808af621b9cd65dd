"""One training: passes over windows of all series, early stopping on a later period, a state kept after each."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from insiders.recurrent.checkpoints import Checkpoint, Curve, keep, resume
from insiders.recurrent.examples import Panel, batch
from insiders.recurrent.losses import LOSSES, mean_loss
from insiders.recurrent.settings import Settings

VALIDATION_BATCH = 1024
MEMORY = 0.98
"""What a step leaves of the running mean of the weights, which therefore spans some 50 steps."""


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

    What the steps move is a copy: the network itself is the running mean of its weights (Polyak and Juditsky 1992),
    which forecasts alike from pass to pass where the last weights do not. With ``validation`` windows it ends when
    these have not gained for as long as the patience allows; without, their column of the curve is 0. What a pass draws
    depends on the seed and its number alone, so that a training that was interrupted and goes on from its checkpoint
    ends where it would have ended.
    """
    moved = copy.deepcopy(network)
    both = nn.ModuleDict({"moved": moved, "mean": network})
    optimiser = torch.optim.AdamW(moved.parameters(), lr=settings.learning_rate, weight_decay=1e-4)
    curve = resume(checkpoint, both, optimiser) if checkpoint else []
    for epoch in range(len(curve) + 1, epochs + 1):
        if validation is not None and _exhausted(curve, settings.patience):
            break
        seen = _pass(network, moved, panel, windows, settings, horizon, optimiser, epoch)
        later = 0.0 if validation is None else validation_loss(network, panel, validation, settings, horizon)
        curve.append((epoch, seen, later))
        if checkpoint:
            keep(checkpoint, both, optimiser, curve)
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
    moved: nn.Module,
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
    moved.train()
    total, steps = 0.0, -(-len(drawn) // settings.batch) * (epoch - 1)
    for step, chosen in enumerate(drawn.split(settings.batch), steps + 1):
        some = batch(panel, chosen, settings.context, horizon, device)
        optimiser.zero_grad()
        value = mean_loss(loss, moved(some.past, some.future, some.static), some.targets)
        value.backward()
        nn.utils.clip_grad_norm_(moved.parameters(), 1.0)
        optimiser.step()
        _follow(network, moved, step)
        total += value.item() * len(chosen)
    return total / len(drawn)


def _follow(network: nn.Module, moved: nn.Module, step: int) -> None:
    """Take a step into the running mean; the first ones, which know little, are soon forgotten."""
    memory = min(MEMORY, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, now in zip(network.parameters(), moved.parameters(), strict=True):
            mean.lerp_(now, 1 - memory)
