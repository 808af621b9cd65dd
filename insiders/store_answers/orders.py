"""What to order: a few examples; the whole table stands in the run's files."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.forecasting import growth
from insiders.store_answers import queries
from insiders.store_answers.panel import Panel

TOPIC = "stores_orders"
SHOWN, NAMED = 10, 3


def orders(panel: Panel, level: str) -> pd.DataFrame:
    """The table of orders of a level in whole pieces, see `insiders.forecasting.growth.to_order`."""
    return growth.to_order(panel.growths, level).round(0)


def what_to_order(panel: Panel, level: str) -> Answer:
    """The series that should sell most, with the stock that covers nine periods of ten."""
    speak = panel.language
    question = speak.say("What is to be ordered?")
    table = growth.to_order(panel.growths, level)
    if table.empty:
        return Answer(
            TOPIC, question, speak.say("Nothing is counted in pieces, so there is nothing that could be ordered.")
        )
    lines = [
        speak.say(
            "{stock} of {series} ({expected} expected)",
            stock=panel.amount(row["order_up_to"], "pieces"),
            series=row["series"],
            expected=speak.whole(row["expected"]),
        )
        for row in table.head(NAMED).to_dict("records")
    ]
    sentence = speak.say(
        "To have enough in about nine periods of ten, stock for {first} to {last}: {lines}.",
        first=speak.day(panel.first_day),
        last=speak.day(panel.last_day),
        lines=speak.listing(lines),
    )
    text = speak.say(
        "Order up to is the upper bound of the series' own sum: should it hold, one period in ten sells more, and one "
        "in forty more than the second figure, which of a product that sells by leaps lies far above. What is in stock "
        "is still to be taken off, and what was out of stock lately has sold less than it could have. Of all {all}, "
        "the {shown} largest are listed; the file stores/orders.csv of the run has the others.",
        shown=speak.whole(min(SHOWN, len(table))),
        all=speak.whole(len(table)),
    )
    model = panel.models[level]
    figures = {
        "first_day": panel.first_day,
        "last_day": panel.last_day,
        "listed": min(SHOWN, len(table)),
        "series": len(table),
        **{
            name: dict(zip(table["series"], table[name], strict=True))
            for name in ("expected", "order_up_to", "order_up_to_40")
        },
    }
    sql = {
        "series": queries.count(level, model),
        "expected": queries.expected(level, model),
        "order_up_to": queries.own("upper", level, model),
        "order_up_to_40": queries.own("upper_95", level, model),
    }
    shown = table.head(SHOWN)
    printed = pd.DataFrame(
        {
            speak.say("series"): shown["series"],
            speak.say("expected"): shown["expected"].map(speak.whole),
            speak.say("order up to (nine periods of ten)"): shown["order_up_to"].map(speak.whole),
            speak.say("order up to (39 of 40)"): shown["order_up_to_40"].map(speak.whole),
        }
    )
    return Answer(TOPIC, question, sentence, text, figures, sql, None, printed)
