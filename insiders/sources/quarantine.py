"""Rows that break the contract of a transaction are set aside with the reason, never dropped.

The contract is small: what happened (invoice, product), when, how many pieces and at which price. Everything else may
be missing or odd, and is a matter of preparation. A negative price is accounting (bad debt), no break.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pandera.pandas as pa

CHECKED = ("invoice", "product", "time", "quantity", "unit_price")
"""The columns that every row must fill."""

MOST_PIECES = 1_000_000_000
"""More pieces than this in one line are a slip of the keyboard, and no whole number in floating point much further."""


def contract(today: date) -> pa.DataFrameSchema:
    """What every row must meet; ``today`` is the last day on which something can have been sold."""
    end = pd.Timestamp(today + timedelta(days=1))
    checks = {
        "time": [
            pa.Check.lt(end, error="is later than today"),
            pa.Check.ge(pd.Timestamp(1970, 1, 1), error="is before 1970"),
        ],
        "quantity": [
            pa.Check(np.isfinite, error="is not finite"),
            pa.Check(lambda pieces: ~np.isfinite(pieces) | (pieces.round() == pieces), error="is no whole number"),
            pa.Check(lambda pieces: ~np.isfinite(pieces) | pieces.abs().le(MOST_PIECES), error="is out of all bounds"),
            pa.Check.ne(0, error="is 0"),
        ],
        "unit_price": [pa.Check(np.isfinite, error="is not finite")],
    }
    return pa.DataFrameSchema({column: pa.Column(None, checks.get(column), nullable=False) for column in CHECKED})


def reasons(rows: pd.DataFrame, *, today: date) -> pd.Series:
    """For each row that breaks the contract, why, as text; indexed like ``rows``, rows that meet it are left out."""
    try:
        contract(today).validate(rows[list(CHECKED)], lazy=True)
    except pa.errors.SchemaErrors as broken:
        cases = broken.failure_cases
    else:
        return pd.Series([], dtype=pd.StringDtype("pyarrow"), index=rows.index[:0])
    what = cases["check"].replace({"not_nullable": "is missing or cannot be read"})
    why = cases["column"] + " " + what
    return why.groupby(cases["index"].astype("int64")).agg("; ".join).astype(pd.StringDtype("pyarrow"))
