"""Who is a member by now, who came and went, and what entry, exit and grace cost."""

from __future__ import annotations

import pandas as pd

from insiders.charts import membership as charts
from insiders.errors import AnalysisError
from insiders.findings.finding import Finding, bounded, points, unknown
from insiders.membership import flicker, hysteresis
from insiders.membership.hysteresis import PLAIN, Hysteresis
from insiders.membership.standing import BETWEEN, Standing
from insiders.wording import counted, decimal, percent, whole

WHAT = "What entering and leaving cost"


def kept(standing: Standing, *, resamples: int = 300, seed: int) -> Finding:
    """The membership of a standing, the changes of the last review, and the table of what each setting costs."""
    reviews = len(standing.members)
    if reviews < 2:
        why = AnalysisError(f"membership is kept from review to review, {BETWEEN} days apart, and there is one review")
        return unknown(WHAT, why)
    text = _told(standing)
    last = hysteresis.changes(standing.heights, standing.rule)
    last = last[last["review"] == standing.members.index[-1]]
    tables = {
        f"Who entered and left at the last review ({standing.members.index[-1].date()}), the first 15": last[
            ["customer_id", "change", "why"]
        ].head(15)
    }
    charts_ = {"membership": charts.over_time(standing.members)}
    own = (standing.rule.entry, standing.rule.exit, standing.rule.grace)
    settings = list(dict.fromkeys((*flicker.SETTINGS, Hysteresis(*own))))
    try:
        table = flicker.costs(standing.heights, settings, resamples=resamples, seed=seed)
    except AnalysisError as why:
        return Finding(f"{text}\n\n{unknown(WHAT, why).text}", tables, charts_, {"membership_changes": last})
    months = f"{reviews} reviews, {BETWEEN} days apart"
    caption = (
        f"What each setting costs, means over {months}: lost is the share of all later net revenue (90 days) that as "
        "many customers by today's value alone would have captured beyond these members; 95 % bootstrap intervals"
    )
    return Finding(
        f"{text}\n\n{_priced(table, own)}",
        tables={caption: _shown(table, own), **tables},
        charts={**charts_, "membership_costs": charts.costs(table, own)},
        data={"membership_costs": table, "membership_changes": last},
        metrics={
            "exits_a_month": (_row(table, own)["exits"], "members"),
            "exits_a_month_plain": (_row(table, (PLAIN.entry, PLAIN.exit, PLAIN.grace))["exits"], "members"),
        },
    )


def _told(standing: Standing) -> str:
    today, members = standing.today, standing.members
    before = members.iloc[-2]
    now = members.iloc[-1]
    keep = int((today["member"] & ~today["eligible"]).sum())
    return (
        f"**A customer {standing.rule.text()}.** Reviews are {BETWEEN} days apart; today's is the last of "
        f"{len(members)}, and whoever was a member at the one before is treated as one. "
        f"{counted(int(now.sum()), 'member')} of {whole(len(today))} known customers "
        f"({percent(float(now.sum() / len(today)))}): "
        f"{whole(int((now & ~before).sum()))} entered at this review, {whole(int((before & ~now).sum()))} left, and "
        f"{whole(keep)} are kept although below the threshold today. So the programme holds somewhat more than the "
        f"{percent(standing.share, 0)} that have a place by today's value alone."
    )


def _priced(table: pd.DataFrame, own: tuple[float, float, int]) -> str:
    ours, plain = _row(table, own), _row(table, (PLAIN.entry, PLAIN.exit, PLAIN.grace))
    return (
        f"Without hysteresis {bounded(plain, 'exits')} members a month would leave, {percent(plain['flicker'], 0)} of "
        f"them to be back within three reviews; with this setting {bounded(ours, 'exits')}. It keeps "
        f"{decimal(ours['kept'], 1)} members below the threshold, and costs {points(ours, 'lost')} points of later "
        "revenue at equal size (negative: it gains)."
    )


def _row(table: pd.DataFrame, setting: tuple[float, float, int]) -> dict[str, float]:
    asked = (table["entry"] == setting[0]) & (table["exit"] == setting[1]) & (table["grace"] == setting[2])
    return {str(name): float(value) for name, value in table[asked].iloc[0].items()}


def _shown(table: pd.DataFrame, own: tuple[float, float, int]) -> pd.DataFrame:
    rows = []
    for row in table.to_dict("records"):
        mine = (row["entry"], row["exit"], row["grace"]) == own
        rows.append(
            {
                "setting": "this run" if mine else "",
                "entry": percent(row["entry"], 0),
                "exit": percent(row["exit"], 0),
                "grace, reviews": int(row["grace"]),
                "members": decimal(row["members"], 0),
                "enter a month": decimal(row["entries"], 1),
                "leave a month": bounded(row, "exits"),
                "soon back": percent(row["flicker"], 0),
                "kept below": decimal(row["kept"], 1),
                "later revenue": percent(row["revenue"]),
                "lost, points": points(row, "lost"),
            }
        )
    return pd.DataFrame(rows)
