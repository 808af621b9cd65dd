"""All answers of a run, as the notebook asks for them."""

from __future__ import annotations

import pandas as pd

from insiders import answers as ask
from insiders.answers.answer import Answer
from insiders.answers.evidence import Evidence
from insiders.answers.lines import Loaded
from insiders.prospects.foreseen import Foreseen


def answers(run: Evidence, known: Foreseen | None) -> list[Answer]:
    """Every one, in the order of the report."""
    return [
        ask.who(run),
        ask.how_many(run),
        ask.traits(run),
        ask.shares(run),
        ask.expected(run),
        ask.what_makes(run),
        ask.what_removes(run),
        ask.better_later(run),
        ask.differences(run),
        ask.what_to_do(run, known),
        ask.what_changed(run),
        ask.churn(run, known),
        ask.next_month(run, known),
        ask.lifetime(run, known),
        ask.how_often(run),
        ask.who_is_alike(run),
        ask.by_first_month(run),
        ask.cost_of_returns(run),
        ask.what_is_unknown(run),
    ]


def everybody(run: Evidence) -> pd.DataFrame:
    """The lines of all buyers of a run that is held in memory."""
    assert isinstance(run.lines, Loaded)
    return run.lines.history.lines
