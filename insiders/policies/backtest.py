"""Ways to choose Insiders judged on what happened later: same days, same number of places, same customers drawn anew.

A bet takes a share of the customers known on a day and is worth the share of everybody's later revenue that its group
brings. Customers are resampled over all days at once (a customer drawn twice counts twice on each day), and every
resample fills its places anew from the same scores; so differences between policies are paired. What this does not
cover: the days lie close together and share a season, so that another year may differ by more than an interval says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from insiders.customers.history import History
from insiders.customers.snapshots import PURCHASE_DAYS, Snapshot, bet_days, snapshots
from insiders.errors import AnalysisError
from insiders.parallel import in_threads
from insiders.policies.ways import POLICIES, Policy

Floats = npt.NDArray[np.float64]

PLAIN, ORACLE = "revenue", "oracle"
"""The policy every other is held against, and the choice made with knowledge of the later period."""

BETS = ("day", "customer_id", "gross_revenue", "later_revenue")

FEWEST_RESAMPLES = 200
MOST_DRAWN = 200_000_000
"""Customers drawn in all resamples together, beyond which there are fewer resamples: with a million customers the
intervals are narrow, and 200 resamples tell their ends well enough."""

AT_ONCE = 16_000_000
"""Customers drawn that are in memory at the same time."""


@dataclass(frozen=True)
class Captured:
    """Share of later revenue in each policy's group, as it was and as it might have been."""

    policies: tuple[str, ...]
    """The last one is the oracle."""
    days: tuple[pd.Timestamp, ...]
    share: float
    """Share of the known customers that the programme takes."""
    places: tuple[int, ...]
    """How many customers that is, by day."""
    shares: Floats
    """Captured share by day and policy."""
    resampled: Floats
    """Mean over the days, by resample and policy."""


@dataclass(frozen=True)
class _Bet:
    """One day of choosing: rows are the customers known then."""

    customers: npt.NDArray[np.int64]
    """Their numbers among the customers of all days."""
    later: Floats
    orders: list[npt.NDArray[np.int64]]
    """Every policy's order, the first to be taken first."""


def backtest(
    history: History,
    policies: Mapping[str, Policy] = POLICIES,
    *,
    number: int = 6,
    days: int = 90,
    step: int = 30,
    least_days: int = PURCHASE_DAYS,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What every policy would have bet on each of the last ``number`` days, and what those expected that say a sum.

    First table: a row per day and customer known then;
    ``day``, ``customer_id``, ``gross_revenue`` (before), ``later_revenue`` (net, of the ``days`` after), and for every
    policy and the oracle the customer's place, 1 for the first (ties: the higher gross revenue first). Second table:
    the scores in the shop's currency of those policies whose score is an expectation, same rows. An `AnalysisError` of
    a policy is raised: a comparison that leaves out what failed would be none.
    """

    def bet(snapshot: Snapshot) -> tuple[pd.DataFrame, pd.DataFrame]:
        customers = snapshot.customers
        later = history.later_revenue(customers["customer_id"], snapshot.day, days)
        table = customers[["customer_id", "gross_revenue"]].assign(day=snapshot.day, later_revenue=later)[list(BETS)]
        scores = {name: policy.score(snapshot, seed) for name, policy in policies.items()}
        places = {name: _places(score, table) for name, score in {**scores, ORACLE: later.to_numpy()}.items()}
        money = {name: scores[name] for name in policies if policies[name].money}
        return table.assign(**places), table.assign(**money)

    on = bet_days(history, number=number, days=days, step=step)
    known = snapshots(history, on, days=days, step=step, least_days=least_days)
    bets, expected = zip(*in_threads(bet, known), strict=True)
    return pd.concat(bets, ignore_index=True), pd.concat(expected, ignore_index=True)


def captured(bets: pd.DataFrame, *, share: float = 0.1, resamples: int = 2000, seed: int) -> Captured:
    """The captured shares of all policies at one group size, over bootstrap resamples of the customers.

    There are fewer than ``resamples`` of them, and 200 at least, where the customers are so many that `MOST_DRAWN`
    would be drawn in all: `Captured.resampled` has a row for each that was made.
    """
    policies = tuple(name for name in bets.columns if name not in BETS)
    numbers, names = pd.factorize(bets["customer_id"])
    days, known = [], []
    for day, rows in bets.groupby("day"):
        later = rows["later_revenue"].to_numpy()
        if later.sum() <= 0:
            raise AnalysisError(f"nothing was sold in the period after {day:%Y-%m-%d}: no bet can be judged by it")
        orders = [np.argsort(rows[name].to_numpy()) for name in policies]
        days.append(rows["day"].iloc[0])
        known.append(_Bet(numbers[rows.index], later, orders))
    point = [_shares(np.ones((1, len(bet.later)), "float32"), bet, share)[0] for bet in known]
    made = min(resamples, max(FEWEST_RESAMPLES, MOST_DRAWN // len(names)))
    again = np.concatenate(
        [sum(_shares(times[:, bet.customers], bet, share) for bet in known) for times in _drawn(len(names), made, seed)]
    )
    places = tuple(round(share * len(bet.later)) for bet in known)
    return Captured(policies, tuple(days), share, places, np.array(point), again / len(days))


def table(found: Captured, *, confidence: float = 0.95) -> pd.DataFrame:
    """The policies side by side, best first, index ``policy``; shares of later revenue, means over the days.

    Columns ``captured``, ``lower``, ``upper`` (percentile bootstrap); ``of_oracle``, ``of_oracle_lower``,
    ``of_oracle_upper``; ``difference``, ``difference_lower``, ``difference_upper`` to the plain sort (paired, not
    corrected for the number of policies); ``days_ahead`` and ``days_behind`` of it.
    """
    tails = [0.5 - confidence / 2, 0.5 + confidence / 2]
    oracle, plain = found.policies.index(ORACLE), found.policies.index(PLAIN)
    rows = {}
    for place, name in enumerate(found.policies):
        mean, again = found.shares[:, place].mean(), found.resampled[:, place]
        of_oracle = again / found.resampled[:, oracle]
        apart = again - found.resampled[:, plain]
        by_day = found.shares[:, place] - found.shares[:, plain]
        rows[name] = [
            mean, *np.quantile(again, tails),
            mean / found.shares[:, oracle].mean(), *np.quantile(of_oracle, tails),
            by_day.mean(), *np.quantile(apart, tails), int((by_day > 0).sum()), int((by_day < 0).sum()),
        ]  # fmt: skip
    sides = ("", "_lower", "_upper")
    columns = ["captured", "lower", "upper", *(f"of_oracle{side}" for side in sides)]
    columns += [*(f"difference{side}" for side in sides), "days_ahead", "days_behind"]
    made = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("policy")
    return made.sort_values("captured", ascending=False, kind="stable")


def by_day(found: Captured) -> pd.DataFrame:
    """Captured shares, a row per day (index ``day``), with ``places``, and a column per policy."""
    shares = pd.DataFrame(found.shares, pd.Index(found.days, name="day"), list(found.policies))
    return shares.assign(places=list(found.places))[["places", *found.policies]]


def steadiness(bets: pd.DataFrame, *, share: float = 0.1) -> pd.DataFrame:
    """How far a policy's group stays the same from one day of betting to the next, means over the days.

    Index ``policy``; ``jaccard`` (in both groups over in either), ``stayed`` (share of the members who keep their
    place), ``left`` (members who lose it, per step).
    """
    groups = [rows for _, rows in bets.groupby("day")]
    made = {}
    for name in (name for name in bets.columns if name not in BETS):
        members = [set(rows.loc[rows[name] <= round(share * len(rows)), "customer_id"]) for rows in groups]
        pairs = list(pairwise(members))
        made[name] = {
            "jaccard": np.mean([len(old & new) / len(old | new) for old, new in pairs]),
            "stayed": np.mean([len(old & new) / len(old) for old, new in pairs]),
            "left": np.mean([len(old - new) for old, new in pairs]),
        }
    return pd.DataFrame.from_dict(made, orient="index").rename_axis("policy")


def calibration(expected: pd.DataFrame, *, groups: int = 5) -> pd.DataFrame:
    """Expected against later revenue of the policies whose score is an expectation, over all days.

    One row per ``policy`` and ``group`` (1: the fifth with the highest expectation of its day); ``expected`` and
    ``later`` (means per customer, in the shop's currency), ``ratio`` (expected over later; 1 is calibrated).
    """
    made = []
    for name in (name for name in expected.columns if name not in BETS):
        rank = expected.groupby("day")[name].rank(method="first", ascending=False, pct=True)
        group = np.ceil(groups * rank).astype("int64").rename("group")
        means = expected.groupby(group)[[name, "later_revenue"]].mean().set_axis(["expected", "later"], axis=1)
        made.append(means.assign(ratio=means["expected"] / means["later"], policy=name).reset_index())
    return pd.concat(made, ignore_index=True)[["policy", "group", "expected", "later", "ratio"]]


def spread(bets: pd.DataFrame, shares: Sequence[float]) -> pd.DataFrame:
    """Later revenue of the groups at several sizes, means over the days.

    One row per ``policy`` and ``share`` of the customers; ``places``, ``later_revenue`` (of the group, in the shop's
    currency), ``captured`` (its share of everybody's).
    """
    made = []
    for name in (name for name in bets.columns if name not in BETS):
        for share in shares:
            groups = [_group(rows, name, share) for _, rows in bets.groupby("day")]
            made.append((name, share, *np.mean(groups, axis=0)))
    return pd.DataFrame(made, columns=["policy", "share", "places", "later_revenue", "captured"])


def _group(rows: pd.DataFrame, policy: str, share: float) -> tuple[float, float, float]:
    places = round(share * len(rows))
    revenue = rows.loc[rows[policy] <= places, "later_revenue"].sum()
    return places, revenue, revenue / rows["later_revenue"].sum()


def _places(score: Floats, customers: pd.DataFrame) -> npt.NDArray[np.int64]:
    if not np.isfinite(score).all():
        raise AnalysisError("a policy gave customers a score that is no number")
    order = np.lexsort((customers["customer_id"].to_numpy("str"), -customers["gross_revenue"].to_numpy(), -score))
    places = np.empty(len(order), "int64")
    places[order] = np.arange(1, len(order) + 1)
    return places


def _drawn(customers: int, resamples: int, seed: int) -> Iterator[npt.NDArray[np.float32]]:
    """How often each customer (column) is drawn in each resample (row), as many resamples as go into memory."""
    draws = np.random.default_rng(seed)
    chance = np.full(customers, 1 / customers)
    block = max(1, AT_ONCE // customers)
    for first in range(0, resamples, block):
        yield draws.multinomial(customers, chance, size=min(block, resamples - first)).astype("float32")


def _shares(weights: npt.NDArray[np.float32], bet: _Bet, share: float) -> Floats:
    """Share of later revenue by resample and policy: of the first in order, as many as the share of the customers."""
    room = np.round(share * weights.sum(axis=1, keepdims=True))
    whole = weights @ bet.later
    found = np.empty((len(weights), len(bet.orders)))
    for column, order in enumerate(bet.orders):
        # A resample fills its places long before twice as many; nobody further down is looked at.
        first = order[: min(len(order), int(2 * room.max()) + 100)]
        mine = weights[:, first]
        taken = np.clip(room - (np.cumsum(mine, axis=1) - mine), 0.0, mine)
        found[:, column] = (taken @ bet.later[first]) / whole
    return found
