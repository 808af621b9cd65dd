"""Run ids: UUIDs of version 7 (RFC 9562), which sort by time and are safe in paths and URLs."""

from __future__ import annotations

import re
import secrets
import threading
import time
from datetime import UTC, datetime

_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_lock = threading.Lock()
_latest = 0


def new_run_id() -> str:
    """A new id; of two ids made by one process, the later one sorts after the earlier one.

    48 bits of Unix milliseconds, 12 bits of the fraction of the millisecond (RFC 9562, section 6.2, method 3), and
    62 random bits.
    """
    global _latest
    with _lock:
        # In units of 1/4096 ms; a clock that stands still or goes back must not break the order.
        _latest = max(_latest + 1, time.time_ns() * 4096 // 1_000_000)
        milliseconds, fraction = divmod(_latest, 4096)
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_run_id(text: str) -> bool:
    """Whether the text has the form of a run id."""
    return _FORM.fullmatch(text) is not None


def made_at(run_id: str) -> datetime:
    """When the id was made, in UTC to the millisecond."""
    return datetime.fromtimestamp(int(run_id.replace("-", "")[:12], 16) / 1000, tz=UTC)
