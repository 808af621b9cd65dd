"""What forecasts cost by number of series: seconds of training and forecasting, and peak memory.

    python -m benchmarks.forecast_sizes [SERIES ...] [--keep FOLDER]

Series of 180 open days, 18 to forecast, are generated: six in ten sell on fewer than half of the days, all follow the
week and the season. Every figure comes from a process of its own, on one processor, with the settings that are the
default elsewhere. A model that fits every series by itself is measured on 300 at most and its seconds are scaled up
(marked ~): they go with the number of series, and any number of processes shares them. Prints a table.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from insiders import boosting, recurrent, statistical

SIZES = (100, 1_000, 10_000, 30_000)
DAYS, HORIZON = 180, 18
SAMPLE = 300
COLUMNS = ["training, s", "forecasting, s", "both per series, ms", "seconds of processor", "peak memory, MiB"]


@dataclass(frozen=True)
class Cost:
    """What one model cost for one number of series."""

    training: float | None
    """Seconds by the clock; None where a model fits and forecasts in one go."""
    forecasting: float
    """Seconds by the clock."""
    processor: float
    """Seconds of the processor, training and forecasting."""
    peak: float
    """Peak memory of the process in MiB, the series themselves and all libraries included."""
    scaled: bool
    """Whether the seconds are those of a sample, scaled up."""


Way = Callable[[pd.DataFrame, pd.DataFrame], float | None]
"""Trains on a history, forecasts a future, and says how many seconds the training took."""


def generated(count: int, seed: int = 42) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Generated series: unique_id, ds, y of the days known, and unique_id, ds of those to forecast."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2023-01-02", periods=DAYS + HORIZON)
    week = 1 + 0.3 * np.sin(days.dayofweek.to_numpy()) + 0.2 * np.sin(2 * np.pi * days.dayofyear.to_numpy() / 365.25)
    rate = rng.lognormal(-0.5, 1.3, (count, 1)) * week
    sold = rng.poisson(rate * rng.gamma(1.0, 1.0, rate.shape))
    sold[:, 0] += 1
    names = np.array([f"product {number:06d}" for number in range(count)], dtype=object).repeat(DAYS + HORIZON)
    table = pd.DataFrame({"unique_id": names, "ds": np.tile(days, count), "y": sold.ravel().astype("float64")})
    table = table.astype({"unique_id": "str"})
    known = table["ds"] <= days[DAYS - 1]
    return table[known].reset_index(drop=True), table.loc[~known, ["unique_id", "ds"]].reset_index(drop=True)


def by_statistics(name: str) -> Way:
    """A model of `insiders.statistical`: it fits and forecasts in one go."""

    def way(history: pd.DataFrame, future: pd.DataFrame) -> None:
        statistical.forecast(history, pd.DatetimeIndex(future["ds"].unique()), [name], workers=1)

    return way


def by_trees(history: pd.DataFrame, future: pd.DataFrame) -> float | None:
    """LightGBM over all series."""
    trained = boosting.fit(history, HORIZON)
    boosting.forecast(trained, history, future)
    return trained.seconds


def by_network(history: pd.DataFrame, future: pd.DataFrame) -> float | None:
    """The LSTM over all series."""
    trained = recurrent.fit(history, HORIZON)
    recurrent.forecast(trained, history, future)
    return trained.seconds


WAYS: Mapping[str, Way] = {
    "weekday_means": by_statistics("weekday_means"),
    "tsb": by_statistics("tsb"),
    "ets": by_statistics("ets"),
    "LightGBM": by_trees,
    "LSTM": by_network,
}
"""The models by name."""
SAMPLED = frozenset({"ets"})
"""Those measured on a sample."""


def cost(name: str, count: int) -> Cost:
    """What a model costs for a number of series, in this process."""
    drawn = min(count, SAMPLE) if name in SAMPLED else count
    history, future = generated(drawn)
    begin, processor = time.perf_counter(), time.process_time()
    training = WAYS[name](history, future)
    seconds, processor = time.perf_counter() - begin, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    larger = count / drawn
    return Cost(training, (seconds - (training or 0.0)) * larger, processor * larger, peak, drawn < count)


def alone(name: str, count: int) -> Cost:
    """The same in a fresh process, whose memory is that of this model and number alone."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(cost, (name, count))


def row(one: Cost, count: int) -> list[str]:
    """The cells of one line, in the order of `COLUMNS`."""
    mark = "~" if one.scaled else ""
    both = (one.training or 0.0) + one.forecasting
    return [
        "–" if one.training is None else f"{one.training:,.1f}",
        f"{mark}{one.forecasting:,.1f}",
        f"{mark}{1000 * both / count:,.2f}",
        f"{mark}{one.processor:,.1f}",
        f"{one.peak:,.0f}" + (f" (of {SAMPLE})" if one.scaled else ""),
    ]


def measured(keep: Path, sizes: Sequence[int] = SIZES) -> str:
    """The table as Markdown: a line per model and number of series; what was measured before is kept in a folder."""
    lines = [f"| model | series | {' | '.join(COLUMNS)} |", f"|---|---:|{'---:|' * len(COLUMNS)}"]
    for name in WAYS:
        for count in sizes:
            path = keep / f"{name} {count}.txt"
            if not path.exists():
                path.write_text(f"| {name} | {count:,} | {' | '.join(row(alone(name, count), count))} |", "utf-8")
                print(path.read_text("utf-8"), flush=True)
            lines.append(path.read_text("utf-8"))
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", nargs="*", type=int, default=SIZES)
    parser.add_argument("--keep", type=Path)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        place = said.keep or Path(aside)
        place.mkdir(parents=True, exist_ok=True)
        print(measured(place, said.series))
