"""The list for marketing."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from insiders.answers import evidence, prospects
from insiders.membership import roster
from tests.insiders import small_run


def written(folder: Path, *cells: str) -> list[str]:
    """The first column of a list with those cells, read back."""
    path = roster.write_csv(folder / "list.csv", pd.DataFrame({"customer_id": list(cells), "spent": 1.005}))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["customer_id"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(tmp_path: Path, cell: str) -> None:
    """A cell that a spreadsheet would run stands behind an apostrophe."""
    assert written(tmp_path, cell) == [f"'{cell}"]


def test_ordinary_cells_stay(tmp_path: Path) -> None:
    """Numbers, words, commas and accents are written as they are."""
    assert written(tmp_path, "12001", "a, b", "São Paulo", "1=1") == ["12001", "a, b", "São Paulo", "1=1"]


def test_negative_numbers_are_numbers(tmp_path: Path) -> None:
    """Only text is guarded: a negative amount can still be summed up."""
    path = roster.write_csv(tmp_path / "list.csv", pd.DataFrame({"net": [-5.25]}))
    assert path.read_text(encoding="utf-8-sig").split() == ["net", "-5.25"]


def test_the_list_of_a_run(tmp_path: Path) -> None:
    """The Insiders and nobody else, the highest revenue first, with their reason and the day as a date."""
    run = evidence.read(small_run.write(tmp_path))
    rows = roster.roster(prospects.published(run, None))
    assert set(rows["customer_id"]) == set(run.insiders["customer_id"])
    assert rows["gross_revenue"].is_monotonic_decreasing
    assert rows["last_purchase"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert rows["why"].str.startswith("at least").all()
