"""The files that the steps of two runs left, by their recorded digests; executed copies are compared cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.comparison.facts import File
from runner.comparison.side import Side

MOST = 2000


def changes(before: Side, after: Side) -> tuple[File, ...]:
    """The files with another digest, and those that only one run has, of the steps that both have."""
    found: list[File] = []
    for step in (name for name in after.steps if name in before.steps):
        old, new = _files(before.steps[step]), _files(after.steps[step])
        for path in sorted({*old, *new}):
            one, other = old.get(path, {}), new.get(path, {})
            if one.get("sha256") != other.get("sha256"):
                digests = one.get("sha256"), other.get("sha256")
                found.append(File(step, path, *digests, one.get("bytes"), other.get("bytes")))
    return tuple(found[:MOST])


def _files(step: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(one["path"]): one for one in step.get("files") or () if not str(one["path"]).endswith(".ipynb")}
