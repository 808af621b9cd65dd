"""The quirks of real exports, planted into the generated shop: one function each, with its share as a constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from insiders.demo_shop.catalogue import ONLINE

WALK_INS = 0.15  # of the invoices have no customer
FREE = 0.002  # of the lines are gifts at price 0
REPEATED = 0.008  # of the lines stand twice in their invoice
POSTAGE = 0.3  # of the online invoices
RETURNED = 0.025  # of the lines come back later, half of them in part
CANCELLED = 0.007  # of the invoices are cancelled within the hour
MANUAL = 0.001  # of the invoices are cancelled by one manual entry over their sum
WRITTEN_OFF = 0.003  # of the lines: stock that went missing, at price 0, without a customer
TWO_TIMES = 0.003  # of the invoices carry two times
LOWER_CASE = 0.03  # of the codes with a letter
BLANKS = 0.1  # of the descriptions end in a blank
SPOILED = 0.0003  # of the rows break the contract, two of each kind at the least

NOBODY = -1
"""The customer of lines that have none."""


def plant(rng: np.random.Generator, lines: pd.DataFrame, codes: Sequence[str], *, end: pd.Timestamp) -> pd.DataFrame:
    """Add the lines that a shop's books have beside its sales; ``codes`` are those of the catalogue, by row.

    Columns as `insiders.demo_shop` makes them: event, customer, time, store, product, quantity, price, prefix. Nothing
    happens after the day ``end``.
    """
    special = {code: row for row, code in enumerate(codes) if not code[0].isdigit()}
    lines = _without_customers(rng, lines)
    lines["price"] = lines["price"].where(rng.random(len(lines)) >= FREE, 0.0)
    lines = pd.concat([lines, _repeats(rng, lines), _postage(rng, lines, special["POST"])], ignore_index=True)
    lines = _two_times(rng, lines)
    known = lines[lines["customer"] != NOBODY]
    books = [
        lines,
        _returns(rng, known, np.sort(lines["time"].to_numpy())),
        _cancellations(rng, known),
        _manual_entries(rng, known, special["M"]),
        _order_beyond_measure(lines, known),
        _write_offs(rng, lines),
        _accounting(rng, lines, special),
    ]
    first = np.cumsum([0, *(part["event"].max() + 1 if len(part) else 0 for part in books[:-1])])
    numbered = [part.assign(event=part["event"] + start) for part, start in zip(books, first, strict=True)]
    grown = pd.concat(numbered, ignore_index=True)
    return grown[grown["time"] < end + pd.Timedelta(days=1)]


def spoil(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Odd spellings, missing descriptions, and, between the others, rows that break the contract of a transaction."""
    size = len(rows)
    low = (rng.random(size) < LOWER_CASE) & rows["product"].str.match(r"^\d{5}[A-Z]$").to_numpy(dtype=bool)
    blank = rng.random(size) < BLANKS
    nameless = rows["customer_id"].isna() & rows["unit_price"].eq(0) & (rng.random(size) < 0.5)
    odd = rows.assign(
        product=rows["product"].where(~low, rows["product"].str.lower()),
        description=rows["description"].where(~blank, rows["description"] + " ").mask(nameless),
    )
    return _with_broken_rows(rng, odd)


def _without_customers(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    events = rng.random(lines["event"].max() + 1) < WALK_INS
    events[0] = False  # even the smallest shop knows somebody
    return lines.assign(customer=lines["customer"].where(~events[lines["event"]], NOBODY))


def _repeats(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    return lines[rng.random(len(lines)) < REPEATED]


def _postage(rng: np.random.Generator, lines: pd.DataFrame, code: int) -> pd.DataFrame:
    invoices = lines[lines["store"] == ONLINE].drop_duplicates("event")
    sent = invoices[rng.random(len(invoices)) < POSTAGE]
    return sent.assign(product=code, quantity=1.0, price=18.0)


def _two_times(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    events = rng.random(lines["event"].max() + 1) < TWO_TIMES
    late = events[lines["event"]] & (rng.random(len(lines)) < 0.5)
    return lines.assign(time=lines["time"].where(~late, lines["time"] + pd.Timedelta(minutes=1)))


def _returns(rng: np.random.Generator, known: pd.DataFrame, open_times: np.ndarray) -> pd.DataFrame:
    """Goods come back within some weeks, at a time when the shop is open."""
    back = known[rng.random(len(known)) < RETURNED]
    wanted = back["time"].to_numpy() + (rng.exponential(12, len(back)) * 86_400).astype("timedelta64[s]")
    place = np.searchsorted(open_times, wanted)
    share = np.where(rng.random(len(back)) < 0.5, 1.0, rng.random(len(back)))
    time = open_times[np.minimum(place, len(open_times) - 1)]
    kept = place < len(open_times)
    return back.assign(time=time, quantity=-np.ceil(back["quantity"] * share), prefix="C")[kept]


def _cancellations(rng: np.random.Generator, known: pd.DataFrame) -> pd.DataFrame:
    events = rng.random(known["event"].max() + 1) < CANCELLED
    gone = known[events[known["event"]]]
    return gone.assign(quantity=-gone["quantity"], time=gone["time"] + pd.Timedelta(minutes=17), prefix="C")


def _manual_entries(rng: np.random.Generator, known: pd.DataFrame, code: int) -> pd.DataFrame:
    """One entry over the sum of a whole invoice, three minutes after it; one at the least."""
    sums = (known["quantity"] * known["price"]).groupby(known["event"]).sum().round(2)
    worth = sums[sums > 0]
    chosen = worth[rng.random(len(worth)) < MANUAL] if len(worth) * MANUAL > 1 else worth.iloc[:1]
    last = known.drop_duplicates("event", keep="last").set_index("event").loc[chosen.index]
    entry = last.assign(product=code, quantity=-1.0, price=chosen, prefix="C")
    return entry.assign(time=entry["time"] + pd.Timedelta(minutes=3)).reset_index()[known.columns]


def _order_beyond_measure(lines: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """One order of 60,000 pieces, and its cancellation 12 minutes later."""
    order = known.iloc[[len(known) // 2]].assign(event=0, quantity=60_000.0, prefix="")
    order["price"] = order["price"].clip(lower=0.5)
    undone = order.assign(event=1, quantity=-60_000.0, time=order["time"] + pd.Timedelta(minutes=12), prefix="C")
    return pd.concat([order, undone], ignore_index=True)[lines.columns]


def _write_offs(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    lost = lines[rng.random(len(lines)) < WRITTEN_OFF]
    return lost.assign(event=np.arange(len(lost)), customer=NOBODY, quantity=-lost["quantity"], price=0.0, prefix="")


def _accounting(rng: np.random.Generator, lines: pd.DataFrame, special: dict[str, int]) -> pd.DataFrame:
    """Each month bank charges and a marketplace's fee, now and then a discount, once a bad debt in two lines."""
    closing = lines.loc[lines.groupby(lines["time"].dt.to_period("M"))["time"].idxmax()]
    fees = closing.assign(
        customer=NOBODY,
        product=special["AMAZONFEE"],
        quantity=-1.0,
        price=rng.uniform(200, 900, len(closing)),
        prefix="C",
    )
    charges = fees.assign(product=special["BANK CHARGES"], price=15.0)
    discounts = closing.assign(product=special["D"], quantity=-1.0, price=20.0, prefix="C")
    debt = closing.iloc[[len(closing) // 2] * 2].assign(customer=NOBODY, product=special["B"], quantity=1.0, prefix="A")
    debt["price"] = [4_000.0, -4_000.0]
    books = pd.concat([fees.round({"price": 2}), charges, discounts, debt], ignore_index=True)
    return books.assign(event=np.arange(len(books)))


def _with_broken_rows(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    faults: list[tuple[str, Any]] = [
        ("invoice", pd.NA),
        ("product", pd.NA),
        ("time", pd.NaT),
        ("time", pd.Timestamp("2199-01-01")),
        ("quantity", np.nan),
        ("quantity", 0.0),
        ("quantity", 1.5),
        ("unit_price", np.nan),
        ("unit_price", np.inf),
    ]
    each = max(2, round(len(rows) * SPOILED / len(faults)))
    broken = [rows.iloc[rng.integers(len(rows), size=each)].assign(**{column: value}) for column, value in faults]
    typed = [part.astype(rows.dtypes.to_dict()) for part in broken]
    return pd.concat([rows, *typed]).sort_index(kind="stable").reset_index(drop=True)
