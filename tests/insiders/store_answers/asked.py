"""All answers on a panel, as the notebook asks for them."""

from __future__ import annotations

from insiders import store_answers as ask
from insiders.store_answers import Answer, Panel


def answers(panel: Panel) -> list[Answer]:
    """Every one, in the order of the report."""
    return [
        ask.expected(panel),
        ask.by_series(panel, "store"),
        ask.by_series(panel, "category"),
        ask.by_series(panel, "product"),
        ask.how_far(panel),
        ask.what_grows(panel),
        ask.what_to_order(panel, "product"),
        ask.do_levels_agree(panel),
        ask.what_is_unknown(panel),
    ]
