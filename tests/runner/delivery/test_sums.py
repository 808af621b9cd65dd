"""Rows counted and added up."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runner.delivery import sums
from runner.delivery.sums import Sum


def test_columns_of_numbers_are_added_up(tmp_path: Path) -> None:
    """Over several batches; what is missing or no finite number counts nothing, and texts are left out."""
    table = pa.table({"a": [1, None, 3], "b": [0.5, float("nan"), -2.5], "c": ["x", "y", "z"]})
    pq.write_table(table, tmp_path / "t.parquet")
    assert sums.of_file(tmp_path / "t.parquet", 2) == {"a": Sum(4.0, 4.0), "b": Sum(-2.0, 3.0)}


def test_the_order_of_adding_is_no_difference() -> None:
    """A cent among millions is one."""
    expected = {"revenue": Sum(8_300_065.81, 8_900_000.0)}
    assert sums.differing(expected, {"revenue": 8_300_065.81 + 1e-7}) == []
    (said,) = sums.differing(expected, {"revenue": 8_300_065.80})
    assert said.startswith("revenue adds up to")
    assert sums.differing(expected, {"revenue": float("nan")}) != []
