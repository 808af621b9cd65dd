"""The system's own count of processes that it killed because memory ran out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")


def kills() -> int:
    """How many there were so far: in this process's control group, or on this host where no group keeps a count."""
    for place in (*_of_own_group(), Path("/proc/vmstat")):
        try:
            lines = place.read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            continue
        counts = [int(line.split()[1]) for line in lines if line.startswith("oom_kill ")]
        if counts:
            return counts[0]
    return 0


def _of_own_group() -> Iterator[Path]:
    """Where the count of this process's control group may stand, in both versions; in a container, at the root."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            yield from (_ROOT / group.strip("/") / "memory.events", _ROOT / "memory.events")
        elif "memory" in controllers.split(","):
            name = "memory.oom_control"
            yield from (_ROOT / "memory" / group.strip("/") / name, _ROOT / "memory" / name)
