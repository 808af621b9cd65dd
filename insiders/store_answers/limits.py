"""What a manager would like to know and a panel cannot tell."""

from __future__ import annotations

import pandas as pd

from insiders.answers.answer import Answer
from insiders.store_answers.panel import PIECES, Panel
from insiders.store_answers.series import QUESTIONS

TWO_YEARS = pd.Timedelta(days=730)


def what_is_unknown(panel: Panel) -> Answer:
    """The questions this source leaves open, with the reason."""
    speak = panel.language
    gaps = pd.DataFrame(_gaps(panel), columns=[speak.say("not answered"), speak.say("because")])
    sentence = speak.say(
        "Not answered rather than guessed: {gaps}.", gaps=speak.listing([str(name) for name in gaps.iloc[:, 0]])
    )
    question = speak.say("What can this source not tell?")
    return Answer("stores_unknown", question, sentence, "", {"gaps": gaps.iloc[:, 0].tolist()}, table=gaps)


def _gaps(panel: Panel) -> list[tuple[str, str]]:
    speak, there = panel.language, set(panel.totals["level"])
    lacking = [level for level in QUESTIONS if level not in there]
    names = {
        "store": (speak.say("sales by store"), speak.say("the panel names no stores")),
        "category": (speak.say("sales by category"), speak.say("the panel names no categories")),
        "product": (speak.say("sales by product"), speak.say("the panel names no products")),
    }
    found = [names[level] for level in lacking]
    if panel.sales["date"].max() - panel.sales["date"].min() < TWO_YEARS:
        short = speak.say("the panel holds less than two years, and two are the least to tell it from chance")
        found.append((speak.say("a yearly pattern of demand"), short))
    if (panel.totals["unit"] == PIECES).all():
        money = speak.say("pieces are forecast, and the prices of the days to come are not known")
        found.append((speak.say("revenue and profit"), money))
    return [
        (
            speak.say("anything about customers"),
            speak.say("a panel holds sums of days, and neither customers nor invoices"),
        ),
        *found,
        (
            speak.say("demand that found an empty shelf"),
            speak.say("the panel holds what was sold, and neither stock nor what was asked for"),
        ),
        (
            speak.say("why something grows or falls"),
            speak.say("nothing was changed at random, and only a trial shows a cause"),
        ),
    ]
