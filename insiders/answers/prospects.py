"""What every customer is likely to do next: stay or churn, buy next month, and bring how much."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.answers.removal import at_risk
from insiders.charts import bars, style
from insiders.charts import prospects as charts
from insiders.errors import AnalysisError
from insiders.language import mark
from insiders.prospects import chances, foreseen, spending
from insiders.prospects.foreseen import COLUMNS, QUARTER, SOON, Foreseen
from insiders.retelling import retold

SHOWN = 10

WAYS: Mapping[str, str] = MappingProxyType(
    {
        chances.PLAIN: mark("whether the customer bought within the last 90 days"),
        "bg_nbd": mark("the BG/NBD model of buying and leaving"),
        "logistic": mark("a logistic regression on what is known of the customer"),
        spending.PLAIN: mark("as much again as in the last 90 days"),
        "half_of_180": mark("half of what the last 180 days brought"),
        "gamma_gamma": mark("the BG/NBD and Gamma-Gamma models"),
        "mean_of_both": mark("the mean of the BG/NBD and Gamma-Gamma models and half of the last 180 days"),
    }
)
"""Ways to a prospect, in words."""


def foresee(evidence: Evidence) -> Foreseen | None:
    """The prospects of the run's customers; None where the history is too short to judge any."""
    try:
        return foreseen.foresee(evidence.history, confidence=evidence.confidence, seed=evidence.seed)
    except AnalysisError:
        return None


def published(evidence: Evidence, known: Foreseen | None) -> pd.DataFrame:
    """The results table ``customers``: features, labels, prospects (missing where none) and the sign of risk."""
    table = evidence.customers
    columns = pd.DataFrame(float("nan"), index=table.index, columns=list(COLUMNS))
    if known is not None:
        found = known.customers.set_index("customer_id")[list(COLUMNS)].reindex(table["customer_id"])
        columns = found.set_index(table.index)
    return table.join(columns).assign(at_risk=at_risk(evidence))


def churn(evidence: Evidence, known: Foreseen | None) -> Answer:
    """The probability that a customer buys nothing within the next quarter."""
    speak, topic = evidence.language, "churn"
    question = speak.say("How likely is it that a customer is lost?")
    if known is None:
        return Answer(topic, question, too_short(evidence))
    people = published(evidence, known)
    told = people[people["probability_active"].notna()]
    lost = 1 - told["probability_active"]
    ours = lost[told["is_insider"]]
    first = told[told["is_insider"]].sort_values(["probability_active", "customer_id"]).head(SHOWN)
    sentence = speak.say(
        "An Insider buys nothing within the next {days} days with a probability of {ours} on average, any other "
        "customer with {theirs}: about {lost} of the {insiders} Insiders would be silent for that long.",
        days=speak.whole(QUARTER),
        ours=speak.percent(ours.mean()),
        theirs=speak.percent(lost[~told["is_insider"]].mean()),
        lost=speak.decimal(ours.sum(), 0),
        insiders=speak.whole(len(ours)),
    )
    figures = {
        "insiders": len(ours),
        "insiders_churn": ours.mean(),
        "others_churn": lost[~told["is_insider"]].mean(),
        "insiders_expected_lost": ours.sum(),
        "most_likely_lost": dict(zip(first["customer_id"], 1 - first["probability_active"], strict=True)),
        "churn_by_segment": lost.groupby(told["segment"]).mean().to_dict(),
        **_judged_figures(known.active),
    }
    gone = "1 - probability_active"
    sql = {
        "insiders": queries.found("COUNT(*)", f"{queries.INSIDERS} AND probability_active IS NOT NULL"),
        "insiders_churn": queries.found(f"AVG({gone})", queries.INSIDERS),
        "others_churn": queries.found(f"AVG({gone})", f"NOT {queries.INSIDERS}"),
        "insiders_expected_lost": queries.found(f"SUM({gone})", queries.INSIDERS),
        "most_likely_lost": queries.listed(
            gone, f"{queries.INSIDERS} AND probability_active IS NOT NULL", "probability_active", len(first)
        ),
        "churn_by_segment": queries.by_segment(f"AVG({gone})"),
    }
    table = pd.DataFrame(
        {
            speak.say("Insider most likely to be lost"): first["customer_id"],
            speak.say("probability to be lost"): [speak.percent(1 - value) for value in first["probability_active"]],
            speak.say("last purchase"): [speak.day(value) for value in first["last_purchase"]],
            speak.say("gross revenue"): [speak.money(value, evidence.currency) for value in first["gross_revenue"]],
        }
    )
    title = speak.say("Predicted and observed: customers who bought within {days} days", days=speak.whole(QUARTER))
    chart = charts.reliability(known.active.reliability, title, speak)
    text = f"{_judged(evidence, known.active)} {_individual(evidence)}"
    return Answer(topic, question, sentence, text, figures, sql, chart, table)


def next_month(evidence: Evidence, known: Foreseen | None) -> Answer:
    """The propensity to buy within the next 30 days, by segment."""
    speak, topic = evidence.language, "next_month"
    question = speak.say("Who will buy next month?")
    if known is None:
        return Answer(topic, question, too_short(evidence))
    people = published(evidence, known)
    told = people[people["propensity_30_days"].notna()]
    by_segment = told.groupby("segment")["propensity_30_days"].mean().reindex(evidence.segments["segment"])
    ours = told.loc[told["is_insider"], "propensity_30_days"]
    sentence = speak.say(
        "Within the next {days} days about {buyers} of the {customers} customers will buy, among them {ours} of the "
        "{insiders} Insiders.",
        days=speak.whole(SOON),
        buyers=speak.decimal(told["propensity_30_days"].sum(), 0),
        customers=speak.whole(len(told)),
        ours=speak.decimal(ours.sum(), 0),
        insiders=speak.whole(len(ours)),
    )
    text = speak.say(
        "{judged} In the lists the probability of every customer is the column propensity_30_days.",
        judged=_judged(evidence, known.soon),
    )
    figures = {
        "customers": len(told),
        "insiders": len(ours),
        "expected_buyers": told["propensity_30_days"].sum(),
        "expected_insiders": ours.sum(),
        "propensity_by_segment": by_segment.to_dict(),
        **_judged_figures(known.soon),
    }
    sql = {
        "customers": queries.found("COUNT(propensity_30_days)"),
        "insiders": queries.found("COUNT(propensity_30_days)", queries.INSIDERS),
        "expected_buyers": queries.found("SUM(propensity_30_days)"),
        "expected_insiders": queries.found("SUM(propensity_30_days)", queries.INSIDERS),
        "propensity_by_segment": queries.by_segment("AVG(propensity_30_days)"),
    }
    chart = bars.horizontal(
        [retold(name, speak) for name in by_segment.index],
        {speak.say("propensity"): by_segment.tolist()},
        title=speak.say("Who will buy within {days} days, by segment", days=speak.whole(SOON)),
        xlabel=speak.say("mean probability of the segment's customers"),
        written=lambda value: speak.percent(value, 0),
        colours=(style.ACCENT,),
    )
    return Answer(topic, question, sentence, text, figures, sql, chart)


def _judged(evidence: Evidence, judged: chances.Judged) -> str:
    """Which way was taken, and how it did on the last judged day beside the plain rule."""
    speak = evidence.language
    fields = {
        "way": speak.say(WAYS[judged.way]),
        "day": speak.day(judged.last["cut"].iloc[0]),
        "bought": speak.percent(judged.bought),
        "days": speak.whole(judged.days),
        "brier": speak.decimal(judged.score(judged.way), 3),
        "plain": speak.decimal(judged.score(chances.PLAIN), 3),
        "error": speak.decimal(100 * judged.calibration_error, 1),
    }
    best, score = _next_best(judged)
    said = speak.say(
        "Foretold by {way}. On {day}, which took no part in that choice, {bought} of the customers bought within "
        "{days} days; the Brier score (mean squared error of the probability) was {brier}, against {plain} of the "
        "plain rule “bought within the last 90 days”, and predicted and observed shares differ by {error} points on "
        "average over tenths of the customers.",
        **fields,
    )
    if score < judged.score(judged.way):
        said += " " + speak.say(
            "On that day {way} would have been better ({brier}); the days before spoke for the other.",
            way=speak.say(WAYS[best]),
            brier=speak.decimal(score, 3),
        )
    if judged.lessons > chances.MOST_LEARNT:
        said += " " + speak.say(
            "The regression has learnt from {learnt} of the {lessons} customers of earlier days, drawn by lot.",
            learnt=speak.whole(chances.MOST_LEARNT),
            lessons=speak.whole(judged.lessons),
        )
    return said


def _next_best(judged: chances.Judged) -> tuple[str, float]:
    """The best of the other ways on the last judged day, and its Brier score."""
    others = {name: judged.score(name) for name in chances.WAYS if name != judged.way}
    best = min(others, key=lambda name: others[name])
    return best, others[best]


def _judged_figures(judged: chances.Judged) -> dict[str, object]:
    gain, lower, upper = judged.measured.difference(judged.way, chances.PLAIN, "brier")
    return {
        "way": judged.way,
        "judged_on": judged.last["cut"].iloc[0],
        "bought": judged.bought,
        "brier": judged.score(judged.way),
        "brier_next_best": _next_best(judged)[1],
        "brier_plain": judged.score(chances.PLAIN),
        "brier_difference": gain,
        "brier_difference_lower": lower,
        "brier_difference_upper": upper,
        "calibration_error": judged.calibration_error,
        "average_precision": judged.score(judged.way, "average_precision"),
    }


def _individual(evidence: Evidence) -> str:
    return evidence.language.say(
        "Lost means: no purchase in that time. In a shop without contracts nobody says goodbye, so a silent customer "
        "may still come back."
    )


def too_short(evidence: Evidence) -> str:
    """Why no prospect is told."""
    return evidence.language.say(
        "This source cannot tell: a prediction is only made where days of the past can judge it, which needs at least "
        "nine months of transactions and fifty customers who came back."
    )
