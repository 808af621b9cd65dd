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
from importlib.metadata import version
from pathlib import Path

import nbformat

HERE = Path(__file__).parent
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


def main(count: int) -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows, facts = [], []
        for name, cells in BOOKS.items():
            book = _write(place / f"{name}.ipynb", *cells)
            calls = [_papermill(book, place) for _ in range(REPEATS)]
            own = _own_seconds(place / "out.ipynb", imports=name == "stack")
            few, warm = (_ours(place, name, number) for number in (2, count))
            calls += [_papermill(book, place) for _ in range(REPEATS)]
            cold = _ours(place, name, count // COLD_SHARE, "--cold") * COLD_SHARE
            calls += [_papermill(book, place) for _ in range(REPEATS)]
            once = statistics.median(calls)
            rows += _rows(name, count, once, warm, cold)
            facts.append(_fact(name, count, once, own, warm, (warm - few) / (count - 2)))
    text = "\n".join([*_head(count), *rows, "", *facts, ""])
    (HERE / "warm.md").write_text(text, encoding="utf-8")
    print(text)


def _fact(name: str, count: int, once: float, own: float, warm: float, each: float) -> str:
    ours = max(each - own, 0)
    return (
        f"- {name}: its own computation takes {own:.2f} s. Beyond it papermill's command takes {once - own:.2f} s, and "
        f"one more notebook in our command {ours:.2f} s: **{ours / (once - own):.2f}** of it (aim: 0.20). "
        f"{count} in one command take **{warm / (count * once):.3f}** of {count} calls of papermill (aim: 0.10)."
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


def _rows(name: str, count: int, once: float, warm: float, cold: float) -> list[str]:
    told = {f"{count} × `papermill`": once * count, f"`runner run`, {count} steps": warm, "the same, `--cold`": cold}
    return [f"| {name} | {what} | {took:.1f} | {took / (once * count):.3f} |" for what, took in told.items()]


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
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
