"""What is found of the folder that runs are written to."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from runner.preflight.findings import Finding
from runner.wording import memory

LEAST_FREE_BYTES = 500 << 20
"""A run's copies, tables and models take a few tens of megabytes; a disk this full breaks more than a run."""


def of_folder(output: Path) -> Finding:
    """Whether files can be made in the folder, or where it is still to be made; nothing is left behind."""
    subject = f"output folder {output}"
    there = next(place for place in (output, *output.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding(subject, f"cannot be written to: {error.strerror}; set INSIDERS_OUTPUT to another")
    if free < LEAST_FREE_BYTES:
        said = f"only {memory(free)} of disk are free; a run wants {memory(LEAST_FREE_BYTES)}: make room"
        return Finding(subject, f"{said}, or set INSIDERS_OUTPUT to a folder on another disk")
    return Finding(subject, detail=f"{memory(free)} free")
