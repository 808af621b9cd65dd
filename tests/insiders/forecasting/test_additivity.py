"""Whether levels add up."""

from __future__ import annotations

import pandas as pd
import pytest

from insiders.forecasting import additivity

DAYS = pd.date_range("2024-01-01", periods=4)


def rows(level: str, series: str, value: float, *, column: str, unit: str = "pieces") -> pd.DataFrame:
    """The same amount on four days."""
    return pd.DataFrame({"level": level, "series": series, "date": DAYS, column: value, "unit": unit})


def table(*, unit: str = "pieces") -> pd.DataFrame:
    """Two stores that together should sell 11 where the total says 10, and one product of many."""
    amounts = [("total", "total", 10.0), ("store", "N", 6.0), ("store", "S", 5.0), ("product", "A", 4.0)]
    said = pd.concat([rows(*one, column="mean") for one in amounts]).drop(columns="unit")
    sold = [("total", "total", 10.0), ("store", "N", 5.0), ("store", "S", 5.0), ("product", "A", 4.0)]
    sales = pd.concat([rows(*one, column="value", unit=unit if one[0] == "store" else "pieces") for one in sold])
    return additivity.apart(sales, said)


def test_each_level_stands_beside_the_total() -> None:
    """By how much its sum is off, by how much its days are, and whether it follows all that is sold."""
    made = table().set_index("level")
    assert made[["difference", "by_day", "followed"]].T["store"].tolist() == pytest.approx([0.1, 0.1, 1.0])
    assert made.loc["product", "followed"] == pytest.approx(0.4)
    assert additivity.farthest(table()) == pytest.approx(0.1)


def test_other_units_cannot_add_up() -> None:
    """Revenue beside pieces is left out; with nothing to compare the distance is none."""
    assert list(table(unit="£")["level"]) == ["product"]
    assert additivity.farthest(table(unit="£")) == 0
