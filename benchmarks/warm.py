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

HERE = Path(__file__).parent
REPEATS = 5
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
class Took:
    """What a command took."""

    wall: float
    cpu: float


def main(count: int) -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows, facts = [], []
        for name, cells in BOOKS.items():
            book = _write(place / f"{name}.ipynb", *cells)
            plain = [_papermill(book, place) for _ in range(REPEATS)]
            own = _own_seconds(place / "out.ipynb", imports=name == "stack")
            once = Took(statistics.median(one.wall for one in plain), statistics.median(one.cpu for one in plain))
            warm, cold = (_ours(place, name, count, *options) for options in ((), ("--cold",)))
            few = _ours(place, name, 2)
            rows += _rows(name, count, once, warm, cold)
            each = (warm.wall - few.wall) / (count - 2)
            share = (each - own) / (once.wall - own)
            facts.append(
                f"- {name}: its own computation takes {own:.2f} s. Beyond it papermill's command takes "
                f"{once.wall - own:.2f} s, and one more notebook in our command {max(each - own, 0):.2f} s: "
                f"**{max(share, 0):.2f}** of it (aim: at most 0.20). {count} in one command take "
                f"**{warm.wall / (count * once.wall):.2f}** of {count} calls of papermill (aim: at most 0.10)."
            )
    text = "\n".join([*_head(count), *rows, "", *facts, ""])
    (HERE / "warm.md").write_text(text, encoding="utf-8")
    print(text)


def _head(count: int) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("papermill", "ipykernel", "pandas", "scikit-learn"))
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}"
    sample = f"Papermill's line is the median of {REPEATS} calls, times {count}."
    return [
        "# Warm kernels",
        "",
        f"`python -m benchmarks.warm {count}` · {machine}; load {load:.1f} at the end. {sample}",
        "",
        "| notebook | command | wall s | CPU s | wall, to papermill | CPU, to papermill |",
        "|---|---|---:|---:|---:|---:|",
    ]


def _rows(name: str, count: int, once: Took, warm: Took, cold: Took) -> list[str]:
    all_calls = Took(once.wall * count, once.cpu * count)
    told = {f"{count} × `papermill`": all_calls, f"`runner run`, {count} steps": warm, "the same, `--cold`": cold}
    return [
        f"| {name} | {what} | {took.wall:.1f} | {took.cpu:.1f} | {took.wall / all_calls.wall:.3f} "
        f"| {took.cpu / all_calls.cpu:.3f} |"
        for what, took in told.items()
    ]


def _write(path: Path, *cells: str) -> Path:
    book = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
    book.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": []}) for source in cells]
    nbformat.write(book, path)
    return path


def _papermill(book: Path, place: Path) -> Took:
    return _took([sys.executable, "-m", "papermill", str(book), str(place / "out.ipynb")], place)


def _own_seconds(copy: Path, *, imports: bool) -> float:
    cells = nbformat.read(copy, as_version=4).cells
    return sum(float(cell.metadata.papermill.duration) for cell in cells[1 if imports else 0 :])


def _ours(place: Path, name: str, count: int, *options: str) -> Took:
    for number in range(count):
        shutil.copy(place / f"{name}.ipynb", place / f"{name}_{number}.ipynb")
    steps = "\n".join(f"  - {{name: s{number}, notebook: {name}_{number}.ipynb}}" for number in range(count))
    (place / "many.yml").write_text(f"name: many\ntitle: Many\nsteps:\n{steps}\n")
    return _took([sys.executable, "-m", "runner", "run", str(place / "many.yml"), "--force", *options], place)


def _took(command: list[str], place: Path) -> Took:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INSIDERS_")},
        **ONE_THREAD,
        "INSIDERS_OUTPUT": str(place / "output"),
    }
    before, begun = os.times(), time.perf_counter()
    subprocess.run(command, cwd=HERE.parent, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=-3)
    wall, after = time.perf_counter() - begun, os.times()
    return Took(wall, after.children_user + after.children_system - before.children_user - before.children_system)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
