"""Why the programme's group is better than the rest: what only later months can prove, and what a comparison shows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import guarantee as charts
from insiders.customers.quarters import QUARTER
from insiders.errors import AnalysisError
from insiders.language import mark
from insiders.policies.forward import CHOSEN, NEXT, REST, ForwardCheck, forward_check
from insiders.significance import (
    SHAPIRO_LIMITS,
    Comparison,
    shapiro_wilk,
)

EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "negligible": mark("a negligible effect"),
        "small": mark("a small effect"),
        "medium": mark("a medium effect"),
        "large": mark("a large effect"),
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {CHOSEN: mark("members then"), NEXT: mark("the same number of next best"), REST: mark("all others known then")}
)


def better_later(evidence: Evidence) -> Answer:
    """The forward test: the programme's members of 90 days ago, judged by what everybody brought since."""
    speak = evidence.language
    question = speak.say("What guarantees that the programme's group is better than the rest?")
    known = _known(evidence)
    try:
        found = forward_check(known, confidence=evidence.confidence, seed=evidence.seed)
    except AnalysisError:
        short = speak.say(
            "This source cannot tell: a test needs a group chosen {days} days ago or earlier, ten customers known "
            "then, and the {days} days since.",
            days=speak.whole(QUARTER),
        )
        return Answer("better_later", question, short)
    ours, rest = found.later_mean[CHOSEN], found.later_mean.get(NEXT)
    day = evidence.heights.loc[evidence.heights["later"].notna(), "review"].max()
    held = found.against_next.delta.lower > 0
    fields = {
        "day": speak.day(day),
        "ours": speak.money(ours.estimate, evidence.currency),
        "theirs": speak.money(rest.estimate if rest else float("nan"), evidence.currency),
        "others": speak.money(_rest(found), evidence.currency),
        "days": speak.whole(QUARTER),
    }
    sentence = (
        speak.say(
            "The months that followed the choice: members of {day} brought {ours} each in the {days} days after it, "
            "the same number of next best customers {theirs}, all other customers {others}.",
            **fields,
        )
        if held
        else speak.say(
            "Nothing does here: members of {day} brought {ours} each in the {days} days after it, and the same "
            "number of next best customers {theirs}; a difference beyond chance is not shown.",
            **fields,
        )
    )
    text = speak.say(
        "Net revenue per member, {confidence} bootstrap interval {bootstrap}; by Student's t {student}, which trusts a "
        "normality that {normality}. By rank (Mann-Whitney U = {u}), a member stands above one of the next best in "
        "{above} of all pairs: Cliff's delta {delta}, {effect}, {p} after Holm; against all others {delta_all}, "
        "{effect_all}, {p_all}. {caveat}",
        confidence=speak.percent(evidence.confidence, 0),
        bootstrap=between(evidence, ours.lower, ours.upper),
        student=between(evidence, found.later_mean_t[CHOSEN].lower, found.later_mean_t[CHOSEN].upper),
        normality=normality(evidence, found.customers.loc[found.customers["group"] == CHOSEN, "later"]),
        u=speak.whole(found.against_next.u),
        above=speak.percent(found.against_next.u / (found.against_next.n_group * found.against_next.n_other), 0),
        delta=_delta(evidence, found.against_next),
        effect=speak.say(EFFECTS[found.against_next.effect]),
        p=speak.p_value(found.p_holm[0]),
        delta_all=_delta(evidence, found.against_all),
        effect_all=speak.say(EFFECTS[found.against_all.effect]),
        p_all=speak.p_value(found.p_holm[1]),
        caveat=_caveat(evidence),
    )
    xlabel = speak.say(
        "net revenue per customer in the {days} days after {day} ({confidence} bootstrap intervals)",
        days=speak.whole(QUARTER),
        day=speak.day(day),
        confidence=speak.percent(evidence.confidence, 0),
    )
    names = {name: speak.say(words) for name, words in NAMES.items()}
    chart = charts.forward(found, names, evidence.currency, xlabel, speak)
    figures = {"chosen_on": day, "days": QUARTER, "confidence": evidence.confidence, **_forward_figures(found)}
    figures |= {"share_above_next": found.against_next.u / (found.against_next.n_group * found.against_next.n_other)}
    figures |= shapiro(evidence, found.customers.loc[found.customers["group"] == CHOSEN, "later"])
    return Answer("better_later", question, sentence, text, figures, {}, chart, _forward_table(evidence, found))


def _known(evidence: Evidence) -> pd.DataFrame:
    """The customers of the latest review whose 90 days are over: customer_id, before, later, chosen."""
    heights = evidence.heights[evidence.heights["later"].notna()]
    if heights.empty:
        return pd.DataFrame({"customer_id": [], "before": [], "later": [], "chosen": []})
    last = heights[heights["review"] == heights["review"].max()]
    chosen = last["customer_id"].map(evidence.members.loc[last["review"].iloc[0]]).astype(bool)
    return pd.DataFrame(
        {"customer_id": last["customer_id"], "before": last["ratio"], "later": last["later"], "chosen": chosen}
    )


def _caveat(evidence: Evidence) -> str:
    if evidence.by_policy:
        return evidence.language.say(
            "The members were chosen by the programme's rule, with nothing known of those days."
        )
    return evidence.language.say(
        "The members are those of the programme's rule; this run's own group was formed otherwise, with those days "
        "known."
    )


def _rest(found: ForwardCheck) -> float:
    """Mean later revenue of everybody who was not chosen."""
    return float(found.customers.loc[found.customers["group"] != CHOSEN, "later"].mean())


def shapiro(evidence: Evidence, values: pd.Series) -> dict[str, float]:
    """The Shapiro-Wilk test of the values as figures; none of too few values."""
    if len(values) < SHAPIRO_LIMITS[0] or values.nunique() < 2:
        return {}
    test = shapiro_wilk(values, seed=evidence.seed)
    return {"shapiro_w": test.w, "shapiro_p": test.p, "shapiro_n": test.n}


def normality(evidence: Evidence, values: pd.Series) -> str:
    """What that test says."""
    speak, test = evidence.language, shapiro(evidence, values)
    if not test:
        return speak.say("so few values cannot be tested for")
    fields = {
        "w": speak.decimal(test["shapiro_w"]),
        "p": speak.p_value(test["shapiro_p"]),
        "n": speak.whole(test["shapiro_n"]),
    }
    if test["shapiro_p"] < 1 - evidence.confidence:
        return speak.say("the Shapiro-Wilk test rejects (W = {w}, {p}, n = {n})", **fields)
    return speak.say("the Shapiro-Wilk test does not reject (W = {w}, {p}, n = {n})", **fields)


def _delta(evidence: Evidence, found: Comparison) -> str:
    speak = evidence.language
    middle, low, high = (speak.decimal(value) for value in (found.delta.estimate, found.delta.lower, found.delta.upper))
    return f"{middle} [{speak.interval(low, high)}]"


def between(evidence: Evidence, lower: float, upper: float) -> str:
    """Two amounts as the bounds of an interval."""
    speak = evidence.language
    return speak.interval(speak.money(lower, evidence.currency), speak.money(upper, evidence.currency))


def _forward_figures(found: ForwardCheck) -> dict[str, object]:
    groups = {
        name: group.replace(" ", "_") for name, group in ((CHOSEN, "members"), (NEXT, "next_best"), (REST, "rest"))
    }
    figures: dict[str, object] = {"known_customers": len(found.customers)}
    for name, values in _later_groups(found).items():
        figures |= {f"{groups[name]}_{what}": value for what, value in values.items()}
    figures["all_others_mean_later_revenue"] = _rest(found)
    for name, one, p in (("next", found.against_next, found.p_holm[0]), ("all", found.against_all, found.p_holm[1])):
        figures |= {f"u_against_{name}": one.u, f"delta_against_{name}": one.delta.estimate, f"p_against_{name}": p}
        figures |= {f"delta_against_{name}_lower": one.delta.lower, f"delta_against_{name}_upper": one.delta.upper}
    return figures


def _later_groups(found: ForwardCheck) -> dict[str, dict[str, float]]:
    """Size, mean later revenue with its bounds, share of later revenue and share buying again of every group."""
    later = found.customers.groupby("group")["later"]
    total = float(found.customers["later"].sum())
    return {
        name: {
            "customers": len(later.get_group(name)),
            "mean_later_revenue": interval.estimate,
            "lower": interval.lower,
            "upper": interval.upper,
            "t_lower": found.later_mean_t[name].lower,
            "t_upper": found.later_mean_t[name].upper,
            "share_of_later_revenue": float(later.get_group(name).sum()) / total if total else float("nan"),
            "share_with_revenue": float((later.get_group(name) > 0).mean()),
        }
        for name, interval in found.later_mean.items()
    }


def _forward_table(evidence: Evidence, found: ForwardCheck) -> pd.DataFrame:
    speak, groups = evidence.language, _later_groups(found)
    return pd.DataFrame(
        {
            speak.say("group"): [speak.say(NAMES[name]) for name in groups],
            speak.say("customers"): [speak.whole(each["customers"]) for each in groups.values()],
            speak.say("mean later revenue, net"): [
                speak.money(each["mean_later_revenue"], evidence.currency) for each in groups.values()
            ],
            speak.say("bootstrap interval"): [
                between(evidence, each["lower"], each["upper"]) for each in groups.values()
            ],
            speak.say("t interval"): [between(evidence, each["t_lower"], each["t_upper"]) for each in groups.values()],
            speak.say("share of later revenue"): [
                speak.percent(each["share_of_later_revenue"]) for each in groups.values()
            ],
            speak.say("with revenue again"): [speak.percent(each["share_with_revenue"]) for each in groups.values()],
        }
    )
