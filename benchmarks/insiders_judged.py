"""Totals that were forecast, held against what came: choice by earlier origins only, errors, bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from benchmarks.insiders_methods import HORIZON, SEED, SLOW
from insiders.forecasting import conformal, ensembles

DEFAULT = "weekday means of 8 weeks"
"""The plain method that stays until another has beaten it."""
FEWEST = 3
"""Periods that have to be over before a method can be chosen by its errors."""
OVERLAP = 3
"""Origins 10 days apart whose 30 days overlap: so many count as one."""
SURE = 2.0
"""Standard errors by which another method has to be ahead."""
CHOSEN, LEADER, LEADER_OF_ALL = (
    "**simplest not beaten**",
    "**lowest past error**",
    "**lowest past error, networks too**",
)
BEST_THREE, WEIGHTED = "**mean of the three best**", "**weighted by past error**"
HONEST = (CHOSEN, LEADER, LEADER_OF_ALL, BEST_THREE, WEIGHTED)
"""Rows whose making at each origin rests on earlier ones only."""
AHEAD = pd.Timedelta(days=HORIZON)
DRAWS = 2000
AIM = {"median": 0.045, "mean": 0.07, "worst": 0.2}


def with_past_ratio(said: pd.DataFrame, came: pd.Series) -> pd.DataFrame:
    """The methods, and the default times the geometric mean of what came over what it said, at origins now over."""
    ratio = np.log(came / said[DEFAULT])
    means = [ratio[over(said, cutoff)].mean() for cutoff in said.index]
    factor = np.exp(pd.Series(means, index=said.index).fillna(0.0))
    return said.assign(**{"weekday means × past ratio": said[DEFAULT] * factor})


def over(said: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DatetimeIndex:
    """The origins whose period was over by a day."""
    return pd.DatetimeIndex(said.index[said.index + AHEAD <= cutoff])


def past_errors(said: pd.DataFrame, came: pd.Series, cutoff: pd.Timestamp) -> pd.DataFrame:
    """By origin now over and method the absolute error of logarithms; methods with too few of them are left out."""
    known = over(said, cutoff)
    errors = np.log(said.loc[known].div(came.loc[known], axis=0)).abs()
    return errors.loc[:, errors.count() >= FEWEST]


def leader(said: pd.DataFrame, came: pd.Series) -> pd.Series:
    """At each origin the name of the method with the lowest mean past error."""
    names = {}
    for cutoff in said.index:
        ranked = past_errors(said, came, cutoff).mean().sort_values(kind="stable").index
        names[cutoff] = next((str(name) for name in ranked if pd.notna(said.loc[cutoff, name])), DEFAULT)
    return pd.Series(names)


def not_beaten(said: pd.DataFrame, came: pd.Series) -> pd.Series:
    """At each origin the default, unless another was surely ahead at the origins now over: then the one furthest so."""
    names = {}
    for cutoff in said.index:
        errors = past_errors(said, came, cutoff)
        if DEFAULT in errors:
            gap = errors.sub(errors[DEFAULT], axis=0)
            spread = gap.std() / np.sqrt(gap.count() / OVERLAP)
            ahead = (gap.mean() + SURE * spread)[gap.count() >= FEWEST * OVERLAP]
            ahead = ahead[(ahead < 0) & said.loc[cutoff, ahead.index].notna()]
            names[cutoff] = DEFAULT if ahead.empty else str(errors[ahead.index].mean().idxmin())
        else:
            names[cutoff] = DEFAULT
    return pd.Series(names)


def taken(said: pd.DataFrame, names: pd.Series) -> pd.Series:
    """What the methods of those names said."""
    return pd.Series([said.loc[cutoff, name] for cutoff, name in names.items()], index=said.index)


def honest(said: pd.DataFrame, came: pd.Series) -> tuple[dict[str, pd.Series], pd.Series]:
    """By rule what it said at each origin, made from earlier ones only; and the names that the first rule chose."""
    quick = said.drop(columns=list(SLOW))
    first = not_beaten(quick, came)
    ranked = {cutoff: past_errors(quick, came, cutoff).mean().nsmallest(3).index for cutoff in said.index}
    three = {cutoff: quick.loc[cutoff, list(names) or [DEFAULT]].mean() for cutoff, names in ranked.items()}
    long = np.log(quick.div(came, axis=0)).rename_axis(columns="model").stack().rename("value").reset_index()
    weights = ensembles.weights_by_error(long, list(quick), horizon=AHEAD)
    wide = weights.pivot(index="cutoff", columns="model", values="weight").reindex(columns=quick.columns)
    rules = {
        CHOSEN: taken(quick, first),
        LEADER: taken(quick, leader(quick, came)),
        LEADER_OF_ALL: taken(said, leader(said, came)),
        BEST_THREE: pd.Series(three),
        WEIGHTED: (quick * wide).sum(axis=1),
    }
    return rules, first


def chance(spread: pd.Series) -> str:
    """What chance alone would make of the errors, were every member's rate of ordering known exactly.

    ``spread`` is the standard deviation of a total as a share of it: orders that come independently of each other at a
    known rate (a compound Poisson process) have the sum of their squares as variance.
    """
    drawn = np.abs(np.random.default_rng(SEED).normal(size=(20_000, len(spread))) * spread.to_numpy())
    kinds = {"median": np.median(drawn, axis=1), "mean": drawn.mean(axis=1), "worst": drawn.max(axis=1)}
    low, middle, high = ({name: 100 * np.quantile(own, q) for name, own in kinds.items()} for q in (0.025, 0.5, 0.975))
    said = ", ".join(f"{name} {middle[name]:.1f} % ({low[name]:.1f} to {high[name]:.1f})" for name in kinds)
    aims = " / ".join(f"{100 * aim:g}" for aim in AIM.values())
    reached = " / ".join(f"{100 * (own <= AIM[name]).mean():.0f}" for name, own in kinds.items())
    return (
        "**What chance alone makes**: if every member's rate were known exactly and orders came independently of each "
        f"other (compound Poisson), the totals would still stray by {100 * spread.mean():.1f} % (standard deviation, "
        f"mean over origins), and the errors of a perfect forecast over these {len(spread)} origins would be: {said}, "
        f"95 % of draws in brackets. Its median / mean / worst would be within the aims of {aims} % in {reached} % "
        "of draws. Members who order by the calendar stray less than that."
    )


def scores(errors: pd.DataFrame) -> pd.DataFrame:
    """By method, the lowest mean first, as shares of what came: median, mean and worst of absolute errors, and bias.

    ``gap`` is the mean less that of the default; median, mean and gap have bounds by bootstrap over the origins.
    """
    size = errors.abs()
    drawn = np.random.default_rng(SEED).integers(0, len(errors), (DRAWS, len(errors)))
    rows = {}
    for name, values in size.items():
        own, gap = values.to_numpy(), (values - size[DEFAULT]).to_numpy()
        low, high = np.quantile(np.median(own[drawn], axis=1), [0.025, 0.975])
        mean_low, mean_high = np.quantile(own[drawn].mean(axis=1), [0.025, 0.975])
        gap_low, gap_high = np.quantile(gap[drawn].mean(axis=1), [0.025, 0.975])
        rows[name] = {
            "median": np.median(own),
            "median_low": low,
            "median_high": high,
            "mean": own.mean(),
            "mean_low": mean_low,
            "mean_high": mean_high,
            "worst": own.max(),
            "bias": errors[name].mean(),
            "gap": gap.mean(),
            "gap_low": gap_low,
            "gap_high": gap_high,
        }
    return pd.DataFrame(rows).T.sort_values("mean", kind="stable")


def shown(table: pd.DataFrame, *, intervals: bool = True) -> pd.DataFrame:
    """The scores as a reader wants them, in percent."""
    percent = 100 * table
    made = pd.DataFrame({"median": percent["median"]})
    if intervals:
        made["95 %"] = _between(percent, "median")
    made["mean"] = percent["mean"]
    if intervals:
        made["95 % "] = _between(percent, "mean")
    made["worst"], made["bias"] = percent["worst"], percent["bias"].map("{:+.1f}".format)
    if intervals:
        gap = percent["gap"].map("{:+.1f}".format)
        made[f"mean less that of {DEFAULT}"] = gap + " (" + _between(percent, "gap", "{:+.1f}") + ")"
    return made.rename_axis("method")


def sentence(table: pd.DataFrame, errors: pd.DataFrame, best: str) -> str:
    """The result in plain words."""
    said = {
        name: " / ".join(f"{100 * table.loc[name, kind]:.1f}" for kind in AIM) + " %"
        for name in (CHOSEN, best, DEFAULT)
    }
    gap = 100 * (errors[CHOSEN].abs() - errors[best].abs()).to_numpy()
    drawn = np.random.default_rng(SEED).integers(0, len(gap), (DRAWS, len(gap)))
    low, high = np.quantile(gap[drawn].mean(axis=1), [0.025, 0.975])
    return (
        f"**Median / mean / worst error: {said[CHOSEN]} by what is chosen from earlier origins only (simplest not "
        f"beaten)**; the best in hindsight, {best.strip('*')}: {said[best]}, its mean lower by {gap.mean():.1f} points "
        f"({low:.1f} to {high:.1f}); {DEFAULT}: {said[DEFAULT]}. Aimed at: 4.5 / 7 / 20 %."
    )


def beside(scored: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Median / mean / worst and bias by file, of the rules, the default and what was best in hindsight."""
    columns = {}
    for name, table in scored.items():
        percent = (100 * table).round(1)
        told = [" / ".join(map(str, row)) for row in percent[list(AIM)].to_numpy()]
        columns[name] = pd.Series(told, index=table.index) + ", bias " + percent["bias"].map("{:+}".format)
    wanted = [*HONEST, DEFAULT, *(table.index.drop(list(HONEST), errors="ignore")[0] for table in scored.values())]
    return pd.DataFrame(columns).loc[list(dict.fromkeys(wanted))].rename_axis("error of the total (%)")


def plain(table: pd.DataFrame, errors: pd.DataFrame) -> str:
    """How many are surely better than the default, and where it errs most."""
    surely = list(table.index[table["gap_high"] < 0])
    worst = errors[DEFAULT].abs().nlargest(2).index
    told = " and ".join(f"{100 * errors.loc[day, DEFAULT]:+.0f} % after {day:%Y-%m-%d}" for day in worst)
    count = len(surely) or "none"
    return (
        f"of {len(table) - 1} other methods and rules {count} has a mean error surely lower than that of "
        f"{DEFAULT} (95 % interval of the difference below 0). These err most by {told}."
    )


def effect(table: pd.DataFrame, name: str) -> str:
    """What a method changes in the bias and the mean error of the default."""
    row = 100 * table.loc[name]
    return (
        f"bias {100 * table.loc[DEFAULT, 'bias']:+.1f} to {row['bias']:+.1f} %, mean error {row['gap']:+.1f} points "
        f"({row['gap_low']:+.1f} to {row['gap_high']:+.1f})"
    )


def by_origin(table: pd.DataFrame, errors: pd.DataFrame, choice: pd.Series, best: str) -> pd.DataFrame:
    """One row per origin: came, the method chosen, and three errors in percent."""
    made = pd.DataFrame({"came (£)": table["came"].map("{:,.0f}".format), "chosen": choice})
    for name in dict.fromkeys([CHOSEN, LEADER, best, DEFAULT]):
        made[f"error: {name.strip('*')}"] = (100 * errors[name]).map("{:+.1f}".format)
    return made.rename_axis("last day known")


def bounds(said: pd.DataFrame, came: pd.Series, days: pd.DatetimeIndex) -> pd.DataFrame:
    """By method and nominal coverage: origins with bounds, how many they covered, and the median width in percent."""
    rows = [row for name in said if said[name].notna().all() for row in _bounded(said[name], came, days)]
    table = pd.DataFrame(
        rows, columns=["method", "nominal (%)", "origins", "covered", "covered (%)", "median width (%)"]
    )
    return table.set_index("method")


def _bounded(said: pd.Series, came: pd.Series, days: pd.DatetimeIndex) -> Iterator[tuple[object, ...]]:
    # A forecast of one, and what came as a multiple of it: relative errors of years that differ in size are alike.
    past = pd.DataFrame({"unique_id": "insiders", "cutoff": said.index, "ds": said.index + AHEAD, "model": "any"})
    past = past.assign(yhat=1.0, y=(came / said).to_numpy())
    static = pd.DataFrame({"unique_id": ["insiders"], "level": ["insiders"]})
    for percent in conformal.COVERAGES:
        fewest = math.ceil(percent / (100 - percent) - 1e-9)
        enough = [cutoff for cutoff in days if (past["ds"] <= cutoff).sum() >= fewest]
        told = past[past["cutoff"].isin(enough)]
        made = conformal.with_bounds(told, past, static, coverages=[percent])
        inside = made["y"].between(made[f"lower_{percent}"], made[f"upper_{percent}"])
        width = (made[f"upper_{percent}"] - made[f"lower_{percent}"]).median()
        yield said.name, percent, len(made), int(inside.sum()), 100 * float(inside.mean()), 100 * float(width)


def _between(table: pd.DataFrame, name: str, form: str = "{:.1f}") -> pd.Series:
    return table[f"{name}_low"].map(form.format) + " to " + table[f"{name}_high"].map(form.format)
