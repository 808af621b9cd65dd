"""A source is read in memory or on the disk, and what 01_eda asks of it has the same answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from insiders import demo_shop, handoff, intake
from insiders.errors import SourceError
from insiders.intake.asked import TABLES, Intake, Lines
from insiders.intake.in_memory import IntakeInMemory
from insiders.intake.on_disk import IntakeOnDisk

LAST_MONTH = pd.Timestamp("2025-05-01")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generated shop in two files, which overlap, and a file that nobody reads.

    Some lines stand twice, some are bulk, one product has two descriptions and one customer two countries.
    """
    folder = tmp_path_factory.mktemp("shop")
    rows = demo_shop.generate(customers=120, seed=5)
    half = len(rows) // 2
    rows = rows.iloc[sorted([*range(len(rows)), *range(50, 60), *range(100, 140)])].reset_index(drop=True)
    odd = range(111, 191, 2)  # the second of each of the forty lines
    rows.loc[odd, "quantity"] = 4_000
    rows.loc[odd[:9], ["description", "country"]] = [" ANOTHER NAME ", "Unspecified"]
    again = rows["invoice"].isin(rows["invoice"].iloc[half - 40 : half].dropna().unique()).to_numpy()
    rows[: half + 1].to_parquet(folder / "1.parquet", index=False)
    pd.concat([rows[: half + 1][again[: half + 1]], rows[half + 1 :]]).to_parquet(folder / "2.parquet", index=False)
    (folder / "notes.md").write_text("nothing to read")
    return folder


@pytest.fixture(
    scope="module", params=[{}, {"preset": "classic", "as_of": date(2025, 6, 30)}], ids=["strict", "classic"]
)
def both(
    request: pytest.FixtureRequest, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Path, Intake, Lines]]:
    """Run folder, source and prepared lines, in memory and on the disk."""
    found: list[tuple[Path, Intake, Lines]] = []
    for most in (10**6, 0):
        folder = tmp_path_factory.mktemp("run")
        source = intake.read(str(shop), rows_in_memory=most, currency="€")
        found.append((folder, source, source.prepare(folder, **request.param)))
    assert isinstance(found[0][1], IntakeInMemory)
    assert isinstance(found[1][1], IntakeOnDisk)
    return found


def equal(frames: list[pd.DataFrame], what: str) -> None:
    """Two tables are the same, to the ninth digit."""
    pd.testing.assert_frame_equal(frames[1], frames[0], rtol=1e-9, atol=1e-9, check_dtype=False, obj=what)
    assert len(frames[0])


def test_sources(both: list[tuple[Path, Intake, Lines]]) -> None:
    """Rows, repeated rows, the table of the source and the quarantine are the same; each says where the rows are."""
    (_, memory, _), (_, disk, _) = both
    assert (memory.rows_read, memory.rows_repeated) == (disk.rows_read, disk.rows_repeated)
    assert disk.rows_repeated > 0
    equal([handoff.check("source", one.source) for one in (memory, disk)], "source")
    assert "notes.md was not read" in disk.source["note"].iloc[0]
    equal([handoff.check("quarantine", one.quarantine)[["place", "row", "reason"]] for one in (memory, disk)], "aside")
    assert "memory" in memory.how
    assert "DuckDB" in disk.how


def test_samples(both: list[tuple[Path, Intake, Lines]]) -> None:
    """A sample has as many rows of the raw columns as are asked for, the same ones each time."""
    for _, source, _ in both:
        rows = source.sample(5, 42)
        pd.testing.assert_frame_equal(rows, source.sample(5, 42))
        assert 4 <= len(rows) <= 5  # a row of the quarantine is no transaction
        assert {"invoice", "quantity", "unit_price"} <= set(rows)
        assert rows.index.is_monotonic_increasing


def test_tables(both: list[tuple[Path, Intake, Lines]]) -> None:
    """The hand-off tables are the same, row for row."""
    for name in TABLES:
        equal([handoff.read(folder, name) for folder, _, _ in both], name)
    assert both[0][2].filters == both[1][2].filters


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("oddities", {}),
        ("daily", {}),
        ("retention", {"last_month": LAST_MONTH}),
        ("months_active", {"months": 3, "last_month": LAST_MONTH}),
    ],
)
def test_questions(both: list[tuple[Path, Intake, Lines]], name: str, options: dict[str, Any]) -> None:
    """Every question has the same answer."""
    frames = [getattr(lines, name)(**options) for _, _, lines in both]
    pd.testing.assert_frame_equal(frames[1], frames[0], rtol=1e-9, atol=1e-9, check_dtype=False, obj=name)
    assert list(frames[0]) == list(frames[1])


@pytest.mark.parametrize("by", ["product", "customer_id", "category", "store"])
def test_pareto(both: list[tuple[Path, Intake, Lines]], by: str) -> None:
    """What sells is ranked by the same sums; of two with equal revenue either may come first."""
    memory, disk = (lines.pareto(by) for _, _, lines in both)
    sums = [found[[by, "revenue", "items"]].sort_values(by, ignore_index=True) for found in (memory, disk)]
    pd.testing.assert_frame_equal(sums[0], sums[1], rtol=1e-9, check_dtype=False)
    shares = ["share", "cumulative_share", "rank_share"]
    pd.testing.assert_frame_equal(memory[shares], disk[shares], rtol=1e-9, check_dtype=False)


def test_oddities_are_there(both: list[tuple[Path, Intake, Lines]]) -> None:
    """What was made odd in the shop is found."""
    rows = both[1][2].oddities().set_index("finding")["rows"]
    assert (rows[["line repeats another in every column", "product with several descriptions"]] > 0).all()
    assert (rows[["customer with several countries", "description with blanks at an end"]] > 0).all()


def test_bulk(both: list[tuple[Path, Intake, Lines]]) -> None:
    """Bulk lines, the largest first, their products, and what they are a share of."""
    memory, disk = (lines.bulk(25) for _, _, lines in both)
    assert (memory.purchase_lines, len(memory.lines)) == (disk.purchase_lines, len(disk.lines))
    assert memory.revenue == pytest.approx(disk.revenue)
    keys = ["times_usual", "invoice", "product", "quantity"]
    equal([found.lines.sort_values(keys, ignore_index=True)[list(memory.lines)] for found in (memory, disk)], "lines")
    equal([found.products.sort_values("product", ignore_index=True) for found in (memory, disk)], "products")
    assert np.all(np.diff(disk.lines["times_usual"]) <= 0)


def test_text_is_read_in_memory(shop: Path, tmp_path: Path) -> None:
    """Files whose times or numbers are text, CSV and packed files, and data sets by name are loaded at any size."""
    rows = pd.read_parquet(shop / "2.parquet").tail(50)
    rows.astype({"time": "string"}).to_parquet(tmp_path / "text.parquet", index=False)
    rows.assign(time=rows["time"].dt.tz_localize("UTC")).to_parquet(tmp_path / "zone.parquet", index=False)
    rows.to_csv(tmp_path / "lines.csv", index=False)
    for name in ("text.parquet", "zone.parquet", "lines.csv"):
        assert isinstance(intake.read(str(tmp_path / name), rows_in_memory=0), IntakeInMemory), name
    assert isinstance(intake.read("demo:20", rows_in_memory=0), IntakeInMemory)


def test_faults_are_named(shop: Path, tmp_path: Path) -> None:
    """What is wrong with a source is said in the same words, whatever its size."""
    rows = pd.read_parquet(shop / "2.parquet").tail(50)
    rows.assign(quantity=0).to_parquet(tmp_path / "nothing.parquet", index=False)
    rows.drop(columns="quantity").to_parquet(tmp_path / "narrow.parquet", index=False)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no")
    for name, said in {"nothing": "quantity is 0", "narrow": "quantity: no column", "broken": "is broken"}.items():
        for most in (0, 10**6):
            with pytest.raises(SourceError, match=rf"{name}.parquet cannot be read as transactions:\n(.|\n)*{said}"):
                intake.read(str(tmp_path / f"{name}.parquet"), rows_in_memory=most)
