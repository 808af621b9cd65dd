"""How often eligibility should be reviewed, by what each frequency holds of later revenue."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.charts import bars, style
from insiders.errors import AnalysisError
from insiders.membership import frequency

LEAST_GAIN = 0.01
"""Share of later revenue from which holding it is worth two reviews more in a quarter."""


def how_often(evidence: Evidence) -> Answer:
    """Whether eligibility should be reviewed every month or every three, by what each holds of later revenue."""
    speak = evidence.language
    question = speak.say("How often should eligibility be reviewed, every month or every three?")
    try:
        found = frequency.compared(evidence.heights, evidence.rule, confidence=evidence.confidence, seed=evidence.seed)
    except AnalysisError:
        short = speak.say(
            "This source cannot tell: two quarters of reviews are needed, with the 90 days after one of them over."
        )
        return Answer("review_frequency", question, short)
    often, seldom = found.table.iloc[0], found.table.iloc[1]
    gain = float(often["captured"] - seldom["captured"])
    monthly = gain >= LEAST_GAIN or found.lost.lower > 0
    figures = {f"monthly_{name}": value for name, value in often.items() if name != "every"}
    figures |= {f"quarterly_{name}": value for name, value in seldom.items() if name != "every"}
    figures |= {
        "judged_days": found.steps,
        "gain_of_monthly": gain,
        "lost_by_quarterly": found.lost.estimate,
        "lost_lower": found.lost.lower,
        "lost_upper": found.lost.upper,
        "recommended_months": 1 if monthly else 3,
    }
    fields = {
        "often": speak.percent(float(often["captured"])),
        "seldom": speak.percent(float(seldom["captured"])),
        "waiting": speak.decimal(float(seldom["waiting"]), 0),
    }
    sentence = (
        speak.say(
            "Every month: members reviewed monthly held {often} of the revenue of the following 90 days, reviewed "
            "every three months {seldom}, because {waiting} customers who had earned a place were waiting for it on "
            "average.",
            **fields,
        )
        if monthly
        else speak.say(
            "Every three months is enough: members reviewed so held {seldom} of the revenue of the following 90 "
            "days, reviewed monthly {often}, while {waiting} customers who had earned a place were waiting for it on "
            "average.",
            **fields,
        )
    )
    text = speak.say(
        "The same rule was replayed on {steps} days whose following 90 days are known. Held against as many customers "
        "by their standing on the day, the slower review misses {lost} points of later revenue ({lower} to {upper}): "
        "the rest of the difference is that fewer customers are members. A year brings {exits} exits with monthly "
        "reviews and {slow_exits} with quarterly ones. The limit set beforehand is one point of later revenue.",
        steps=speak.whole(found.steps),
        lost=speak.decimal(100 * found.lost.estimate, 1),
        lower=speak.decimal(100 * found.lost.lower, 1),
        upper=speak.decimal(100 * found.lost.upper, 1),
        exits=speak.decimal(float(often["exits"]), 1),
        slow_exits=speak.decimal(float(seldom["exits"]), 1),
    )
    names = [speak.say("every month"), speak.say("every three months")]
    chart = bars.horizontal(
        names,
        {
            speak.say("held by the members"): found.table["captured"].tolist(),
            speak.say("held by as many with the highest standing"): found.table["as_many"].tolist(),
        },
        title=speak.say("What members hold of later revenue, by how often they are reviewed"),
        xlabel=speak.say("share of the net revenue of the following 90 days, of all customers known on the day"),
        written=lambda value: speak.percent(value),
        colours=(style.INSIDERS, style.OTHERS),
    )
    return Answer(
        "review_frequency", question, sentence, text, figures, {}, chart, _frequencies(evidence, found, names)
    )


def _frequencies(evidence: Evidence, found: frequency.Frequencies, names: list[str]) -> pd.DataFrame:
    speak, table = evidence.language, found.table
    return pd.DataFrame(
        {
            speak.say("reviewed"): names,
            speak.say("reviews of grace"): table["grace"].map(speak.whole),
            speak.say("members, on average"): table["members"].map(lambda value: speak.decimal(value, 0)),
            speak.say("enter a year"): table["entries"].map(lambda value: speak.decimal(value, 1)),
            speak.say("leave a year"): table["exits"].map(lambda value: speak.decimal(value, 1)),
            speak.say("of these soon back"): table["back"].map(lambda value: speak.percent(value, 0)),
            speak.say("waiting for a place"): table["waiting"].map(lambda value: speak.decimal(value, 1)),
            speak.say("later revenue held"): table["captured"].map(speak.percent),
        }
    )
