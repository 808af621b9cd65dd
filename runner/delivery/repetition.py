"""Requests made again: what a step published in an earlier run, asked for by the run that takes its work over."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.files import write_aside

WAIT_S = 120.0
"""So long the desk may take to answer; after that the requests are pending, and stay in the spool."""
LOOK_EVERY_S = 0.05


def repeat(requests: Sequence[Mapping[str, Any]], run_id: str, spool: Path, *, wait_s: float = WAIT_S) -> None:
    """Put requests into a run's spool in its own name, and wait until each has its receipt."""
    receipts = []
    for number, request in enumerate(requests, start=1):
        path = spool / f"{request['step']}-{number}.request.json"
        write_aside(path, json.dumps({**request, "run_id": run_id}, indent=1).encode())
        receipts.append(path.with_name(path.name.replace(".request.json", ".receipt.json")))
    ends = time.monotonic() + wait_s
    while not all(path.exists() for path in receipts) and time.monotonic() < ends:
        time.sleep(LOOK_EVERY_S)
