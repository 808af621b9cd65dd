"""The ladder."""

from __future__ import annotations

import pytest

from insiders import handoff
from insiders.errors import AnalysisError
from insiders.transactions.ladder import NUMBER, Ladder
from tests.insiders.small_shop import raw

ROWS = raw({}, {"customer_id": None}, {"customer_id": "12002", "quantity": 9}).assign(**{NUMBER: [0, -1, 1]})


def test_rungs_count_rows_and_customers() -> None:
    """Each rung has the rows and the known customers that are left; what is missing in a filter does not pass."""
    ladder = Ladder()
    ladder.mark("all", ROWS)
    steps = [("few pieces", ROWS["quantity"].lt(9)), ("customer 12001", ROWS["customer_id"].eq("12001"))]
    assert len(ladder.keep(ROWS, *steps)) == 1
    table = handoff.check("ladder", ladder.table())
    assert table.to_numpy().tolist() == [["all", 3, 2], ["few pieces", 2, 1], ["customer 12001", 1, 1]]
    assert ladder.keep(ROWS) is ROWS


def test_a_filter_that_leaves_nothing_is_named() -> None:
    """The error says which filter emptied the table and how many rows there were before."""
    ladder = Ladder()
    ladder.mark("all", ROWS)
    with pytest.raises(AnalysisError, match=r"(?s)after the filter: a hundred pieces.*3 rows: all"):
        ladder.keep(ROWS, ("a hundred pieces", ROWS["quantity"].gt(100)))
