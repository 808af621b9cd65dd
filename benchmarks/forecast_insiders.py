"""The Insiders' revenue over the next 30 days, by what is known before each of many origins, on both UCI files.

    python -m benchmarks.forecast_insiders [FOLDER] [--keep FOLDER]

FOLDER holds `online_retail.parquet` and `online_retail_II.parquet` (../shared/data unless said otherwise). What every
method said at an origin is kept, so that a run that was cut off goes on. Writes the page beside it, and says it.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import insiders_judged as judged
from benchmarks import insiders_shrinkage as shrinkage
from benchmarks.insiders_methods import (
    HORIZON,
    QUICK,
    SEASON,
    SHARE,
    SLOW,
    Origin,
    by_customer_and_day,
    combined,
    origin_at,
)
from benchmarks.policies import markdown
from insiders import sources
from insiders.series import sale_calendar
from insiders.transactions import prepare

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LIBRARIES = ("pandas", "statsforecast", "mlforecast", "lightgbm", "torch")
FILES = {"Online Retail": ("online_retail.parquet", 9), "Online Retail II": ("online_retail_II.parquet", 18)}
"""File and number of judged origins by the name in the page."""
STEP = 10
"""Days between the origins that methods are learnt from and chosen by; every third of them is judged."""
LEAST_KNOWN = 56
"""Days of history before the first of them."""
TERMS = f"""\
**What is forecast.** Gross revenue in the {HORIZON} calendar days after the last day known (returns not taken off,
orders undone in full left out), of a group chosen at each origin from the lines up to that day alone: the {SHARE:.0%}
of all customers known by then, those who bought once included, who had brought most. What was cancelled later is not
known at the origin. On which days the shop is going to open is taken as known; the last day of both files, which ends
at 12:50, is left out, and the last period ends with the day before.

**The honest rows** are bold: what they say at an origin rests on earlier ones, {STEP} days apart, whose {HORIZON} days
were over. *Simplest not beaten*, the one to read: weekday means of 8 weeks, this project's baseline before this page,
unless another method's mean absolute error of logarithms was lower by more than two standard errors (of the paired
differences, three overlapping origins counted as one, nine at least). *Lowest past error*: the method that erred least,
three origins at least. The networks, asked on judged origins only for their time, take part in a row of its own: they
are compared over other, fewer origins than the rest, which is a fault of that row. That a method leads a table is known
in hindsight only.

**Tried, all of it**, none tuned since: plain means over several windows; ETS, ARIMA and Theta; LightGBM, the dense
network of seven layers and the LSTM, each taught with three series (the group, the others, all); *lifetime value*
(BG/NBD and Gamma-Gamma, members added up); means and medians of these; *shrunken*: who is chosen by past revenue falls
back, so weekday means are multiplied by the part of its share in the shop's revenue that a group so chosen kept on the
last eight days of choosing, a week apart, whose period was over (`insiders_shrinkage.py`); *last year*, where a year
and eight weeks are known: multiplied by what the shop's open day of the same 30 days a year ago was over that of the
eight weeks before, or by its root (*half*), since one year is one draw; *past ratio*: multiplied by what came over what
was said, the geometric mean of all earlier origins. All but the last were written down before any error was looked at,
and so were the rules *lowest past error* with the networks, *mean of the three best* and *weighted*. When the first of
these had done badly on Online Retail, *simplest not beaten*, *lowest past error* without the networks and *past ratio*
were added, before any error on Online Retail II was looked at. That eight weeks do well on Online Retail was known.

Online Retail is the second year of Online Retail II: the tables are two looks at one shop, not two shops.
"""
"""What the page says before its figures."""
Methods = Mapping[str, Callable[[Origin], float]]


def origins(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Last days known, ascending, ``STEP`` days apart; the period of the last one ends with the last whole day."""
    final = last - pd.Timedelta(days=HORIZON)
    earliest = first + pd.Timedelta(days=LEAST_KNOWN - 1)
    return pd.date_range(end=final, periods=(final - earliest).days // STEP + 1, freq=f"{STEP}D", name="cutoff")


def totals(path: Path, count: int, keep: Path) -> pd.DataFrame:
    """One row per origin (index cutoff): is_judged, members, came, and what each single method says, in £ of 30 days.

    The last ``count`` origins 30 days apart are judged; on the others the slow methods are missing.
    """
    raw = sources.load(str(path)).transactions
    whole = prepare(raw, preset="strict", min_days=1).transactions
    open_days = sale_calendar(whole).open_days
    bought = by_customer_and_day(whole)
    cutoffs = origins(open_days[0], open_days[-1])
    judged_days = cutoffs[::-1][:: HORIZON // STEP][:count]
    rows = []
    for cutoff in cutoffs:
        days = open_days[(open_days > cutoff) & (open_days <= cutoff + pd.Timedelta(days=HORIZON))]
        asked = [QUICK, SLOW] if cutoff in judged_days else [QUICK]
        names = [keep / f"{path.stem} {cutoff:%Y%m%d} {number}.parquet" for number in range(len(asked))]
        if not all(name.exists() for name in names):
            origin = origin_at(raw, cutoff, days)
            for name, methods in zip(names, asked, strict=True):
                _say(name, origin, methods, bought)
        said = pd.concat([pd.read_parquet(name) for name in names], axis=1)
        rows.append(said.loc[:, ~said.columns.duplicated()].assign(cutoff=cutoff, is_judged=len(asked) > 1))
        rows[-1]["spread"] = _spread(bought, cutoff, days)
    return pd.concat(rows, ignore_index=True).set_index("cutoff")


def _say(name: Path, origin: Origin, methods: Methods, bought: pd.DataFrame) -> None:
    """Ask the methods, and keep the answers beside what came."""
    if not name.exists():
        mine = bought["customer_id"].isin(origin.group) & bought["ds"].isin(origin.days)
        facts = {"members": len(origin.group), "came": float(bought.loc[mine, "revenue"].sum())}
        said = {method: call(origin) for method, call in methods.items()}
        pd.DataFrame([{**facts, **said}]).to_parquet(name)
        print(f"  {name.stem}", flush=True)


def _spread(bought: pd.DataFrame, cutoff: pd.Timestamp, days: pd.DatetimeIndex) -> float:
    """The root of the summed squares of the group's orders, a customer's day being one, as a share of their sum."""
    group = shrinkage.leaders(bought, cutoff, SHARE)
    orders = bought.loc[bought["customer_id"].isin(group) & bought["ds"].isin(days), "revenue"]
    return float(np.sqrt((orders**2).sum()) / orders.sum())


@dataclass(frozen=True)
class Part:
    """What one file says."""

    lines: tuple[str, ...]
    scores: pd.DataFrame
    """Of all judged origins."""
    seasoned: pd.DataFrame | None
    """Of those that know a year and eight weeks; None where there are none."""
    plainly: str
    """What they say in a sentence or two."""


def part(name: str, table: pd.DataFrame) -> Part:
    """Everything about one file, from its `totals`."""
    came = table["came"]
    said = judged.with_past_ratio(combined(table), came)
    rules, choice = judged.honest(said, came)
    every = said.assign(**rules)
    days = table.index[table["is_judged"]]
    errors = every.div(came, axis=0) - 1
    scores = judged.scores(errors.loc[days])
    later = days[table.loc[days, SEASON] != 1]
    seasoned = judged.scores(errors.loc[later]) if len(later) else None
    best = str(scores.index.drop(list(judged.HONEST))[0])
    members = table.loc[days, "members"]
    told = (
        f"{len(days)} origins, {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d} (last day known), {HORIZON} days apart, so "
        f"that no two periods overlap; {members.iloc[0]} to {members.iloc[-1]} members. "
        f"{judged.sentence(scores, errors.loc[days], best)}\n"
    )
    grid = (
        f"The same methods on all {len(table)} origins from {table.index[0]:%Y-%m-%d} on, {STEP} days apart: their "
        "periods overlap, three at a time, and the judged ones are among them.\n"
    )
    how = (
        f"Bounds of the total, conformal, from the relative errors at earlier origins {STEP} days apart whose period "
        "was over; 80 % need 4 of them, 95 % need 19. Width as % of what was forecast.\n"
    )
    lines = [f"## {name}\n", told, f"{judged.chance(table.loc[days, 'spread'])}\n"]
    lines += ["Absolute error of the 30-day total, % of what came; 95 %: by 2,000 bootstrap samples of origins.\n"]
    lines += markdown(judged.shown(scores), 1)
    if seasoned is not None:
        lines += [f"The {len(later)} of these origins that know a year and eight weeks, {later[0]:%Y-%m-%d} on:\n"]
        lines += markdown(judged.shown(seasoned), 1)
    lines += ["Origin by origin, in £ and % (above 0: too much forecast):\n"]
    lines += markdown(judged.by_origin(table.loc[days], errors.loc[days], choice.loc[days], best), 1)
    lines += [grid, *markdown(judged.shown(judged.scores(errors.drop(columns=list(SLOW))), intervals=False), 1), how]
    bounded = list(dict.fromkeys([*judged.HONEST, best, judged.DEFAULT]))
    lines += markdown(judged.bounds(every[bounded], came, days), 1)
    return Part(tuple(lines), scores, seasoned, judged.plain(scores, errors.loc[days]))


def in_short(parts: Mapping[str, Part]) -> Iterator[str]:
    """Both files side by side, and what the corrections changed."""
    yield "## In short\n"
    yield (
        "Median / mean / worst absolute error. Bold: made at each origin from earlier ones only; else one method all "
        "along, the leaders of each table among them. Aimed at: 4.5 / 7 / 20.\n"
    )
    yield from markdown(judged.beside({name: one.scores for name, one in parts.items()}), 1)
    for name, one in parts.items():
        yield f"{name}: {one.plainly}\n"
    for title, method in {
        "Shrinking weekday means by what earlier groups kept": "shrunken means of 8 weeks",
        "Multiplying them by what came over what they said before": "weekday means × past ratio",
    }.items():
        told = "; ".join(f"{name}: {judged.effect(one.scores, method)}" for name, one in parts.items())
        yield f"{title}: {told}.\n"
    for name, one in parts.items():
        if one.seasoned is not None:
            told = "; ".join(
                f"*{method}*: {judged.effect(one.seasoned, method)}"
                for method in one.seasoned.index
                if "year" in method
            )
            yield f"Last year's season, {name}, origins that know one: {told}.\n"


def report(folder: Path, keep: Path) -> Iterator[str]:
    """The whole page."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield "# The Insiders' revenue over the next 30 days\n"
    yield (
        f"`python -m benchmarks.forecast_insiders`, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, {versions}, {datetime.now(UTC).date().isoformat()}.\n"
    )
    yield TERMS
    parts = {name: part(name, totals(folder / file, count, keep)) for name, (file, count) in FILES.items()}
    yield from in_short(parts)
    for one in parts.values():
        yield from one.lines


def main(folder: Path = DATA, keep: Path | None = None) -> None:
    """Write the page, and say it."""
    place = keep or Path(tempfile.mkdtemp())
    place.mkdir(parents=True, exist_ok=True)
    text = "\n".join(report(folder, place)) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=DATA)
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    main(told.folder, told.keep)
