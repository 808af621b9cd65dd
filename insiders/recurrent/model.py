"""The recurrent network taught with long tables, and asked for the days after them."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from insiders.errors import AnalysisError
from insiders.recurrent.checkpoints import Checkpoint
from insiders.recurrent.examples import Panel, batch, origins, panel_of
from insiders.recurrent.losses import BOUNDS, LOSSES, quantiles
from insiders.recurrent.settings import Settings
from insiders.recurrent.trained import Trained, empty_network
from insiders.recurrent.training import VALIDATION_BATCH, best_epoch, repeatable, train
from insiders.series.density import check_dense

KEYS = ("unique_id", "ds", "y")
NO_DAYS = pd.DatetimeIndex([])


def fit(
    history: pd.DataFrame,
    horizon: int,
    settings: Settings | None = None,
    *,
    static: pd.DataFrame | None = None,
    checkpoints: Path | None = None,
) -> Trained:
    """Teach one network with all series of a long table (unique_id, ds, y), each dense to the last day known.

    The number of passes is found on the last ``horizon`` rows, from which the first run learns nothing; the second run,
    which makes the model, sees all. Further columns of ``history`` have to be known ahead; ``static`` has a row per
    series (unique_id, text columns; ``category`` is also what PSFA's shares are of). With ``checkpoints``, a folder, a
    training that was cut off goes on. An `AnalysisError` says what the history lacks.
    """
    begin, settings = time.perf_counter(), settings or Settings()
    if settings.loss not in LOSSES:
        raise AnalysisError(f"there is no loss {settings.loss!r}; the losses are {', '.join(LOSSES)}")
    check_dense(history)
    codes = _codes(static)
    scales = {str(name): _scale(history[name]) for name in history.columns if name not in KEYS}
    panel = panel_of(history, NO_DAYS, static, codes, scales, yearly=settings.yearly)
    rows = len(panel.days)
    early, every = (origins(panel, rows - periods * horizon, settings.least_sold) for periods in (2, 1))
    if not len(early):
        raise AnalysisError(
            f"the network needs series with more than {2 * horizon} rows ({horizon} to learn, {horizon} to check), "
            f"and the longest has {rows}: shorten the horizon or leave the network out of the models"
        )
    late = every[every[:, 1] == rows - horizon]
    sample = batch(panel, late[:1], settings.context, horizon, torch.device("cpu"))
    widths = sample.past.shape[-1], sample.future.shape[-1]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    key = _key(panel, settings, horizon)
    with repeatable(settings):
        network = empty_network(settings, widths, codes).to(device)
        kept = _checkpoint(checkpoints, "search", key)
        curve = train(
            network, panel, early, settings, horizon, epochs=settings.epochs, validation=late, checkpoint=kept
        )
    best = best_epoch(curve)
    with repeatable(settings):
        network = empty_network(settings, widths, codes).to(device)
        train(network, panel, every, settings, horizon, epochs=best, checkpoint=_checkpoint(checkpoints, "final", key))
    weights = {name: values.cpu().numpy() for name, values in network.state_dict().items()}
    table = pd.DataFrame(curve, columns=["epoch", "training", "validation"])
    return Trained(settings, horizon, widths, codes, scales, weights, table, best, time.perf_counter() - begin)


def forecast(
    trained: Trained, history: pd.DataFrame, future: pd.DataFrame, *, static: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The rows of ``future`` (unique_id, ds, what has to be known ahead) with ``yhat``; bounds with the loss quantile.

    ``history`` is that of `fit` or goes on after it; ``future`` has the same days of each of its series, right after
    the last one known and no more than the horizon taught. A series without sales in what the encoder reads is taken
    to sell a twentieth of a piece a day.
    """
    days = pd.DatetimeIndex(np.sort(future["ds"].unique()))
    wanted = history[history["unique_id"].isin(future["unique_id"])]
    if len(future) != len(days) * wanted["unique_id"].nunique():
        raise AnalysisError("each series needs a history, and one row for every day to forecast")
    check_dense(wanted)
    if len(days) > trained.horizon:
        raise AnalysisError(f"the network was taught {trained.horizon} days ahead, {len(days)} are asked for")
    told = trained.settings.yearly
    panel = panel_of(wanted, days, static, trained.static, trained.scales, future, yearly=told)
    chosen = torch.stack(
        [torch.arange(len(panel.ids)), torch.full((len(panel.ids),), len(panel.days) - len(days))], dim=1
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network, loss = trained.network().to(device), LOSSES[trained.settings.loss]
    values: list[np.ndarray] = []
    with repeatable(trained.settings), torch.no_grad():
        for some in chosen.split(VALIDATION_BATCH):
            read = batch(panel, some, trained.settings.context, trained.horizon, device, days=len(days))
            outputs = network(read.past, read.future, read.static)
            parts = [loss.point(outputs).unsqueeze(-1)]
            if trained.settings.loss == "quantile":
                parts.append(quantiles(outputs)[..., list(BOUNDS.values())])
            values.append((torch.cat(parts, dim=-1) * read.targets.unit.unsqueeze(-1)).cpu().numpy())
    said = np.concatenate(values).reshape(len(panel.ids) * len(days), -1).astype("float64")
    table = pd.DataFrame({"unique_id": np.repeat(panel.ids, len(days)), "ds": np.tile(days, len(panel.ids))})
    table = pd.concat([table, pd.DataFrame(said, columns=["yhat", *BOUNDS][: said.shape[1]])], axis=1)
    return future.merge(table, on=["unique_id", "ds"], how="left", validate="one_to_one")


def _codes(static: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    if static is None:
        return {}
    names = [str(name) for name in static if name != "unique_id"]
    return {name: tuple(sorted(static[name].dropna().astype(object).unique())) for name in names}


def _scale(values: pd.Series) -> tuple[float, float]:
    spread = float(values.std())
    return float(values.mean()), spread if spread > 0 else 1.0


def _key(panel: Panel, settings: Settings, horizon: int) -> str:
    """What a training is of: its settings, its horizon and all that it learns from."""
    digest = hashlib.sha256(json.dumps([asdict(settings), horizon, list(map(str, panel.days))]).encode())
    for values in (panel.sold, panel.first, panel.ahead, panel.static):
        digest.update(values.numpy().tobytes())
    return digest.hexdigest()


def _checkpoint(folder: Path | None, run: str, key: str) -> Checkpoint | None:
    return None if folder is None else Checkpoint(folder / f"{run}.safetensors", f"{run} {key}")
