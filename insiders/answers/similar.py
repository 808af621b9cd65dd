"""Which customers are most like the Insiders, and whether likeness has foretold anything."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import bars, style
from insiders.customers.quarters import QUARTER
from insiders.errors import AnalysisError
from insiders.membership.likeness import distances
from insiders.retelling import retold
from insiders.significance import Interval, mean_bootstrap_interval

SHOWN = 15
JUDGED = 50
"""Customers of each group by which likeness is judged."""


def who_is_alike(evidence: Evidence) -> Answer:
    """The customers nearest to the Insiders, and what such customers became of 90 days ago."""
    speak = evidence.language
    question = speak.say("Which customers are most similar to the Insiders?")
    customers = evidence.customers
    try:
        found = distances(customers, customers["is_insider"].to_numpy(bool), SHOWN)
    except AnalysisError:
        return Answer("similar", question, speak.say("This cannot be told: there are fewer than five Insiders."))
    near = customers.assign(distance=found).dropna(subset=["distance"])
    near = near.sort_values(["distance", "customer_id"]).head(SHOWN)
    sentence = speak.say(
        "The customer most like the Insiders who is none is {first}; {n} such customers are listed below, with a "
        "median gross revenue of {revenue}.",
        first=near["customer_id"].iloc[0],
        n=speak.whole(len(near)),
        revenue=speak.money(near["gross_revenue"].median(), evidence.currency),
    )
    judged = _judged(evidence)
    text = speak.say(
        "Compared is what customers do (how often, how lately, how many pieces and products), not what they spend; the "
        "distance is the mean one to the five nearest Insiders, in standard deviations. {judged}",
        judged=_told(evidence, judged),
    )
    ratio = evidence.standing["ratio"].reindex(near["customer_id"])
    table = pd.DataFrame(
        {
            speak.say("customer"): near["customer_id"].to_list(),
            speak.say("segment"): [retold(name, speak) for name in near["segment"]],
            speak.say("gross revenue"): [speak.money(value, evidence.currency) for value in near["gross_revenue"]],
            speak.say("stands at"): [speak.percent(value, 0) for value in ratio],
            speak.say("distance"): [speak.decimal(value) for value in near["distance"]],
        }
    )
    figures: dict[str, object] = {
        "most_similar": near["customer_id"].tolist(),
        "listed": len(near),
        "judged_customers": JUDGED,
        "distances": near["distance"].tolist(),
        "median_gross_revenue": float(near["gross_revenue"].median()),
    }
    for name, interval in judged.items():
        figures |= {f"{name}_later_revenue": interval.estimate}
        figures |= {f"{name}_lower": interval.lower, f"{name}_upper": interval.upper}
    return Answer("similar", question, sentence, text, figures, {}, _chart(evidence, judged), table)


def _judged(evidence: Evidence) -> dict[str, Interval]:
    """Mean later revenue of the 50 most similar of 90 days ago, of the next 50 by standing, and of all non-members."""
    known = evidence.heights[evidence.heights["later"].notna()]
    if known.empty:
        return {}
    day = known["review"].max()
    then = known[known["review"] == day].set_index("customer_id")
    customers = evidence.history.customers_at(day)
    customers = customers[customers["customer_id"].isin(then.index)].reset_index(drop=True)
    member = customers["customer_id"].map(evidence.members.loc[day]).astype(bool).to_numpy()
    later = customers["customer_id"].map(then["later"]).astype("float64")
    standing = customers["customer_id"].map(then["ratio"]).astype("float64")
    if (~member).sum() < 2 * JUDGED or member.sum() < 5:
        return {}
    alike = distances(customers, member, JUDGED).nsmallest(JUDGED).index
    by_standing = standing[~member].nlargest(JUDGED).index
    groups = {"similar": later[alike], "next_by_standing": later[by_standing], "all_non_members": later[~member]}
    return {
        name: mean_bootstrap_interval(values, confidence=evidence.confidence, resamples=1000, seed=evidence.seed)
        for name, values in groups.items()
    }


def _told(evidence: Evidence, judged: dict[str, Interval]) -> str:
    speak = evidence.language
    if not judged:
        return speak.say("Whether likeness foretells anything cannot be judged on this history.")
    amounts = {name: speak.money(interval.estimate, evidence.currency) for name, interval in judged.items()}
    fields = {"n": speak.whole(JUDGED), "days": speak.whole(QUARTER), **amounts}
    if judged["similar"].estimate > judged["next_by_standing"].estimate:
        return speak.say(
            "Judged {days} days ago, the {n} most similar brought {similar} each since, the next {n} by their standing "
            "{next_by_standing}, all non-members {all_non_members}: likeness has found more than the order of revenue.",
            **fields,
        )
    return speak.say(
        "Judged {days} days ago, the {n} most similar brought {similar} each since, the next {n} by their standing "
        "{next_by_standing}, all non-members {all_non_members}: invite by standing first; likeness says whom the "
        "programme would suit.",
        **fields,
    )


def _chart(evidence: Evidence, judged: dict[str, Interval]) -> Figure | None:
    if not judged:
        return None
    speak = evidence.language
    names = {
        "similar": speak.say("most similar to the members then"),
        "next_by_standing": speak.say("next by standing then"),
        "all_non_members": speak.say("all non-members then"),
    }
    return bars.horizontal(
        [names[name] for name in judged],
        {"": [interval.estimate for interval in judged.values()]},
        title=speak.say("What similar customers of {days} days ago brought since", days=speak.whole(QUARTER)),
        xlabel=speak.say("net revenue per customer, with bootstrap intervals"),
        written=lambda value: speak.short_money(value, evidence.currency),
        colours=(style.ACCENT,),
        spread=[(interval.lower, interval.upper) for interval in judged.values()],
    )
