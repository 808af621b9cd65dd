"""What is to come at a level: its series forecast by the champion, with bounds by day and of the whole horizon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from insiders import handoff
from insiders.forecasting import bounds, champions, coherence, history
from insiders.forecasting.champions import Champion
from insiders.forecasting.contest import Contest
from insiders.forecasting.followed import Followed, of_named
from insiders.forecasting.models import BASELINE
from insiders.handoff import TEXT


@dataclass(frozen=True)
class Outlook:
    """The forecast of a level."""

    followed: Followed
    model: str
    nominal: float
    """Coverage of the bounds that are published."""
    rows: pd.DataFrame
    """unique_id, series, ds, cutoff, model, yhat, lower_80, upper_80 and so on, of the level asked for."""
    history: pd.DataFrame
    """unique_id, ds, y of the same series."""
    totals: pd.DataFrame
    """A row per series: unique_id, series, yhat and bounds of the whole horizon, the largest first."""
    total: pd.DataFrame
    """One row: all of them together."""
    together: pd.DataFrame
    """A row per day: unique_id (the level), ds, cutoff, model, yhat and bounds of all series together."""
    covered: pd.DataFrame
    """What bounds by day held on later origins (`insiders.forecasting.bounds`)."""
    totals_covered: pd.DataFrame
    together_covered: pd.DataFrame
    """What bounds of all series together held, by day."""
    rough: tuple[int, ...]
    gain: pd.DataFrame
    """WAPE of each level as it is and coherent."""
    periods: int
    """Held-out periods that the bounds rest on."""
    champion: Champion | None
    """With what its learners learnt from all days."""

    def forecasts(self) -> pd.DataFrame:
        """The hand-off table ``forecasts``."""
        percent = round(100 * self.nominal)
        rows = self.rows.rename(columns={"ds": "date", "yhat": "mean", f"lower_{percent}": "lower",
                                         f"upper_{percent}": "upper"})  # fmt: skip
        rows = rows.assign(level=self.followed.level, coverage=self.nominal)
        return rows[list(handoff.HANDOFF["forecasts"].columns)].reset_index(drop=True)

    def sales(self) -> pd.DataFrame:
        """The hand-off table ``sales``: what was sold of the same series."""
        names = self.rows.drop_duplicates("unique_id").set_index("unique_id")["series"]
        rows = self.history.rename(columns={"ds": "date", "y": "value"})
        rows = rows.assign(level=self.followed.level, series=rows["unique_id"].map(names), unit=self.followed.unit)
        return rows[list(handoff.HANDOFF["sales"].columns)].reset_index(drop=True)

    def totals_table(self) -> pd.DataFrame:
        """The hand-off table ``totals``: one row, the sum of all series of the level."""
        columns = list(handoff.HANDOFF["totals"].columns)
        if self.rows.empty:
            return pd.DataFrame(columns=columns)
        percent, days = round(100 * self.nominal), self.rows["ds"]
        row = self.total.iloc[0]
        facts = (self.followed.level, self.model, days.min(), days.max(), days.nunique(), self.followed.unit,
                 row["yhat"], row[f"lower_{percent}"], row[f"upper_{percent}"], self.nominal, self.periods)  # fmt: skip
        return pd.DataFrame([facts], columns=columns)

    def series_totals(self, ordered: pd.DataFrame) -> pd.DataFrame:
        """The hand-off table ``series_totals``, of the table for buyers (`insiders.forecasting.orders`)."""
        columns = list(handoff.HANDOFF["series_totals"].columns)
        if self.rows.empty:
            return pd.DataFrame(columns=columns)
        percent, whole = round(100 * self.nominal), self.totals_table()
        same = ("level", "model", "first_day", "last_day", "days", "unit", "coverage", "periods")
        facts = {name: whole[name].iloc[0] for name in same}
        rows = ordered.assign(mean=ordered["expected"], lower=ordered[f"lower_{percent}"],
                              upper=ordered[f"upper_{percent}"], **facts)  # fmt: skip
        return rows[columns].reset_index(drop=True)

    def scores(self, made: Contest) -> pd.DataFrame:
        """The hand-off table ``model_scores``, with the coverage of the champion's bounds at each origin."""
        table = made.scores
        if len(self.covered):
            own = self.covered[(self.covered["nominal"] == round(100 * self.nominal) / 100)].rename(
                columns={"covered": "value"}
            )
            firsts = made.held.rows.groupby("cutoff")["ds"].min().dt.strftime("%Y-%m-%d").to_dict()
            own = own.assign(fold=own["fold"].map(firsts), metric="coverage")
            mean = (
                own.groupby(["level", "model", "metric"], sort=False)["value"].mean().reset_index().assign(fold="mean")
            )
            table = pd.concat([table, own[table.columns], mean[table.columns]], ignore_index=True)
        columns = list(handoff.HANDOFF["model_scores"].columns)
        table = pd.concat([table[table["level"] == self.followed.level][columns], *self._by_series(made)])
        return table.astype(dict.fromkeys(columns[:4], TEXT)).reset_index(drop=True)

    def _by_series(self, made: Contest) -> list[pd.DataFrame]:
        """WAPE, total_error and bias of each of several series by itself, champion and baseline.

        Of all held-out periods together: by the mean of their shares, one period with a single sale would drown the
        others.
        """
        if self.rows["unique_id"].nunique() < 2:
            return []
        held = made.held.rows[made.held.rows["unique_id"].isin(self.rows["unique_id"])]
        held = held[held["model"].isin([self.model, BASELINE])].assign(level=held["unique_id"])
        held = held.assign(error=held["yhat"] - held["y"], off=(held["yhat"] - held["y"]).abs())
        sums = held.groupby(["level", "model", "cutoff"], sort=False, observed=True)[["y", "error", "off"]].sum()
        errors = {"wape": sums["off"], "total_error": sums["error"].abs(), "bias": sums["error"]}
        pooled = pd.DataFrame({**errors, "y": sums["y"]}).groupby(level=["level", "model"], sort=False).sum()
        sold = pooled[pooled["y"] > 0]
        shares = sold[list(errors)].div(sold["y"], axis=0).rename_axis(columns="metric").reset_index()
        return [shares.melt(["level", "model"], var_name="metric").assign(fold="mean")]

    def figures(self, made: Contest) -> list[tuple[str, float | str, str]]:
        """The figures of the run's record: name, value, unit; none of a level that cannot be followed."""
        if self.rows.empty:
            return []
        level, row, percent = self.followed.level, self.total.iloc[0], round(100 * self.nominal)
        chosen = made.choice[made.choice["level"] == level].iloc[0]
        unit = "share" if made.metric in ("wape", "total_error") else ""
        found: list[tuple[str, float | str, str]] = [
            (f"{level}_forecast", float(row["yhat"]), self.followed.unit),
            (f"{level}_forecast_lower", float(row[f"lower_{percent}"]), self.followed.unit),
            (f"{level}_forecast_upper", float(row[f"upper_{percent}"]), self.followed.unit),
            (f"{level}_model", self.model, ""),
            (f"{level}_{made.metric}_last_period", float(chosen["last"]), unit),
            (f"{level}_{made.metric}_seasonal_naive", float(chosen["baseline_last"]), unit),
        ]
        own = self.covered[self.covered["nominal"] == percent / 100]
        return [*found, *([(f"{level}_coverage", float(own["covered"].mean()), "share")] if len(own) else [])]


def look_ahead(
    made: Contest, followed: Followed, horizon: int, *, coverage: float = 0.8, reconcile: str = "none"
) -> Outlook:
    """The next ``horizon`` calendar days by the champion of a contest; empty where the level cannot be followed."""
    percents = bounds.coverages_of(coverage)
    if made.champion is None:
        return _nothing(followed, coverage, percents)
    rows, learnt = champions.ahead(made.champion, followed, horizon, train=made.train)
    whole = followed.at()
    held = coherence.held_of(made.held, made.choice)
    static = pd.concat([held[["unique_id", "level"]], whole.static], ignore_index=True).drop_duplicates("unique_id")
    told = pd.concat([whole.static, _static_then(followed, made)], ignore_index=True)
    rows, judged = coherence.coherent(rows, held, followed, told, reconcile)
    mine, own = rows[rows["level"] == followed.level], of_named(judged[judged["level"] == followed.level])
    mine = mine[mine["series"].isin(followed.leading(rows["ds"].min()))]
    ready = bounds.with_bounds(mine.drop(columns="level"), own, static, percents)
    then = bounds.totals_of(own)
    names = mine.drop_duplicates("unique_id").set_index("unique_id")["series"]
    sums = mine.groupby("unique_id", sort=False, observed=True)["yhat"].sum().reset_index()
    each = bounds.total_bounds(sums.assign(series=sums["unique_id"].map(names)), then, percents)
    together = then.groupby("cutoff")[["y", "yhat"]].sum().reset_index().assign(unique_id=followed.level)
    total = bounds.total_bounds(
        pd.DataFrame({"unique_id": [followed.level], "yhat": [sums["yhat"].sum()]}), together, percents
    )
    own_days, days = _by_day(own, followed.level), _by_day(mine, followed.level)
    alone = pd.DataFrame({"unique_id": [followed.level], "level": [followed.level]})
    return Outlook(
        followed, made.model, coverage, ready.rows.reset_index(drop=True),
        whole.values[whole.values["unique_id"].isin(mine["unique_id"])].reset_index(drop=True),
        each.sort_values("yhat", ascending=False, kind="stable", ignore_index=True), total,
        bounds.with_bounds(days, own_days, alone, percents).rows, bounds.measured_coverage(own, static, percents),
        bounds.totals_covered(then, percents), bounds.measured_coverage(own_days, alone, percents), ready.rough,
        coherence.gain(held, judged), own["cutoff"].nunique(),
        replace(made.champion, trained=learnt or made.champion.trained),
    )  # fmt: skip


def write_tables(run_folder: str, outlook: Outlook, ordered: pd.DataFrame, model_scores: pd.DataFrame) -> None:
    """The hand-off tables of a level, each its own file, since every level is a step of its own."""
    level = outlook.followed.level
    handoff.write(run_folder, "forecasts", outlook.forecasts(), part=level)
    handoff.write(run_folder, "sales", outlook.sales(), part=level)
    handoff.write(run_folder, "totals", outlook.totals_table(), part=level)
    handoff.write(run_folder, "series_totals", outlook.series_totals(ordered), part=level)
    handoff.write(run_folder, "model_scores", model_scores, part=level)


def artifacts(folder: Path, outlook: Outlook, made: Contest) -> list[Path]:
    """The champion's files, and forecasts with all bounds and totals by series as CSV; none of an empty outlook."""
    if outlook.champion is None:
        return []
    paths = champions.keep(folder, outlook.champion, outlook.followed) + history.keep(folder, outlook.followed)
    paths = list(dict.fromkeys(paths))
    tables = {"forecasts": outlook.rows, "totals": outlook.totals, "coverage": outlook.covered, "trials": made.trials,
              "replayed": made.replayed, "champion_and_challenger": made.duel, "coherence": outlook.gain}  # fmt: skip
    for name, rows in tables.items():
        if len(rows):
            rows.to_csv(folder / f"{name}.csv", index=False)
            paths.append(folder / f"{name}.csv")
    return paths


def _static_then(followed: Followed, made: Contest) -> pd.DataFrame:
    """The attributes of the series that were followed at earlier origins, where levels are to add up."""
    if not followed.coherent:
        return pd.DataFrame()
    firsts = made.held.rows.groupby("cutoff")["ds"].min()
    return pd.concat([followed.at(first).static for first in firsts], ignore_index=True)


def _by_day(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """The series of a level added up by origin and day: unique_id, ds, cutoff, model, yhat, and y where it came."""
    amounts = [name for name in ("y", "yhat") if name in rows]
    keys = ["cutoff", "model", "ds"]
    return rows.groupby(keys, sort=False, observed=True)[amounts].sum().reset_index().assign(unique_id=level)


def _nothing(followed: Followed, coverage: float, percents: list[int]) -> Outlook:
    ends = [f"{side}_{percent}" for percent in percents for side in ("lower", "upper")]
    rows = pd.DataFrame(columns=["unique_id", "series", "ds", "cutoff", "model", "yhat", *ends])
    totals = pd.DataFrame(columns=["unique_id", "yhat", *ends, "series"])
    return Outlook(
        followed, "none", coverage, rows, pd.DataFrame(columns=["unique_id", "ds", "y"]), totals, totals, rows,
        pd.DataFrame(columns=list(bounds.MEASURED)), pd.DataFrame(columns=["nominal", "covered", "totals"]),
        pd.DataFrame(columns=list(bounds.MEASURED)), (),
        pd.DataFrame(columns=list(coherence.GAIN)), 0, None,
    )  # fmt: skip
