"""The manifest of a run, `run.json`: small frozen records that hold what happened, and their form in JSON."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.outcomes import Status
from runner.secrecy.redaction import Redactor

FORMAT = 3
MANIFEST = "run.json"


@dataclass(frozen=True)
class CellRecord:
    """What became of one cell that holds code."""

    number: int
    """From 1, as Jupyter shows it: `In [n]`."""
    id: str
    status: Status
    seconds: float | None


@dataclass(frozen=True)
class Metric:
    """A figure that a notebook displayed as such."""

    name: str
    value: float | int | str | None
    """A finite number or a text; None where the notebook showed neither."""
    unit: str = ""


@dataclass(frozen=True)
class FileRecord:
    """A file of a run."""

    path: str
    """Relative to the run folder, with `/`."""
    bytes: int
    sha256: str


@dataclass(frozen=True)
class AttemptRecord:
    """An attempt at a step that did not succeed and was followed by another."""

    number: int
    status: Status
    reason: str | None
    stopped_at: int | None
    started: datetime
    seconds: float
    copy: str
    """Its executed copy, relative to the run folder."""


@dataclass(frozen=True)
class StepRecord:
    """One step of a run, or one item of a step that runs for several values."""

    name: str
    base: str
    """The step's name in the pipeline file."""
    item: dict[str, object]
    """The parameter and the value that this item is for; empty where the step is not run for several."""
    notebook: str
    copy: str
    """Its executed copy, relative to the run folder."""
    notebook_sha256: str
    """Digest of the sources of all cells."""
    needs: tuple[str, ...]
    parameters: dict[str, dict[str, object]]
    """`{"value": …, "from": …}` of every declared parameter, defaults included."""
    content: dict[str, Any] | None = None
    """All that decides what the step computes, part by part. None before its turn comes."""
    content_key: str | None = None
    """Digest of it: equal keys, equal work."""
    why: str | None = None
    """Why it was run, or taken from an earlier run, in one line."""
    cached_from: str | None = None
    """The run that computed it, where this one did not."""
    status: Status = Status.NOT_RUN
    reason: str | None = None
    """One line on why it did not succeed."""
    stopped_at: int | None = None
    """Number of the cell in which it stopped."""
    started: datetime | None = None
    finished: datetime | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    """User and system time of the kernel and its descendants."""
    peak_memory_bytes: int | None = None
    """Highest resident memory of the kernel and its descendants together."""
    attempts: tuple[AttemptRecord, ...] = ()
    """Attempts before the one that this record tells of."""
    overridden: tuple[str, ...] = ()
    """Parameters that had another value at the notebook's end than the one it was given, each in one line."""
    cells: tuple[CellRecord, ...] = ()
    metrics: tuple[Metric, ...] = ()
    publications: tuple[dict[str, Any], ...] = ()
    """Each request to publish, with the answer it had got when the step ended."""
    files: tuple[FileRecord, ...] = ()


@dataclass(frozen=True)
class RunRecord:
    """One run of a pipeline."""

    run_id: str
    pipeline: str
    title: str
    logical_date: date
    """The as-of date where one was given, else the day on which the run started."""
    started: datetime
    command: str
    pipeline_file: dict[str, str]
    """`path` and `sha256` of the pipeline file."""
    provenance: dict[str, Any]
    identity: str | None = None
    """Digest of all that was known before the run began and decides what it computes."""
    parent: dict[str, str] | None = None
    """`{"resumed": RUN}` or `{"repeated": RUN}`, where the run goes on from another one or repeats it."""
    policy: dict[str, Any] = field(default_factory=dict)
    """The terms on which its results may go live, as the pipeline file had them: see `runner.promotion.policy`."""
    fence: int | None = None
    """Number of the lock under which the run went; the next holder of the lock has a higher one."""
    status: Status = Status.RUNNING
    reason: str | None = None
    finished: datetime | None = None
    seconds: float | None = None
    inputs: tuple[dict[str, Any], ...] = ()
    steps: tuple[StepRecord, ...] = field(default=())
    files: tuple[FileRecord, ...] | None = None
    """Every file of the run folder that no step lists, once the run is over: see `runner.records.inventory`."""

    def ended(self, status: Status, reason: str | None) -> RunRecord:
        """The record of the run at its end, which is now."""
        finished = datetime.now(UTC)
        seconds = round((finished - self.started).total_seconds(), 3)
        return dataclasses.replace(self, status=status, reason=reason, finished=finished, seconds=seconds)

    def to_json(self, redactor: Redactor) -> bytes:
        """The manifest's bytes: JSON with a line for each fact, times in UTC, no secret that the redactor knows."""
        content = redactor.tree({"format": FORMAT, **dataclasses.asdict(self)})
        text = json.dumps(content, indent=1, ensure_ascii=False, default=_plain, allow_nan=False) + "\n"
        # Half a character, which a notebook may well print, has no bytes in UTF-8, but an escape in JSON.
        return text.encode(errors="backslashreplace")


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a manifest")
