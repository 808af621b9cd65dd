"""Every function of 02_clustering and 04_report that is given a table of customers, as the customers become more.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.growth_people [--customers N ...] [--only NAME ...]

Threads that wait would count as work, so there is one. Tables are drawn at random, no lines are made. Every function
runs in a process of its own, forked from one that has the tables: processor seconds, and what it held above that
process at its peak. Writes benchmarks/growth_people.md.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.growth_cases import CASES, Work
from benchmarks.growth_tables import People
from insiders.charts import style

CUSTOMERS = (10_000, 100_000, 1_000_000)
LIMIT_S, DEAR_S, DEAR_BYTES = 600, 120, 4 * 2**30
REPORT, KEPT = Path(__file__).with_suffix(".md"), Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Figure:
    """One function at one size."""

    name: str
    customers: int
    processor: float
    memory: float
    """Bytes above those of the process that has the tables."""
    fault: str = ""


def measured(name: str, people: People) -> Figure:
    """The function in a forked process, which is stopped at the limit."""
    work = CASES[name](people)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _run(work, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return Figure(name, people.size, LIMIT_S, 0.0, f"more than {LIMIT_S} processor s, or out of memory")
    return Figure(name, people.size, *json.loads(told))


def _run(work: Work, writing: int) -> None:
    """Do it, tell what it took, and leave."""
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    used = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + LIMIT_S, int(used) + LIMIT_S + 1))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, fault = _memory("VmRSS"), ""
    try:
        work()
    except Exception as why:  # noqa: BLE001 - a fault is a figure, too
        fault = f"{type(why).__name__}: {why}"[:160]
    spent, held = time.process_time() - used, _memory("VmHWM") - before
    os.write(writing, json.dumps([spent, held, fault]).encode())
    os._exit(0)


def _memory(name: str) -> int:
    """Bytes of the process, as the kernel counts them."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def table(figures: list[Figure]) -> Iterator[str]:
    """The figures in Markdown, the dearest first, with growth over n log n from the size before."""
    sizes = sorted({one.customers for one in figures})
    yield f"| function | {' | '.join(f'{size:,}: s' for size in sizes)} | GiB at most | per n log n |"
    yield f"|---|{'---:|' * (len(sizes) + 2)}"
    by_name = {
        name: sorted((one for one in figures if one.name == name), key=lambda one: one.customers) for name in CASES
    }
    for name, own in sorted(by_name.items(), key=lambda pair: -max([one.processor for one in pair[1]], default=0)):
        if own:
            cells = {one.customers: one.fault or f"{one.processor:,.1f}" for one in own}
            least = f"{max(one.memory for one in own) / 2**30:.2f}"
            yield f"| {name} | {' | '.join(cells.get(size, '') for size in sizes)} | {least} | {_growth(own)} |"


def _growth(own: list[Figure]) -> str:
    """Growth of the processor seconds over growth of n log n, between the two largest sizes."""
    known = [one for one in own if not one.fault][-2:]
    if len(known) < 2:
        return ""
    less, more = known
    size = more.customers * math.log(more.customers) / (less.customers * math.log(less.customers))
    return f"{more.processor / max(less.processor, 0.01) / size:.2f}"


def main() -> None:
    """Measure the functions asked for and write the table; what an earlier call measured otherwise stays."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    asked.add_argument("--customers", type=int, nargs="+", default=list(CUSTOMERS))
    asked.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES), metavar="NAME")
    said = asked.parse_args()
    style.use()
    figures = [Figure(**one) for one in json.loads(KEPT.read_text())] if KEPT.exists() else []
    for size in said.customers:
        people = People(size)
        for name in said.only:
            found = measured(name, people)
            print(
                f"{size:>9,} {name:<34} {found.processor:8.1f} s {found.memory / 2**30:6.2f} GiB {found.fault}",
                flush=True,
            )
            figures = [one for one in figures if (one.name, one.customers) != (name, size)] + [found]
            KEPT.write_text(json.dumps([asdict(one) for one in figures], indent=1) + "\n")
    dear = [one for one in figures if one.processor > DEAR_S or one.memory > DEAR_BYTES]
    text = [f"Above {DEAR_S} s or 4 GiB: {', '.join(sorted({one.name for one in dear})) or 'none'}.", ""]
    REPORT.write_text("\n".join(["# Growth by customers", "", *text, *table(figures), ""]))


if __name__ == "__main__":
    sys.exit(main())
