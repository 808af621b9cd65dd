"""A kernel that was forked is, to its cells, one that was started."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from runner.execute import execute
from runner.kernel import process
from runner.kernel.circumstances import Supervision, Warmth
from runner.kernel.warm import forest
from runner.outcomes import Status
from runner.reading import imports, notebooks
from tests.runner.kernel import small_books
from tests.runner.kernel.warm.test_provisioner import Heard

pytestmark = pytest.mark.skipif(not forest.possible(), reason="this system cannot fork kernels")

IMPORTS = """
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import umap
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier"""
SURROUNDINGS = """
import fcntl, gc, locale, logging, os, resource, signal, sys, tempfile, termios, threading, time
import warnings
own = {"JPY_PARENT_PID", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"}  # the last two are scikit-learn's
print(sys.argv, sys.orig_argv, sys.flags, sys.path, sys.getrecursionlimit())
print(sorted((name, value) for name, value in os.environ.items() if name not in own))
print([(str(one), signal.getsignal(one)) for one in sorted(signal.valid_signals())])
print([resource.getrlimit(one) for one in range(16)], os.umask(0o22), os.getcwd(), locale.setlocale(locale.LC_ALL))
print(os.getsid(0) == os.getpgrp() == os.getpid(), gc.isenabled(), gc.get_threshold(), threading.active_count())
print(sorted(thread.name.split("-")[0] for thread in threading.enumerate()), logging.getLogger().handlers)
print(tempfile.gettempdir(), sorted(vars(sys.modules["__main__"])))
print([name for name in sys.modules if name.startswith("runner")])
print([one for one in sorted(os.listdir("/proc/self/fd")) if int(one) < 3], sys.stdin.read(), sys.stdout.encoding)
app = get_ipython().kernel.parent
print(int(os.environ["JPY_PARENT_PID"]) == os.getppid() == app.parent_handle, type(get_ipython()))
os.write(1, b"to the log")
while any(fcntl.ioctl(1, termios.FIONREAD, bytes(4))):  # a thread of the kernel's reads it, in its own time
    time.sleep(0.01)
time.sleep(0.5)"""
STATE = """
import random
print(warnings.filters, sorted(os.environ), sorted(plt.rcParams.items()), np.geterr(), np.get_printoptions())
print(pd.get_option("display.max_columns"), pd.get_option("display.width"))
print(torch.get_num_threads(), signal.getsignal(signal.SIGINT), sys.excepthook, get_ipython().events.callbacks.keys())
warnings.warn("shown", DeprecationWarning)"""
NUMBERS = """
def hexes(values):
    return np.ascontiguousarray(np.asarray(values)).tobytes().hex()
np.random.seed(7); random.seed(7); torch.manual_seed(7)
points = np.random.normal(size=(60, 4)) + np.repeat([[0], [3], [9]], 20, axis=0)
print(hexes(points[:2]), random.random(), hexes(np.random.default_rng(7).random(3)), hexes(points @ points.T)[:64])
found = KMeans(3, n_init=4, random_state=7).fit(points)
print(hexes(found.cluster_centers_), found.labels_, KMeans(3).fit(points).inertia_)
print(hexes(RandomForestClassifier(20, random_state=7).fit(points, found.labels_).predict_proba(points)))
layer = torch.nn.LSTM(4, 5); print(hexes(layer(torch.tensor(points, dtype=torch.float32))[0].detach().numpy()))
print(hexes(umap.UMAP(n_neighbors=5, n_epochs=30, random_state=7).fit_transform(points)))
table = pd.DataFrame(points, columns=list("abcd")); display(table.describe())
print(table.assign(**{c * 30: 1.5 for c in "efghijkl"}))
figure, axes = plt.subplots(figsize=(3, 2)); axes.scatter(*points[:, :2].T, c=found.labels_)"""
ENDS = "table['no such column']"


def shown(folder: Path, warmth: Warmth | None) -> list[list[str]]:
    """What the cells show in a kernel of that kind."""
    folder.mkdir(exist_ok=True)
    book = small_books.write(folder / "in.ipynb", SURROUNDINGS, IMPORTS, STATE, NUMBERS, ENDS)
    heard = Heard()
    environment = process.environment(os.environ, {"INSIDERS_STEP": "all", "SHOP_WORD": "fancy"})
    supervision = Supervision(
        warmth=warmth, watch=heard, environment=environment, folder=folder.parent, memory_bytes=2**31
    )
    done = execute(book, folder / "out.ipynb", {}, supervision)
    assert (done.status, done.stopped_at) == (Status.FAILED, 5)
    assert heard.warm == [warmth is not None]
    copy = nbformat.read(folder / "out.ipynb", as_version=4)
    return [[_plain(output) for output in cell.outputs] for cell in copy.cells if cell.cell_type == "code"]


def _plain(output: Any) -> str:
    """An output as text, without what is another one in each process: its number, private folder, addresses."""
    return re.sub(r"(/kernel-|ipykernel_|at 0x)\w+", r"\1", json.dumps(output))


def test_a_notebook_shows_the_same_in_a_warm_kernel_and_in_a_cold_one(tmp_path: Path) -> None:
    """Surroundings, state of the libraries, numbers, tables, figures and errors are the same, bit by bit."""
    book = notebooks.read(small_books.write(tmp_path / "imports.ipynb", IMPORTS))
    modules = imports.installed(book, tmp_path)
    assert set(modules) >= {"pandas", "torch", "umap", "sklearn.cluster"}
    warm, cold = shown(tmp_path / "one", Warmth(modules)), shown(tmp_path / "two", None)
    for mine, theirs in zip(warm, cold, strict=True):
        assert mine == theirs
    assert len(warm[3]) >= 3
