from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from insiders.statistical import demand
from insiders.statistical.demand import stock_outs


def series(**named: Sequence[float]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"unique_id": name, "ds": pd.date_range("2024-01-01", periods=len(y)), "y": y})
        for name, y in named.items()
    ]
    return pd.concat(parts, ignore_index=True).astype({"y": "float64"})


def test_kinds_of_demand() -> None:
    """Often or seldom, even or uneven: the four kinds, and none for a series without a sale."""
    table = demand(
        series(
            smooth=[4, 5] * 40,
            erratic=[1, 1, 1, 30] * 20,
            intermittent=[0, 0, 2] * 30,
            lumpy=[0, 0, 1, 0, 0, 40] * 15,
            nothing=[0] * 10,
        )
    ).set_index("unique_id")
    assert table["kind"].to_dict() == {name: name if name != "nothing" else "none" for name in table.index}
    assert table.loc["nothing", "steps"] == 0


def test_the_steps_before_the_launch_do_not_count() -> None:
    """Shares and ages begin with the first sale."""
    row = demand(series(late=[0] * 50 + [1, 0] * 10)).iloc[0]
    assert row["first_sale"] == pd.Timestamp("2024-02-20")
    assert row["last_sale"] == pd.Timestamp("2024-03-09")
    assert (row["steps"], row["selling_share"], row["interval"], row["silent_steps"]) == (20, 0.5, 2.0, 1)
    assert row["is_new"]


def test_a_long_silence_of_a_busy_product_is_its_end_and_of_a_rare_one_is_not() -> None:
    """Ten days without a sale end a product that sold daily; one that sells every tenth day is merely waiting."""
    table = demand(series(busy=[3] * 80 + [0] * 10, rare=([0] * 9 + [1]) * 8 + [0] * 10)).set_index("unique_id")
    assert table["is_discontinued"].to_dict() == {"busy": True, "rare": False}
    assert table["silent_steps"].to_dict() == {"busy": 10, "rare": 10}
    assert not table["is_new"].any()


def test_a_hole_in_a_busy_series_is_a_stock_out() -> None:
    """Days without a sale amid daily sales are flagged, those of a rare series and those up to the end are not."""
    rows = series(busy=[3] * 60 + [0] * 8 + [3] * 5, rare=([0] * 7 + [1]) * 9, ended=[3] * 60 + [0] * 13)
    flagged = rows[stock_outs(rows)]
    assert flagged["unique_id"].unique().tolist() == ["busy"]
    assert list(flagged["ds"]) == list(pd.date_range("2024-03-01", periods=8))


def test_rows_in_any_order_keep_their_flags() -> None:
    """Flags follow their rows, however the table is sorted."""
    rows = series(a=[3] * 60 + [0] * 8 + [3] * 5, b=[2] * 70)
    mixed = rows.sample(frac=1.0, random_state=1)
    pd.testing.assert_series_equal(stock_outs(mixed).sort_index(), stock_outs(rows))
