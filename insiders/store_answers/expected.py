"""What each level will sell, with bounds, its error on held-out periods and a word for how far to trust it."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.charts import stores as charts
from insiders.model_names import in_words
from insiders.store_answers import queries
from insiders.store_answers.panel import Panel
from insiders.store_answers.words import errors_of, level_name, trust
from insiders.verdicts import BASELINE

TOPIC = "stores_expected"


def expected(panel: Panel) -> Answer:
    """The expected sales of every level over the days forecast, the whole in the sentence."""
    speak = panel.language
    question = speak.say("What will be sold in the next weeks?")
    if panel.totals.empty:
        return Answer(TOPIC, question, speak.say("No level of this panel could be forecast."))
    whole = panel.totals.iloc[0]
    error, naive, verdict = errors_of(panel.judged, str(whole["level"]))
    sentence = speak.say(
        "From {first} to {last}, {mean} are expected, most likely between {lower} and {upper} ({coverage} bounds, "
        "{trust}).",
        first=speak.day(whole["first_day"]),
        last=speak.day(whole["last_day"]),
        mean=panel.amount(whole["mean"], whole["unit"]),
        lower=speak.whole(whole["lower"]),
        upper=speak.whole(whole["upper"]),
        coverage=speak.percent(whole["coverage"], 0),
        trust=trust(verdict, speak),
    )
    text = speak.say(
        "That is the forecast of {level} by the model “{model}” for {days} open days. On {periods} held-out periods "
        "its sum was off by {error} on average, repeating last week by {naive}; the bounds rest on these periods only. "
        "Each level below forecasts the same sales again, so the lines are not to be added up.",
        level=level_name(str(whole["level"]), speak),
        model=in_words(whole["model"], speak),
        days=speak.whole(whole["days"]),
        periods=speak.whole(whole["periods"]),
        error=speak.percent(error),
        naive=speak.percent(naive),
    )
    figures: dict[str, object] = {}
    sql: dict[str, str] = {}
    for row in panel.totals.to_dict("records"):
        level, model = str(row["level"]), str(row["model"])
        off, plain, word = errors_of(panel.judged, level)
        for column in ("mean", "lower", "upper", "coverage", "days", "periods"):
            figures[f"{level}_{column}"] = row[column]
            sql[f"{level}_{column}"] = queries.total(column, level, model)
        figures |= {f"{level}_error": off, f"{level}_error_seasonal_naive": plain, f"{level}_verdict": word}
        figures |= {f"{level}_model": model}
        sql |= {f"{level}_error": queries.error(level, model), f"{level}_verdict": queries.word(level, model)}
        sql |= {f"{level}_error_seasonal_naive": queries.error(level, BASELINE)}
    figures |= {"first_day": whole["first_day"], "last_day": whole["last_day"]}
    chart = charts.of_level(panel.sales, panel.forecasts, str(whole["level"]), speak)
    return Answer(TOPIC, question, sentence, text, figures, sql, chart, _table(panel))


def _table(panel: Panel) -> pd.DataFrame:
    speak = panel.language
    judged = [errors_of(panel.judged, str(level)) for level in panel.totals["level"]]
    rows = panel.totals
    return pd.DataFrame(
        {
            speak.say("level"): [level_name(str(level), speak) for level in rows["level"]],
            speak.say("expected"): [panel.amount(*pair) for pair in zip(rows["mean"], rows["unit"], strict=True)],
            speak.say("lower bound"): rows["lower"].map(speak.whole),
            speak.say("upper bound"): rows["upper"].map(speak.whole),
            speak.say("model"): [in_words(model, speak) for model in rows["model"]],
            speak.say("off in a held-out period"): [speak.percent(error) for error, _, _ in judged],
            speak.say("repeating last week"): [speak.percent(naive) for _, naive, _ in judged],
            speak.say("verdict"): [trust(word, speak) for _, _, word in judged],
        }
    )
