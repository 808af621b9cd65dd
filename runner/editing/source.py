"""The notebook of a step as the run saw it, found by its digest: in the checkout, in git, or as the executed copy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from runner.editing.marks import RUNNERS_OWN
from runner.errors import PipelineError, RecordError
from runner.origins import checkout as checkouts
from runner.origins.provenance import code_digests
from runner.reading import notebooks
from runner.records import digests
from runner.records.paths import inside

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def restore(run: Path, manifest: Mapping[str, Any], step: Mapping[str, Any], now: Path, target: Path) -> str:
    """Write the notebook of a step, as the run saw it, to `target`, and say where it comes from.

    `run` is the run's folder, `now` the place of the notebook in the checkout, whatever lies there by now. Raises a
    `RecordError` where the notebook is nowhere to be had.
    """
    commit = manifest["provenance"].get("git", {}).get("commit")
    sought: dict[str, Callable[[], bytes | None]] = {
        f"{now.name} as it is now": lambda: now.read_bytes() if now.is_file() else None,
        f"{now.name} as in commit {str(commit)[:12]}": lambda: _committed(now, commit),
    }
    for told, find in sought.items():
        if (content := find()) is not None and _digest(content, target) == step["notebook_sha256"]:
            return told
    copy = executed(run, step)
    if copy is not None and _digest(_as_source(copy), target) is not None:
        return f"{now.name} as the run's executed copy has it, since {_gone(now)}"
    target.unlink(missing_ok=True)
    raise RecordError(
        f"the notebook of step {step['name']} is not to be had as the run saw it: {_gone(now)}, and its executed copy "
        f"is missing or altered; `runner verify {manifest['run_id']}` says more"
    )


def changed(step: Mapping[str, Any], places: Iterable[Path]) -> list[str]:
    """The packages and modules in these places that the step used, and that are not as they were in the run."""
    content = step.get("content")
    told = content.get("code") if isinstance(content, Mapping) else None
    then = {str(name): sha for name, sha in (told or {}).items() if str(name).isidentifier()}
    now = code_digests(places, then)
    return sorted(name for name, sha in then.items() if now.get(name) != sha)


def executed(run: Path, step: Mapping[str, Any]) -> nbformat.NotebookNode | None:
    """The executed copy of a step; None where there is none, or not the one that the run has left."""
    told = next((one["sha256"] for one in step["files"] if one["path"] == step["copy"]), None)
    try:
        path = inside(run, step["copy"])
        if told is None or not path.is_file() or digests.of_file(path) != told:
            return None
        notebooks.read(path)  # which says whether its form is one that can be relied on
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except (RecordError, PipelineError, OSError, ValueError):
        return None


def _committed(now: Path, commit: object) -> bytes | None:
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit) or not now.parent.is_dir():
        return None
    return checkouts.git(now.parent, "show", f"{commit}:./{now.name}")


def _as_source(copy: Mapping[str, Any]) -> bytes:
    """An executed copy without what the runner and the kernel have added to its notebook."""
    cells = [_cell(one) for one in copy["cells"] if not RUNNERS_OWN & set(one["metadata"].get("tags", ()))]
    metadata = {name: one for name, one in copy["metadata"].items() if name != "papermill"}
    return json.dumps({**copy, "cells": cells, "metadata": metadata}).encode(errors="backslashreplace")


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {name: one for name, one in cell["metadata"].items() if name not in ("papermill", "execution")}
    metadata = {name: one for name, one in metadata.items() if not (name == "tags" and not one)}
    cleared: dict[str, Any] = {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    return {**cell, "metadata": metadata, **cleared}


def _digest(content: bytes, target: Path) -> str | None:
    """The digest of the sources of a notebook, which lies at `target` then; None where it is no notebook."""
    target.write_bytes(content)
    try:
        return notebooks.read(target).sha256
    except PipelineError:
        return None


def _gone(now: Path) -> str:
    return "it has changed since and is in no commit" if now.is_file() else f"{now.name} is no longer in {now.parent}"
