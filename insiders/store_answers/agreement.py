"""Whether the levels tell one story."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.forecasting.additivity import RECENT, WHOLE, farthest
from insiders.series.levels import TOTAL
from insiders.store_answers import queries
from insiders.store_answers.panel import Panel
from insiders.store_answers.words import level_name, signed

TOPIC = "stores_agreement"


def do_levels_agree(panel: Panel) -> Answer:
    """How far the series of each level together are off the forecast of the whole."""
    speak, apart = panel.language, panel.apart
    question = speak.say("Do the levels agree?")
    if apart.empty:
        return Answer(TOPIC, question, speak.say("There are no levels that could add up."))
    each = [
        f"{level_name(str(level), speak)} {signed(difference, speak)}"
        for level, difference in zip(apart["level"], apart["difference"], strict=True)
    ]
    sentence = speak.say(
        "Beside the {whole} of the whole shop's forecast, the other levels add up to: {each}; day by day they are at "
        "most {most} off it.",
        whole=panel.amount(float(apart["total"].iloc[0]), str(panel.totals["unit"].iloc[0])),
        each=", ".join(each),
        most=speak.percent(farthest(apart)),
    )
    text = speak.say(
        "Each level is forecast by the model that erred least on it, and not made to add up. Where one figure has to "
        "hold for all, take that of the whole and share it out, or run the forecast with the parameter reconcile. A "
        "level whose series do not cover all that was sold in the last 13 weeks cannot add up and is left out of that "
        "most."
    )
    figures: dict[str, object] = {"total": float(apart["total"].iloc[0]), "levels_apart": farthest(apart)}
    whole, after = panel.models[TOTAL], panel.known_day - RECENT
    sql = {"total": queries.together(TOTAL, whole)}
    for row in apart.to_dict("records"):
        level, model = str(row["level"]), panel.models[str(row["level"])]
        names = ("series", "expected", "difference", "by_day", "followed")
        figures |= {f"{level}_{name}": row[name] for name in names}
        sql |= {
            f"{level}_series": queries.count(level, model),
            f"{level}_expected": queries.together(level, model),
            f"{level}_difference": queries.beside(level, model, TOTAL, whole),
            f"{level}_by_day": queries.beside_by_day(level, model, TOTAL, whole),
            f"{level}_followed": queries.followed(level, TOTAL, after),
        }
    whole_levels = [str(row["level"]) for row in apart.to_dict("records") if row["followed"] > WHOLE]
    if whole_levels:
        most = max(whole_levels, key=lambda level: figures[f"{level}_by_day"])  # type: ignore[arg-type, return-value]
        sql["levels_apart"] = sql[f"{most}_by_day"]
    table = pd.DataFrame(
        {
            speak.say("level"): [level_name(str(level), speak) for level in apart["level"]],
            speak.say("series followed"): apart["series"].map(speak.whole),
            speak.say("together"): apart["expected"].map(speak.whole),
            speak.say("beside the whole"): [signed(value, speak) for value in apart["difference"]],
            speak.say("apart day by day"): apart["by_day"].map(speak.percent),
            speak.say("share of what was sold that is followed"): apart["followed"].map(speak.percent),
        }
    )
    return Answer(TOPIC, question, sentence, text, figures, sql, None, table)
