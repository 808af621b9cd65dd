"""What each store, category or product will sell, each with its own error and verdict."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from insiders.answers.answer import Answer
from insiders.charts import stores as charts
from insiders.language import mark
from insiders.store_answers import queries
from insiders.store_answers.panel import Panel
from insiders.store_answers.words import errors_of, trust
from insiders.verdicts import BASELINE

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "store": mark("What will each store sell?"),
        "category": mark("What will each category sell?"),
        "product": mark("What will each product sell?"),
    }
)
MISSING: Mapping[str, str] = MappingProxyType(
    {
        "store": mark("This panel names no stores, so nothing can be said of each."),
        "category": mark("This panel names no categories, so nothing can be said of each."),
        "product": mark("This panel names no products, so nothing can be said of each."),
    }
)
NAMED = 3
"""Series that the sentence names."""
MOST_ROWS = 40
"""Lines of the table in the report; all series stand in the run's CSV files and in the database."""


def by_series(panel: Panel, level: str) -> Answer:
    """The expected sales of every series of a level, the largest first."""
    speak, topic = panel.language, f"stores_by_{level}"
    question = speak.say(QUESTIONS[level])
    rows = panel.growths[panel.growths["level"] == level].sort_values("expected", ascending=False, kind="stable")
    if rows.empty:
        return Answer(topic, question, speak.say(MISSING[level]))
    model = panel.models[level]
    named = [
        speak.say("{name} ({amount})", name=row["series"], amount=panel.amount(row["expected"], row["unit"]))
        for row in rows.head(NAMED).to_dict("records")
    ]
    sentence = speak.say(
        "From {first} to {last}, most is expected of {names}.",
        first=speak.day(panel.first_day),
        last=speak.day(panel.last_day),
        names=speak.listing(named),
    )
    text = speak.say(
        "Listed are {shown} of {all} series, the most expected first. Off is by how much the sum of a held-out period "
        "was missed on average, as a share of what was sold; beside it stands repeating the last week.",
        all=speak.whole(len(rows)),
        shown=speak.whole(min(len(rows), MOST_ROWS)),
    )
    before = panel.known_day - (panel.last_day - panel.known_day) + queries.DAY
    judged = {str(series): errors_of(panel.judged, level, str(series)) for series in rows["series"]}
    scored = {series: found for series, found in judged.items() if pd.notna(found[0])}
    figures = {
        "series": len(rows),
        "expected": dict(zip(rows["series"], rows["expected"], strict=True)),
        "lower": dict(zip(rows["series"], rows["lower"], strict=True)),
        "upper": dict(zip(rows["series"], rows["upper"], strict=True)),
        "sold_before": dict(zip(rows["series"], rows["before"], strict=True)),
        "error": {series: error for series, (error, _, _) in scored.items()},
        "error_seasonal_naive": {series: naive for series, (_, naive, _) in scored.items()},
        "verdict": {series: word for series, (_, _, word) in scored.items()},
        "first_day": panel.first_day,
        "last_day": panel.last_day,
    }
    sql = {
        "series": queries.count(level, model),
        "expected": queries.expected(level, model),
        "lower": queries.own("lower", level, model),
        "upper": queries.own("upper", level, model),
        "sold_before": queries.sold(level, before, panel.known_day),
        "error": queries.errors(level, model),
        "error_seasonal_naive": queries.errors(level, BASELINE),
        "verdict": queries.words(level, model),
    }
    shown = rows.head(MOST_ROWS)
    table = pd.DataFrame(
        {
            speak.say("series"): shown["series"],
            speak.say("expected"): [panel.amount(*pair) for pair in zip(shown["expected"], shown["unit"], strict=True)],
            speak.say("bounds of the sum (80%)"): [
                speak.interval(speak.whole(low), speak.whole(high))
                for low, high in zip(shown["lower"], shown["upper"], strict=True)
            ],
            speak.say("sold in as many days before"): shown["before"].map(speak.whole),
            speak.say("off in a held-out period"): [speak.percent(judged[str(name)][0]) for name in shown["series"]],
            speak.say("repeating last week"): [speak.percent(judged[str(name)][1]) for name in shown["series"]],
            speak.say("verdict"): [trust(judged[str(name)][2], speak) for name in shown["series"]],
        }
    )
    chart = charts.of_level(panel.sales, panel.forecasts, level, speak)
    return Answer(topic, question, sentence, text, figures, sql, chart, table)
