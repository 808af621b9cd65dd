"""What marketing should do for every segment, and what this source cannot tell."""

from __future__ import annotations

import pandas as pd

from insiders.answers.eligibility import overdue
from insiders.answers.evidence import Answer, Evidence
from insiders.charts import reporting
from insiders.wording import counted, decimal, listing, money, percent, whole

YEARS_FOR_SEASONS = 2
"""Years of history from which a yearly pattern can be told from chance."""


def what_to_do(evidence: Evidence) -> Answer:
    """The action of every segment with the traits it rests on."""
    segments, customers = evidence.segments, evidence.customers
    late = overdue(customers).groupby(customers["segment"]).mean().reindex(segments["segment"])
    ours = segments[segments["is_insiders"]].iloc[0]
    text = (
        f"For the Insiders: {_sentence(ours['action'])} Their median recency is "
        f"{decimal(ours['median_recency_days'], 0)} days, their median ticket "
        f"{money(ours['median_ticket'], evidence.currency)}; {percent(late[ours['segment']])} of them are overdue by "
        f"their own rhythm. The segment most overdue is “{late.idxmax()}” ({percent(late.max())}). Every expected "
        "effect is an assumption until a trial has measured it."
    )
    table = pd.DataFrame(
        {
            "segment": segments["segment"],
            "customers": segments["customers"].map(whole),
            "last purchase, median days ago": [decimal(value, 0) for value in segments["median_recency_days"]],
            "median ticket": [money(value, evidence.currency) for value in segments["median_ticket"]],
            "overdue": late.map(percent).to_list(),
            "action": segments["action"],
        }
    )
    figures = {"actions": segments.set_index("segment")["action"].to_dict(), "overdue": late.to_dict()}
    return Answer("What should marketing do, segment by segment?", text, figures, reporting.rhythm(late), table)


def what_is_unknown(evidence: Evidence) -> Answer:
    """What a manager would like to know and this source cannot tell, with the reason."""
    gaps = pd.DataFrame(_gaps(evidence), columns=["not answered", "because"])
    named = listing([str(name) for name in gaps["not answered"]])
    text = f"{counted(len(gaps), 'question is', 'questions are')} not answered rather than guessed: {named}."
    return Answer("What can this source not tell?", text, {"gaps": gaps.to_dict("records")}, None, gaps)


def _gaps(evidence: Evidence) -> list[tuple[str, str]]:
    sold = evidence.transactions
    span = (sold["time"].max() - sold["time"].min()).days / 365.25
    absent = [
        (f"revenue by {noun}", f"the source names no {noun}")
        for noun, column in (("store", "store"), ("category", "category"))
        if sold[column].isna().all()
    ]
    short = (
        [
            (
                "a yearly pattern of demand",
                f"the data span {decimal(span, 1)} years, and two are the least to tell it from chance",
            )
        ]
        if round(span, 1) < YEARS_FOR_SEASONS
        else []
    )
    return [
        *absent,
        *short,
        ("profit per customer", "the source holds prices and no costs"),
        ("the effect of the programme itself", "no customer was yet invited at random, and only a trial shows a cause"),
        ("customers without an id", "their invoices cannot be joined to a person and are in none of these figures"),
    ]


def _sentence(text: str) -> str:
    trimmed = text.strip()
    return trimmed if trimmed.endswith((".", "!", "?")) else f"{trimmed}."
