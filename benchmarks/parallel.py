"""How much sooner a run ends whose steps run side by side, and what it costs that they do; written to parallel.md.

    python -m benchmarks.parallel [ROUNDS]

The pipeline: one step that writes a table of 40 MB, four items of `for_each` that read it and compute for some seconds
on one thread each, one step that needs them all. Every round runs it with 1, 2 and 4 workers, each time computing
everything; the ratio is that of the medians. The same with steps that compute nothing shows what the crew itself costs.
"""

from __future__ import annotations

import io
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from runner.progress import Reporter, console_for
from runner.reading import notebooks, pipeline
from runner.reading.choice import Choice
from runner.run import run
from runner.settings import CHECKOUT, Settings
from runner.steps import Order
from runner.values import parameters

WORKERS = (1, 2, 4)
WORK = 6.0
"""Seconds that an item computes, alone on a quiet processor of 2024."""
TEXT = """name: crew
steps:
  - {{name: first, notebook: first.ipynb}}
  - name: item
    notebook: item.ipynb
    needs: [first]
    for_each: {{number: [1, 2, 3, 4]}}
    parameters: {{work: {work}}}
  - {{name: last, notebook: last.ipynb, needs: [item]}}
"""
PARAMETERS = """run_folder: str = "."  # where tables go
number: int = 1  # which item
work: float = 1.0  # how many seconds there are to compute
"""
FIRST = """import os
from pathlib import Path

Path(run_folder, "tables", "lines.bin").write_bytes(os.urandom(40_000_000))
"""
ITEM = """import hashlib
from pathlib import Path

lines = Path(run_folder, "tables", "lines.bin").read_bytes()
for _ in range(int(work * 40)):
    hashlib.sha256(lines).digest()
Path(run_folder, "tables", f"item{number}.txt").write_text("done")
"""
LAST = """from pathlib import Path

assert len(list(Path(run_folder, "tables").glob("item*.txt"))) == 4
"""
NOTEBOOKS = {"first": FIRST, "item": ITEM, "last": LAST}


def main(rounds: int) -> None:
    """Measure, and write the table."""
    host = f"{os.cpu_count()} processors ({platform.machine()}), Python {platform.python_version()}"
    told = [f"Measured on {host}, {rounds} rounds, medians; load at the beginning {os.getloadavg()[0]:.1f}.", ""]
    told += ["| items compute | workers | seconds | ratio |", "|---|---:|---:|---:|"]
    for work in (WORK, 0.0):
        took: dict[int, list[float]] = {workers: [] for workers in WORKERS}
        for _ in range(rounds):
            for workers in WORKERS:
                took[workers].append(seconds(work, workers))
        medians = {workers: statistics.median(found) for workers, found in took.items()}
        for workers, median in medians.items():
            what = f"{work:g} s" if work else "nothing"
            told.append(f"| {what} | {workers} | {median:.1f} | {median / medians[1]:.2f} |")
    text = "\n".join(told) + "\n"
    Path(__file__).with_suffix(".md").write_text(f"# Steps side by side\n\n{text}", encoding="utf-8")
    sys.stdout.write(text)


def seconds(work: float, workers: int) -> float:
    """How long one run takes, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="crew-") as folder:
        place = Path(folder)
        for name, code in NOTEBOOKS.items():
            (place / f"{name}.ipynb").write_text(json.dumps(notebook(code)), encoding="utf-8")
        (place / "crew.yml").write_text(TEXT.format(work=work), encoding="utf-8")
        places = Settings(CHECKOUT, place / "output", f"sqlite:///{place}/output/insiders.db")
        asked = pipeline.read(place / "crew.yml", places)
        books, _ = notebooks.read_all(asked.notebooks)
        plan = parameters.plan(asked, books)
        order = Order(asked, books, plan, "runner run crew", Choice(force=True), asked_workers=workers)
        begun = time.perf_counter()
        ended = run(order, places, Reporter(console_for(io.StringIO())))
        if not ended.record.status.good:
            raise SystemExit(f"the run ended as {ended.record.status}: {ended.record.reason}")
        return time.perf_counter() - begun


def notebook(code: str) -> dict[str, Any]:
    """A notebook with the parameters of all, and one cell that works."""
    empty: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": [], "metadata": {}}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    declared = {**empty, "id": "parameters", "source": PARAMETERS, "metadata": {"tags": ["parameters"]}}
    cells = [declared, {**empty, "id": "work", "source": code}]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
