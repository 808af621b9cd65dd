"""How much a customer is worth in the time that can be foreseen, with bounds."""

from __future__ import annotations

import pandas as pd

from insiders.answers import queries
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.answers.prospects import SHOWN, WAYS, published, too_short
from insiders.charts import bars, style
from insiders.prospects import spending
from insiders.prospects.foreseen import QUARTER, Foreseen
from insiders.retelling import retold


def lifetime(evidence: Evidence, known: Foreseen | None) -> Answer:
    """The revenue expected of every customer in the next 90 days, with bounds."""
    speak, topic = evidence.language, "lifetime_value"
    question = speak.say("How much is a customer worth in the time that can be foreseen?")
    if known is None:
        return Answer(topic, question, too_short(evidence))
    people, judged = published(evidence, known), known.revenue
    told = people[people["expected_revenue_90_days"].notna()]
    first = told.sort_values(["expected_revenue_90_days", "customer_id"], ascending=[False, True]).head(SHOWN)
    ours, whole = told.loc[told["is_insider"], "expected_revenue_90_days"], told["expected_revenue_90_days"].sum()
    sentence = speak.say(
        "In the next {days} days an Insider is expected to bring {ours} on average, net of returns, any other customer "
        "{theirs}: the Insiders are {share} of what is expected of all.",
        days=speak.whole(QUARTER),
        ours=speak.money(ours.mean(), evidence.currency),
        theirs=speak.money(told.loc[~told["is_insider"], "expected_revenue_90_days"].mean(), evidence.currency),
        share=speak.percent(ours.sum() / whole),
    )
    text = speak.say(
        "Taken is {way}: {why}. On {day}, which took no part in the choice, it was wrong by {error} per customer, "
        "{plain_way} by {plain} (difference {gain}, {lower} to {upper}); the sum expected of all customers was {total} "
        "of what came. The bounds of a customer held what came for {coverage} of the customers ({nominal} intended). A "
        "lifetime beyond {days} days is not promised, since no such promise could be judged on this history.",
        why=_why(evidence, judged),
        way=speak.say(WAYS[judged.way]),
        plain_way=speak.say(WAYS[spending.PLAIN]),
        day=speak.day(judged.errors.index[-1]),
        error=speak.money(float(judged.errors[judged.way].iloc[-1]), evidence.currency),
        plain=speak.money(float(judged.errors[spending.PLAIN].iloc[-1]), evidence.currency),
        gain=speak.money(judged.gain.estimate, evidence.currency),
        lower=speak.money(judged.gain.lower, evidence.currency),
        upper=speak.money(judged.gain.upper, evidence.currency),
        total=speak.percent(1 + judged.total_error(judged.way)),
        coverage=speak.percent(judged.coverage),
        nominal=speak.percent(judged.confidence, 0),
        days=speak.whole(QUARTER),
    )
    figures = {
        "insiders_mean": ours.mean(),
        "others_mean": told.loc[~told["is_insider"], "expected_revenue_90_days"].mean(),
        "insiders_sum": ours.sum(),
        "insiders_share": ours.sum() / whole,
        "way": judged.way,
        "judged_on": judged.errors.index[-1],
        "errors_by_way": judged.errors.iloc[-1].to_dict(),
        "gain": judged.gain.estimate,
        "gain_lower": judged.gain.lower,
        "gain_upper": judged.gain.upper,
        "total_error": judged.total_error(judged.way),
        "coverage": judged.coverage,
        "confidence": judged.confidence,
        "most_expected": dict(zip(first["customer_id"], first["expected_revenue_90_days"], strict=True)),
    }
    expected = "expected_revenue_90_days"
    sql = {
        "insiders_mean": queries.found(f"AVG({expected})", queries.INSIDERS),
        "others_mean": queries.found(f"AVG({expected})", f"NOT {queries.INSIDERS}"),
        "insiders_sum": queries.found(f"SUM({expected})", queries.INSIDERS),
        "insiders_share": queries.share(f"COALESCE({expected}, 0)"),
        "most_expected": queries.listed(expected, f"{expected} IS NOT NULL", f"{expected} DESC", SHOWN),
    }
    errors = judged.errors.iloc[-1]
    chart = bars.horizontal(
        [speak.say(WAYS[name]) for name in errors.index],
        {speak.say("error"): errors.tolist()},
        title=speak.say("How wrong every way was on days that it had not seen"),
        xlabel=speak.say("mean absolute error of a customer's net revenue in {days} days", days=speak.whole(QUARTER)),
        written=lambda value: speak.short_money(value, evidence.currency),
        colours=(style.ACCENT,),
    )
    return Answer(topic, question, sentence, text, figures, sql, chart, _most_expected(evidence, first))


def _why(evidence: Evidence, judged: spending.Judged) -> str:
    if len(judged.errors) > 1:
        return evidence.language.say("of four ways it had the least error on the days that choose")
    return evidence.language.say("it was named beforehand, since there is a single day to judge by")


def _most_expected(evidence: Evidence, ordered: pd.DataFrame) -> pd.DataFrame:
    speak = evidence.language

    def amounts(column: str) -> list[str]:
        return [speak.money(value, evidence.currency) for value in ordered[column]]

    return pd.DataFrame(
        {
            speak.say("customer"): ordered["customer_id"],
            speak.say("segment"): [retold(name, speak) for name in ordered["segment"]],
            speak.say("gross revenue so far"): amounts("gross_revenue"),
            speak.say("expected in 90 days"): amounts("expected_revenue_90_days"),
            speak.say("lower bound"): amounts("expected_revenue_lower"),
            speak.say("upper bound"): amounts("expected_revenue_upper"),
        }
    )
