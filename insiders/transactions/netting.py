"""Cancellations matched with the purchases they undo, so that neither counts.

The files carry no reference from a cancellation to its purchase. Two kinds of match are safe enough to act on: a line
that takes back an earlier line of the same customer, product, unit price and quantity; and a cancelling invoice worth
exactly as much as a whole purchase invoice of the same customer within a day, as when one manual entry undoes a basket.
Whatever matches neither way is a return.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

WHOLE_INVOICE_WITHIN = pd.Timedelta(days=1)


def whole_invoices(rows: pd.DataFrame) -> pd.Series:
    """Which rows belong to a purchase invoice and the invoice, of equal worth, that undoes it within a day.

    ``rows``: invoice, customer_id, quantity, time, unit_price; all lines of an invoice, codes that are no products
    included, since it is often such a line that cancels. Each invoice is used once, the nearest earlier purchase first.
    """
    keys = ["customer_id", "invoice"]
    lines = rows[keys].assign(
        worth=rows["quantity"] * rows["unit_price"], sign=np.sign(rows["quantity"]), at=rows["time"]
    )
    sums = lines.groupby(keys).agg(worth=("worth", "sum"), low=("sign", "min"), high=("sign", "max"), at=("at", "min"))
    invoices = sums.reset_index().sort_values("at", kind="stable")
    invoices["cents"] = (100 * invoices["worth"].abs()).round().astype("int64")
    invoices = invoices[invoices["cents"] > 0]
    bought, undone = invoices[invoices["low"] > 0], invoices[invoices["high"] < 0]
    pairs = pd.merge_asof(
        undone[[*keys, "cents", "at"]],
        bought[[*keys, "cents", "at"]].rename(columns={"invoice": "purchase"}),
        on="at",
        by=["customer_id", "cents"],
        tolerance=WHOLE_INVOICE_WITHIN,
    )
    pairs = pairs.dropna(subset="purchase").drop_duplicates(["customer_id", "purchase"])
    return rows["invoice"].isin(pd.concat([pairs["invoice"], pairs["purchase"]]))


def lines(rows: pd.DataFrame, *, days: int) -> pd.Series:
    """Which rows are a purchase line and the line that takes it back in full within ``days`` days.

    ``rows``: customer_id, product, quantity, time, unit_price. Each line is used once; a cancellation takes the latest
    earlier purchase that is still open, as a stack does.
    """
    keys = ["customer_id", "product", "unit_price", "pieces"]
    moves = rows[["customer_id", "product", "unit_price", "time"]].assign(pieces=rows["quantity"].abs())
    moves["step"] = np.sign(rows["quantity"]).astype("int64")
    group = moves.groupby(keys, sort=False).ngroup()
    moves["group"] = group
    # Only where both kinds occur can anything match: some thousand rows of half a million.
    both = moves.groupby("group")["step"].agg(["min", "max"])
    moves = moves[group.isin(both.index[(both["min"] < 0) & (both["max"] > 0)])]
    # Within a minute the purchase comes first.
    moves = moves.sort_values(["group", "time", "step"], ascending=[True, True, False], kind="stable")
    moves = moves[~_unmatched(moves)]
    level = moves.groupby("group")["step"].cumsum() + (moves["step"] < 0)
    # On one level of the stack purchases and cancellations alternate, so that neighbours are partners.
    by_level = moves.assign(level=level).sort_values(["group", "level"], kind="stable")
    place = by_level.groupby(["group", "level"])
    partner_step, partner_time = place["step"].shift(-1), place["time"].shift(-1)
    soon = partner_time - by_level["time"] <= pd.Timedelta(days=days)
    opened = (by_level["step"] > 0) & (partner_step < 0) & soon
    closed = opened.groupby([by_level["group"], by_level["level"]]).shift(1, fill_value=False)
    matched = by_level.index[opened | closed]
    return pd.Series(rows.index.isin(matched), index=rows.index)


def _unmatched(moves: pd.DataFrame) -> pd.Series:
    """Cancellations without an open purchase before them: those at which the balance falls to a new low below 0."""
    balance = moves.groupby("group")["step"].cumsum()
    lowest_before = (
        balance.groupby(moves["group"]).cummin().groupby(moves["group"]).shift(1, fill_value=0).clip(upper=0)
    )
    return balance < lowest_before
