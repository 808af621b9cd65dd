"""Tables as readers see them, and one row of them in full."""

from __future__ import annotations

import pandas as pd

from dashboard import tables
from tests.dashboard import shop
from tests.dashboard.conftest import Show

ROWS = pd.DataFrame({"spent": [1234.5, None], "share": [0.125, 0.5], "name": ["=1+1", "b"], "other": [1, 2]})
COLUMNS: dict[str, tuple[str, tables.Format]] = {
    "name": ("customer", None),
    "spent": ("revenue (£)", tables.number),
    "share": ("returned", tables.share),
    "absent": ("absent", None),
}


def test_a_row_in_full_is_written_as_the_table_writes_it() -> None:
    """Under the same headings, with separators; what is missing is a dash, what is not asked for is left out."""
    first, second = (tables.written(row, COLUMNS) for _, row in ROWS.iterrows())
    assert first == {"customer": "=1+1", "revenue (£)": "1,234.50", "returned": "12.5 %"}
    assert second["revenue (£)"] == tables.MISSING
    assert list(tables.styled(ROWS, COLUMNS).columns) == list(first)


def test_why_somebody_may_leave_is_never_cut(show: Show) -> None:
    """Rows of that table are high enough for its text to go on in the next line; other tables have rows of one line."""
    shown = show("insiders", part="At risk")
    table = next(one for one in shown.dataframe if "at risk, since" in one.value)
    assert shop.AT_RISK in table.value["at risk, since"].tolist()
    assert table.proto.row_height > 64
    assert {one.proto.row_height for one in show("insiders", part="Segments").dataframe} == {35}
