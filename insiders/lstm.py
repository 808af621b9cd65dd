"""One LSTM for all series together: an encoder reads the last weeks, a decoder walks over the days to forecast.

Every series is divided by its own mean over the weeks that the encoder reads, so that small and large ones teach
the same network. The decoder corrects the weekday means of those weeks by a factor, and begins at a factor of one.
What it says is scaled in the end, level by level, so that over the days learnt from it adds up to what was sold.
Closed days are not in the panel; how many of them lie before an open day is one of the features.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from insiders import registry
from insiders.baselines import Forecaster
from insiders.errors import AnalysisError, ModelError
from insiders.network import LOSSES, Network, Settings, train
from insiders.registry import Training
from insiders.series import WEEK
from insiders.windows import Windows, windows

FORMAT = 3
VALIDATION_WINDOWS = WEEK - 1  # the last starts: about a week of them, so that no weekday alone decides


@dataclass(frozen=True)
class Trained:
    """A trained network and how it came about."""

    settings: Settings
    levels: tuple[str, ...]
    """The levels of the series it was taught, in the order of its inputs."""
    factors: tuple[float, ...]
    """By level, what was sold over what the network forecast, over all windows learnt from: makes means of medians."""
    weights: Mapping[str, np.ndarray]
    """The network's state by name."""
    curve: pd.DataFrame
    """Learning curve of the run with validation: epoch, training, validation (mean loss)."""
    epochs: int
    """Passes over all windows that the final weights had: where the validation loss was lowest."""
    seconds: float | None = None
    """Wall time of the training; None for a loaded one, since equal trainings leave equal files."""


def forecaster(settings: Settings) -> Forecaster:
    """A forecaster that trains a fresh network on the history it is given, for use beside the baselines."""

    def train_and_forecast(history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
        return forecast(fit(history, len(dates), settings), history, dates)

    return train_and_forecast


def open_days_needed(horizon: int, settings: Settings) -> int:
    """The shortest history, in open days, on which `fit` can train and validate."""
    return settings.context + 2 * horizon + VALIDATION_WINDOWS - 1


def fit(history: pd.DataFrame, horizon: int, settings: Settings) -> Trained:
    """Train on every window of a panel, the number of passes found on its last ``horizon`` open days or so.

    The first run learns from no window that reaches into those days; the second, which makes the model, sees all.
    An `AnalysisError` says how many open days are needed where the history is too short.
    """
    _check(history, horizon, settings)
    begin = time.perf_counter()
    levels = tuple(dict.fromkeys(history.columns.get_level_values("level")))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    starts = np.arange(len(history) - settings.context - horizon + 1)
    late = starts[-VALIDATION_WINDOWS:]
    early = starts[starts + horizon <= late[0]]
    with _repeatable(settings):
        parts = [
            windows(history, some, horizon, settings.context, levels).lively().to(device) for some in (early, late)
        ]
        _, curve = train(parts[0], settings, settings.epochs, validation=parts[1])
    best = int(curve["epoch"].to_numpy()[curve["validation"].argmin()])
    every = windows(history, starts, horizon, settings.context, levels).to(device)
    with _repeatable(settings):
        network, _ = train(every.lively(), settings, best)
        factors = _factors(network, every, len(levels))
    weights = {name: values.cpu().numpy() for name, values in network.state_dict().items()}
    return Trained(settings, levels, factors, weights, curve, best, time.perf_counter() - begin)


def forecast(trained: Trained, history: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Expected values on ``dates``; zero for a series that sold nothing in the days the encoder reads."""
    context = trained.settings.context
    if len(history) < context:
        raise AnalysisError(f"the LSTM reads the last {context} open days, the history has {len(history)}")
    future = pd.DataFrame(0.0, index=dates, columns=history.columns)
    recent = pd.concat([history.iloc[-context:], future])
    window = windows(recent, np.array([0]), len(dates), context, trained.levels)
    network = Network(window.past.shape[-1], window.future.shape[-1], trained.settings.hidden, 0.0)
    network.load_state_dict({name: torch.from_numpy(values) for name, values in trained.weights.items()})
    network.eval()
    with torch.no_grad(), _threads(trained.settings.threads):
        factor = window.future[:, 0, -len(trained.levels) :] @ torch.tensor(trained.factors)
        values = (network(window.past, window.future) * (window.scale * factor).unsqueeze(-1)).numpy()
    return pd.DataFrame(values.T.astype("float64"), index=dates, columns=history.columns)


def save(
    trained: Trained,
    folder: Path,
    name: str = "lstm",
    training: Training | None = None,
    metrics: Mapping[str, float] | None = None,
) -> list[Path]:
    """Write ``NAME.npz`` (weights) and ``NAME.json`` (all else) through the registry; the paths, its index the last."""
    description = {
        "format": FORMAT,
        "settings": asdict(trained.settings),
        "levels": list(trained.levels),
        "factors": list(trained.factors),
        "epochs": trained.epochs,
        "curve": trained.curve.to_dict(orient="list"),
    }
    more: dict[str, Any] = {"training": training, "metrics": metrics, "libraries": ["torch"]}
    weights, index = registry.save(folder, f"{name}.npz", trained.weights, **more)
    facts, _ = registry.save(folder, f"{name}.json", description, **more)
    return [weights, facts, index]


def load(folder: Path, name: str = "lstm", digests: Mapping[str, str] | None = None) -> Trained:
    """Read what `save` wrote; a `ModelError` where the files are others, or do not describe one network.

    `digests` are those in the run's record, by file name: with them the model is that of the run and no other.
    """
    sought = digests or {}
    state = registry.load(folder, f"{name}.npz", sha256=sought.get(f"{name}.npz"))
    facts = registry.load(folder, f"{name}.json", sha256=sought.get(f"{name}.json"))
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ModelError(f"{name}.json is not of format {FORMAT}, which this version reads: train the model again")
    try:
        return _described(facts, state)
    except (KeyError, TypeError, ValueError) as fault:
        raise ModelError(f"{name}.json does not describe a network: {fault}") from fault


def _described(facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> Trained:
    """The network of a description and its weights, which have to be of one size."""
    settings = Settings(**facts["settings"])
    kinds = {
        name: int | float if isinstance(usual, float) else type(usual) for name, usual in asdict(Settings()).items()
    }
    if wrong := [name for name, kind in kinds.items() if not isinstance(getattr(settings, name), kind)]:
        raise ValueError(f"{wrong[0]} is not of its kind")
    # A network of that width is going to be made, so that its weights fit must be known before.
    for part in ("encoder.weight_hh_l0", "decoder.weight_hh_l0"):
        if state[part].shape != (4 * settings.hidden, settings.hidden):
            raise ValueError(f"its width is {settings.hidden}, and the weights of {part} are {state[part].shape}")
    levels, factors = tuple(map(str, facts["levels"])), tuple(map(float, facts["factors"]))
    if len(levels) != len(factors):
        raise ValueError(f"it has {len(levels)} levels and {len(factors)} factors")
    return Trained(settings, levels, factors, dict(state), pd.DataFrame(facts["curve"]), int(facts["epochs"]))


def _check(history: pd.DataFrame, horizon: int, settings: Settings) -> None:
    needed = open_days_needed(horizon, settings)
    if settings.loss not in LOSSES:
        raise AnalysisError(f"there is no loss {settings.loss!r}; the losses are {', '.join(LOSSES)}")
    if len(history) < needed:
        raise AnalysisError(
            f"the LSTM needs {needed} open days ({settings.context} to read, {horizon} to learn, the rest to check), "
            f"the history has {len(history)}: shorten the horizon or leave lstm out of the models"
        )


def _factors(network: Network, examples: Windows, levels: int) -> tuple[float, ...]:
    """By level, what was sold over what is forecast: a loss that leans to the median would forecast too little."""
    network.eval()
    with torch.no_grad():
        forecast = network(examples.past, examples.future).sum(dim=1) * examples.scale
    level = examples.future[:, 0, -levels:]
    sold, expected = (level.T @ sums for sums in (examples.target.sum(dim=1) * examples.scale, forecast))
    return tuple(torch.where(expected > 0, sold / expected.clamp(min=1e-9), 1.0).tolist())


@contextmanager
def _repeatable(settings: Settings) -> Iterator[None]:
    """Seeded random numbers and few threads, both as they were before when done."""
    with torch.random.fork_rng(), _threads(settings.threads):
        torch.manual_seed(settings.seed)
        yield


@contextmanager
def _threads(most: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(min(most, before))
    try:
        yield
    finally:
        torch.set_num_threads(before)
