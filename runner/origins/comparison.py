"""Two runs side by side: what came out the same, and what did not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from runner.origins import provenance


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both runs."""

    step: str | None
    """None for what belongs to the whole run."""
    kind: str
    """`input`, `step`, `status`, `metric` or `file`."""
    name: str
    earlier: object
    later: object
    detail: str = ""


@dataclass(frozen=True)
class Comparison:
    """What came of a comparison."""

    differences: tuple[Difference, ...]
    same: Mapping[str, int]
    """How many metrics and files of each step are the same."""
    circumstances: Mapping[str, str]
    """By step, in words: what decided its work and was not the same."""

    @property
    def equal(self) -> bool:
        """Whether the same came out."""
        return not self.differences


def compare(earlier: Mapping[str, Any], later: Mapping[str, Any], folders: tuple[Path, Path]) -> Comparison:
    """Compare two runs by their manifests; `folders` are theirs. Executed copies tell of times, and are left out."""
    before, after = ({step["name"]: step for step in one["steps"]} for one in (earlier, later))
    differences = [*_inputs(earlier, later)]
    same: dict[str, int] = {}
    circumstances: dict[str, str] = {}
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            differences.append(Difference(name, "step", name, _there(old), _there(new)))
            continue
        found = [*_status(old, new), *_metrics(old, new), *_files(old, new, folders)]
        differences += found
        compared = len({*_metrics_of(old), *_metrics_of(new)}) + len({*_digests(old), *_digests(new)})
        same[name] = compared - sum(one.kind in ("metric", "file") for one in found)
        if old.get("content") and new.get("content") and old["content"] != new["content"]:
            circumstances[name] = provenance.why(old["content"], new["content"])
    return Comparison(tuple(differences), same, circumstances)


def _inputs(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = ({one["parameter"]: one["sha256"] for one in run["inputs"]} for run in (earlier, later))
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield Difference(None, "input", name, old.get(name), new.get(name))


def _status(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    # What was taken over from an earlier run had succeeded there.
    one, other = ("succeeded" if step["status"] == "cached" else step["status"] for step in (old, new))
    if one != other:
        yield Difference(old["name"], "status", "status", one, other, new["reason"] or "")


def _metrics(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = _metrics_of(old), _metrics_of(new)
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        if one != other:
            yield Difference(old["name"], "metric", name, one, other, _by_how_much(one, other))


def _files(old: Mapping[str, Any], new: Mapping[str, Any], folders: tuple[Path, Path]) -> Iterator[Difference]:
    before, after = _digests(old), _digests(new)
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            rows = [_rows(folder / path) for folder in folders]
            detail = f"{_count(rows[0])} → {_count(rows[1])} rows" if any(one is not None for one in rows) else ""
            yield Difference(old["name"], "file", path, before.get(path), after.get(path), detail)


def _metrics_of(step: Mapping[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in step["metrics"]}


def _digests(step: Mapping[str, Any]) -> dict[str, str]:
    return {one["path"]: one["sha256"] for one in step["files"] if not one["path"].endswith(".ipynb")}


def _by_how_much(one: object, other: object) -> str:
    numbers = [value for value in (one, other) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < 2 or not all(map(math.isfinite, numbers)):
        return ""
    return f"{numbers[1] - numbers[0]:+.6g}"


def _rows(path: Path) -> int | None:
    """Rows of a Parquet file, read from its end."""
    if path.suffix != ".parquet" or not path.is_file():
        return None
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _count(rows: int | None) -> str:
    return "no" if rows is None else f"{rows:,}"


def _there(step: object) -> str:
    return "missing" if step is None else "there"
