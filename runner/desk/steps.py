"""What the desk reads of a step: its parameters, figures, cells and files, each checked before a page shows it."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from runner.outcomes import Status

MOST_METRICS = 5_000
Whole = Annotated[int, Field(ge=0, le=2**62)]
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Part(BaseModel):
    """A part of a manifest: what no page shows is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class Parameter(Part):
    """A parameter as a step had it."""

    value: Any = None
    source: str = Field(default="", alias="from")
    """Where it was set: `default`, `pipeline`, `command line` …"""

    @property
    def text(self) -> str:
        """The value as a person writes it: a text bare, all else as JSON."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)


class Metric(Part):
    """A figure that a notebook showed."""

    name: str
    value: float | int | str | None = None
    unit: str = ""

    @property
    def number(self) -> float | None:
        """The value where it is a finite number."""
        if isinstance(self.value, str) or self.value is None:
            return None
        try:
            number = float(self.value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None


class Cell(Part):
    """What became of a cell that holds code."""

    number: Whole
    id: str = ""
    status: Status
    seconds: Seconds | None = None


class File(Part):
    """A file of the run."""

    path: str
    bytes: Whole
    sha256: str


class Attempt(Part):
    """An attempt that was followed by another."""

    number: Whole
    status: Status
    reason: str | None = None
    seconds: Seconds | None = None
    copy_path: str = Field(default="", alias="copy")


class Publication(Part):
    """A request to publish, and what came of it."""

    status: str = ""
    reason: str | None = None
    tables: tuple[dict[str, Any], ...] = ()
    objects: tuple[dict[str, Any], ...] = ()


class Step(Part):
    """One step of a run."""

    name: str
    base: str = ""
    item: dict[str, Any] = {}
    notebook: str = ""
    copy_path: str = Field(default="", alias="copy")
    needs: tuple[str, ...] = ()
    parameters: dict[str, Parameter] = {}
    why: str | None = None
    cached_from: str | None = None
    status: Status
    reason: str | None = None
    stopped_at: Whole | None = None
    seconds: Seconds | None = None
    peak_memory_bytes: Whole | None = None
    attempts: tuple[Attempt, ...] = ()
    overridden: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    metrics: tuple[Metric, ...] = Field(default=(), max_length=MOST_METRICS)
    publications: tuple[Publication, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def copy_name(self) -> str:
        """Path of the executed copy in the run folder; a first format had but the notebook's name."""
        return self.copy_path or self.notebook
