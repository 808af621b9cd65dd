"""Ways to choose Insiders, judged on what happened later: both UCI files, several days of choosing each.

    python -m benchmarks.policies [FOLDER]

FOLDER holds `online_retail.parquet` and `online_retail_II.parquet` (../shared/data unless said otherwise). Every figure
of the page is computed by this script, the recommendation included.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from insiders.customers.histories import histories
from insiders.customers.in_memory import Loaded
from insiders.policies import backtest, lifetime_value, programme
from insiders.policies.backtest import ORACLE
from insiders.policies.ways import JUDGED, POLICIES, Policy, cluster
from insiders.sources import load
from insiders.spaces import Effort
from insiders.transactions import prepare

EVERY = tuple(POLICIES)
RUNS = (
    ("Online Retail", "online_retail.parquet", 6, EVERY),
    ("Online Retail II, a year of days", "online_retail_II.parquet", 12, EVERY),
)
"""What a part of the page is called, the file, on how many days bets are made, and by which policies."""
SHARE = 0.1
SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
DAYS = 90
SEED = 42
TERMS = programme.Terms()


@dataclass(frozen=True)
class Part:
    """What one file says: its part of the page, its `policy_backtest.table`, and the policy recommended by it."""

    lines: tuple[str, ...]
    policies: pd.DataFrame
    advice: programme.Recommendation


def transactions_of(path: Path) -> pd.DataFrame:
    """The prepared transactions of everybody who bought, once or more."""
    return prepare(load(str(path)).transactions, preset="strict", min_days=1).transactions


def markdown(table: pd.DataFrame, digits: int = 3) -> Iterator[str]:
    """A table with its index, as Markdown."""
    names = [str(name) for name in table.reset_index().columns]
    yield "| " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * (len(names) - 1)
    for row in table.reset_index().itertuples(index=False):
        yield "| " + " | ".join(_cell(value, digits) for value in row) + " |"
    yield ""


def _cell(value: object, digits: int) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:,.{digits}f}" if isinstance(value, float) else str(value)


def captures(table: pd.DataFrame) -> Iterator[str]:
    """The policies side by side, in percent of later revenue."""
    yield "| policy | in words | captured | 95 % | of the oracle's | beside the sort, points | 95 % | ahead : behind |"
    yield "|---|---|---:|---|---:|---:|---|---:|"
    for name, row in table.iterrows():
        part = 100 * row
        yield (
            f"| {name} | {POLICIES[str(name)].words if name in POLICIES else 'the later period known'} "
            f"| {part['captured']:.1f} | {part['lower']:.1f} to {part['upper']:.1f} | {part['of_oracle']:.1f} "
            f"| {part['difference']:+.2f} | {part['difference_lower']:+.2f} to {part['difference_upper']:+.2f} "
            f"| {row['days_ahead']:.0f} : {row['days_behind']:.0f} |"
        )
    yield ""


def spenders(transactions: pd.DataFrame) -> Iterator[str]:
    """What the lifetime value model learns of the file, and how sure it is of it."""
    day = transactions["time"].max().normalize() + pd.Timedelta(days=1)
    known = histories(transactions, day)
    model = lifetime_value.fit(known)
    expected = lifetime_value.expected_revenue(model, known, DAYS, seed=SEED)
    yield f"BG/NBD (days) and Gamma-Gamma at the end of the file, {len(known):,} customers:\n"
    yield from markdown(pd.concat([model.purchases.table(), model.spending.table()]))
    width = ((expected["upper"] - expected["lower"]) / expected["revenue"]).median()
    yield (
        f"Rank correlation of purchases and spend (the models take it for 0): {model.dependence:.2f}. Half of the "
        f"intervals of a customer's expected revenue are narrower than {width:.1%} of it.\n"
    )


def judged(name: str, transactions: pd.DataFrame, number: int, policies: tuple[str, ...]) -> Part:
    """One part of the page."""
    chosen = {policy: POLICIES[policy] for policy in policies}
    bets, expected = backtest.backtest(Loaded(transactions), chosen, number=number, days=DAYS, least_days=1, seed=SEED)
    found = backtest.captured(bets, share=SHARE, seed=SEED)
    advice, compared = programme.recommend(found), backtest.table(found)
    lines = [f"## {name}\n", *_comparison(found, compared, advice), *_group(found, bets, expected)]
    profits = programme.profit(backtest.spread(bets, SHARES), TERMS)
    lines.append(
        f"Profit of one period (£) by share of the customers taken, at a margin of {TERMS.margin:.0%}, an uplift of "
        f"{TERMS.uplift:.0%}, a reward of {TERMS.reward:.0%} and £{TERMS.cost:.0f} a member (assumed, not estimated):\n"
    )
    lines += markdown(profits.pivot(index="policy", columns="share", values="profit").loc[[*policies, ORACLE]], 0)
    return Part((*lines, *spenders(transactions)), compared, advice)


def _comparison(found: backtest.Captured, compared: pd.DataFrame, advice: programme.Recommendation) -> Iterator[str]:
    first, last = found.days[0].date(), found.days[-1].date()
    yield (
        f"{len(found.days)} days of choosing, {first} to {last}, 30 days apart, {found.places[0]} to "
        f"{found.places[-1]} places ({SHARE:.0%} of the customers known), net revenue of the {DAYS} days after.\n"
    )
    yield from captures(compared)
    yield f"**Recommended: {advice.policy}.** {advice.reason}\n"
    yield from markdown(
        advice.beaten.assign(behind=100 * advice.beaten["behind"], at_most=100 * advice.beaten["at_most"])
    )


def _group(found: backtest.Captured, bets: pd.DataFrame, expected: pd.DataFrame) -> Iterator[str]:
    yield "Captured share day by day:\n"
    yield from markdown(backtest.by_day(found))
    yield "How steady the group is, from one month to the next:\n"
    yield from markdown(backtest.steadiness(bets, share=SHARE))
    yield "Expected over later revenue, by fifth of the customers (1: the highest expectation):\n"
    ratios = backtest.calibration(expected).pivot(index="policy", columns="group", values="ratio")
    yield from markdown(ratios, 2)


def rougher(transactions: pd.DataFrame, number: int) -> Iterator[str]:
    """The clustering of 02_clustering beside the one that the days are judged with, under three seeds."""
    yield "## What fewer trees cost\n"
    yield (
        f"On the days above `cluster` is made with {JUDGED.trees} trees and {JUDGED.epochs} epochs of UMAP, beside "
        f"{Effort().trees} and 500 in 02_clustering. The first file again, share captured by seed:\n"
    )
    history, rows = Loaded(transactions), []
    for seed in (SEED, SEED + 1, SEED + 2):
        row: dict[str, object] = {"seed": seed}
        for name, effort in (("full", Effort(mapped=False)), ("judged", JUDGED)):
            begun = time.process_time()
            policy = {"revenue": POLICIES["revenue"], "cluster": Policy(partial(cluster, effort=effort), "")}
            bets, _ = backtest.backtest(history, policy, number=number, days=DAYS, least_days=1, seed=seed)
            row[f"{name}, CPU s"] = time.process_time() - begun
            row[f"{name}, captured"] = backtest.table(backtest.captured(bets, share=SHARE, seed=SEED)).loc[
                "cluster", "captured"
            ]
        rows.append(row)
    yield from markdown(pd.DataFrame(rows).set_index("seed"))


def in_short(parts: Mapping[str, Part]) -> Iterator[str]:
    """All files side by side, and the simplest policy that is beaten in none of them."""
    yield "## In short\n"
    yield "Captured share of later revenue beside the plain sort, in points with 95 % intervals.\n"
    yield "| policy, the simplest first | " + " | ".join(parts) + " |"
    yield "|---|" + "---|" * len(parts)
    for name in EVERY:
        yield f"| {name} | " + " | ".join(_beside(part, name) for part in parts.values()) + " |"
    lost = {name for part in parts.values() for name in part.advice.beaten.index[part.advice.beaten["beaten"]]}
    kept = [name for name in EVERY if name not in lost and all(name in part.policies.index for part in parts.values())]
    yield f"\nRun on all files and beaten in none: {', '.join(kept)}. **The simplest of them: {kept[0]}.**\n"


def _beside(part: Part, name: str) -> str:
    if name not in part.policies.index:
        return "not run"
    row = 100 * part.policies.loc[name]
    beaten = ", beaten" if part.advice.beaten.loc[name, "beaten"] else ""
    if name == backtest.PLAIN:
        return f"captures {row['captured']:.1f}{beaten}"
    return f"{row['difference']:+.2f} ({row['difference_lower']:+.2f} to {row['difference_upper']:+.2f}){beaten}"


def report(folder: Path) -> Iterator[str]:
    """The whole page."""
    yield "# Ways to choose Insiders, judged on what happened later\n"
    versions = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "lightgbm", "scipy", "umap-learn"))
    yield (
        f"`python -m benchmarks.policies`, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, {versions}, {datetime.now(UTC).date().isoformat()}.\n"
    )
    yield (
        "Preset `strict`, everybody known on the day takes part, those who bought once included. Intervals: 2,000 "
        "bootstrap resamples of the customers over all days; every resample fills its places anew. A policy is beaten "
        "where another's mean is higher by more than chance explains, all comparisons at once; recommended is the "
        "simplest one that is not. Customers are drawn anew, seasons are not: the days overlap.\n"
    )
    lines = {name: transactions_of(folder / file) for name, file, _, _ in RUNS}
    parts = {name: judged(name, lines[name], number, policies) for name, _, number, policies in RUNS}
    yield from in_short(parts)
    for part in parts.values():
        yield from part.lines
    name, _, number, _ = RUNS[0]
    yield from rougher(lines[name], number)


def main(folder: Path) -> None:
    """Write the page, and say it."""
    text = "\n".join(report(folder)) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "shared" / "data")
