"""Forecasts of single products three weeks ahead, by what is known before each of several origins.

    python -m benchmarks.forecast_products FOLDER [--origins N] [--products N] [--keep FOLDER] [--models A,B]

FOLDER holds `online_retail_II.parquet`. A product is followed from an origin on if it had sold on 100 days before; a
sample of N of them may be taken. Every model is made anew at every origin from the sales up to it, cancellations that
came later not known. Forecasts are kept, so that a run that was cut off goes on. The table is printed as Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from insiders import boosting, recurrent, series, sources, statistical
from insiders.accuracy import accuracy, mean_over_cutoffs, scales, skill
from insiders.forecasting import ensembles

HORIZON = 21
LEAST_DAYS = 100
YEAR = pd.Timedelta(days=365)
BASELINE = "mean of 28 days"
AVERAGED = ["boosting tweedie", "recurrent tweedie", "mean of 96 open days", "tsb"]


@dataclass(frozen=True)
class Origin:
    """What a model is told at an origin."""

    cutoff: pd.Timestamp
    history: pd.DataFrame
    """unique_id, ds, y on open days since the launch."""
    future: pd.DataFrame
    """unique_id, ds: the open days to forecast."""


Model = Callable[[Origin], pd.DataFrame]


def by_statistics(name: str) -> Model:
    """A model of `insiders.statistical`, one fit per series."""

    def made(origin: Origin) -> pd.DataFrame:
        days = pd.DatetimeIndex(np.sort(origin.future["ds"].unique()))
        return statistical.forecast(origin.history, days, [name], workers=1)

    return made


def by_trees(objective: str) -> Model:
    """LightGBM over all products."""

    def made(origin: Origin) -> pd.DataFrame:
        settings = boosting.Settings(objective=objective, least_sold=LEAST_DAYS)
        return boosting.forecast(boosting.fit(origin.history, HORIZON, settings), origin.history, origin.future)

    return made


def by_network(loss: str) -> Model:
    """The LSTM over all products."""

    def made(origin: Origin) -> pd.DataFrame:
        open_days = origin.future["ds"].nunique()
        settings = recurrent.Settings(loss=loss, least_sold=LEAST_DAYS)
        return recurrent.forecast(recurrent.fit(origin.history, open_days, settings), origin.history, origin.future)

    return made


def recent_mean(origin: Origin) -> pd.DataFrame:
    """The mean of the last 28 calendar days, on every day alike."""
    recent = origin.history[origin.history["ds"] > origin.cutoff - pd.Timedelta(days=28)]
    mean = recent.groupby("unique_id")["y"].sum() / 28
    return origin.future.assign(yhat=origin.future["unique_id"].map(mean).fillna(0.0).to_numpy())


def by_open_mean(days: int) -> Model:
    """The mean of the last open days, nothing on closed ones."""

    def made(origin: Origin) -> pd.DataFrame:
        mean = origin.history.groupby("unique_id").tail(days).groupby("unique_id")["y"].mean()
        return origin.future.assign(yhat=origin.future["unique_id"].map(mean).to_numpy())

    return made


MODELS: Mapping[str, Model] = {
    BASELINE: recent_mean,
    **{f"mean of {days} open days": by_open_mean(days) for days in (24, 96)},
    **{name: by_statistics(name) for name in ("seasonal_naive", "weekday_means", "croston_sba", "tsb")},
    **{f"boosting {name}": by_trees(name) for name in ("tweedie", "psfa")},
    **{f"recurrent {name}": by_network(name) for name in ("tweedie", "psfa")},
}
"""The models by name."""


def daily(raw: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Pieces and revenue by product and day, from the lines up to the end of a day: unique_id, ds, y, revenue."""
    lines = series.all_lines(raw[raw["time"] < until + pd.Timedelta(days=1)])
    sales = series.sales_of_transactions(lines)
    sums = sales.groupby(["product", "date"], observed=True)[["units", "revenue"]].sum().reset_index()
    return sums.set_axis(["unique_id", "ds", "y", "revenue"], axis=1)


def dense(sold: pd.DataFrame, products: pd.Index, days: pd.DatetimeIndex, *, since_launch: bool) -> pd.DataFrame:
    """The products on all of the days, 0 where nothing was sold."""
    grid = pd.MultiIndex.from_product([products, days], names=["unique_id", "ds"])
    table = sold.set_index(["unique_id", "ds"]).reindex(grid, fill_value=0.0).reset_index()
    launched = table["y"].gt(0).groupby(table["unique_id"]).cummax()
    return table[launched].reset_index(drop=True) if since_launch else table


def held_out(
    raw: pd.DataFrame, whole: pd.DataFrame, cutoff: pd.Timestamp, names: list[str], keep: Path, sample: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecasts beside what came, on all calendar days after a cut-off, and the scales known there."""
    known = daily(raw, cutoff)
    counts = known.groupby("unique_id").size()
    products = counts.index[counts >= LEAST_DAYS]
    if sample is not None:
        products = products[np.sort(np.random.default_rng(0).permutation(len(products))[:sample])]
    ahead = pd.date_range(cutoff + pd.Timedelta(days=1), periods=HORIZON)
    open_before = pd.DatetimeIndex(np.sort(known["ds"].unique()))
    open_ahead = ahead[ahead.isin(whole["ds"])]
    history = dense(known, products, open_before, since_launch=True)[["unique_id", "ds", "y"]]
    future = pd.MultiIndex.from_product([products, open_ahead], names=["unique_id", "ds"]).to_frame(index=False)
    every = pd.date_range(open_before[0], cutoff)
    past = dense(known, products, every, since_launch=True)
    year = scales(past[past["ds"] > cutoff - YEAR], [cutoff], weigh_by="revenue")[["unique_id", "rmsse_scale"]]
    scale = scales(past, [cutoff], weigh_by="revenue").merge(
        year.rename(columns={"rmsse_scale": "year_scale"}), on="unique_id"
    )
    truth = dense(whole, products, ahead, since_launch=False)[["unique_id", "ds", "y"]]
    closed = truth.loc[~truth["ds"].isin(open_ahead), ["unique_id", "ds"]]
    parts = []
    for name in names:
        origin = Origin(cutoff, history, pd.concat([future, closed]) if name == BASELINE else future)
        said = kept(keep / f"{cutoff:%Y%m%d} {name.replace(' ', '_')} {len(products)}.parquet", MODELS[name], origin)
        # On closed days, known beforehand, everything but the plain mean says nothing.
        parts.append(truth.merge(said, on=["unique_id", "ds"], how="left").fillna({"yhat": 0.0}).assign(model=name))
    return pd.concat(parts, ignore_index=True).assign(cutoff=cutoff), scale


def kept(path: Path, model: Model, origin: Origin) -> pd.DataFrame:
    """The forecasts of a model at an origin: those of an earlier run, else made now and kept."""
    if not path.exists():
        start = time.process_time()
        said = model(origin)[["unique_id", "ds", "yhat"]].astype({"unique_id": "str"})
        aside = path.with_suffix(".part")
        said.assign(seconds=time.process_time() - start).to_parquet(aside)
        aside.replace(path)
        print(f"  {path.stem}: {time.process_time() - start:.0f} s of processor time", flush=True)
    return pd.read_parquet(path)


def with_ensembles(rows: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """The rows, and those of mean, median and error-weighted mean where all that they are made of is there."""
    if not set(AVERAGED) <= set(rows["model"]):
        return rows
    single = rows.drop(columns="seconds")
    scores = accuracy(single, scale, metrics=["wrmsse"])
    weights = ensembles.weights_by_error(scores, AVERAGED, horizon=pd.Timedelta(days=HORIZON))
    more = [
        ensembles.mean(single, AVERAGED, name="ensemble: mean"),
        ensembles.median(single, AVERAGED, name="ensemble: median"),
        ensembles.weighted(single, weights, name="ensemble: by past error"),
    ]
    return pd.concat([rows, *more], ignore_index=True)


def report(rows: pd.DataFrame, scale: pd.DataFrame) -> str:
    """The table: each metric's mean over origins, the spread of WRMSSE, the difference to the baseline with bounds."""
    columns = ["mase_scale", "rmsse_scale", "weight"]
    measured = accuracy(rows, scale[["unique_id", "cutoff", *columns]])
    year = scale.assign(rmsse_scale=scale["year_scale"])[["unique_id", "cutoff", *columns]]
    by_year = accuracy(rows, year, metrics=["wrmsse"]).assign(metric="wrmsse_year")
    means = mean_over_cutoffs(pd.concat([measured, by_year]))
    wide = means.pivot(index="model", columns="metric", values="value")
    spread = means[means["metric"] == "wrmsse"].set_index("model")
    gaps = skill.wrmsse_differences(rows, scale[["unique_id", "cutoff", *columns]], BASELINE).set_index("model")
    seconds = rows.groupby(["model", "cutoff"])["seconds"].first().groupby("model").mean()
    names = [
        "WRMSSE",
        "lowest to highest",
        f"less {BASELINE} (95 %)",
        "WRMSSE by the last year",
        "WAPE",
        "PSFA",
        "bias",
        "s",
    ]
    lines = [f"| model | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for model in wide.sort_values("wrmsse").index:
        one, low, high = wide.loc[model], spread.loc[model, "lowest"], spread.loc[model, "highest"]
        gap = gaps.loc[model].to_list() if model in gaps.index else None
        said = f"{gap[0]:+.3f} ({gap[1]:+.3f} to {gap[2]:+.3f})" if gap else "–"
        spent = f"{seconds[model]:.0f}" if pd.notna(seconds.get(model)) else "–"
        lines.append(
            f"| {model} | {one['wrmsse']:.3f} | {low:.3f} to {high:.3f} | {said} | {one['wrmsse_year']:.3f} "
            f"| {one['wape']:.3f} | {one['psfa']:.3f} | {one['bias']:+.2f} | {spent} |"
        )
    return "\n".join(lines)


def measured(
    folder: Path, keep: Path, *, origins: int = 3, sample: int | None = None, models: Sequence[str] = tuple(MODELS)
) -> str:
    """Forecast at every origin, measure: the table as Markdown, and what it is about."""
    raw = sources.load(str(folder / "online_retail_II.parquet")).transactions
    last = raw["time"].max().normalize()
    whole = daily(raw, last)
    cutoffs = [last - pd.Timedelta(days=HORIZON * back) for back in range(origins, 0, -1)]
    names = [BASELINE, *(name for name in models if name != BASELINE)]
    made = [held_out(raw, whole, cutoff, names, keep, sample) for cutoff in cutoffs]
    rows, scale = pd.concat([one for one, _ in made]), pd.concat([one for _, one in made])
    counts = ", ".join(map(str, scale.groupby("cutoff").size()))
    about = f"{counts} products, the {HORIZON} days after {', '.join(f'{cutoff:%Y-%m-%d}' for cutoff in cutoffs)}."
    return f"{about}\n\n{report(with_ensembles(rows, scale.drop(columns='year_scale')), scale)}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--origins", type=int, default=3)
    parser.add_argument("--products", type=int)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--models", default=",".join(MODELS), help="names, a comma between them")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        kept_in = said.keep or Path(aside)
        kept_in.mkdir(parents=True, exist_ok=True)
        chosen = said.models.split(",")
        print(measured(said.folder, kept_in, origins=said.origins, sample=said.products, models=chosen))
