"""Forecasts of a store panel at all levels, coherent, against bottom-up exponential smoothing and direct LightGBM.

    python -m benchmarks.forecast_stores [PANEL] [--cache FOLDER]

28 days, three adjoining origins that end with the data judge. Of the ten before them the first only teaches errors,
the others choose: which forecasts, or mean of them, and which way of reconciling. The choice knows nothing of the last
three. PANEL is looked for where the tests look unless named; FOLDER keeps the forecasts of every origin and model, so
that a run that was stopped goes on. Prints tables. WRMSSE is M5's: errors by day against those of the naive forecast in
sample, series weighted by their revenue of the last 28 days; lower is better.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from insiders import accuracy, boosting, series, statistical
from insiders.forecasting import conformal
from insiders.reconciliation import METHODS, reconcile
from insiders.series import Leveled

HERE = Path(__file__).resolve().parent
HORIZON, JUDGES, CHOOSERS = 28, 3, 10
BOTTOM = "store/product"
LEVELS = (
    *("total", "state", "store", "category", "department", "state/category", "state/department"),
    *("store/category", "store/department", "product", "state/product", BOTTOM),
)
PLAIN = ("seasonal_naive", "weekday_means", "tsb")
"""What adds up as it is, or nearly: only added up."""
STATISTICAL = (*PLAIN, "ets")
WAYS = tuple(method for method in METHODS if method != "ols")
"""Ways of reconciling; ``ols`` trusts a product as much as the total."""
WEEKLY = boosting.Settings(
    lags=(1, 2, 3, 7), windows=(7, 14, 28, 56, 112), season=7, power=1.2, rows=730, yearly=True, trees=300
)
SQUARED = replace(WEEKLY, objective="squared")


@dataclass(frozen=True)
class Trees:
    """LightGBM in one of the ways that are compared."""

    groups: Sequence[Sequence[str]]
    """Levels whose series teach the same trees."""
    settings: Sequence[boosting.Settings]
    """Of each training; the forecast is their mean."""
    by_value: bool = False
    """Whether an error weighs by what it adds to WRMSSE."""
    priced: bool = True
    """Whether the price is told: learnt from as it was on the day, but held from the origin on in the forecast."""


TREES: Mapping[str, Trees] = {
    "lightgbm": Trees([[level] for level in LEVELS], [WEEKLY]),
    "lightgbm of all": Trees([LEVELS], [WEEKLY]),
    "lightgbm by value": Trees([LEVELS], [SQUARED, replace(SQUARED, rows=1200, seed=43)], by_value=True, priced=False),
}
"""One LightGBM for each level, one for the series of all levels, and one for all that minds what errors cost."""
COUNTRY = "US"
HOLIDAYS = ["is_holiday", "days_to_holiday", "days_since_holiday"]
BASELINE, DIRECT, KNOWN = "ets bottom_up", "lightgbm direct", "mean known"
MEANS = {
    "mean of ets, lightgbm": ("ets", "lightgbm"),
    "mean of both lightgbm": ("lightgbm", "lightgbm of all"),
    "mean of ets, both lightgbm": ("ets", "lightgbm", "lightgbm of all"),
    "mean of lightgbm of all, by value": ("lightgbm of all", "lightgbm by value"),
    "mean of all three lightgbm": tuple(TREES),
    "mean of ets, lightgbm by value": ("ets", "lightgbm by value"),
    "mean of ets, all three lightgbm": ("ets", *TREES),
}


def measured(panel: Path, cache: Path) -> str:
    """Forecast, choose, judge: the tables as Markdown."""
    rows = pd.read_parquet(panel)
    calendar, sales = series.panel_calendar(rows), series.sales_of_panel(rows)
    shop = series.at_levels(sales, LEVELS, calendar.open_days)
    revenue = series.at_levels(sales, LEVELS, calendar.open_days, measure="revenue", since_launch=False).values
    history = shop.values.merge(revenue.rename(columns={"y": "revenue"}), on=["unique_id", "ds"])
    last = calendar.open_days[-1]
    cutoffs = [last - pd.Timedelta(days=HORIZON * back) for back in range(JUDGES + CHOOSERS, 0, -1)]
    judged = cutoffs[CHOOSERS:]
    scale = accuracy.scales(history, cutoffs, weigh_by="revenue")
    base = forecasts_of(sales, shop, scale, cutoffs, cache)
    ways = candidates(base, shop.static)
    scores = pd.concat([score(name, made, shop.static, scale) for name, made in ways.items()])
    chosen = choose(scores[~scores["cutoff"].isin(judged)])
    bounds = bounded(ways[chosen], shop, judged)
    known = pd.concat([mean_known(shop.values, cutoff) for cutoff in cutoffs[1:]])
    return report(pd.concat([scores, score(KNOWN, known, shop.static, scale)]), chosen, bounds, judged)


def forecasts_of(
    sales: pd.DataFrame, shop: Leveled, scale: pd.DataFrame, cutoffs: list[pd.Timestamp], cache: Path
) -> pd.DataFrame:
    """All base forecasts of all levels, with what came: unique_id, ds, cutoff, model, y, yhat."""
    parts = []
    for cutoff in cutoffs:
        parts += [kept(cache, name, cutoff, partial(by_statistics, shop, cutoff, name)) for name in STATISTICAL]
        costs = cost(scale[scale["cutoff"] == cutoff], shop.static)
        for name, trees in TREES.items():
            parts.append(kept(cache, name, cutoff, partial(by_lightgbm, sales, shop, costs, cutoff, trees)))
    columns = ["unique_id", "ds", "cutoff", "model", "y", "yhat"]
    return pd.concat([part[columns] for part in parts], ignore_index=True)


def kept(cache: Path, name: str, cutoff: pd.Timestamp, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The forecasts in the cache, made first where they are not."""
    path = cache / f"{name}-{cutoff:%Y-%m-%d}.parquet"
    if not path.is_file():
        start = time.perf_counter()
        make().assign(model=name).to_parquet(path)
        print(f"{name} {cutoff:%Y-%m-%d}: {time.perf_counter() - start:.0f} s", flush=True)
    return pd.read_parquet(path)


def by_statistics(shop: Leveled, cutoff: pd.Timestamp, name: str) -> pd.DataFrame:
    """One statistical model at one origin, every level by itself."""
    return statistical.rolling_forecasts(shop.values, [cutoff], HORIZON, [name])


def by_lightgbm(
    sales: pd.DataFrame, shop: Leveled, costs: pd.Series, cutoff: pd.Timestamp, trees: Trees
) -> pd.DataFrame:
    """LightGBM at one origin, one for the series of each group of levels; prices after the origin are held."""
    values, static = told(sales, shop, cutoff), shop.static.drop(columns="series")
    values = values if trees.priced else values.drop(columns="price")
    parts = []
    for levels in trees.groups:
        known = static[static["level"].isin(levels)].dropna(axis="columns", how="all")
        rows = values[values["unique_id"].isin(known["unique_id"])]
        past, ahead = rows[rows["ds"] <= cutoff], rows[rows["ds"] > cutoff]
        for settings in trees.settings:
            weights = costs if trees.by_value else None
            trained = boosting.fit(past, HORIZON, settings, static=known, weights=weights)
            parts.append(boosting.forecast(trained, past, ahead.drop(columns="y"), static=known))
    said = pd.concat(parts).groupby(["unique_id", "ds"], sort=False)["yhat"].mean().reset_index()
    return said.merge(values[["unique_id", "ds", "y"]], on=["unique_id", "ds"]).assign(cutoff=cutoff)


def cost(scale: pd.DataFrame, static: pd.DataFrame) -> pd.Series:
    """By series what a squared piece of error weighs: its share of its level's revenue over its squared scale."""
    rows = scale.merge(static[["unique_id", "level"]], on="unique_id")
    share = rows["weight"] / rows.groupby("level")["weight"].transform("sum")
    return (share / rows["rmsse_scale"] ** 2).fillna(0.0).set_axis(rows["unique_id"])


def mean_known(values: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """What no model can know: each series' weekdays of the last year, at the mean that came."""
    last = values[(values["ds"] <= cutoff) & (values["ds"] > cutoff - pd.Timedelta(days=364))]
    rows = values[(values["ds"] > cutoff) & (values["ds"] <= cutoff + pd.Timedelta(days=HORIZON))]
    keys = ["unique_id", "weekday"]
    usual = last.assign(weekday=last["ds"].dt.dayofweek).groupby(keys)["y"].mean().rename("yhat")
    rows = rows.assign(weekday=rows["ds"].dt.dayofweek, cutoff=cutoff).merge(usual, on=keys)
    means = rows.groupby("unique_id")[["y", "yhat"]].transform("mean")
    return rows.assign(yhat=rows["yhat"] * (means["y"] / means["yhat"].where(means["yhat"] > 0)).fillna(1.0))


def told(sales: pd.DataFrame, shop: Leveled, cutoff: pd.Timestamp) -> pd.DataFrame:
    """What trees are told of the series launched by the origin, to the horizon: unique_id, ds, y, price, holidays."""
    values = shop.values[shop.values["ds"] <= cutoff + pd.Timedelta(days=HORIZON)]
    values = values[values["unique_id"].isin(values.loc[values["ds"] <= cutoff, "unique_id"])]
    days = pd.DatetimeIndex(np.sort(values["ds"].unique()))
    price = pd.concat([series.prices(sales, level, days, known_until=cutoff) for level in LEVELS])
    near = series.holiday_features(COUNTRY, days)[["ds", *HOLIDAYS]]
    return values.merge(price, on=["unique_id", "ds"], how="left").merge(near, on="ds").reset_index(drop=True)


def candidates(base: pd.DataFrame, static: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every forecast as it is and reconciled in every way, for origins with an earlier one to learn from, by name."""
    models = {str(name): rows for name, rows in base.groupby("model", sort=False)}
    for name, parts in MEANS.items():
        keys = ["unique_id", "ds", "cutoff"]
        mean = base[base["model"].isin(parts)].groupby(keys, sort=False)[["y", "yhat"]].mean().reset_index()
        models[name] = mean.assign(model=name)
    made = {}
    for name, rows in models.items():
        later = rows[rows["cutoff"] > rows["cutoff"].min()]
        made[f"{name} direct"] = later
        for method in WAYS[:1] if name in PLAIN else WAYS:
            coherent = reconcile(later, static, bottom=BOTTOM, method=method, earlier=rows)
            made[f"{name} {method}"] = coherent.merge(later[["unique_id", "ds", "cutoff", "y"]])
    return made


def score(name: str, made: pd.DataFrame, static: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """WRMSSE, WAPE and bias of every level and of their mean, at every origin."""
    rows = made.merge(static[["unique_id", "level"]], on="unique_id").assign(model=name)
    table = accuracy.accuracy(rows, scale, metrics=["wrmsse", "wape", "bias"])
    return pd.concat([table, accuracy.mean_over_levels(table)])


def choose(scores: pd.DataFrame) -> str:
    """The reconciled forecasts with the lowest mean WRMSSE over levels and the origins that choose."""
    rows = scores[(scores["level"] == "mean of levels") & (scores["metric"] == "wrmsse")]
    coherent = rows[~rows["model"].str.endswith(" direct")]
    return str(coherent.groupby("model")["value"].mean().idxmin())


def bounded(made: pd.DataFrame, shop: Leveled, judged: list[pd.Timestamp]) -> pd.DataFrame:
    """What the conformal bounds of the chosen forecasts covered at the origins that judge."""
    late = made["cutoff"].isin(judged)
    return conformal.coverage(conformal.with_bounds(made[late], made, shop.static), shop.static)


def report(scores: pd.DataFrame, chosen: str, bounds: pd.DataFrame, judged: list[pd.Timestamp]) -> str:
    """The tables: WRMSSE by level, all candidates' means beside those they were chosen by, bounds."""
    late = scores["cutoff"].isin(judged)
    wide, before = by_level(scores[late]), by_level(scores[~late])
    shown = list(dict.fromkeys([BASELINE, DIRECT, chosen, "seasonal_naive bottom_up", "tsb bottom_up", KNOWN]))
    gains = {f"gain on {BASELINE}": wide, "the same where it was chosen": before}
    gain = pd.DataFrame({name: 1 - rows[chosen] / rows[BASELINE] for name, rows in gains.items()})
    lost = list(wide.index[wide[chosen] >= wide[[BASELINE, DIRECT]].min(axis=1)])
    origins = ", ".join(f"{cutoff:%Y-%m-%d}" for cutoff in judged)
    shares = {name: bounds[name].map("{:.3f}".format).array for name in ("covered", "width")}
    said = bounds.drop(columns="model").set_index("level").assign(**shares)
    return "\n\n".join(
        [
            f"Last days known: {origins}. Chosen on the {CHOOSERS - 1} origins before these: **{chosen}**.",
            "WRMSSE by level, mean over the origins:",
            table(wide[shown].map("{:.3f}".format).join(gain.map("{:+.1%}".format))),
            f"Levels at which the chosen forecasts do not beat both: {', '.join(lost) or 'none'}.",
            "Mean over levels and origins (bias, WAPE: shares of the units sold), by origin, and by what was chosen:",
            table(every(scores, judged)),
            "Bounds of the chosen forecasts, days of the three origins (width as a share of the units sold):",
            table(said),
        ]
    )


def by_level(scores: pd.DataFrame) -> pd.DataFrame:
    """WRMSSE of levels by models, mean over the origins."""
    means = accuracy.mean_over_cutoffs(scores)
    wide = means[means["metric"] == "wrmsse"].pivot(index="level", columns="model", values="value")
    return wide.loc[[*LEVELS, "mean of levels"]]


def every(scores: pd.DataFrame, judged: list[pd.Timestamp]) -> pd.DataFrame:
    """A row per way of forecasting: metrics over the mean of levels, WRMSSE by origin, and before."""
    rows = scores[scores["level"] == "mean of levels"]
    late, wrmsse = rows["cutoff"].isin(judged), rows["metric"] == "wrmsse"
    means = rows[late].pivot_table(index="model", columns="metric", values="value")
    by_origin = rows[late & wrmsse].pivot(index="model", columns="cutoff", values="value")
    before = rows[~late & wrmsse].groupby("model")["value"].mean().rename("chosen by")
    table = means.join(by_origin.rename(columns="{:%Y-%m-%d}".format)).join(before)
    return table.sort_values("wrmsse").map("{:.3f}".format)


def table(rows: pd.DataFrame) -> str:
    """A table of text as Markdown."""
    head = [str(rows.index.name or ""), *map(str, rows.columns)]
    lines = [
        head,
        ["---"] * len(head),
        *([str(name), *row] for name, row in zip(rows.index, rows.to_numpy(), strict=True)),
    ]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def found() -> Path:
    """Where the panel lies unless it is named."""
    named = [Path(os.environ["INSIDERS_DATA"])] if os.environ.get("INSIDERS_DATA") else []
    places = [*named, HERE.parent / "data", HERE.parent.parent / "shared" / "data"]
    paths = [place / "store_panel.parquet" for place in places]
    return next((path for path in paths if path.is_file()), paths[-1])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("panel", nargs="?", type=Path, default=found())
    arguments.add_argument("--cache", type=Path)
    said = arguments.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = said.cache or Path(aside)
        folder.mkdir(parents=True, exist_ok=True)
        print(measured(said.panel, folder))
