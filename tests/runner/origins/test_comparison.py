"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from runner.origins.comparison import Difference, compare


def step(name: str = "eda", **facts: Any) -> dict[str, Any]:
    """A step of a manifest."""
    return {"name": name, "status": "succeeded", "reason": None, "metrics": [], "files": [], "content": None, **facts}


def run(*steps: dict[str, Any], **inputs: str) -> dict[str, Any]:
    """A manifest of these steps, and of inputs with these digests."""
    return {"steps": list(steps), "inputs": [{"parameter": name, "sha256": digest} for name, digest in inputs.items()]}


def differences(old: dict[str, Any], new: dict[str, Any], place: Path = Path("/nowhere")) -> list[Difference]:
    return list(compare(old, new, (place / "old", place / "new")).differences)


def metrics(**values: object) -> list[dict[str, object]]:
    return [{"name": name, "value": value, "unit": ""} for name, value in values.items()]


def file(path: str, digest: str) -> dict[str, str]:
    return {"path": path, "sha256": digest}


def test_equal_runs_have_no_difference() -> None:
    """Copies of notebooks tell of times and do not count; a step that was taken over had succeeded."""
    old = step(metrics=metrics(k=8), files=[file("a.ipynb", "1"), file("tables/a.parquet", "2")])
    new = {**old, "status": "cached", "files": [file("a.ipynb", "9"), file("tables/a.parquet", "2")]}
    found = compare(run(old, source="d"), run(new, source="d"), (Path("/a"), Path("/b")))
    assert found.equal
    assert found.same == {"eda": 2}


def test_what_differs_is_told_with_its_step(tmp_path: Path) -> None:
    """Metrics with their difference, files with their rows, statuses with the reason, inputs, steps."""
    for name, rows in (("old", 3), ("new", 5)):
        (tmp_path / name / "tables").mkdir(parents=True)
        pq.write_table(pa.table({"x": range(rows)}), tmp_path / name / "tables" / "a.parquet")
    old = step(metrics=metrics(score=0.5, word="a", gone=1), files=[file("tables/a.parquet", "1"), file("x.csv", "1")])
    new = step(
        metrics=metrics(score=0.75, word="b"),
        files=[file("tables/a.parquet", "2")],
        status="failed",
        reason="ValueError: no",
    )
    found = differences(run(old, step("report"), source="d"), run(new, step("extra"), source="e"), tmp_path)
    assert [(one.kind, one.name, one.detail) for one in found] == [
        ("input", "source", ""),
        ("status", "status", "ValueError: no"),
        ("metric", "score", "+0.25"),
        ("metric", "word", ""),
        ("metric", "gone", ""),
        ("file", "tables/a.parquet", "3 → 5 rows"),
        ("file", "x.csv", ""),
        ("step", "report", ""),
        ("step", "extra", ""),
    ]


def test_a_number_that_is_none_is_no_fault() -> None:
    """A metric may be missing, be a text or have no finite value."""
    for one, other in ((None, 1), ("a", 1), (float("nan"), 1), (True, 1.5)):
        (found,) = differences(run(step(metrics=metrics(k=one))), run(step(metrics=metrics(k=other))))
        assert found.detail == ""


def test_other_circumstances_are_told() -> None:
    """What decided a step's work, where it was not the same."""
    content = {"notebook": "n", "python": "3.11", "packages": "p", "lock": "l", "kernel": "python3", "before": {}}
    old, new = step(content=content), step(content={**content, "packages": "q"})
    assert compare(run(old), run(new), (Path("/a"), Path("/b"))).circumstances == {"eda": "packages changed"}
