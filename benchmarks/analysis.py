"""Speed of the analysis: start-up, a second run, the customer table, clusterings, layouts, and the whole pipeline.

The functions are sections of `benchmarks.bench`, which says how they are called.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from benchmarks.figures import Figure, Spent, median, spent
from benchmarks.segmentation import people
from benchmarks.segmentation_speed import LOOPED, RANGE, SEED, looped
from insiders import clusters, spaces
from tests.monthly import LIGHT

RUNNER = (sys.executable, "-m", "runner")
SAME = ("spaces", "comparison", "grouping", "profile")
"""Cells of 02_clustering that do what the plain script does."""
SPACES = ("scaled", "pca", "umap", "tsne", "forest_leaves", "random_leaves")
TABLE = """
import json, sys, time
from pathlib import Path
from benchmarks import plain_script
from insiders.customers.features import features
from insiders.customers.out_of_core import customers
from insiders.engines.duck import duck
from insiders.sources import load
from insiders.transactions import prepare
from insiders.transactions.filters import chosen
from insiders.transactions.from_files import prepare_files

def by_duckdb(file):
    with duck() as engine:
        prepare_files(engine, [str(file)], chosen("strict"))
        return customers(engine)

ways = {
    "duckdb": by_duckdb,
    "pandas": lambda file: features(prepare(load(str(file)).transactions).transactions),
    "plain": lambda file: plain_script.features(file)[1],
}
way, file = ways[sys.argv[1]], Path(sys.argv[2])
way(file)
clock, used = time.perf_counter(), time.process_time()
rows = len(way(file))
print(json.dumps([time.perf_counter() - clock, time.process_time() - used, rows]))
"""
LAYOUT = """
import sys, time, numpy as np
from insiders.spaces import layouts
points = np.random.default_rng(0).normal(size=(2000, 12)).astype("float32")
near = layouts.neighbours(points, "euclidean")
if sys.argv[1] == "anew":
    layouts.keep_compiled = lambda: None
begun = time.process_time()
layouts.by_umap(points, near, "euclidean", 2, 42)
print(time.process_time() - begun)
"""


def start(_: Path) -> list[Figure]:
    """`runner --help`, beside a Python that does nothing."""
    nothing = median(lambda: spent((sys.executable, "-c", "pass")).cpu)
    told = median(lambda: spent((*RUNNER, "--help")).cpu)
    return [Figure("runner --help", told, beside=nothing, against="an empty Python", aim="under 0.15")]


def second(folder: Path) -> list[Figure]:
    """`runner run monthly` once more, with nothing changed, after a light run."""
    with tempfile.TemporaryDirectory() as place:
        environment = _places(folder, Path(place))
        first = spent((*RUNNER, "run", "monthly", *LIGHT), environment)
        again: list[Spent] = []
        cpu = median(lambda: _kept(again, spent((*RUNNER, "run", "monthly", *LIGHT), environment)).cpu)
    assert all("has run for" in one.output for one in again)
    seconds = float(np.median([one.seconds for one in again]))
    light = "the light run itself"
    return [
        Figure("an unchanged second run", cpu, aim="2 at most"),
        Figure("the same by the clock", seconds, "s", first.seconds, light, "2 at most, on a quiet machine"),
    ]


def table(folder: Path) -> list[Figure]:
    """From the 541,909 rows of Online Retail in Parquet to the table of customers.

    Ours reads and checks every row against the contract, counts each rung of the ladder, takes out what was undone, and
    has 28 columns; the plain script filters and has 10. Imports are left out, and the file has been read before.
    """
    file, took = folder / "online_retail.parquet", {}
    for way in ("duckdb", "pandas", "plain"):
        goes = [json.loads(spent((sys.executable, "-c", TABLE, way, file)).output) for _ in range(5)]
        took[way] = np.median(goes, axis=0)
    return [
        figure
        for way, words in (("duckdb", "by DuckDB, one thread"), ("pandas", "in pandas, as 01_eda does at this size"))
        for figure in (
            Figure(f"{words}, by the clock", took[way][0], "s", took["plain"][0], "the plain script", "under 1"),
            Figure(words, took[way][1], beside=took["plain"][1], against="the plain script"),
        )
    ]


def grid(folder: Path) -> list[Figure]:
    """The comparison of five models at 24 numbers of clusters in six spaces, beside a loop of fits and silhouettes.

    The loop is measured at every eighth setting and taken eight times. Both sides have one thread, since threads that
    wait for each other count as work. "Alone" has no linkage and no distances from the other models.
    """
    with threadpool_limits(1):
        return _grid(folder)


def _grid(folder: Path) -> list[Figure]:
    customers, _ = people(folder, "classic")
    points = {name: space.points for name, space in spaces.fit(customers, SPACES, seed=SEED).items()}
    clusters.compare({"pca": points["pca"]}, k_range=(2, 3), seed=SEED)  # what is loaded late is loaded now
    begun = time.process_time()
    found = clusters.compare(points, k_range=RANGE, seed=SEED)
    ours = time.process_time() - begun
    rows, whole = [], 0.0
    for model in clusters.MODELS:
        begun = time.process_time()
        looped(points, model)
        loop = (time.process_time() - begun) * len(RANGE) / len(LOOPED)
        begun = time.process_time()
        clusters.compare(points, [model], RANGE, seed=SEED)
        rows.append(Figure(f"{model} alone", time.process_time() - begun, beside=loop, against="the loop"))
        whole += loop
    text = f"five models together, {len(found.scores)} clusterings"
    return [
        Figure(text, ours, beside=whole, against="the loop", aim="20 times less"),
        *rows,
        Figure("largest difference of a silhouette of Ward's", _apart(points, found), "", aim="1e-6 at most"),
    ]


def _apart(points: dict[str, spaces.Points], found: clusters.Comparison) -> float:
    """Between our silhouettes of Ward's cuts and those of scikit-learn's own fits."""
    ward = found.scores[found.scores["model"] == "ward"].set_index(["space", "k"])["silhouette"]
    apart = []
    for space, where in points.items():
        plain = where.astype("float64")
        for k in LOOPED:
            labels = AgglomerativeClustering(k).fit_predict(plain)
            apart.append(abs(silhouette_score(plain, labels) - ward[space, k]))
    return float(max(apart))


def layout(_: Path) -> list[Figure]:
    """UMAP's first layout in a process, with what numba compiled before and without."""
    kept, anew = (
        median(lambda way=way: float(spent((sys.executable, "-c", LAYOUT, way)).output), 3)  # type: ignore[misc]
        for way in ("kept", "anew")
    )
    return [Figure("first UMAP layout of a process, 2,000 points", kept, beside=anew, against="compiled anew")]


def monthly(folder: Path) -> list[Figure]:
    """The whole pipeline without any earlier run, beside the plain script; some ten minutes."""
    plain = json.loads(spent((sys.executable, "-m", "benchmarks.plain_script", folder)).output.splitlines()[-1])
    with tempfile.TemporaryDirectory() as place:
        whole = spent((*RUNNER, "run", "monthly"), _places(folder, Path(place)))
        manifest = json.loads(next(Path(place).glob("monthly/*/run.json")).read_text(encoding="utf-8"))
    seconds, cpu = (sum(part[unit] for part in plain.values()) for unit in ("seconds", "cpu"))
    # Kernels are forked by processes that outlive them, so that the system counts only the runner's own time.
    ours = whole.cpu + sum(step["cpu_seconds"] for step in manifest["steps"])
    same = sum(plain[name]["seconds"] for name in ("spaces", "grid", "report"))
    took = {step["name"]: step for step in manifest["steps"]}
    shared = {cell["id"]: cell["seconds"] for cell in took["clustering"]["cells"]}
    return [
        Figure("the pipeline by the clock", whole.seconds, "s", seconds, "the plain script", "a quarter"),
        Figure("the pipeline", ours, beside=cpu, against="the plain script"),
        Figure(
            f"cells {', '.join(SAME)}: seven spaces, five models", sum(shared[name] for name in SAME), "s", same,
            "its four spaces, four models and tests",
        ),
        *(Figure(f"step {name} by the clock", step["seconds"], "s") for name, step in took.items()),
        *(Figure(f"step {name}", step["cpu_seconds"]) for name, step in took.items()),
        *(Figure(f"plain script, {name} by the clock", part["seconds"], "s") for name, part in plain.items()),
        *(Figure(f"plain script, {name}", part["cpu"]) for name, part in plain.items()),
    ]  # fmt: skip


def _kept(all_: list[Spent], one: Spent) -> Spent:
    all_.append(one)
    return one


def _places(folder: Path, output: Path) -> dict[str, str]:
    source = {"INSIDERS_SOURCE": "uci:online-retail", "INSIDERS_DATA": str(folder.resolve())}
    return {**source, "INSIDERS_OUTPUT": str(output), "INSIDERS_DATABASE_URL": "", "INSIDERS_BUCKET": ""}


warnings.filterwarnings("ignore", module="sklearn")
