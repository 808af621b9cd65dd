"""Published rows side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from runner.comparison import rows
from runner.comparison.published import Rows
from tests.runner.comparison.sides import sides, step

Columns = Mapping[str, Any]


def changes(place: Path, before: Columns, after: Columns) -> Rows | None:
    pair = sides(place, step(tables={"members": before}), step(tables={"members": after}))
    found, gaps = rows.changes(*pair)
    assert gaps == ()
    return found[0] if found else None


def test_rows_are_told_by_the_first_columns_that_name_them(tmp_path: Path) -> None:
    """As many as it takes; who entered and who left by name."""
    days = [datetime(2026, 1, 1), datetime(2026, 1, 2), datetime(2026, 1, 1)]  # noqa: DTZ001 - as tables hold it
    before = {"level": ["a", "a", "b"], "date": days, "mean": [1.0, 2.0, 3.0]}
    after = {"level": ["a", "b", "b"], "date": [days[0], days[0], days[1]], "mean": [1.0, 3.0, 4.0]}
    found = changes(tmp_path, before, after)
    assert found is not None
    assert found.key == ("level", "date")
    assert (found.rows_before, found.rows_after, found.entered, found.left) == (3, 3, 1, 1)
    assert (found.examples_entered, found.examples_left) == (("b · 2026-01-02",), ("a · 2026-01-02",))
    assert found.columns == ()


def test_another_order_is_no_difference(tmp_path: Path) -> None:
    """Nor is another type for the same numbers."""
    before = {"id": ["1", "2"], "x": [1, 2]}
    assert changes(tmp_path, before, {"id": ["2", "1"], "x": [2.0, 1.0]}) is None


def test_rows_without_a_name_are_counted(tmp_path: Path) -> None:
    """Where no columns name every row once."""
    found = changes(tmp_path, {"word": ["a", "a"]}, {"word": ["a", "a", "a"]})
    assert found is not None
    assert (found.key, found.rows_before, found.rows_after) == ((), 2, 3)


def test_a_table_that_one_run_published_is_told(tmp_path: Path) -> None:
    """With the number of its rows; the other has none."""
    pair = sides(tmp_path, step(), step(tables={"members": {"id": ["1"]}}))
    (found,), gaps = rows.changes(*pair)
    assert (found.rows_before, found.rows_after, gaps) == (None, 1, ())


@pytest.mark.parametrize("damage", ["gone", "cut", "empty", "text"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, damage: str) -> None:
    """And the other tables are compared all the same."""
    tables = [{"members": {"id": ["1", word]}, "others": {"id": ["1", word]}} for word in "ab"]
    pair = sides(tmp_path, step(tables=tables[0]), step(tables=tables[1]))
    path = pair[1].folder / "results" / "members.parquet"
    content = {"cut": path.read_bytes()[:-40], "empty": b"", "text": b"id\n1\n"}.get(damage)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    found, gaps = rows.changes(*pair)
    assert [one.table for one in found] == ["others"]
    assert len(gaps) == 1
    assert gaps[0].startswith(f"rows of members: the file of run {pair[1].manifest['run_id']} ")
    assert "\n" not in gaps[0]


def test_a_path_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """What a record says is a stranger's word."""
    pair = sides(tmp_path, step(tables={"members": {"id": ["1"]}}), step(tables={"members": {"id": ["2"]}}))
    asked = pair[1].manifest["steps"][0]["publications"][0]["asked"]["tables"][0]
    asked["file"] = f"../{pair[0].folder.name}/results/members.parquet"
    assert rows.changes(*pair)[1] == (
        f"rows of members: the file of run {pair[1].manifest['run_id']} is not named as a file of the run",
    )


def test_two_hundred_thousand_rows_take_a_moment(tmp_path: Path) -> None:
    """A row in a thousand differs."""
    ids = [str(n) for n in range(200_000)]
    before = {"id": ids, "x": [1.0] * 200_000}
    found = changes(tmp_path, before, {"id": ids, "x": [1.0 + (n % 1000 == 0) for n in range(200_000)]})
    assert found is not None
    assert found.columns[0].changed == 200
