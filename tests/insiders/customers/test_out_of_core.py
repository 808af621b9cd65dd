"""Files of transactions become the hand-off tables that 01_eda writes, row for row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from insiders import demo_shop, handoff
from insiders.customers.features import features
from insiders.customers.out_of_core import prepare_files
from insiders.customers.purchases import buyers
from insiders.errors import AnalysisError, SourceError
from insiders.sources import load
from insiders.transactions import prepare

TABLES = ("transactions", "once", "appearance", "customers", "buyers", "ladder")


def by_pandas(raw: pd.DataFrame, **filters: Any) -> dict[str, pd.DataFrame]:
    """The tables of 01_eda, as its cells make them."""
    prepared, everyone = prepare(raw, **filters), prepare(raw, **{**filters, "min_days": 1}).transactions
    people = features(prepared.transactions, as_of=filters.get("as_of"))
    return {
        "transactions": prepared.transactions,
        "once": everyone[~everyone["customer_id"].isin(people["customer_id"])],
        "appearance": raw[["customer_id"]].dropna().drop_duplicates(),
        "customers": people,
        "buyers": buyers(everyone),
        "ladder": prepared.ladder,
    }


def equal(folder: Path, expected: dict[str, pd.DataFrame]) -> None:
    """The hand-off tables of the folder are the expected ones, to the ninth digit."""
    for name in TABLES:
        rows = handoff.check(name, expected[name].reset_index(drop=True))
        pd.testing.assert_frame_equal(handoff.read(folder, name), rows, rtol=1e-9, atol=1e-9, obj=name)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generated shop in two files, of which the second holds some invoices of the first again."""
    folder = tmp_path_factory.mktemp("shop")
    rows = demo_shop.generate(customers=120, seed=5)
    half = len(rows) // 2
    again = rows["invoice"].isin(rows["invoice"].iloc[half - 40 : half].dropna().unique())
    rows[: half + 1].to_parquet(folder / "1.parquet", index=False)
    pd.concat([rows[: half + 1][again[: half + 1]], rows[half + 1 :]]).to_parquet(folder / "2.parquet", index=False)
    return folder


def test_the_real_file_row_for_row(real_data: Path, real_source: pd.DataFrame, tmp_path: Path) -> None:
    """Online Retail, in 100 MB of memory, gives the tables of pandas, kinds and order of the lines included."""
    (tmp_path / "spill").mkdir()
    prepare_files([real_data / "online_retail.parquet"], tmp_path, memory="100MB", spill=tmp_path / "spill")
    assert not list((tmp_path / "spill").iterdir())
    equal(tmp_path, by_pandas(real_source))


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"preset": "classic"},
        {"as_of": date(2025, 3, 31), "duplicates": "drop", "days_of": "activity", "netting_days": 3},
        {"exclude_countries": ["France", "O'Land"], "exclude_customers": ["1'2"], "min_unit_price": 1.0, "min_days": 3},
    ],
)
def test_every_filter_and_overlapping_files(shop: Path, tmp_path: Path, filters: dict[str, Any]) -> None:
    """Whatever is filtered, and although two files overlap, the tables and the quarantine are those of pandas."""
    loaded = load(str(shop))
    done = prepare_files(sorted(shop.glob("*.parquet")), tmp_path, **filters)
    equal(tmp_path, by_pandas(loaded.transactions, **filters))
    assert done.prepared.rows_read == loaded.rows_read
    assert done.prepared.rows_repeated == loaded.rows_repeated > 0
    same = ["place", "row", "reason"]
    pd.testing.assert_frame_equal(done.prepared.quarantine[same], loaded.quarantine[same])
    assert len(loaded.quarantine) > 0


def test_faults_are_named(shop: Path, tmp_path: Path) -> None:
    """A file that is missing, a column that is, a filter that leaves nothing: each is one clear error."""
    with pytest.raises(SourceError, match="nowhere"):
        prepare_files([tmp_path / "nowhere.parquet"], tmp_path)
    pd.DataFrame({"invoice": ["1"]}).to_parquet(tmp_path / "narrow.parquet")
    with pytest.raises(SourceError, match="unit_price: no column is called"):
        prepare_files([tmp_path / "narrow.parquet"], tmp_path)
    with pytest.raises(AnalysisError, match="no row is left after the filter: code of a product"):
        prepare_files([shop / "1.parquet"], tmp_path, product_pattern="nothing")
    assert not (tmp_path / "tables").exists()
