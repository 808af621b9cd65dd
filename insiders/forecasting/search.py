"""What the training of learners is told, searched for within a time budget, never on the last held-out period."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from insiders.errors import AnalysisError
from insiders.forecasting.backtest import backtest, scores
from insiders.forecasting.followed import Followed
from insiders.forecasting.models import BASELINE, LEARNERS, Asked
from insiders.forecasting.origins import Origin

TRIALS = ("model", "settings", "value", "seconds")
JUDGES = 2
"""Held-out periods, the last before the untouched one, by which a trial is judged."""
MOST = 200
"""Trials of a learner at most, however short they are."""


def search(
    followed: Followed, origins: Sequence[Origin], asked: Asked, *, seconds: float, metric: str = "wape", seed: int = 42
) -> tuple[Asked, pd.DataFrame]:
    """The models with the best settings found for each learner, and all trials: model, settings (JSON), value, seconds.

    Random search over the learner's grid (Bergstra and Bengio 2012), the usual settings first; ``seconds`` of wall time
    are shared evenly among the learners, a trial that has begun is ended. Which trials there are depends on the seed,
    how many of them on the machine; 0 seconds search nothing. Trials are judged by the level asked for.
    """
    learners = [name for name in asked.singles if name in LEARNERS]
    judges = list(origins[:-1])[-JUDGES:]
    if seconds <= 0 or not learners or not judges:
        return asked, pd.DataFrame(columns=list(TRIALS))
    rows, best = [], dict(asked.settings)
    for name in learners:
        tried = _trials(followed, judges, name, asked, seconds / len(learners), metric, seed)
        rows += [(name, json.dumps(changed), value, took) for _, changed, value, took in tried]
        best[name] = min(tried, key=lambda row: row[2])[0]
    return replace(asked, settings=best), pd.DataFrame(rows, columns=list(TRIALS))


def _trials(
    followed: Followed, judges: list[Origin], name: str, asked: Asked, budget: float, metric: str, seed: int
) -> list[tuple[Any, dict[str, Any], float, float]]:
    """Settings, what was changed in them, error (infinite where nothing could be learnt), seconds."""
    usual, grid = asked.settings[name], LEARNERS[name].grid
    rng, begin, found = np.random.default_rng(seed), time.perf_counter(), []
    seen: set[str] = set()
    with tqdm(total=round(budget), desc=f"search {name}", unit="s", file=sys.stdout) as bar:
        for number in range(MOST):
            drawn = {key: values[int(rng.integers(len(values)))] for key, values in grid.items()} if number else {}
            settings = replace(usual, **drawn)
            text = json.dumps(asdict(settings))
            if text in seen:
                continue
            start = time.perf_counter()
            if number and start - begin >= budget:
                break
            seen.add(text)
            value = _value(followed, judges, name, settings, metric)
            took = time.perf_counter() - start
            found.append((settings, drawn, value, took))
            bar.update(min(round(took), max(0, round(budget) - bar.n)))
            bar.set_postfix_str(f"{metric} {min(row[2] for row in found):.4f}")
    return found


def _value(followed: Followed, judges: list[Origin], name: str, settings: Any, metric: str) -> float:  # noqa: ANN401
    held = backtest(followed, judges, Asked((BASELINE, name), {}, {name: settings}))
    if name in held.left_out:
        if name == BASELINE:
            raise AnalysisError(held.left_out[name])
        return float("inf")
    table = scores(held, judges)
    mine = (table["model"] == name) & (table["metric"] == metric) & (table["level"] == followed.level)
    return float(table.loc[mine & (table["fold"] == "mean"), "value"].iloc[0])
