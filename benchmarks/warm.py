"""What warm kernels save: papermill's own command against ours, on small notebooks.

    python -m benchmarks.warm [NOTEBOOKS]

Two notebooks: one that computes nothing, and one that imports pandas, scikit-learn and matplotlib, fits a small model
and draws. Papermill's command runs each once per call, as cron would; ours runs NOTEBOOKS (50) of them as the steps of
one pipeline, with warm kernels and with `--cold`. Papermill is called a few times, and its median stands for each of
its calls. A notebook's own computation is what its cells take in papermill, without imports. Writes benchmarks/warm.md.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat

from benchmarks.figures import Figure

HERE = Path(__file__).parent
COUNT = 50
REPEATS = 3
COLD_SHARE = 5
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
IMPORTS = """import matplotlib.pyplot as plt
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs"""
BOOKS = {
    "trivial": ("number = 1", "print(number + 1)"),
    "stack": (
        IMPORTS,
        "points, _ = make_blobs(300, random_state=1)\ntable = pd.DataFrame(points, columns=['x', 'y'])",
        "table['cluster'] = KMeans(3, n_init=2, random_state=1).fit_predict(table)",
        "table.plot.scatter('x', 'y', c='cluster', colormap='viridis');",
    ),
}
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


@dataclass(frozen=True)
class Measured:
    """Seconds by the clock of one kind of notebook."""

    name: str
    count: int
    papermill: float
    """One call of papermill's command: the median of nine, before, between and behind."""
    own: float
    """The notebook's own computation."""
    each: float
    """One more notebook in our command."""
    warm: float
    beside: float
    """With two workers."""
    cold: float


def main(count: int) -> None:
    """Measure, and write the page."""
    measured = measure(count)
    rows = [row for one in measured for row in _rows(one)]
    text = "\n".join([*_head(count), *rows, "", *(_fact(one) for one in measured), ""])
    (HERE / "warm.md").write_text(text, encoding="utf-8")
    print(text)


def figures(_folder: Path) -> list[Figure]:
    """50 small notebooks in one command with warm kernels, beside 50 calls of papermill's own command.

    One imports nothing; the other imports pandas, scikit-learn and matplotlib, fits a small model and draws. Papermill
    is called nine times, before, between and behind, and its median stands for each call.
    """
    found = []
    for one in measure(COUNT):
        calls = one.count * one.papermill
        beyond, theirs = max(one.each - one.own, 0), one.papermill - one.own
        what = f"{one.count} notebooks, {one.name}"
        found += [
            Figure(what, one.warm, "s", calls, f"{one.count} calls of papermill", "10 times less"),
            Figure(f"{what}, `--workers 2`", one.beside, "s", calls, "the same calls", "10 times less"),
            Figure(f"{what}, `--cold`", one.cold, "s", calls, "the same calls", ""),
            Figure(
                f"one more, {one.name}, beyond its own {one.own:.2g} s",
                beyond,
                "s",
                theirs,
                "a call of papermill",
                "5 times less",
            ),
        ]
    return found


def measure(count: int) -> list[Measured]:
    """Both kinds of notebooks, one after the other."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, cells in BOOKS.items():
            book = _write(place / f"{name}.ipynb", *cells)
            calls = [_papermill(book, place) for _ in range(REPEATS)]
            own = _own_seconds(place / "out.ipynb", imports=name == "stack")
            few, warm = (_ours(place, name, number) for number in (2, count))
            calls += [_papermill(book, place) for _ in range(REPEATS)]
            beside = _ours(place, name, count, "--workers", "2")
            cold = _ours(place, name, count // COLD_SHARE, "--cold") * COLD_SHARE
            calls += [_papermill(book, place) for _ in range(REPEATS)]
            each = (warm - few) / (count - 2)
            found.append(Measured(name, count, statistics.median(calls), own, each, warm, beside, cold))
    return found


def _fact(one: Measured) -> str:
    ours, theirs, calls = max(one.each - one.own, 0), one.papermill - one.own, one.count * one.papermill
    return (
        f"- {one.name}: its own computation takes {one.own:.2f} s. Beyond it papermill's command takes {theirs:.2f} s, "
        f"and one more notebook in our command {ours:.2f} s: **{ours / theirs:.2f}** of it (aim: 0.20). {one.count} in "
        f"one command take **{one.warm / calls:.3f}** of {one.count} calls of papermill (aim: 0.10)."
    )


def _head(count: int) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("papermill", "ipykernel", "pandas", "scikit-learn"))
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"
    sample = f"Papermill's lines are the median of {3 * REPEATS} calls before, between and behind, times {count}"
    sample += f"; those with `--cold` a run of {count // COLD_SHARE} steps, times {COLD_SHARE}."
    return [
        "# Warm kernels",
        "",
        f"`python -m benchmarks.warm {count}` · {machine}; load {load:.1f} at the end. {sample}",
        "",
        "| notebook | command | wall s | to papermill |",
        "|---|---|---:|---:|",
    ]


def _rows(one: Measured) -> list[str]:
    calls = one.count * one.papermill
    told = {
        f"{one.count} × `papermill`": calls,
        f"`runner run`, {one.count} steps": one.warm,
        "the same, `--workers 2`": one.beside,
        "the same, `--cold`": one.cold,
    }
    return [f"| {one.name} | {what} | {took:.1f} | {took / calls:.3f} |" for what, took in told.items()]


def _write(path: Path, *cells: str) -> Path:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    book.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": []}) for source in cells]
    nbformat.write(book, path)
    return path


def _papermill(book: Path, place: Path) -> float:
    return _took([sys.executable, "-m", "papermill", str(book), str(place / "out.ipynb")], place)


def _own_seconds(copy: Path, *, imports: bool) -> float:
    cells = nbformat.read(copy, as_version=4).cells
    return sum(float(cell.metadata.papermill.duration) for cell in cells[1 if imports else 0 :])


def _ours(place: Path, name: str, count: int, *options: str) -> float:
    for number in range(count):
        shutil.copy(place / f"{name}.ipynb", place / f"{name}_{number}.ipynb")
    steps = "\n".join(f"  - {{name: s{number}, notebook: {name}_{number}.ipynb}}" for number in range(count))
    (place / "many.yml").write_text(f"name: many\ntitle: Many\nsteps:\n{steps}\n")
    return _took([sys.executable, "-m", "runner", "run", str(place / "many.yml"), "--force", *options], place)


def _took(command: list[str], place: Path) -> float:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INSIDERS_")},
        **ONE_THREAD,
        "INSIDERS_OUTPUT": str(place / "output"),
    }
    begun = time.perf_counter()
    subprocess.run(command, cwd=HERE.parent, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=-3)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
