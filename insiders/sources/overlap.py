"""Invoices that stand in two parts of a source, as where monthly exports or the sheets of a workbook overlap."""

from __future__ import annotations

import pandas as pd


def repeated(rows: pd.DataFrame, part: pd.Series) -> pd.Series:
    """Which rows belong to an invoice that a later part holds again, with exactly the same rows in any order.

    ``rows`` has the raw columns, ``part`` numbers the part of each row. An invoice that differs between two parts in
    as much as one row is left alone: it may go on, and is not the same twice.
    """
    twice = part.groupby(rows["invoice"]).transform("nunique").gt(1)
    suspects = rows[twice]
    if suspects.empty:
        return twice
    # A sum of hashes does not depend on the order of the rows; unsigned integers wrap around, which does no harm.
    prints = pd.util.hash_pandas_object(suspects.astype({"invoice": object}), index=False)
    keys = [suspects["invoice"], part[twice]]
    invoices = pd.DataFrame({"lines": prints.groupby(keys).size(), "print": prints.groupby(keys).sum()})
    invoices.index.names = ["invoice", "part"]
    again = invoices.reset_index().duplicated(["invoice", "lines", "print"], keep="last").to_numpy()
    gone = invoices.index[again]
    return pd.Series(pd.MultiIndex.from_arrays([rows["invoice"], part]).isin(gone), index=rows.index)
