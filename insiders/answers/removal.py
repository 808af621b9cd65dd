"""What removes a customer: the line and the grace of the programme, who is at risk now, and who left and why."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.changes import left_figures, since_review, why_left
from insiders.answers.eligibility import score_of
from insiders.answers.evidence import Evidence
from insiders.charts import reporting
from insiders.membership import risk

SHOWN = 15
"""Members at risk who are named in the report; the others stand in the table of the database."""


def what_removes(evidence: Evidence) -> Answer:
    """The rule of leaving with its thresholds, members at risk by sign, and who left at the last review."""
    speak, programme, rule = evidence.language, evidence.programme, evidence.rule
    found = _signs(evidence)
    counts = {sign: int(found[sign].sum()) for sign in found.columns}
    at_risk = int(found.any(axis=1).sum())
    change = since_review(evidence)
    question = speak.say("What removes a customer?")
    heights = {
        "line": score_of(evidence, float(programme["threshold"])),
        "exit": speak.percent(rule.exit, 0),
        "amount": score_of(evidence, rule.exit * float(programme["threshold"])),
    }
    if evidence.by_policy:
        sentence = speak.say_n(
            "Who stands below {exit} of the line (today {amount}) at {n} review leaves the programme; {at_risk} of the "
            "{insiders} Insiders show a sign of it now.",
            "Who stands below {exit} of the line (today {amount}) at {n} reviews in a row leaves the programme; "
            "{at_risk} of the {insiders} Insiders show a sign of it now.",
            rule.grace,
            at_risk=speak.whole(at_risk),
            insiders=speak.whole(len(found)),
            **heights,
        )
    else:
        sentence = speak.say(
            "This run's group was not made by the programme's rule, so there is no line and no grace: a customer "
            "leaves when the next run no longer places them in the group; {at_risk} of the {insiders} show a sign of "
            "fading.",
            at_risk=speak.whole(at_risk),
            insiders=speak.whole(len(found)),
        )
    text = speak.say(
        "The line is {line}, the value of the last customer with a place; a customer enters at {entry} of it and is "
        "reviewed every {days} days. At risk now: {in_grace} in grace, {below_line} kept between exit and entry, "
        "{overdue} overdue by their own rhythm, {falling} falling (one member may show several signs). {left}",
        entry=speak.percent(rule.entry, 0),
        days=speak.whole(programme["days"]),
        left=why_left(evidence),
        **{sign: speak.whole(count) for sign, count in counts.items()},
        **heights,
    )
    figures = {
        "line": float(programme["threshold"]),
        "entry": rule.entry,
        "exit": rule.exit,
        "grace_reviews": rule.grace,
        "review_days": int(programme["days"]),
        "exit_amount": rule.exit * float(programme["threshold"]),
        "insiders": len(found),
        "at_risk": at_risk,
        **counts,
        **left_figures(evidence),
        "left_at_last_review": change.left if evidence.by_policy and change else [],
    }
    sql = {
        "insiders": queries.found("COUNT(*)", queries.INSIDERS),
        "at_risk": queries.found("COUNT(*)", "at_risk IS NOT NULL"),
        "overdue": queries.found("COUNT(*)", f"{queries.INSIDERS} AND {queries.OVERDUE}"),
    }
    chart = reporting.standing(evidence.standing, rule, speak)
    return Answer("what_removes", question, sentence, text, figures, sql, chart, _table(evidence, found))


def at_risk(evidence: Evidence) -> pd.Series:
    """For every customer, in order, why the programme may be lost, in the report's language; missing where not."""
    insiders, found = evidence.insiders, _signs(evidence)
    shown = found[found.any(axis=1)]
    customers = insiders.loc[shown.index, ["customer_id", "recency_days", "avg_gap_days"]]
    stands = evidence.standing.reindex(customers["customer_id"])[["ratio", "before", "row"]]
    rows = zip(customers.to_dict("records"), stands.to_dict("records"), shown.to_numpy(bool), strict=True)
    texts = [
        "; ".join(_meaning(str(sign), customer, stand, evidence) for sign in shown.columns[flags])
        for customer, stand, flags in rows
    ]
    said = dict(zip(shown.index, texts, strict=True))
    return pd.Series(said, dtype="string").reindex(evidence.customers.index).rename("at_risk")


def _signs(evidence: Evidence) -> pd.DataFrame:
    """The signs of risk of the Insiders, by their place among the customers; no line where no rule made the group."""
    found = risk.signs(evidence.insiders, evidence.standing, evidence.rule)
    if not evidence.by_policy:
        found[["in_grace", "below_line"]] = False
    return found


def _meaning(sign: str, customer: Mapping[Hashable, Any], stands: Mapping[Hashable, Any], evidence: Evidence) -> str:
    speak, rule = evidence.language, evidence.rule
    known = stands["ratio"] == stands["ratio"]
    fields = {"exit": speak.percent(rule.exit, 0), "grace": speak.whole(rule.grace)}
    if known:
        fields |= {"ratio": speak.percent(stands["ratio"], 0), "before": speak.percent(stands["before"], 0)}
    if sign == "in_grace" and known:
        return speak.say_n(
            "below {exit} of the line for {n} review; leaves after {grace}",
            "below {exit} of the line for {n} reviews; leaves after {grace}",
            int(stands["row"]),
            **fields,
        )
    if sign == "overdue":
        return speak.say(
            "silent for {days} days, more than twice the usual gap of {gap}",
            days=speak.whole(customer["recency_days"]),
            gap=speak.decimal(float(customer["avg_gap_days"]), 0),
        )
    if sign == "falling":
        return speak.say("fell to {ratio} of the line from {before} three reviews ago", **fields)
    return speak.say("stands at {ratio} of the line, and is kept", **fields)


def _table(evidence: Evidence, found: pd.DataFrame) -> pd.DataFrame:
    """The members at risk, those with most to lose first."""
    speak, insiders = evidence.language, evidence.insiders
    words = at_risk(evidence).loc[insiders.index]
    shown = insiders[found.any(axis=1)].sort_values(["gross_revenue", "customer_id"], ascending=[False, True])
    shown = shown.head(SHOWN)
    return pd.DataFrame(
        {
            speak.say("customer"): shown["customer_id"],
            speak.say("gross revenue"): [speak.money(value, evidence.currency) for value in shown["gross_revenue"]],
            speak.say("last purchase"): [speak.day(value) for value in shown["last_purchase"]],
            speak.say("sign of risk"): words.loc[shown.index],
        }
    )
