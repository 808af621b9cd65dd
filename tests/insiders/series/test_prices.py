from __future__ import annotations

import pandas as pd

from insiders.series import prices, sales_of_panel

DAYS = pd.date_range("2024-01-01", periods=4)


def sales() -> pd.DataFrame:
    rows = [
        ("2024-01-01", "N", "A", 0, 2.0),
        ("2024-01-02", "N", "A", 1, 2.0),
        ("2024-01-02", "S", "A", 3, 4.0),
        ("2024-01-03", "N", "A", 1, 9.0),
        ("2024-01-02", "N", "B", 0, None),
    ]
    table = pd.DataFrame(rows, columns=["date", "store", "product", "units", "price"])
    return sales_of_panel(table.astype({"date": "datetime64[ns]", "price": "float64"}))


def test_a_price_is_the_mean_by_piece_or_the_listed_one_or_the_last_known() -> None:
    """Pieces weigh where there are any, the list tells where there are none, and what is not told goes on as it was."""
    table = prices(sales(), "product", DAYS)
    assert table["unique_id"].unique().tolist() == ["product=A"]
    assert table["price"].to_list() == [2.0, (2.0 + 3 * 4.0) / 4, 9.0, 9.0]


def test_a_later_price_is_not_known() -> None:
    """After the cut-off the price of the cut-off is held; before the first known price that one stands."""
    table = prices(sales(), "store/product", DAYS, known_until=pd.Timestamp("2024-01-02"))
    assert table.groupby("unique_id")["price"].agg(list).to_dict() == {
        "store/product=N/A": [2.0, 2.0, 2.0, 2.0],
        "store/product=S/A": [4.0, 4.0, 4.0, 4.0],
    }
