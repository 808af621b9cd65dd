"""The business questions, answered from the tables of one run: each with figures, a chart and a plain sentence."""

from insiders.answers.actions import what_is_unknown, what_to_do
from insiders.answers.answer import Answer, as_table
from insiders.answers.changes import what_changed
from insiders.answers.cohorts import by_first_month
from insiders.answers.comparison import differences
from insiders.answers.contribution import shares
from insiders.answers.eligibility import what_makes
from insiders.answers.evidence import Evidence, read
from insiders.answers.guarantee import better_later
from insiders.answers.outlook import expected
from insiders.answers.portrait import how_many, traits, who
from insiders.answers.prospects import churn, foresee, next_month, published
from insiders.answers.removal import what_removes
from insiders.answers.returns import cost_of_returns
from insiders.answers.reviews import how_often
from insiders.answers.similar import who_is_alike
from insiders.answers.worth import lifetime

__all__ = [
    "Answer",
    "Evidence",
    "as_table",
    "better_later",
    "by_first_month",
    "churn",
    "cost_of_returns",
    "differences",
    "expected",
    "foresee",
    "how_many",
    "how_often",
    "lifetime",
    "next_month",
    "published",
    "read",
    "shares",
    "traits",
    "what_changed",
    "what_is_unknown",
    "what_makes",
    "what_removes",
    "what_to_do",
    "who",
    "who_is_alike",
]
