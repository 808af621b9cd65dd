"""The business questions on a panel of stores, categories and products, answered from the tables of one run."""

from insiders.answers.answer import Answer, as_table
from insiders.store_answers.agreement import do_levels_agree
from insiders.store_answers.expected import expected
from insiders.store_answers.growth import what_grows
from insiders.store_answers.limits import what_is_unknown
from insiders.store_answers.orders import orders, what_to_order
from insiders.store_answers.panel import Panel, read
from insiders.store_answers.series import by_series
from insiders.store_answers.trust import how_far

__all__ = [
    "Answer",
    "Panel",
    "as_table",
    "by_series",
    "do_levels_agree",
    "expected",
    "how_far",
    "orders",
    "read",
    "what_grows",
    "what_is_unknown",
    "what_to_order",
]
