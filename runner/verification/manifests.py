"""Manifests of runs as they lie on the disk: read as they are, never completed nor written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.outcomes import Status
from runner.records.record import MANIFEST

SINCE = 3
"""The first format that was written by a runner that keeps a ledger."""
_GOOD = (Status.SUCCEEDED, Status.CACHED)
_NOT_BEGUN = (Status.NOT_RUN, Status.SKIPPED)


@dataclass(frozen=True)
class Manifest:
    """What a verification needs of a manifest."""

    digest: str
    run_id: str
    pipeline: str
    status: str
    complete: bool
    """Whether it lists every file of the folder."""
    modern: bool
    """Whether it was written by a runner that keeps a ledger."""
    untouched: bool
    """Whether no step had begun."""
    files: Mapping[str, tuple[int, str]]
    """Size and SHA-256 of each file, by path from the run's folder."""
    inputs: tuple[tuple[str, str], ...]
    """Path and SHA-256 of each input that was copied into the run's folder."""

    @property
    def over(self) -> bool:
        """Whether the run has come to its end."""
        return self.status != Status.RUNNING


def read(content: bytes) -> Manifest:
    """The manifest that a text holds, or a `ValueError`."""
    told = json.loads(content)
    try:
        files = {file["path"]: (file["bytes"], file["sha256"]) for file in _files(told)}
        modern = told.get("format", 1) >= SINCE
        run_id = told["run_id"]
        return Manifest(
            digest=hashlib.sha256(content).hexdigest(),
            run_id=run_id,
            pipeline=told["pipeline"],
            status=told["status"],
            complete=told.get("files") is not None,
            modern=modern,
            untouched=not any(_begun(step) for step in told["steps"]) and told["status"] not in _GOOD,
            files=files,
            inputs=tuple(_inputs(told, run_id)),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"is no manifest: {fault!r}") from None


def of_folder(folder: Path) -> Manifest:
    """The manifest of a run's folder; an `OSError` or a `ValueError` says why there is none."""
    path = folder / MANIFEST
    if path.is_symlink():
        raise ValueError("is a link")
    return read(path.read_bytes())


def _files(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for step in told["steps"]:
        yield from step.get("files") or ()
    yield from told.get("files") or ()


def _begun(step: Mapping[str, Any]) -> bool:
    return step["status"] not in _NOT_BEGUN or bool(step.get("files"))


def _inputs(told: Mapping[str, Any], run_id: str) -> Iterator[tuple[str, str]]:
    """Inputs are told of by the path that the notebook got; the archive may have moved since."""
    for one in told.get("inputs") or ():
        _, found, path = str(one.get("injected")).rpartition(f"/{run_id}/")
        if found and one.get("sha256"):
            yield path, one["sha256"]
