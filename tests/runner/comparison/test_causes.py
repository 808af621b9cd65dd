"""Why two runs differ, as far as their records say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner.comparison import causes
from runner.comparison.comparing import compare
from tests.runner.comparison.sides import code, given, metrics, side, sides, step


def told(place: Path, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The causes of what differs between two runs of one step."""
    return list(causes.of(compare(*sides(place, before, after))))


def test_values_are_told_as_a_person_writes_them(tmp_path: Path) -> None:
    """Without quotes, but where they tell a text from a number or from nothing."""
    old = given(day="2011-11-15", text="7", none=None, flag=True, empty="x", odd=" a")
    new = given(day="2011-12-15", text=7, none="None", flag=False, empty="", odd="a")
    assert told(tmp_path, step(parameters=old), step(parameters=new)) == [
        "day 2011-11-15 → 2011-12-15",
        "text '7' → 7",
        "none None → 'None'",
        "flag True → False",
        "empty x → ''",
        "and 1 more parameter",
    ]


def test_an_input_is_told_once(tmp_path: Path) -> None:
    """By its place and version, not by the path that its parameter was given; other data of one name are called so."""

    def inputs(**facts: object) -> dict[str, object]:
        return {"parameter": "source", "value": "s3://shop/a.csv", "sha256": "0", "rows": 5, **facts}

    def run(later: bool, path: str, *read: dict[str, object]) -> Any:
        one = step(parameters={"source": {"value": path, "from": "input"}})
        return side(tmp_path, one, later=later, inputs=list(read))

    first = run(False, "/a", inputs(version="1"))
    for other, line in (
        (inputs(version="2", sha256="1", rows=7), "source: s3://shop/a.csv, version 1 → 2, 5 → 7 rows"),
        (inputs(version="1", sha256="1"), "source: s3://shop/a.csv, other data"),
        (inputs(value="b.csv", version="1"), "source: s3://shop/a.csv → b.csv"),
    ):
        later = run(True, "/b", other)
        assert list(causes.of(compare(first, later))) == [line]
    assert next(causes.of(compare(first, run(True, "/b")))).startswith("source: s3://shop/a.csv → nothing")


def test_code_is_told_with_its_commits(tmp_path: Path) -> None:
    """Cells by notebook, modules by name."""
    pair = [
        side(
            tmp_path,
            step(cells=[code(f"size = {late + 1}\nprint(size)")], content={"code": {"shop": str(late)}}),
            later=late,
            provenance={"git": {"commit": f"{late + 1:x}" * 40}},
        )
        for late in (False, True)
    ]
    assert list(causes.of(compare(*pair))) == [
        "code changed, commit 11111111 → 22222222: 1 cell of eda.ipynb, shop",
    ]


def test_no_recorded_cause_is_said_too(tmp_path: Path) -> None:
    """Only of two good runs: one that failed has its reason."""
    before, after = step(metrics=metrics(a=1)), step(metrics=metrics(a=2))
    (line,) = told(tmp_path, before, after)
    assert line.endswith("nothing recorded explains what differs")
    assert told(tmp_path, before, before) == []
    pair = side(tmp_path, before), side(tmp_path, after, later=True, status="failed", reason="eda: no")
    assert list(causes.of(compare(*pair))) == []
