"""Control groups with a memory limit, where this process may make them."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_group(limit_bytes: int) -> Iterator[Path]:
    """A control group below this process's own one, which may use so much memory."""
    lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    memory = [group for _, names, group in (line.split(":", 2) for line in lines) if "memory" in names.split(",")]
    own = Path("/sys/fs/cgroup/memory" if memory else "/sys/fs/cgroup") / (memory or ["/"])[0].strip("/")
    group = own / f"insiders-test-{uuid.uuid4().hex}"
    try:
        group.mkdir()
        limit = group / ("memory.limit_in_bytes" if memory else "memory.max")
        limit.write_text(str(limit_bytes))
    except OSError:
        with contextlib.suppress(OSError):
            group.rmdir()
        pytest.skip("this process may not make a control group with a memory limit")
    try:
        yield group
    finally:
        _remove(group)


def _remove(group: Path) -> None:
    """Remove a group as soon as those that die in it are gone."""
    until = time.monotonic() + 10
    while True:
        try:
            return group.rmdir()
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)
