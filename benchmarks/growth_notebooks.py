"""The whole pipeline as a shop grows: what each step and its dearest cells take, as `runner run monthly` records it.

`python -m benchmarks.growth --notebooks [STEP]` calls this, for the whole pipeline or for one step alone.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

KEPT = Path(__file__).with_suffix(".json")
LAST_DAY = "2024-12-31"
DEAR = 0.05
"""Share of a step's seconds, at the largest size measured, from which one of its cells is named."""


@dataclass(frozen=True)
class Step:
    """One step at one size."""

    name: str
    lines: int
    customers: int
    status: str
    seconds: float
    processor: float
    memory: float
    cells: dict[str, float]
    """Seconds of every cell, by its name."""


def measured(shop: Path, lines: int, customers: int, only: str) -> list[Step]:
    """The steps of a run on the file of a shop, kept beside what was measured before; all of them, or one alone."""
    asked = [] if only == "all" else ["--only", only]
    with tempfile.TemporaryDirectory(dir=shop.parent) as place:
        environment = {**os.environ, "INSIDERS_OUTPUT": place, "INSIDERS_DATABASE_URL": "", "INSIDERS_BUCKET": ""}
        command = [sys.executable, "-m", "runner", "run", "monthly", "--workers", "1", "--as-of", LAST_DAY]
        subprocess.run([*command, "-p", f"source={shop.resolve()}", *asked], env=environment, check=False)
        manifest = json.loads(next(Path(place).glob("monthly/*/run.json")).read_text(encoding="utf-8"))
    found = [_step(each, lines, customers) for each in manifest["steps"] if each.get("cells")]
    kept = [one for one in read() if (one.name, one.lines, one.customers) not in {_key(new) for new in found}]
    KEPT.write_text(json.dumps([asdict(one) for one in [*kept, *found]], indent=1) + "\n")
    return found


def read() -> list[Step]:
    """What was measured so far, by step and size."""
    steps = [Step(**one) for one in json.loads(KEPT.read_text())] if KEPT.exists() else []
    return sorted(steps, key=lambda one: (one.name, one.lines, one.customers))


def tables(steps: list[Step]) -> Iterator[str]:
    """The steps in Markdown, then their dearest cells."""
    yield "| step | lines | customers | seconds | processor s | peak memory | per n log n |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    before: dict[str, Step] = {}
    for one in steps:
        last, told = before.get(one.name), "" if one.status == "succeeded" else f" ({one.status})"
        growth = "" if last is None or told or last.lines == one.lines else f"{_growth(last, one):.2f}"
        before[one.name] = one
        yield (
            f"| {one.name}{told} | {one.lines:,} | {one.customers:,} | {one.seconds:,.0f} | {one.processor:,.0f} "
            f"| {one.memory / 2**30:,.2f} GiB | {growth} |"
        )
    yield from ["", "Cells that take a twentieth of their step or more, in seconds by number of lines:", ""]
    sizes = sorted({one.lines for one in steps})
    yield f"| cell | {' | '.join(f'{size:,}' for size in sizes)} |"
    yield f"|---|{'---:|' * len(sizes)}"
    for name in dict.fromkeys(one.name for one in steps):
        mine = {one.lines: one.cells for one in steps if one.name == name}
        largest = mine[max(mine)]
        for cell in (cell for cell, seconds in largest.items() if seconds >= DEAR * sum(largest.values())):
            figures = [f"{mine[size][cell]:,.1f}" if cell in mine.get(size, {}) else "" for size in sizes]
            yield f"| {name}: {cell} | {' | '.join(figures)} |"


def growing(steps: list[Step]) -> list[str]:
    """The steps that grew faster than n log n between two sizes."""
    found = []
    for name in dict.fromkeys(one.name for one in steps):
        mine = [one for one in steps if one.name == name and one.status == "succeeded"]
        found += [name for less, more in pairwise(mine) if less.lines < more.lines and _growth(less, more) > 1]
    return list(dict.fromkeys(found))


def _step(record: dict, lines: int, customers: int) -> Step:  # type: ignore[type-arg]
    cells = {cell["id"]: cell["seconds"] for cell in record["cells"] if cell.get("seconds") is not None}
    spent = [record.get(name) or 0.0 for name in ("seconds", "cpu_seconds", "peak_memory_bytes")]
    return Step(record["name"], lines, customers, record["status"], *spent, cells)


def _key(one: Step) -> tuple[str, int, int]:
    return one.name, one.lines, one.customers


def _growth(less: Step, more: Step) -> float:
    """Growth of the processor seconds over growth of n log n of the lines."""
    size = more.lines * math.log(more.lines) / (less.lines * math.log(less.lines))
    return more.processor / max(less.processor, 0.01) / size
