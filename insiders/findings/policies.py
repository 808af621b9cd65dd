"""Which way of choosing Insiders is to be taken: every policy judged on what happened later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from insiders.charts import policies as charts
from insiders.customers.history import History
from insiders.customers.snapshots import MOST_LESSONS, bet_days
from insiders.errors import AnalysisError
from insiders.findings.finding import Finding, points, unknown
from insiders.membership.standing import words
from insiders.policies import backtest, programme, ways
from insiders.policies.backtest import ORACLE, PLAIN
from insiders.policies.programme import Recommendation, Terms
from insiders.policies.ways import POLICIES, Policy
from insiders.wording import counted, decimal, listing, money, percent

DAYS, BETWEEN = 90, 30
SHARES = (0.02, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5)
FEW = 6
"""Days of choosing below which a backtest says so."""

RIVAL = "frequency"
"""Always among the policies judged, so that there is something to hold the plain sort against."""

WITHOUT_LESSONS = ("year_revenue", "revenue", "frequency", "recent_revenue", "faded_revenue", "rfm")
"""Policies that any history is long enough for."""


def judged(
    history: History,
    names: Sequence[str] | None,
    policy: str,
    *,
    cuts: int = FEW,
    share: float = 0.1,
    resamples: int = 2000,
    terms: Terms,
    currency: str,
    seed: int,
) -> Finding:
    """The policies judged on the 90 days after each of the last ``cuts`` days of choosing, and what they would earn.

    The run's policy, the plain sort and the number of invoices
    are always among the policies compared; without ``names`` all are. Where the history is too short for so many days,
    fewer are taken; where it is too short for the policies that learn, they are left out, and the text says so.
    """
    wanted = {*(POLICIES if names is None else names), policy, PLAIN, RIVAL}
    if strange := wanted - set(POLICIES):
        raise AnalysisError(
            f"there is no policy {listing(sorted(strange))}; the policies are {listing(list(POLICIES))}"
        )
    asked = {name: POLICIES[name] for name in POLICIES if name in wanted}
    try:
        number = _possible(history, cuts)
        bets, left_out = _bets(history, asked, number, seed)
        found = backtest.captured(bets, share=share, resamples=resamples, seed=seed)
    except AnalysisError as why:
        return unknown("Which policy serves best", why)
    table = backtest.table(found)
    advice = programme.recommend(found)
    shares = {str(name): float(value) for name, value in table["captured"].items()}
    profits = programme.profit(backtest.spread(bets, sorted({*SHARES, share})), terms)
    lines = [name for name in (policy, "revenue", advice.policy, "cluster", "frequency", ORACLE) if name in table.index]
    text = _text(table, advice, policy, number, found.places) + _drawn(bets) + left_out
    first, last = (day.date() for day in (found.days[0], found.days[-1]))
    caption = (
        f"Share of the later net revenue (90 days) of all customers known on the day (by two purchase "
        f"days or more) that goes to the "
        f"{percent(share, 0)} chosen; means over {counted(number, 'day')} of choosing from {first} to {last}, 95 % "
        f"bootstrap intervals of {len(found.resampled):,} resamples"
    )
    return Finding(
        text + "\n\n" + _earned(profits, policy, share, terms, currency),
        tables={caption: _shown(table, bets, share), "Profit of 90 days by size, assumed terms": _sizes(profits)},
        charts={
            "policies": charts.captured(table, policy),
            "profit": charts.profits(profits, list(dict.fromkeys(lines)), share, currency),
        },
        data={
            "policies": table.reset_index(),
            "policies_by_day": backtest.by_day(found).reset_index(),
            "profit": profits,
        },
        metrics={
            "policy_captured": (shares[policy], "of known customers' later net revenue"),
            "plain_sort_captured": (shares[PLAIN], "of known customers' later net revenue"),
            "oracle_captured": (shares[ORACLE], "of known customers' later net revenue"),
            "recommended_policy": (advice.policy, ""),
        },
    )


def _possible(history: History, cuts: int) -> int:
    """The largest number of days of choosing, up to the one asked for, that the history has room for."""
    for number in range(cuts, 1, -1):
        try:
            bet_days(history, number=number, days=DAYS, step=BETWEEN)
        except AnalysisError:
            continue
        return number
    bet_days(history, number=1, days=DAYS, step=BETWEEN)
    return 1


def _bets(history: History, chosen: Mapping[str, Policy], number: int, seed: int) -> tuple[pd.DataFrame, str]:
    try:
        bets, _ = backtest.backtest(history, chosen, number=number, days=DAYS, step=BETWEEN, seed=seed)
    except AnalysisError as why:
        fewer = {name: chosen[name] for name in chosen if name in WITHOUT_LESSONS}
        bets, _ = backtest.backtest(history, fewer, number=number, days=DAYS, step=BETWEEN, seed=seed)
        missing = listing([f"`{name}`" for name in chosen if name not in fewer])
        return bets, f"\n\n*Left out: {missing}, since {why}.*" if missing else ""
    return bets, ""


def _drawn(bets: pd.DataFrame) -> str:
    """That lessons are drawn by lot, where there may be more of them than are learnt from."""
    known = bets["day"].value_counts().max()  # on every day that is learnt from about as many or fewer
    if MOST_LESSONS * known <= ways.MOST_LEARNT or not any(name in bets for name in POLICIES if POLICIES[name].learns):
        return ""
    return (
        f" Policies that learn have done so from at most {ways.MOST_LEARNT:,} customers of earlier periods, drawn by "
        "lot where there were more."
    )


def _text(table: pd.DataFrame, advice: Recommendation, policy: str, number: int, places: tuple[int, ...]) -> str:
    ours, plain, best = (table.to_dict("index")[name] for name in (policy, PLAIN, ORACLE))
    rivals = table.drop(index=[ORACLE, PLAIN])
    ahead = rivals[rivals["difference_lower"] > 0].index
    behind = rivals[rivals["difference_upper"] < 0].index
    said = (
        f"**Recommended: `{advice.policy}`** ({words(advice.policy)}). Why: {advice.reason} The plain sort "
        f"by revenue captures {percent(plain['captured'])} ({percent(plain['lower'])} to {percent(plain['upper'])}) of "
        f"later revenue, {percent(plain['of_oracle'])} of what an oracle would ({percent(best['captured'])}), with "
        f"{places[0]} to {places[-1]} places."
    )
    said += (
        f" Beyond their own interval, better than the sort: {_names(ahead)}; worse: {_names(behind)}. The others "
        "cannot be told from it."
    )
    if policy != advice.policy:
        row = advice.beaten.loc[policy]
        verdict = (
            f"another policy beats it (by {decimal(100 * float(row['behind']))} points)"
            if row["beaten"]
            else "nothing beats it, but a simpler one is as good"
        )
        said += (
            f" **This run takes `{policy}`** (a parameter), which captures {percent(ours['captured'])}: {verdict}. To "
            f"follow the recommendation, set `policy={advice.policy}`."
        )
    if number < FEW:
        said += f" The history has room for {counted(number, 'day')} of choosing only; read this with care."
    return said + (
        " Customers are drawn anew in the intervals, seasons are not: the periods overlap, and another year may "
        "differ by more."
    )


def _names(names: pd.Index) -> str:
    return listing([f"`{name}`" for name in names]) or "none"


def _shown(table: pd.DataFrame, bets: pd.DataFrame, share: float) -> pd.DataFrame:
    days = bets["day"].nunique()
    steady = backtest.steadiness(bets, share=share)["stayed"].to_dict() if days > 1 else None
    rows = []
    for name, row in table.to_dict("index").items():
        rows.append(
            {
                "policy": name,
                "in words": words(str(name)),
                "captured": f"{percent(row['captured'])} ({percent(row['lower'])} to {percent(row['upper'])})",
                "of the oracle's": percent(row["of_oracle"]),
                "points beside the sort": "–" if name == PLAIN else points(row, "difference"),
                "days ahead : behind": f"{row['days_ahead']:.0f} : {row['days_behind']:.0f}",
                "members kept month to month": "–" if steady is None else percent(steady[name]),
            }
        )
    return pd.DataFrame(rows)


def _sizes(profits: pd.DataFrame) -> pd.DataFrame:
    wide = profits.pivot(index="policy", columns="share", values="profit")
    order = [name for name in (*POLICIES, ORACLE) if name in wide.index]
    shown = wide.loc[order].map(lambda value: f"{value:,.0f}")
    shown.columns = [percent(float(share), 1) for share in shown.columns]
    return shown.reset_index()


def _earned(profits: pd.DataFrame, policy: str, share: float, terms: Terms, currency: str) -> str:
    best = programme.best_sizes(profits)
    row = best.loc[policy]
    fixed = (
        f"at a margin of {percent(terms.margin, 0)}, an uplift of {percent(terms.uplift, 0)} by membership, a reward "
        f"of {percent(terms.reward, 0)} of members' revenue and {money(terms.cost, currency)} a member"
    )
    ours = profits[(profits["policy"] == policy) & np.isclose(profits["share"], share)]["profit"]
    here = f"; at this run's {percent(share, 0)} it earns {money(float(ours.iloc[0]), currency)}" if len(ours) else ""
    bound = " (the largest size looked at)" if np.isclose(row["share"], max(SHARES)) else ""
    lost = "" if row["profit"] > 0 else " No size earns anything at these terms."
    return (
        f"**Assumed, not estimated:** {fixed}, for 90 days. Nothing in past transactions says how much more a member "
        f"would buy; only a trial with a control group can. At these terms `{policy}` earns most with "
        f"{percent(float(row['share']))} of the known customers{bound}: {money(float(row['profit']), currency)}{here}."
        f"{lost} Where the curve is flat, the size is a matter of budget, not of analysis."
    )
