"""The roll of a run: its record while it is under way, which several threads bring up to date."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from typing import Any

from runner.records.archive import Manifest
from runner.records.record import RunRecord, StepRecord


class Roll:
    """The record of a run. What is in it is on the disk too, unless the disk refuses it (`Manifest.fault`)."""

    def __init__(self, record: RunRecord, manifest: Manifest) -> None:
        self._record = record
        self._manifest = manifest
        self._owners: dict[str, str] = {}
        self._lock = threading.RLock()

    @property
    def record(self) -> RunRecord:
        """The record as it is now."""
        return self._record

    def enter(self, step: StepRecord) -> None:
        """Put the record of a step in its place."""
        with self._lock:
            steps = tuple(step if one.name == step.name else one for one in self._record.steps)
            self._write(dataclasses.replace(self._record, steps=steps))

    def read(self, inputs: Iterable[dict[str, Any]]) -> None:
        """Note what was fetched for the steps to read."""
        with self._lock:
            self._write(dataclasses.replace(self._record, inputs=tuple(inputs)))

    def stop(self, reason: str) -> None:
        """Note why no other step may begin; the first reason counts."""
        with self._lock:
            if self._record.reason is None:
                self._record = dataclasses.replace(self._record, reason=reason)

    def claim(self, step: str, paths: Iterable[str]) -> dict[str, str]:
        """Note that files are the work of a step; those that are another's already, with its name."""
        with self._lock:
            owners = {path: self._owners.setdefault(path, step) for path in paths}
        return {path: owner for path, owner in owners.items() if owner != step}

    def _write(self, record: RunRecord) -> None:
        self._record = record
        self._manifest.write(record)
        if fault := self._manifest.fault:
            self.stop(f"the record could not be written: {fault.strerror or fault}")
