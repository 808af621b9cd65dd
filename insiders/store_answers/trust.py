"""How far the forecasts may be trusted: by level, and by category."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from insiders.answers.answer import Answer
from insiders.charts import bars, style
from insiders.store_answers import queries
from insiders.store_answers.panel import Panel
from insiders.store_answers.words import WORDS, errors_of, level_name, trust
from insiders.verdicts import BASELINE, LINES

TOPIC = "stores_trust"
CATEGORY = "category"


def how_far(panel: Panel) -> Answer:
    """The errors of held-out periods by level and by category, the verdicts they get, and how many series get which."""
    speak, judged = panel.language, panel.judged
    question = speak.say("How far may the forecasts be trusted?")
    levels = judged[judged["series"].isna()]
    if levels.empty:
        return Answer(TOPIC, question, speak.say("Nothing was held out, so there is no verdict."))
    of_levels = [speak.say("{error} for {name} ({trust})", **_told(panel, row)) for row in levels.to_dict("records")]
    sentence = speak.say(
        "On periods that the models had not seen, sums were off on average by {errors}.",
        errors=speak.listing(of_levels),
    )
    lines = speak.say(
        "High trust: the sum of a period was off by at most {high} of itself on average; medium: by at most {medium}; "
        "low: by more. Single series err more than their sum, since a piece too many here makes up for one too few "
        "there.",
        high=speak.percent(LINES["high"], 0),
        medium=speak.percent(LINES["medium"], 0),
    )
    text = " ".join([lines, *_of_categories(panel)])
    figures: dict[str, object] = {f"most_for_{word}_trust": most for word, most in LINES.items()}
    sql: dict[str, str] = {}
    for row in levels.to_dict("records"):
        level, model = str(row["level"]), str(row["model"])
        figures |= {f"{level}_error": row["total_error"], f"{level}_error_seasonal_naive": row["baseline"]}
        figures |= {f"{level}_verdict": row["verdict"]}
        sql |= {f"{level}_error": queries.error(level, model), f"{level}_verdict": queries.word(level, model)}
        sql |= {f"{level}_error_seasonal_naive": queries.error(level, BASELINE)}
        if counts := _counts(judged, level):
            figures[f"{level}_verdicts"] = counts
            sql[f"{level}_verdicts"] = queries.counted_words(level, model)
    categories = judged[(judged["level"] == CATEGORY) & judged["series"].notna()]
    if len(categories):
        figures["by_category"] = dict(zip(categories["series"], categories["total_error"], strict=True))
        figures["by_category_seasonal_naive"] = dict(zip(categories["series"], categories["baseline"], strict=True))
        sql["by_category"] = queries.errors(CATEGORY, panel.models[CATEGORY])
        sql["by_category_seasonal_naive"] = queries.errors(CATEGORY, BASELINE)
    return Answer(TOPIC, question, sentence, text, figures, sql, _chart(panel), _table(panel, levels))


def _of_categories(panel: Panel) -> list[str]:
    rows = panel.judged[(panel.judged["level"] == CATEGORY) & panel.judged["series"].notna()]
    if rows.empty:
        return []
    speak = panel.language
    each = [
        speak.say("{name} {error} ({trust})", **_told(panel, row))
        for row in rows.sort_values("total_error").to_dict("records")
    ]
    return [speak.say("By category, the best first: {each}.", each=speak.listing(each))]


def _told(panel: Panel, row: Mapping[Hashable, Any]) -> dict[str, str]:
    """The fields of a sentence on a row of the verdicts."""
    speak, series = panel.language, row["series"]
    name = level_name(str(row["level"]), speak) if pd.isna(series) else str(series)
    error, _, word = errors_of(panel.judged, str(row["level"]), None if pd.isna(series) else str(series))
    return {"name": name, "error": speak.percent(error), "trust": trust(word, speak)}


def _counts(judged: pd.DataFrame, level: str) -> dict[str, int]:
    """How many series of a level have which verdict."""
    counts = judged.loc[(judged["level"] == level) & judged["series"].notna(), "verdict"].value_counts()
    return {word: int(counts[word]) for word in WORDS if word in counts}


def _table(panel: Panel, levels: pd.DataFrame) -> pd.DataFrame:
    speak = panel.language
    counts = [_counts(panel.judged, str(level)) for level in levels["level"]]
    return pd.DataFrame(
        {
            speak.say("level"): [level_name(str(level), speak) for level in levels["level"]],
            speak.say("off in a held-out period"): levels["total_error"].map(speak.percent),
            speak.say("repeating last week"): levels["baseline"].map(speak.percent),
            speak.say("verdict"): [trust(str(word), speak) for word in levels["verdict"]],
            **{
                speak.say("series of {trust}", trust=trust(word, speak)): [
                    speak.whole(each.get(word, 0)) if each else "–" for each in counts
                ]
                for word in WORDS
            },
        }
    )


def _chart(panel: Panel) -> Figure:
    speak, judged = panel.language, panel.judged
    rows = judged[judged["series"].isna() | judged["level"].isin([CATEGORY])]
    names = [
        level_name(str(level), speak) if pd.isna(series) else str(series)
        for level, series in zip(rows["level"], rows["series"], strict=True)
    ]
    return bars.horizontal(
        names,
        {
            speak.say("the model in use"): rows["total_error"].to_list(),
            speak.say("repeating last week"): rows["baseline"].to_list(),
        },
        title=speak.say("How far sums of held-out periods were off, by level and by category"),
        xlabel=speak.say("mean absolute error of a period's sum, as a share of what was sold"),
        written=lambda value: speak.percent(value),
        colours=(style.INSIDERS, style.OTHERS),
        height=0.2,
    )
