"""The circumstances in which a notebook runs: what its kernel is given, its limits, and who hears of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runner.kernel import process
from runner.kernel.outputs import DEFAULT_LIMIT_BYTES
from runner.kernel.stopping import Stop
from runner.outcomes import Status
from runner.secrecy.redaction import Redactor


class Watch:
    """Hears what happens in a notebook while it happens; this one keeps it to itself."""

    def kernel_started(self, pid: int, *, warm: bool = False) -> None:
        """A kernel answers; a warm one was forked."""

    def kernel_cold(self, why: str) -> None:
        """A kernel was started anew where a warm one was asked for."""

    def cell_started(self, number: int, total: int) -> None:
        """A cell that holds code was sent to the kernel."""

    def cell_finished(self, number: int, total: int, status: Status, seconds: float) -> None:
        """A cell that holds code came to an end."""


@dataclass(frozen=True)
class Warmth:
    """What a warm kernel begins with."""

    modules: tuple[str, ...] = ()
    """The modules that its notebook imports, and which are imported ahead of it."""
    others: tuple[tuple[str, ...], ...] = ()
    """The same of notebooks that may come next."""


@dataclass(frozen=True)
class Supervision:
    """Circumstances of one execution."""

    environment: Mapping[str, str] = field(default_factory=lambda: process.environment(os.environ, {}))
    """The whole environment of the kernel."""
    folder: Path | None = None
    """The kernel's working directory; without it the runner's own."""
    step_seconds: float | None = None
    cell_seconds: float | None = None
    run_seconds: float | None = None
    """The limit of the whole run, for the person who reads that it was passed."""
    run_ends: float | None = None
    """The moment (of `time.monotonic`) when the whole run has to end."""
    memory_bytes: int | None = None
    """How much memory the kernel and all it starts may use together."""
    redactor: Redactor = field(default_factory=Redactor)
    output_limit_bytes: int = DEFAULT_LIMIT_BYTES
    warmth: Warmth | None = None
    """What the kernel begins with, where it is to be forked and not started."""
    read_back: tuple[str, ...] = ()
    """Names whose values are read back from the kernel behind the last cell."""
    stop: Stop = field(default_factory=Stop)
    watch: Watch = field(default_factory=Watch)
